"""Reoperations of a pump that is in: decided, and recorded as they were really done.

A reoperation is a case of its own beside the pump's, so that refills go on whatever becomes of it. The pump, its fills
and its catheter stay facts of the pump's case: an act writes to both cases in one transaction, so that nobody is ever
without a pump between the old one and the new one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Device
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import act_blockers
from tracker.domain.words import DeterminationKind, DeviceKind, DeviceOrigin, FillKind, ReoperationKind, Role, is_word
from tracker.services.beginning import NewCase, begin
from tracker.services.beside import PURPOSE, pumps_case, reoperation_beside
from tracker.services.case_file import CaseFile, open_case
from tracker.services.deviations import expired_lot, require_reason
from tracker.services.device_parts import (
    Component,
    ask_about_reservoir,
    catheter_problems,
    pump_problems,
    read_part,
    unfit_part,
)
from tracker.services.implants import place
from tracker.services.named import paper_problems, person_problems
from tracker.services.opened_before import ask_about_opened, with_recorded_expiry
from tracker.services.refill_visits import cancel_with_the_pump
from tracker.services.refills import Filling, fill_pump
from tracker.services.same_serial import ask_about_serial
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written

PATHWAY = "itb_reoperation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What was seen and done, when, and why where something was missing. ``deviation_seen``: the codes of what was
    shown to who gave the reason (``None``: all)."""

    note: str = ""
    operated_at: datetime | None = None
    deviation_reason: str = ""
    deviation_seen: frozenset[str] | None = None


def begin_reoperation(work: Work, ref: CaseRef, *, kind: str, reason: str) -> Written:
    """Begin a reoperation beside the case of a pump. What a physician begins is confirmed with it.

    :raises NotFound: where the case is a reoperation itself
    :raises InvalidInput: without a kind or a reason, without a pump, or while another reoperation of it is open
    """
    file = open_case(work, ref, Permission.REOPERATE)
    if file.pathway.beside:
        raise NotFound(ref.public_id)
    problems = _beginning_problems(file, kind)
    if not reason.strip():
        problems["reason"] = "Say why."
    if problems:
        raise InvalidInput(problems)
    case = file.case
    new = begin(
        work,
        NewCase(
            pathway=PATHWAY,
            patient_id=case.patient_id,
            birth_on=file.snapshot.birth_on,
            calendar=file.snapshot.calendar,
            opened_at=work.now,
            indication=case.indication,
            urgency=case.urgency,
            payer_id=case.payer_id,
            about_case_id=case.id,
        ),
    )
    for each in (file, new):
        determine(each, DeterminationKind.REOPERATION, value=kind, reason=reason.strip(), purpose=PURPOSE)
    file.finish("reoperation_decided", reoperation=new.case.public_id)
    if Role.PHYSICIAN in work.actor.roles:
        new.take("reoperation_confirmed")
    return new.finish("reoperation_begun", about=case.public_id)


def _beginning_problems(file: CaseFile, kind: str) -> dict[str, str]:
    if not is_word(kind, ReoperationKind):
        return {"kind": "Choose what is to be done."}
    if not file.case.is_open:
        return {"kind": "This case is closed. Reopen it first."}
    if file.snapshot.pump is None:
        return {"kind": "No pump is recorded as in place."}
    if reoperation_beside(file) is not None:
        return {"kind": "A reoperation of this pump is open already. Close that one first."}
    return {}


def record_replacement(
    work: Work, ref: CaseRef, operation: Operation, *, pump: Component, filling: Filling, catheter: Component | None
) -> Written:
    """Record that the pump was replaced: the old one out, the new one in with its first fill, in one act. ``catheter``:
    the new one, where it was replaced too.

    :raises NotFound: where the case is no reoperation
    :raises InvalidInput: for what cannot be, or where no pump is in place
    :raises Refused: with everything that was missing, if no reason is given
    :raises AskedBack: for an unusual dose or reservoir, a serial that stands with another patient too, or a device that
        was recorded as opened and not used
    """
    file, pumps = _open(work, ref, operation)
    pump = read_part(pumps, DeviceKind.PUMP, pump)
    catheter = catheter and read_part(pumps, DeviceKind.CATHETER, catheter)
    problems = pump_problems(pump)
    old = pumps.snapshot.pump
    if old is None:
        problems["pump_model"] = "No pump is recorded as in place."
    if catheter is not None:
        problems |= catheter_problems(catheter)
    if problems or old is None:
        raise InvalidInput(problems)
    unfit = expired_lot(filling.expires_on, file.snapshot.calendar.today(file.effective_at))
    unfit += _unfit(file, pumps, DeviceKind.PUMP, pump)
    unfit += _unfit(file, pumps, DeviceKind.CATHETER, catheter) if catheter else ()
    _record(file, operation, ReoperationKind.REPLACEMENT, unfit)
    _take_out(pumps, [old])
    if catheter is not None:
        _exchange_catheter(file, pumps, catheter)
    ask_about_serial(pumps, pump.serial)
    ask_about_reservoir(pumps, pump.reservoir_ml)
    new = place(pumps, DeviceKind.PUMP, pump, DeviceOrigin.REOPERATION, reoperation_id=file.case.id)
    fill_pump(pumps, filling, new, kind=FillKind.IMPLANT, appointment=None)
    pumps.finish("pump_replaced", reoperation=file.case.public_id, second_by=filling.second_by)
    return file.finish("reoperation_recorded")


def record_catheter_revision(work: Work, ref: CaseRef, operation: Operation, *, catheter: Component) -> Written:
    """Record that the catheter was replaced. A pump that was taken over may have none on record.

    :raises NotFound: where the case is no reoperation
    :raises InvalidInput: without the new catheter
    :raises Refused: with everything that was missing, if no reason is given
    :raises AskedBack: for a catheter that was recorded as opened and not used
    """
    file, pumps = _open(work, ref, operation)
    catheter = read_part(pumps, DeviceKind.CATHETER, catheter)
    if problems := catheter_problems(catheter):
        raise InvalidInput(problems)
    unfit = _unfit(file, pumps, DeviceKind.CATHETER, catheter)
    _record(file, operation, ReoperationKind.CATHETER_REVISION, unfit)
    _exchange_catheter(file, pumps, catheter)
    pumps.finish("catheter_replaced", reoperation=file.case.public_id)
    return file.finish("reoperation_recorded")


def record_pocket_revision(work: Work, ref: CaseRef, operation: Operation) -> Written:
    """Record that the pocket was revised. Every device stays as it was.

    :raises NotFound: where the case is no reoperation
    :raises InvalidInput: without a word on what was done
    :raises Refused: with everything that was missing, if no reason is given
    """
    file, _ = _open(work, ref, operation)
    if not operation.note.strip():
        raise InvalidInput({"note": "Say what was seen and done."})
    _record(file, operation, ReoperationKind.POCKET_REVISION)
    return file.finish("reoperation_recorded")


def record_explant(
    work: Work,
    ref: CaseRef,
    operation: Operation,
    *,
    devices: Collection[int],
    second_by: int | None,
    document_seq: int | None,
) -> Written:
    """Record that devices were taken out. With the pump its refills end, also what is booked for them: a second person
    or a document must say so.

    :raises NotFound: where the case is no reoperation
    :raises InvalidInput: for devices that are not in place, or without the second person or document
    :raises Refused: with everything that was missing, if no reason is given
    """
    file, pumps = _open(work, ref, operation)
    out = [each for each in pumps.snapshot.devices_in_place if each.device in devices]
    problems = person_problems(work, second_by) | paper_problems(pumps.snapshot, document_seq)
    if not out or len(out) != len(set(devices)):
        problems["devices"] = "Choose what was taken out."
    if document_seq is None and second_by in (None, work.actor.user_id):
        problems["second_by"] = "A second person or a document must confirm it."
    if problems:
        raise InvalidInput(problems)
    _record(file, operation, ReoperationKind.EXPLANT)
    before = pumps.snapshot
    _take_out(pumps, out)
    cancel_with_the_pump(pumps, before)
    pumps.finish("device_removed", second_by=second_by, document=document_seq, reoperation=file.case.public_id)
    return file.finish("reoperation_recorded")


def _open(work: Work, ref: CaseRef, operation: Operation) -> tuple[CaseFile, CaseFile]:
    """The reoperation and the case of its pump, neither of them finished.

    :raises InvalidInput: where it is over, or was recorded already
    """
    file = open_case(work, ref, Permission.IMPLANT, effective_at=operation.operated_at)
    pumps = pumps_case(file)
    if not file.case.is_open:
        raise InvalidInput({"operated_at": "This reoperation is closed."})
    if file.snapshot.determination(DeterminationKind.REOPERATION_DONE) is not None:
        raise InvalidInput({"operated_at": "What was done is recorded already. Correct that entry instead."})
    return file, pumps


def _unfit(file: CaseFile, pumps: CaseFile, kind: DeviceKind, part: Component) -> tuple[Blocker, ...]:
    """Why the part ought not to have been put in; one that was recorded as opened and not used is asked back."""
    ask_about_opened(pumps, kind, part)
    return unfit_part(file, kind, with_recorded_expiry(pumps, kind, part), PURPOSE)


def _record(file: CaseFile, operation: Operation, kind: ReoperationKind, also: tuple[Blocker, ...] = ()) -> None:
    missing = (*act_blockers(file.pathway, file.snapshot, PURPOSE, file.work.now), *also)
    require_reason(file, PURPOSE, missing, operation.deviation_reason, seen=operation.deviation_seen)
    note = operation.note.strip()
    determine(file, DeterminationKind.REOPERATION_DONE, value=kind, reason=note, purpose=PURPOSE)


def _take_out(pumps: CaseFile, devices: Collection[Device]) -> None:
    """:raises InvalidInput: for a day before the device was put in"""
    day = pumps.snapshot.calendar.today(pumps.effective_at)
    for each in devices:
        if each.placed_on is not None and day < each.placed_on:
            raise InvalidInput({"operated_at": "The device was put in after this day."})
        pumps.change(each, in_place=False, removed_on=day)


def _exchange_catheter(file: CaseFile, pumps: CaseFile, catheter: Component) -> None:
    old = [each for each in pumps.snapshot.devices_in_place if each.kind == DeviceKind.CATHETER]
    _take_out(pumps, old)
    place(pumps, DeviceKind.CATHETER, catheter, DeviceOrigin.REOPERATION, reoperation_id=file.case.id)
