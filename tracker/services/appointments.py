"""Visits: booked, moved, confirmed, cancelled, arrived, missed. Every change is a version.

A visit keeps the wall time as it was booked and the zone; the instant is computed from both. The database refuses to
book a room, a patient or (for procedures) a clinician twice.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.dates import in_words
from tracker.domain.errors import InvalidInput, NotFound, Question
from tracker.domain.facts import Appointment, Determination, VisitMoment
from tracker.domain.final_times import is_provisional
from tracker.domain.refill_visits import doubts_about_visit
from tracker.domain.visit_day import late_stay
from tracker.domain.words import LIVE_APPOINTMENT, AppointmentState, DeterminationKind, Purpose
from tracker.persistence.models import AppointmentRow, Case
from tracker.persistence.refusals import double_booking
from tracker.services.beside import pumps_case
from tracker.services.case_file import CaseFile, open_case
from tracker.services.final_times import say_final, take_back
from tracker.services.named import place_problems
from tracker.services.visit_day import end_turn
from tracker.services.visit_losses import Loss, is_asked, loss_problems, record_loss, wait_problems
from tracker.services.work import CaseRef, Work, Written

#: What can be booked twice, and the field and sentence that say so.
TAKEN = {
    "room": ("room_id", "The room is taken at this time."),
    "patient": ("starts", "The patient has another visit at this time."),
    "clinician": ("clinician_id", "The clinician has another procedure at this time."),
}
LONGEST_VISIT = timedelta(hours=24)
_ELSEWHERE = (
    select(AppointmentRow.seq)
    .join(Case, (Case.clinic_id == AppointmentRow.clinic_id) & (Case.id == AppointmentRow.case_id))
    .where(
        Case.clinic_id == bindparam("clinic"),
        Case.patient_id == bindparam("patient"),
        Case.id != bindparam("case"),
        AppointmentRow.superseded_by.is_(None),
        AppointmentRow.state.in_(sorted(LIVE_APPOINTMENT)),
        # No visit is longer: so only those about that time are looked at.
        AppointmentRow.starts_at > bindparam("first_at"),
        AppointmentRow.starts_at < bindparam("ends_at"),
        AppointmentRow.ends_at > bindparam("starts_at"),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where. ``starts`` and ``arrives`` are wall times at the clinic, without a zone."""

    starts: datetime
    minutes: int
    arrives: datetime | None = None
    room_id: int | None = None
    clinician_id: int | None = None

    def problems(self, calendar: ClinicCalendar, now: datetime, *, may_be_past: bool) -> dict[str, str]:
        """What cannot be taken, as a sentence per field."""
        found: dict[str, str] = {}
        if not 5 <= self.minutes <= LONGEST_VISIT.total_seconds() / 60:
            found["minutes"] = "A visit takes between 5 minutes and a day."
        if not may_be_past and calendar.instant(self.starts) < now:
            found["starts"] = "This time has passed. Tick “entered late” if the visit was booked on paper."
        if self.arrives is not None and self.arrives > self.starts:
            found["arrives"] = "The patient would arrive after the visit begins."
        if calendar.instant(self.starts) > now + timedelta(days=730):
            found["starts"] = "This is more than two years away."
        return found

    def questions(self, calendar: ClinicCalendar, from_hour: int, until_hour: int) -> list[Question]:
        """What is asked back: a closed day, and a beginning before ``from_hour`` or from ``until_hour`` on (wall)."""
        day, found = self.starts.date(), []
        if not calendar.is_open(day):
            found.append(f"The clinic is closed on {day:%A}, {day.isoformat()}.")
        if not from_hour <= self.starts.hour < until_hour:
            found.append(f"{self.starts:%H:%M} is outside {from_hour:02}:00 to {until_hour:02}:00.")
        wall = self.starts.isoformat(timespec="minutes")
        return [Question("starts", wall, " ".join(found), "Book it all the same")] if found else []

    def values(self, calendar: ClinicCalendar) -> dict[str, object]:
        """The columns of the visit that follow from the slot."""
        starts_at = calendar.instant(self.starts)
        return {
            "wall": self.starts.isoformat(timespec="minutes"),
            "zone": calendar.zone,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=self.minutes),
            "arrive_at": calendar.instant(self.arrives) if self.arrives else None,
            "room_id": self.room_id,
            "clinician_id": self.clinician_id,
        }


def book(
    work: Work, ref: CaseRef, *, purpose: str, slot: Slot, entered_late: bool = False, is_final: bool = False
) -> Written:
    """Book a visit. ``is_final``: its time is, of a visit that is otherwise booked with a provisional one.

    :raises InvalidInput: for a slot that cannot be, or that is taken, a second live visit for the same purpose,
        somebody who has died, or a procedure in a closed case
    :raises AskedBack: for a closed day, an unusual hour, a stay beyond closing, or a refill after its latest date
    """
    file = open_case(work, ref, Permission.BOOK)
    visit = book_into(file, purpose, slot, entered_late=entered_late)
    _ask(file, slot, purpose)
    _say_whether_final(file, visit, is_final=is_final)
    return file.finish("visit_booked")


def book_into(file: CaseFile, purpose: str, slot: Slot, *, entered_late: bool = False, reason: str = "") -> Appointment:
    """Write a new visit into a case that is open for writing. Nothing unusual is asked back: that is the caller's.

    :raises InvalidInput: as ``book``
    """
    if purpose not in file.pathway.visit_purposes:
        raise InvalidInput({"purpose": "Choose what the visit is for."})
    if purpose in file.pathway.procedures and not file.case.is_open:
        # What follows an operation may still be booked: a wound, or a pump that stays in, outlives the case.
        raise InvalidInput({"purpose": "This case is closed. Nothing is operated on here any more."})
    _check(file, slot, entered_late)
    if file.snapshot.booked(purpose) is not None:
        raise InvalidInput({"purpose": "There is already a visit booked for this. Move that one."})
    _refuse_too_early(file, slot, purpose)
    return _write(
        file,
        None,
        version=1,
        attempt=file.snapshot.attempt(purpose),
        purpose=purpose,
        state=AppointmentState.BOOKED,
        reason=reason,
        **slot.values(file.snapshot.calendar),
    )


def move(
    work: Work,
    ref: CaseRef,
    *,
    appointment: int,
    slot: Slot,
    reason: str = "",
    entered_late: bool = False,
    is_final: bool = False,
) -> Written:
    """Move a visit to another time, room or clinician. It must be confirmed again, and another time is provisional
    again unless ``is_final``.

    :raises NotFound: if no such visit holds its place
    :raises InvalidInput: for a slot that cannot be or is taken, or where the patient has come or has died
    :raises AskedBack: as ``book``
    """
    file = open_case(work, ref, Permission.BOOK)
    visit = _live(file, appointment)
    if visit.state == AppointmentState.ARRIVED:
        raise InvalidInput({"starts": "The patient came to this visit. Put it back first if that was a mistake."})
    _check(file, slot, entered_late)
    _ask(file, slot, visit.purpose)
    values = slot.values(file.snapshot.calendar)
    is_other_time = (values["wall"], values["arrive_at"]) != (visit.wall, visit.arrive_at)
    values |= {"version": visit.version + 1, "moves": visit.moves + is_other_time}
    values["timed_at"] = None if is_other_time else visit.time_known_at
    _write(file, visit, state=AppointmentState.BOOKED, reason=reason, **values)
    moved = _live(file, appointment)
    if is_other_time:
        take_back(file, visit)
    end_turn(file, visit)
    _say_whether_final(file, moved, is_final=is_final)
    return file.finish("visit_moved")


def confirm(
    work: Work, ref: CaseRef, *, appointment: int, how: str = "", told: tuple[str, int] | None = None
) -> Written:
    """Record that the patient said they will come.

    ``told``: the wall time that a patient was told who answers a message, and after how many moves; they are compared
    instead of the version.

    :raises NotFound: if no such visit holds its place, or one that is ``told`` has another time, or has begun
    """
    file = open_case(work, ref, Permission.BOOK, checks_version=told is None)
    visit = _live(file, appointment)
    if told is not None and ((visit.wall, visit.moves) != told or visit.state == AppointmentState.ARRIVED):
        raise NotFound(str(appointment))
    values = {"version": visit.version + 1, "timed_at": visit.time_known_at}
    file.change(visit, state=AppointmentState.CONFIRMED, reason=how, **values)
    return file.finish("visit_confirmed")


def arrive(work: Work, ref: CaseRef, *, appointment: int, arrived_at: datetime | None = None) -> Written:
    """Record that the patient is here.

    :raises NotFound: if no such visit holds its place
    :raises InvalidInput: on another day than the visit's
    """
    file = open_case(work, ref, Permission.CHECK_IN, effective_at=arrived_at)
    visit = _live(file, appointment)
    calendar = file.snapshot.calendar
    if calendar.today(file.effective_at) != calendar.today(visit.starts_at):
        raise InvalidInput({"arrived_at": "The visit is on another day. Move it first, then mark the arrival."})
    file.change(visit, version=visit.version + 1, state=AppointmentState.ARRIVED, reason="")
    return file.finish("patient_arrived")


def cancel(
    work: Work,
    ref: CaseRef,
    *,
    appointment: int,
    reason: str,
    not_before: datetime | None = None,
    loss: Loss | None = None,
) -> Written:
    """Cancel a visit; the case goes back to where the next step is owned.

    ``not_before``: no new visit for this purpose before that day. ``loss``: asked from the visit's very day on.

    :raises NotFound: if no such visit holds its place
    :raises InvalidInput: without a reason or what else is asked, or for a day that cannot be waited for
    """
    return _lose(work, ref, appointment, AppointmentState.CANCELLED, reason=reason, not_before=not_before, loss=loss)


def no_show(
    work: Work,
    ref: CaseRef,
    *,
    appointment: int,
    reason: str,
    not_before: datetime | None = None,
    loss: Loss | None = None,
) -> Written:
    """Record that the patient did not come. As ``cancel``; ``loss`` is always asked.

    :raises NotFound: if no such visit holds its place
    :raises InvalidInput: as ``cancel``, or before the visit's time
    """
    return _lose(work, ref, appointment, AppointmentState.NO_SHOW, reason=reason, not_before=not_before, loss=loss)


def _lose(
    work: Work,
    ref: CaseRef,
    appointment: int,
    state: AppointmentState,
    *,
    reason: str,
    not_before: datetime | None,
    loss: Loss | None,
) -> Written:
    permission = Permission.CHECK_IN if state == AppointmentState.NO_SHOW else Permission.BOOK
    file = open_case(work, ref, permission)
    visit = _live(file, appointment)
    earliest_on, calendar = (not_before.date() if not_before else None), file.snapshot.calendar
    asked = is_asked(visit, calendar, calendar.today(work.now))
    problems = wait_problems(file, visit, earliest_on) | (loss_problems(file, visit, state, loss) if asked else {})
    if not reason.strip():
        problems["reason"] = "Say why."
    elif state == AppointmentState.NO_SHOW and visit.starts_at > work.now:
        problems["reason"] = "The time of the visit has not come. Cancel it instead."
    elif state == AppointmentState.NO_SHOW and visit.state == AppointmentState.ARRIVED:
        problems["reason"] = "The patient came to this visit. Put it back first if that was a mistake."
    if problems:
        raise InvalidInput(problems)
    file.change(visit, version=visit.version + 1, state=state, reason=reason)
    if asked and loss is not None:
        record_loss(file, visit, loss, reason=reason)
    if earliest_on is not None:
        file.record(
            Determination,
            kind=DeterminationKind.NOT_BEFORE,
            value=visit.purpose,
            reason=reason,
            attempt=visit.attempt,
            until_on=earliest_on,
            about_seq=visit.appointment,
            second_by=None,
        )
    return file.finish(f"visit_{state}")


def reinstate(work: Work, ref: CaseRef, *, appointment: int, reason: str) -> Written:
    """Put back a visit that was marked arrived, missed or cancelled by mistake. The stage does not move back.

    :raises NotFound: if there is no such visit, or it only waits to begin
    :raises InvalidInput: without a reason, where its room, patient or clinician is taken by now, or after a death
    """
    file = open_case(work, ref, Permission.CORRECT)
    visit = next((each for each in file.snapshot.of(Appointment) if each.appointment == appointment), None)
    if visit is None or visit.state in (AppointmentState.BOOKED, AppointmentState.CONFIRMED):
        raise NotFound(str(appointment))
    if not reason.strip():
        raise InvalidInput({"reason": "Say what was wrong."})
    if died := _after_death(file, file.snapshot.calendar.today(visit.starts_at)):
        raise InvalidInput({"reason": died["starts"]})
    attempt = file.snapshot.attempt(visit.purpose)
    values = {"version": visit.version + 1, "attempt": attempt, "state": AppointmentState.BOOKED, "reason": reason}
    _write(file, visit, **values)
    for moment in file.snapshot.of(VisitMoment):
        if moment.appointment == appointment:
            file.strike(moment, reason)
    return file.finish("visit_reinstated")


def _live(file: CaseFile, appointment: int) -> Appointment:
    for visit in file.snapshot.of(Appointment):
        if visit.appointment == appointment and visit.state in LIVE_APPOINTMENT:
            return visit
    raise NotFound(str(appointment))


def _say_whether_final(file: CaseFile, visit: Appointment, *, is_final: bool) -> None:
    if is_final and is_provisional(file.pathway, file.snapshot, visit):
        say_final(file, visit)


def _refuse_too_early(file: CaseFile, slot: Slot, purpose: str) -> None:
    """Refuse a day before the one that was said when the last visit for this was lost."""
    said = [each for each in file.snapshot.determinations(DeterminationKind.NOT_BEFORE) if each.value == purpose]
    earliest = said[-1] if said else None
    if earliest and earliest.until_on and slot.starts.date() < earliest.until_on:
        until = in_words(earliest.until_on, slot.starts.date())
        raise InvalidInput({"starts": f"Not before {until}: {earliest.reason}"})


def _check(file: CaseFile, slot: Slot, entered_late: bool) -> None:
    problems = slot.problems(file.snapshot.calendar, file.work.now.astimezone(UTC), may_be_past=entered_late)
    problems |= place_problems(file.work, slot.room_id, slot.clinician_id) | _after_death(file, slot.starts.date())
    if not problems and _is_elsewhere(file, slot):
        problems["starts"] = TAKEN["patient"][1]
    if problems:
        raise InvalidInput(problems)


def _ask(file: CaseFile, slot: Slot, purpose: str) -> None:
    hours = (file.pathway.days(each) for each in ("visits_from_hour", "visits_until_hour"))
    file.ask(*slot.questions(file.snapshot.calendar, *hours), *_too_late(file, slot, purpose))
    if purpose == Purpose.REFILL:
        file.ask(*doubts_about_visit(file.pathway, file.snapshot, file.work.now, slot.starts))


def _too_late(file: CaseFile, slot: Slot, purpose: str) -> list[Question]:
    """Ask back about a stay that would last beyond the hour at which the unit closes. It is asked, never refused: a
    patient may be watched elsewhere or stay the night, and only a person knows."""
    calendar = file.snapshot.calendar
    starts_at = calendar.instant(slot.starts)
    ends_at = starts_at + timedelta(minutes=slot.minutes)
    said = late_stay(file.pathway, purpose, starts_at, ends_at, calendar)
    about = f"{slot.starts.isoformat(timespec='minutes')}+{slot.minutes}"
    answer = "Book it all the same: the patient is watched after closing"
    return [Question("starts", about, said, answer)] if said else []


def _after_death(file: CaseFile, day: date) -> dict[str, str]:
    """What is said of a visit after the patient's death, which stands in the case of the pump. One before it took
    place, and can be entered late."""
    holder = file if file.case.about_case_id is None else pumps_case(file)
    death = holder.snapshot.determination(DeterminationKind.DEATH)
    if death is None or (death.until_on is not None and day <= death.until_on):
        return {}
    return {"starts": "The patient has died."}


def _is_elsewhere(file: CaseFile, slot: Slot) -> bool:
    """Whether the patient has a visit of another case at that time. Whoever writes to one of two cases that stand
    beside each other holds the lock of the pump's case, so nobody books the other meanwhile."""
    case, starts_at = file.case, file.snapshot.calendar.instant(slot.starts)
    asked = {"clinic": case.clinic_id, "patient": case.patient_id, "case": case.id}
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=slot.minutes)}
    times["first_at"] = starts_at - LONGEST_VISIT
    return file.work.session.connection().scalar(_ELSEWHERE, asked | times) is not None


def _write(file: CaseFile, old: Appointment | None, **values: object) -> Appointment:
    """Write a version of a visit; what the database refuses as taken becomes a sentence at its field.

    :raises InvalidInput: where the room, the patient or the clinician is taken
    """
    try:
        return file.record(Appointment, **values) if old is None else file.change(old, **values)
    except IntegrityError as error:
        taken = double_booking(error)
        if taken is None:
            raise
        field, sentence = TAKEN[taken]
        raise InvalidInput({field: sentence}) from error
