"""Devices that were opened and not put in: asked wherever an operation is broken off, with nothing in or a part in.

A clinic accounts for each device that it opened. So each is written down with its serial number or its lot, or somebody
says that none was; what was written down before the operation was broken off counts too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.errors import InvalidInput, Question
from tracker.domain.facts import Appointment, DeviceLabel
from tracker.domain.pathway.requirements.labels import piece_of
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, DeviceKind, LabelUse, Purpose, is_word
from tracker.domain.words import Opened as Said
from tracker.services.beside import pumps_case
from tracker.services.case_file import CaseFile
from tracker.services.device_labels import write_label
from tracker.services.device_parts import Component, read_part
from tracker.services.opened_before import moment_words
from tracker.services.trials import determine

#: How the names of the fields begin in which such a device is typed.
FIELDS = "unused_"
HOW_IT_IS_SAID = (
    "Say whether a device was opened and not put in: each with its serial number or lot, or that none was opened."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is said of devices that were opened and not put in: a word, empty where nobody said; and what is written
    down now, one of each kind at most. ``reason``: why they were not used."""

    said: str = ""
    pump: Component | None = None
    catheter: Component | None = None
    reason: str = ""

    @property
    def parts(self) -> tuple[tuple[DeviceKind, Component], ...]:
        """What is written down now, by kind."""
        both = ((DeviceKind.PUMP, self.pump), (DeviceKind.CATHETER, self.catheter))
        return tuple((kind, part) for kind, part in both if part is not None)


def opened_problems(
    file: CaseFile, visit: Appointment | None, opened: Opened, *, is_asked: bool, put_in: Iterable[Component] = ()
) -> dict[str, str]:
    """What is missing or cannot be, as a sentence per field. ``is_asked``: the operation was broken off; ``put_in``:
    what was put in all the same, as its labels say. A second piece of one lot is asked back: a lot is not one piece. So
    is a device whose label was read in the room and of which nothing is known since."""
    devices = _case_of_devices(file)
    aside = _of_operation(devices, visit, LabelUse.NOT_USED)
    known = {piece_of(each): ("is recorded already", "Take it out here.") for each in aside}
    known |= {piece_of(each): ("is the one that was put in", "") for each in put_in}
    spoken_of = [piece_of(each) for each in put_in]
    found: dict[str, str] = {}
    for kind, part in opened.parts:
        try:
            read = read_part(devices, kind, part, fields=FIELDS)
        except InvalidInput as error:
            found |= error.problems
            continue
        spoken_of.append(piece_of(read))
        if not read.model:
            found[f"{FIELDS}{kind}_model"] = "Choose the model, or write it down."
        if not (read.serial or read.lot):
            found[f"{FIELDS}{kind}_serial"] = "Scan the label, or write down the serial number or the lot."
        elif piece_of(read) in known and read.serial:
            is_what, then = known[piece_of(read)]
            found[f"{FIELDS}{kind}_serial"] = f"This {is_what}. {then}".rstrip()
        elif piece_of(read) in known:
            file.ask(_another_of_the_lot(kind, read, known[piece_of(read)][0]))
    if opened.said or is_asked:
        file.ask(*_never_spoken_of(devices, visit, spoken_of))
    calendar = devices.snapshot.calendar
    written = [f"{_named(each)}, recorded on {moment_words(calendar, each.effective_at)}" for each in aside]
    written += [f"{_named(part)}, in this form" for _, part in opened.parts]
    return found | _word_problems(opened, written, is_asked=is_asked)


def _another_of_the_lot(kind: DeviceKind, part: Component, is_what: str) -> Question:
    sentence = f"A {kind} of this lot {is_what}. Was another one of the lot opened as well?"
    return Question(f"{FIELDS}{kind}_lot", part.lot.strip(), sentence, "It was another one of the lot: save it")


def _named(device: Component | DeviceLabel) -> str:
    """Which device it is, in words; of a label that was only scanned, the label itself."""
    piece = f"serial {device.serial}" if device.serial else f"lot {device.lot}" if device.lot else ""
    scanned = device.udi if isinstance(device, Component) and not piece else ""
    return ", ".join(filter(None, (device.model.strip(), piece, scanned.strip()))) or "a device"


def _word_problems(opened: Opened, written: Sequence[str], *, is_asked: bool) -> dict[str, str]:
    """``written``: the devices that are written down, each in words."""
    if opened.said and not is_word(opened.said, Said):
        return {"opened": "Choose one of the list."}
    if is_asked and not opened.said:
        return {"opened": HOW_IT_IS_SAID}
    if opened.said == Said.NONE and written:
        return {"opened": f"Written down as opened: {'; '.join(written)}. Say so here, or take it out."}
    if opened.said == Said.SOME and not written:
        return {"opened": "Write down each device that was opened, with its serial number or lot."}
    return {}


def record_opened(file: CaseFile, visit: Appointment | None, opened: Opened, *, reason: str) -> None:
    """Write down what was opened and not put in, and what was said of it. ``reason``: why, where ``opened`` does not
    say.

    :raises InvalidInput: without any reason
    """
    devices = _case_of_devices(file)
    why = opened.reason.strip() or reason.strip()
    if opened.parts and not why:
        raise InvalidInput({f"{FIELDS}reason": "Say why it was not used."})
    parts = [(kind, read_part(devices, kind, part, fields=FIELDS)) for kind, part in opened.parts]
    if opened.said:
        purpose = visit.purpose if visit else Purpose.IMPLANT
        about = visit.appointment if visit else None
        determine(file, DeterminationKind.DEVICES_OPENED, value=opened.said, about_seq=about, purpose=purpose)
    for kind, read in parts:
        write_label(devices, kind, read, LabelUse.NOT_USED, why)
    if devices is not file and parts:
        devices.finish("devices_not_used", reoperation=file.case.public_id)


def _case_of_devices(file: CaseFile) -> CaseFile:
    """The file of the case that holds the devices; of a reoperation it is the pump's."""
    return file if file.case.about_case_id is None else pumps_case(file)


def labels_of_operation(snapshot: Snapshot, visit: Appointment | None) -> list[DeviceLabel]:
    """The labels that were recorded since the day of the operation, also before its visit was cancelled and put back;
    where there is no visit, those of the attempt."""
    calendar = snapshot.calendar
    if visit is None:
        return [each for each in snapshot.of(DeviceLabel) if each.attempt == snapshot.implant_attempt]
    begun_on = calendar.today(visit.starts_at)
    return [each for each in snapshot.of(DeviceLabel) if calendar.today(each.effective_at) >= begun_on]


def _of_operation(devices: CaseFile, visit: Appointment | None, use: LabelUse) -> list[DeviceLabel]:
    return [each for each in labels_of_operation(devices.snapshot, visit) if each.use == use]


def _never_spoken_of(
    devices: CaseFile, visit: Appointment | None, known: Iterable[tuple[str, str, str]]
) -> list[Question]:
    spoken_of = {*known, *(piece_of(each) for each in _of_operation(devices, visit, LabelUse.NOT_USED))}
    read = [each for each in _of_operation(devices, visit, LabelUse.READ) if piece_of(each) not in spoken_of]
    if not read:
        return []
    named = dict.fromkeys(f"{each.model}, {each.serial or f'lot {each.lot}'}" for each in read)
    sentence = f"Its label was read for this operation: {'; '.join(named)}. Was it opened?"
    return [Question("opened", " ".join(str(each.seq) for each in read), sentence, "It stayed closed")]
