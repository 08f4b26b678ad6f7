"""The permanent pump: what was put in, and the very trial, consent and authorization it relied on."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NoReturn

from tracker.domain.access import Permission
from tracker.domain.doses import unusual_dose
from tracker.domain.errors import AskedBack, InvalidInput, Question, Refused, Unready
from tracker.domain.facts import ChecklistItem, Determination, Device
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import act_blockers
from tracker.domain.pathway.requirements.labels import DevicesFit
from tracker.domain.words import DeterminationKind, DeviceKind, DeviceOrigin, FillKind
from tracker.services.case_file import CaseFile, open_case
from tracker.services.deviations import day_not_begun, expired_lot, lacks_reason, require_reason
from tracker.services.device_parts import (
    Component,
    ask_about_reservoir,
    catheter_problems,
    pump_problems,
    read_part,
    unfit_part,
)
from tracker.services.opened_before import ask_about_opened, with_recorded_expiry
from tracker.services.opened_devices import Opened, opened_problems, record_opened
from tracker.services.refills import Filling, fill_pump
from tracker.services.same_serial import ask_about_serial
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True)
class Implanted:
    """What was implanted, and with what the pump was filled. Where the implant was broken off, only one of the parts
    was put in. ``deviation_reason``: why, where something was missing, and ``deviation_seen``: the codes of what was
    shown to who gave it (``None``: all). ``opened``: what was opened and not put in, asked where it was broken off."""

    pump: Component | None
    catheter: Component | None
    filling: Filling | None
    deviation_reason: str = ""
    deviation_seen: frozenset[str] | None = None
    opened: Opened = field(default_factory=Opened)


def record_implant(work: Work, ref: CaseRef, implanted: Implanted, *, implanted_at: datetime | None = None) -> Written:
    """Record the implanted pump with its first fill, and the catheter. The record is never refused for what was missing
    or forbidden, a device out of date or a part alone among it: it is then a deviation with a reason.

    :raises InvalidInput: for what cannot be or contradicts a label, where a pump is in place, or in a closed case
    :raises Refused: with everything that was missing, if no reason is given
    :raises AskedBack: for an unusual dose or reservoir, a label that cannot be read, a serial that stands with another
        patient too, or a device that was recorded as opened and not used
    :raises Unready: for more than one of these at once
    """
    file = open_case(work, ref, Permission.IMPLANT, effective_at=implanted_at)
    looked = _look(file, implanted)
    _refuse(looked.found)
    pump, catheter = looked.pump, looked.catheter
    deviation = require_reason(
        file, "implant", _missing(file, looked, implanted.filling), implanted.deviation_reason,
        seen=implanted.deviation_seen,
    )  # fmt: skip
    visit = file.snapshot.visit("implant")
    record_opened(file, visit, implanted.opened, reason=implanted.deviation_reason)
    ground = {"appointment": visit.appointment if visit else None, **_ground(file, deviation)}
    placed = None
    if pump is not None:
        placed = place(file, DeviceKind.PUMP, pump, DeviceOrigin.IMPLANTED_HERE, **ground)
    if catheter is not None:
        place(file, DeviceKind.CATHETER, catheter, DeviceOrigin.IMPLANTED_HERE, **ground)
    if placed is not None and implanted.filling is not None:
        fill_pump(file, implanted.filling, placed, kind=FillKind.IMPLANT, appointment=placed.appointment)
    return file.finish("pump_implanted" if placed else "catheter_implanted")


def look_at_implant(
    work: Work, ref: CaseRef, implanted: Implanted, *, unread: frozenset[str], implanted_at: datetime | None = None
) -> NoReturn:
    """Look at what could be read of a form that cannot be taken yet; nothing of it may be committed. ``unread``: which
    of ``pump``, ``catheter`` and ``filling`` could not be read, and are not looked at.

    :raises Unready: always, with what stands in the way of the record besides
    """
    file = open_case(work, ref, Permission.IMPLANT, effective_at=implanted_at)
    raise _look(file, implanted, unread).found


@dataclass(frozen=True, slots=True)
class _Looked:
    """Both parts with what their labels say, which of them could be read, and all that was found."""

    pump: Component | None
    catheter: Component | None
    unread: frozenset[str]
    found: Unready

    @property
    def put_in(self) -> tuple[Component, ...]:
        return tuple(each for each in (self.pump, self.catheter) if each is not None)

    @property
    def read_parts(self) -> tuple[tuple[DeviceKind, Component], ...]:
        """The parts that could be read, by kind."""
        both = ((DeviceKind.PUMP, self.pump), (DeviceKind.CATHETER, self.catheter))
        return tuple((kind, part) for kind, part in both if part is not None and kind not in self.unread)


def _look(file: CaseFile, implanted: Implanted, unread: frozenset[str] = frozenset()) -> _Looked:
    """Everything that stands in the way, looked for before anything is written."""
    problems: dict[str, str] = {}
    pump = implanted.pump and _read(file, DeviceKind.PUMP, implanted.pump, problems)
    catheter = implanted.catheter and _read(file, DeviceKind.CATHETER, implanted.catheter, problems)
    looked = _Looked(pump, catheter, unread, Unready({}))
    filling = None if unread & {"pump", "filling"} else implanted.filling
    problems |= _part_problems(file, looked, has_filling=implanted.filling is not None or "filling" in unread)
    if pump is not None and filling is not None:
        problems |= filling.problems(file, pump)
        file.ask(*unusual_dose(file.pathway, filling.drug, filling.daily_dose_mcg))
    problems |= opened_problems(
        file,
        file.snapshot.visit("implant"),
        implanted.opened,
        is_asked=bool(looked.put_in) and _is_broken_off(file, looked),
        put_in=looked.put_in,
    )
    if pump is not None and "pump" not in unread:
        ask_about_serial(file, pump.serial)
        ask_about_reservoir(file, pump.reservoir_ml)
        _ask_about_side(file, pump.pocket_side)
    for kind, part in looked.read_parts:
        ask_about_opened(file, kind, part)
    blockers = _missing(file, looked, filling)
    missing = (*blockers, *day_not_begun(file.pathway, file.case.stage, "implant"))
    found = Unready(
        problems,
        blockers=missing,
        lacks_reason=lacks_reason(missing, implanted.deviation_reason, implanted.deviation_seen),
        questions=file.open_questions,
    )
    return replace(looked, found=found)


def _read(file: CaseFile, kind: DeviceKind, part: Component, problems: dict[str, str]) -> Component:
    """The part with what its label says; as it was typed where the two contradict each other, which is added to the
    ``problems``."""
    try:
        return read_part(file, kind, part)
    except InvalidInput as error:
        problems |= error.problems
        return part


def _part_problems(file: CaseFile, looked: _Looked, *, has_filling: bool) -> dict[str, str]:
    problems: dict[str, str] = {}
    pump, catheter = looked.pump, looked.catheter
    if not looked.put_in:
        problems["put_in"] = "Say what was put in."
    if (pump is None) is has_filling:
        problems["drug"] = "A pump that is put in is filled. Say with what."
    if pump is not None and "pump" not in looked.unread:
        problems |= pump_problems(pump)
    if catheter is not None and "catheter" not in looked.unread:
        problems |= catheter_problems(catheter)
    if not file.case.is_open:
        # A closed case with a device in the patient would have no next step, and nobody to take it.
        problems["pump_model"] = "This case is closed. Reopen it, then record the pump."
    if file.snapshot.pump is not None:
        problems["pump_model"] = "A pump is recorded as in place. Record its removal first."
    return problems


def _refuse(found: Unready) -> None:
    """Refuse once, with all that was found; as what it is where it is of one kind. What is missing stays shown, also
    where its reason was given: that reason speaks of it."""
    is_missing = found.lacks_reason
    if not (found.problems or is_missing or found.questions):
        return
    if not found.problems and is_missing and not found.questions:
        raise Refused(found.blockers)
    if not (found.problems or found.blockers):
        raise AskedBack(found.questions)
    raise found


def _missing(file: CaseFile, looked: _Looked, filling: Filling | None) -> list[Blocker]:
    """All that ought to have kept these parts from being put in. What was read of other devices before is no matter of
    theirs."""
    blockers = act_blockers(file.pathway, file.snapshot, "implant", file.work.now)
    missing = [each for each in blockers if each.requirement != DevicesFit.kind]
    for kind, part in looked.read_parts:
        missing += unfit_part(file, kind, with_recorded_expiry(file, kind, part))
    if filling is not None:
        missing += expired_lot(filling.expires_on, file.snapshot.calendar.today(file.effective_at))
    if _is_broken_off(file, looked):
        only = DeviceKind.PUMP if looked.pump else DeviceKind.CATHETER
        missing.append(Blocker("implant_incomplete", (("device", only),), requirement="implant_incomplete"))
    return missing


def _is_broken_off(file: CaseFile, looked: _Looked) -> bool:
    """Whether only a part went in, and no catheter was in before."""
    is_catheter_in = any(each.kind == DeviceKind.CATHETER for each in file.snapshot.devices_in_place)
    return looked.pump is None or (looked.catheter is None and not is_catheter_in)


def _ask_about_side(file: CaseFile, pocket_side: str) -> None:
    """Ask back about a pocket on the other side than the one that was marked with the patient."""
    marked = [each for each in file.snapshot.of(ChecklistItem) if (each.checklist, each.item) == ("implant", "site")]
    if not pocket_side or not marked or marked[-1].value in ("", pocket_side):
        return
    sentence = f"The {marked[-1].value} side was marked with the patient. Look at the pocket again."
    file.ask(Question("pump_pocket_side", pocket_side, sentence, f"The pocket is on the {pocket_side}: save it"))


def _ground(file: CaseFile, deviation: Determination | None) -> dict[str, int | None]:
    """The facts that the implant stands on, by their numbers."""
    snapshot = file.snapshot
    outcome = snapshot.standing_positive
    waivers = snapshot.determinations(DeterminationKind.WAIVER)
    signed = [each for each in waivers if each.value == "trial_result"]
    shown = snapshot.determination(DeterminationKind.EARLIER_BENEFIT) or (signed[-1] if signed else None)
    consent, authorization = snapshot.consent("implant"), snapshot.authorization("implant")
    return {
        "outcome_seq": outcome.seq if outcome else None,
        "waiver_seq": shown.seq if shown else None,
        "consent_seq": consent.seq if consent else None,
        "authorization_seq": authorization.seq if authorization else None,
        "deviation_seq": deviation.seq if deviation else None,
    }


_NO_GROUND: dict[str, int | None] = dict.fromkeys(
    ("appointment", "outcome_seq", "waiver_seq", "consent_seq", "authorization_seq", "deviation_seq")
)


def place(file: CaseFile, kind: DeviceKind, part: Component, origin: DeviceOrigin, **ground: int | None) -> Device:
    """Write a part that was put in now; ``ground`` are the fields that say what it stands on."""
    return file.record(
        Device,
        kind=kind,
        model=part.model.strip(),
        manufacturer=part.manufacturer.strip(),
        serial=part.serial.strip(),
        udi=part.udi,
        lot=part.lot.strip(),
        reservoir_ml=part.reservoir_ml,
        origin=origin,
        in_place=True,
        placed_on=file.snapshot.calendar.today(file.effective_at),
        removed_on=None,
        out_by_on=None,
        end_of_service_on=part.end_of_service_on,
        tip_intact=None,
        device_identifier=part.device_identifier,
        expires_on=part.expires_on,
        made_on=part.made_on,
        implanted_cm=part.implanted_cm,
        trimmed_cm=part.trimmed_cm,
        tip_level=part.tip_level.strip(),
        pocket_side=part.pocket_side,
        **{**_NO_GROUND, **ground},
    )
