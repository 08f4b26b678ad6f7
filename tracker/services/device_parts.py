"""A pump or a catheter as its label says: what is typed is filled in from the label, and held against it.

The label is read here, on the server, whatever a page has shown or a request claims. What contradicts it is refused at
its field; what the label forbids (out of date, another model than ordered) is a hard stop that asks for a reason.
"""

import zlib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tracker.domain.dates import in_words
from tracker.domain.device_models import folded
from tracker.domain.errors import InvalidInput, Question
from tracker.domain.labels.label import kept, read_label
from tracker.domain.labels.reading import Reading, UnreadableLabel
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.labels import DevicesFit, ordered_model
from tracker.domain.words import DeviceKind, Purpose, Side, is_word
from tracker.pathways.device_models import known_models
from tracker.queries.device_models import model_of
from tracker.services.case_file import CaseFile

#: The largest reservoir (mL) that is not asked back; the usual pumps hold 10 to 40 mL.
LARGEST_RESERVOIR_ML = 40
_FITS = DevicesFit(of_procedure=Purpose.IMPLANT)


@dataclass(frozen=True, slots=True)
class Component:
    """A pump or a catheter. ``udi`` is its label to the letter; ``implanted_cm`` of a catheter is left in,
    ``trimmed_cm`` was cut off."""

    model: str
    manufacturer: str = ""
    serial: str = ""
    udi: str = ""
    lot: str = ""
    reservoir_ml: Decimal | None = None
    end_of_service_on: date | None = None
    device_identifier: str = ""
    expires_on: date | None = None
    made_on: date | None = None
    implanted_cm: Decimal | None = None
    trimmed_cm: Decimal | None = None
    tip_level: str = ""
    pocket_side: str = ""


def read_part(file: CaseFile, kind: DeviceKind, part: Component, *, fields: str = "") -> Component:
    """The part with what its label says of it. A label that cannot be read is asked back, and kept. ``fields``: how the
    names of the fields begin in which it was typed, before the kind.

    :raises InvalidInput: where what was typed contradicts the label or its model, or the model is not known
    """
    label = kept(part.udi)
    reading = _reading(file, kind, label, fields)
    known = known_models().identified(reading.device_identifier)
    named = model_of(file.work.session, file.case.clinic_id, kind, reading.device_identifier)
    model = known_models().full_name(kind, part.model)
    problems = _contradictions(kind, part, reading)
    if known is not None and known.kind != kind:
        problems[f"{kind}_label"] = f"This is the label of a {known.kind}."
    elif known is not None and model and folded(model) != folded(named):
        problems[f"{kind}_model"] = f"The label is that of a {named}."
    elif reading.device_identifier and not (model or named):
        problems[f"{kind}_model"] = "This label is of no model that is known here. Choose the model, or write it down."
    entry = known_models().written(kind, model or named)
    if entry and part.reservoir_ml is not None and entry.reservoir_ml not in {None, part.reservoir_ml}:
        held = f"{entry.reservoir_ml:f}"
        problems[f"{kind}_reservoir_ml"] = f"A {entry.full_name} holds {held} mL. Read model and reservoir again."
    if problems:
        raise InvalidInput({f"{fields}{name}": sentence for name, sentence in problems.items()})
    return replace(
        part,
        udi=label,
        model=model or named,
        manufacturer=part.manufacturer.strip() or (entry.manufacturer if entry else ""),
        reservoir_ml=part.reservoir_ml if part.reservoir_ml is not None else entry.reservoir_ml if entry else None,
        device_identifier=reading.device_identifier,
        serial=part.serial.strip() or reading.serial,
        lot=part.lot.strip() or reading.lot,
        expires_on=part.expires_on or reading.expires_on,
        made_on=reading.made_on,
    )


def _reading(file: CaseFile, kind: DeviceKind, label: str, fields: str) -> Reading:
    try:
        return read_label(label, file.snapshot.calendar.today(file.work.now))
    except UnreadableLabel as refusal:
        about = f"{zlib.crc32(label.encode()):08x}"
        yes = "It cannot be read: what stands on the label is typed below, save it"
        file.ask(Question(f"{fields}{kind}_label", about, refusal.sentence, yes))
        return Reading()


def _contradictions(kind: DeviceKind, part: Component, reading: Reading) -> dict[str, str]:
    """Where something else was typed than the label says. The label was read by a machine that checks itself."""
    found: dict[str, str] = {}
    for name in ("serial", "lot"):
        typed, read = getattr(part, name), getattr(reading, name)
        if typed.strip() and read and folded(typed) != folded(read):
            found[f"{kind}_{name}"] = f"The label says {read}. Empty this field, or scan the label again."
    if part.expires_on and reading.expires_on and part.expires_on != reading.expires_on:
        read_on = in_words(reading.expires_on)
        found[f"{kind}_expires_on"] = f"The label says {read_on}. Empty this field, or scan the label again."
    return found


def pump_problems(pump: Component) -> dict[str, str]:
    """What a new pump's label must say, as a sentence per field."""
    found: dict[str, str] = {}
    if not pump.model.strip():
        found["pump_model"] = "Choose the pump."
    if not pump.serial.strip():
        found["pump_serial"] = "Write down the serial number of the pump."
    if pump.reservoir_ml is None or pump.reservoir_ml <= 0:
        found["pump_reservoir_ml"] = "How much does the reservoir hold?"
    if pump.pocket_side and not is_word(pump.pocket_side, Side):
        found["pump_pocket_side"] = "Choose the side."
    return found


def catheter_problems(catheter: Component) -> dict[str, str]:
    """What a new catheter's label must say, as a sentence per field."""
    found = {} if catheter.model.strip() else {"catheter_model": "Write down the catheter."}
    if catheter.implanted_cm is not None and catheter.implanted_cm <= 0:
        found["catheter_implanted_cm"] = "Must be more than zero."
    if catheter.trimmed_cm is not None and catheter.trimmed_cm < 0:
        found["catheter_trimmed_cm"] = "Cannot be less than zero."
    return found


def unfit_part(
    file: CaseFile, kind: DeviceKind, part: Component, purpose: str = Purpose.IMPLANT
) -> tuple[Blocker, ...]:
    """Why the part ought not to have been put in at the procedure of a ``purpose`` that ``file`` is about.

    It is judged on the day of the procedure, or on the day typed where that is later: a time typed too early must not
    make a device good again.
    """
    snapshot, day = file.snapshot, file.snapshot.calendar.today(file.effective_at)
    ordered = ordered_model(snapshot, kind) if purpose == Purpose.IMPLANT else ""
    found = _FITS.unfit(kind, part.model, part.expires_on, ordered, max(day, snapshot.day_of(purpose) or day))
    if kind == DeviceKind.CATHETER and None in {part.implanted_cm, part.trimmed_cm}:
        found = (*found, Blocker("catheter_length_unknown", requirement=_FITS.key))
    return found


def ask_about_reservoir(file: CaseFile, reservoir_ml: Decimal | None) -> None:
    """Ask back about a reservoir that is larger than that of any usual pump: a figure too many, most likely."""
    if reservoir_ml is None or reservoir_ml <= LARGEST_RESERVOIR_ML:
        return
    sentence = f"{reservoir_ml.normalize():f} mL is more than {LARGEST_RESERVOIR_ML} mL. Read the label again."
    about = f"{reservoir_ml.normalize():f}"
    file.ask(Question("pump_reservoir_ml", about, sentence, "The reservoir is as large as that: save it"))
