"""Pumps that are in already: taken over from another clinic or from paper, and taken out again.

Nobody may be forgotten on the way in: a pump without a known alarm date is taken over all the same, and its refill is
critical and due today.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.doses import unusual_dose
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Device, Fill
from tracker.domain.words import DeterminationKind, DeviceKind, DeviceOrigin, FillKind
from tracker.persistence.models import Case, Patient
from tracker.services.beside import finish_with_beside
from tracker.services.case_file import CaseFile, open_case
from tracker.services.device_parts import Component, ask_about_reservoir
from tracker.services.named import paper_problems, person_problems, reader_problems
from tracker.services.reach_doubts import ask_about_reach
from tracker.services.referrals import NewReferral, begin_case, case_of, find_or_add
from tracker.services.refill_visits import cancel_with_the_pump
from tracker.services.same_serial import ask_about_serial
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True)
class PumpInPlace:
    """A pump as it was found: from the print-out, with its source and a second reader. ``None``: not known.

    ``filled_on`` is the day of the last fill, ``alarm_on`` the printed low-reservoir alarm date. In a list of many
    patients the second reading ``may_wait_for_second``: until then the date is unconfirmed, and the earlier bound
    drives.
    """

    pump: Component
    placed_on: date | None
    drug: str
    filled_on: date | None
    alarm_on: date | None
    alarm_on_again: date | None
    source: str
    second_by: int | None
    concentration_mcg_ml: Decimal | None = None
    volume_ml: Decimal | None = None
    daily_dose_mcg: Decimal | None = None
    alarm_volume_ml: Decimal | None = None
    may_wait_for_second: bool = False

    def problems(self, today: date, taken_by: int) -> dict[str, str]:
        """What cannot be, as a sentence per field."""
        found: dict[str, str] = {}
        if not self.pump.model.strip():
            found["pump_model"] = "Which pump is it?"
        if not self.source.strip():
            found["source"] = "Where does this come from? A print-out, a letter, the programmer."
        is_read_once = self.second_by is None and self.may_wait_for_second
        if self.second_by in (None, taken_by) and not is_read_once:
            found["second_by"] = "A second person must have read the print-out."
        found |= self._date_problems()
        for name in ("placed_on", "filled_on"):
            day = getattr(self, name)
            if day is not None and day > today:
                found[name] = "This date is in the future."
        for name in ("concentration_mcg_ml", "volume_ml", "daily_dose_mcg", "alarm_volume_ml"):
            amount = getattr(self, name)
            if amount is not None and amount <= 0:
                found[name] = "Must be more than zero."
        return found

    def _date_problems(self) -> dict[str, str]:
        if self.alarm_on != self.alarm_on_again:
            return {"alarm_on_again": "The two dates differ. Read the print-out again and type it twice."}
        if self.alarm_on is None:
            return {}
        if self.filled_on is None:
            return {"filled_on": "Say when the pump was filled; the drug keeps only so long in it."}
        return {} if self.alarm_on > self.filled_on else {"alarm_on": "The alarm date must be after the fill."}


def take_over_pump(work: Work, new: NewReferral, found: PumpInPlace, calendar: ClinicCalendar) -> Written:
    """Take over a patient who has a pump: a case, the pump, the last fill. A case that only waits is used.

    :raises NotPermitted: for a role that may not take over
    :raises InvalidInput: for what cannot be, or a patient whose pump is followed already
    :raises AskedBack: for an unusual dose or reservoir, or a serial that stands with another patient too
    """
    work.require(Permission.TAKE_OVER_PUMP)
    today = calendar.today(work.now)
    problems = found.problems(today, work.actor.user_id)
    problems |= reader_problems(work, found.second_by, Permission.TAKE_OVER_PUMP)
    if problems:
        raise InvalidInput(problems)
    patient = find_or_add(work, new, calendar)
    file = _file_for(work, patient, new, calendar)
    if file.snapshot.pump is not None:
        raise InvalidInput({"mrn": "This patient's pump is followed already."})
    ask_about_serial(file, found.pump.serial)
    ask_about_reservoir(file, found.pump.reservoir_ml)
    if not new.is_imported:
        ask_about_reach(work, case_id=file.case.id, reach=new.person.reach, today=today)
    pump = _record_pump(file, found)
    _record_fill(file, found, pump)
    file.ask(*unusual_dose(file.pathway, found.drug, found.daily_dose_mcg))
    return file.finish("pump_taken_over")


def _file_for(work: Work, patient: Patient, new: NewReferral, calendar: ClinicCalendar) -> CaseFile:
    waiting = waiting_case(work, patient, new.pathway)
    if waiting is None:
        return begin_case(work, patient, new, calendar)
    return open_case(work, waiting, Permission.TAKE_OVER_PUMP)


def waiting_case(work: Work, patient: Patient, pathway: str) -> CaseRef | None:
    """The patient's open case, which a pump that is taken over goes into; ``None`` if there was never one.

    :raises InvalidInput: if the case is closed
    """
    standing = case_of(work, patient, pathway)
    if standing is None:
        return None
    version, is_open = work.session.execute(
        select(Case.version, Case.is_open).where(Case.clinic_id == patient.clinic_id, Case.public_id == standing)
    ).one()
    if not is_open:
        raise InvalidInput({"mrn": "This patient's case is closed. Reopen it, then record the pump."})
    return CaseRef(standing, version)


def _record_pump(file: CaseFile, found: PumpInPlace) -> Device:
    part = found.pump
    return file.record(
        Device,
        kind=DeviceKind.PUMP,
        model=part.model.strip(),
        manufacturer=part.manufacturer.strip(),
        serial=part.serial.strip(),
        udi=part.udi.strip(),
        lot=part.lot.strip(),
        reservoir_ml=part.reservoir_ml,
        origin=DeviceOrigin.ALREADY_IN,
        in_place=True,
        placed_on=found.placed_on,
        removed_on=None,
        out_by_on=None,
        end_of_service_on=part.end_of_service_on,
        tip_intact=None,
        appointment=None,
        outcome_seq=None,
        waiver_seq=None,
        consent_seq=None,
        authorization_seq=None,
        deviation_seq=None,
    )


def _record_fill(file: CaseFile, found: PumpInPlace, pump: Device) -> None:
    """Even where nothing is known of the fill it is a fact that a pump with a drug is in."""
    taken_over_at = file.effective_at
    if found.filled_on is not None:
        file.effective_at = min(file.snapshot.calendar.start_of(found.filled_on), file.work.now)
    file.record(
        Fill,
        device=pump.device,
        kind=FillKind.TAKEN_OVER,
        appointment=None,
        drug=found.drug,
        concentration_mcg_ml=found.concentration_mcg_ml,
        volume_ml=found.volume_ml,
        daily_dose_mcg=found.daily_dose_mcg,
        alarm_volume_ml=found.alarm_volume_ml,
        alarm_on=found.alarm_on,
        is_confirmed=found.alarm_on is not None and found.second_by is not None,
        source=found.source.strip(),
        lot="",
        expires_on=None,
        residual_expected_ml=None,
        residual_aspirated_ml=None,
        second_by=found.second_by,
    )
    file.effective_at = taken_over_at


def switch_off_pump(work: Work, ref: CaseRef, *, device: int, reason: str) -> Written:
    """Record that the pump of somebody who died was switched off and stays in, and who was told.

    :raises NotFound: if no such pump is in place
    :raises InvalidInput: for somebody who is not recorded as dead, or without words
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    parts = file.snapshot.devices_in_place
    if not any(each.device == device and each.kind == DeviceKind.PUMP for each in parts):
        raise NotFound(str(device))
    if not file.snapshot.is_dead:
        raise InvalidInput({"reason": "No death is recorded. A stop of the therapy is recorded as such."})
    if not reason.strip():
        raise InvalidInput({"reason": "Say what was done with the pump, and who was told."})
    determine(file, DeterminationKind.PUMP_SWITCHED_OFF, value="yes", reason=reason.strip(), about_seq=device)
    return file.finish("pump_switched_off")


def remove_device(
    work: Work,
    ref: CaseRef,
    *,
    device: int,
    second_by: int | None,
    document_seq: int | None,
    removed_at: datetime | None,
) -> Written:
    """Record that a device was taken out. It ends the refills of a pump, also what is booked for them: a second person
    or a document must say so.

    :raises NotFound: if no such device is in place
    :raises InvalidInput: without a second person or a document
    """
    file = open_case(work, ref, Permission.IMPLANT, effective_at=removed_at)
    part = next((each for each in file.snapshot.devices_in_place if each.device == device), None)
    if part is None:
        raise NotFound(str(device))
    if document_seq is None and second_by in (None, work.actor.user_id):
        raise InvalidInput({"second_by": "A second person or a document must confirm it."})
    problems = person_problems(work, second_by) | paper_problems(file.snapshot, document_seq)
    if problems:
        raise InvalidInput(problems)
    before = file.snapshot
    file.change(part, in_place=False, removed_on=file.snapshot.calendar.today(file.effective_at))
    cancel_with_the_pump(file, before)
    return finish_with_beside(file, before, "device_removed", second_by=second_by, document=document_seq)
