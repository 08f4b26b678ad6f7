"""Devices that were opened and not put in: asked wherever an operation is broken off, with nothing in or a part in.

A clinic accounts for each device that it opened. So each is written down with its serial number or its lot, or somebody
says that none was; what was written down before the operation was broken off counts too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.domain.errors import InvalidInput, Question
from tracker.domain.facts import Appointment, DeviceLabel
from tracker.domain.pathway.requirements.labels import piece_of
from tracker.domain.words import DeterminationKind, DeviceKind, LabelUse, Purpose, is_word
from tracker.domain.words import Opened as Said
from tracker.services.beside import pumps_case
from tracker.services.case_file import CaseFile
from tracker.services.device_labels import write_label
from tracker.services.device_parts import Component, read_part
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
    what was put in all the same, as its labels say."""
    devices = _case_of_devices(file)
    aside = {piece_of(each) for each in _of_operation(devices, visit, LabelUse.NOT_USED)}
    inside = {piece_of(each) for each in put_in}
    found: dict[str, str] = {}
    for kind, part in opened.parts:
        try:
            read = read_part(devices, kind, part, fields=FIELDS)
        except InvalidInput as error:
            found |= error.problems
            continue
        if not read.model:
            found[f"{FIELDS}{kind}_model"] = "Choose the model, or write it down."
        if not (read.serial or read.lot):
            found[f"{FIELDS}{kind}_serial"] = "Scan the label, or write down the serial number or the lot."
        elif piece_of(read) in inside:
            found[f"{FIELDS}{kind}_serial"] = "This is the one that was put in."
        elif piece_of(read) in aside:
            found[f"{FIELDS}{kind}_serial"] = "This one is recorded already. Take it out here."
    return found | _word_problems(opened, has_some=bool(opened.parts or aside), is_asked=is_asked)


def _word_problems(opened: Opened, *, has_some: bool, is_asked: bool) -> dict[str, str]:
    if opened.said and not is_word(opened.said, Said):
        return {"opened": "Choose one of the list."}
    if is_asked and not opened.said:
        return {"opened": HOW_IT_IS_SAID}
    if opened.said == Said.NONE and has_some:
        return {"opened": "A device that was opened is written down: say so here, or take it out."}
    if opened.said == Said.SOME and not has_some:
        return {"opened": "Write down each device that was opened, with its serial number or lot."}
    return {}


def record_opened(
    file: CaseFile, visit: Appointment | None, opened: Opened, *, reason: str, put_in: Iterable[Component] = ()
) -> None:
    """Write down what was opened and not put in, and what was said of it. ``reason``: why, where ``opened`` does not
    say. A device whose label was read in the room and of which nothing is known since is asked back.

    :raises InvalidInput: without any reason
    """
    devices = _case_of_devices(file)
    why = opened.reason.strip() or reason.strip()
    if opened.parts and not why:
        raise InvalidInput({f"{FIELDS}reason": "Say why it was not used."})
    parts = [(kind, read_part(devices, kind, part, fields=FIELDS)) for kind, part in opened.parts]
    known = {piece_of(each) for each in (*put_in, *(part for _, part in parts))}
    if opened.said:
        file.ask(*_never_spoken_of(devices, visit, known))
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


def _of_operation(devices: CaseFile, visit: Appointment | None, use: LabelUse) -> list[DeviceLabel]:
    """The labels with that use since the day of the operation."""
    snapshot, calendar = devices.snapshot, devices.snapshot.calendar
    begun_on = calendar.today(visit.starts_at) if visit else None
    return [
        each
        for each in snapshot.of(DeviceLabel)
        if each.use == use
        and each.attempt == snapshot.implant_attempt
        and (begun_on is None or calendar.today(each.effective_at) >= begun_on)
    ]


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
