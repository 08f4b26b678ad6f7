"""The checklist of one visit: what counts, what was answered on earlier days, and who could be a second person."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import ChecklistItem, Device, TrialDose
from tracker.domain.words import AppointmentState, DeviceKind
from tracker.persistence.facts import load_live
from tracker.persistence.models import (
    AppointmentRow,
    ChecklistItemRow,
    CorrectionRow,
    Membership,
    Room,
    RoomCheck,
    User,
)
from tracker.queries.checklist_answers import IS_OF_STANDING_CONSENT
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.colleagues import holds
from tracker.queries.day import Visit, find_visit, rules_of

_LOST = (AppointmentState.CANCELLED, AppointmentState.NO_SHOW)
_FIELDS = tuple(each.name for each in fields(ChecklistItem))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to one item. ``fact``: as the rules see it; ``room``: the room that was looked at."""

    fact: ChecklistItem
    by: str
    second_by: str
    room: str

    @property
    def at(self) -> datetime:
        """When it was done."""
        return self.fact.effective_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded of the visit on a page of its own: a test dose, or a trial catheter that is out."""

    fact: TrialDose | Device
    by: str
    second_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the clinic who can read a value a second time."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDay:
    """The checklist of another day for which the visit, or one in its place, was booked. It is never changed."""

    appointment: int
    day: date
    answers: Mapping[str, Answered]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitChecklist:
    """A visit, what counts in its checklist, who could be the second person, and what was answered on earlier days.

    ``written`` holds the number of the answer that is written down for an item, also where it does not count;
    ``recorded`` what an item shows that is recorded on a page of its own.
    """

    visit: Visit
    day: date
    calendar: ClinicCalendar
    answers: Mapping[str, Answered]
    written: Mapping[str, int]
    colleagues: tuple[Colleague, ...]
    earlier: tuple[EarlierDay, ...]
    recorded: Mapping[str, Recorded]

    def before(self, item: str) -> Answered | None:
        """The latest answer of an earlier day."""
        return next((each.answers[item] for each in self.earlier if item in each.answers), None)


def get_checklist(session: Session, viewer: Actor, case_public_id: str, appointment: int) -> VisitChecklist:
    """One visit with the answers of its checklist.

    :raises NotFound: when the viewer's clinic has no such visit
    """
    case_id, visit = find_visit(session, viewer, case_public_id, appointment)
    calendar = get_calendar(session, viewer.clinic_id)
    day = calendar.today(visit.starts_at)
    people = session.execute(
        select(User.id, User.name, holds(Permission.CHECKLIST).label("may_read"))
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.clinic_id == viewer.clinic_id)
        .order_by(User.name, User.id)
    ).all()
    names = {each.id: each.name for each in people}
    counting: dict[str, Answered] = {}
    written: dict[str, int] = {}
    earlier: dict[tuple[date, int], dict[str, Answered]] = {}
    for row, room, is_of_consent in session.execute(_written_for(viewer, case_id, visit)):
        fact = ChecklistItem(**{name: getattr(row, name) for name in _FIELDS})
        answered = Answered(
            fact=fact,
            by=names.get(fact.recorded_by or 0, ""),
            second_by=names.get(fact.second_by or 0, ""),
            room=room or "",
        )
        is_own, done_on = fact.appointment == appointment, calendar.today(fact.effective_at)
        if is_own and fact.superseded_by is None:
            written[fact.item] = fact.seq
        if not is_own or done_on < day:
            earlier.setdefault((done_on, fact.appointment), {})[fact.item] = answered
        elif fact.superseded_by is None and fact.room_id in (None, visit.room_id) and is_of_consent:
            counting[fact.item] = answered
    return VisitChecklist(
        visit=visit,
        day=day,
        calendar=calendar,
        answers=counting,
        written=written,
        colleagues=tuple(
            Colleague(user_id=each.id, name=each.name) for each in people if each.may_read and each.id != viewer.user_id
        ),
        earlier=tuple(
            EarlierDay(appointment=number, day=on, answers=answers)
            for (on, number), answers in sorted(earlier.items(), key=lambda pair: pair[0], reverse=True)
        ),
        recorded=_recorded(session, viewer, case_id, visit, names) if any(r.record for r in rules_of(visit)) else {},
    )


def _recorded(
    session: Session, viewer: Actor, case_id: int, visit: Visit, names: Mapping[int, str]
) -> dict[str, Recorded]:
    """The last of each kind that stands for the visit."""
    found: dict[str, TrialDose | Device] = {}
    for fact in load_live(session, viewer.clinic_id, case_id):
        if isinstance(fact, TrialDose) and fact.appointment == visit.appointment:
            found["dose"] = fact
        elif isinstance(fact, Device) and fact.appointment == visit.appointment and not fact.in_place:
            found |= {"catheter_out": fact} if fact.kind == DeviceKind.TRIAL_CATHETER else {}
    return {
        record: Recorded(
            fact=fact,
            by=names.get(fact.recorded_by or 0, ""),
            second_by=names.get(fact.second_by or 0, "") if isinstance(fact, TrialDose) else "",
        )
        for record, fact in found.items()
    }


def _written_for(viewer: Actor, case_id: int, visit: Visit) -> Select[ChecklistItemRow, str | None, bool]:
    """Every answer that was not struck out, of this visit and of those for the same that were lost, as written."""
    is_struck = exists().where(
        CorrectionRow.clinic_id == ChecklistItemRow.clinic_id,
        CorrectionRow.case_id == ChecklistItemRow.case_id,
        CorrectionRow.corrected_seq == ChecklistItemRow.seq,
    )
    return (
        select(ChecklistItemRow, Room.name, IS_OF_STANDING_CONSENT)
        .join(
            AppointmentRow,
            and_(
                AppointmentRow.clinic_id == ChecklistItemRow.clinic_id,
                AppointmentRow.case_id == ChecklistItemRow.case_id,
                AppointmentRow.appointment == ChecklistItemRow.appointment,
                AppointmentRow.superseded_by.is_(None),
            ),
        )
        .outerjoin(Room, and_(Room.clinic_id == ChecklistItemRow.clinic_id, Room.id == ChecklistItemRow.room_id))
        .where(
            ChecklistItemRow.clinic_id == viewer.clinic_id,
            ChecklistItemRow.case_id == case_id,
            ChecklistItemRow.checklist == visit.purpose,
            or_(ChecklistItemRow.appointment == visit.appointment, AppointmentRow.state.in_(_LOST)),
            ~is_struck,
        )
        .order_by(ChecklistItemRow.seq)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRoom:
    """A room, and what was looked at in it on one day: by item, who and when."""

    room_id: int
    name: str
    checks: Mapping[str, tuple[str, datetime]]


def list_rooms(session: Session, viewer: Actor, on: date) -> list[CheckedRoom]:
    """The rooms in use by name, with what was looked at on that civil day."""
    rooms = session.execute(
        select(Room.id, Room.name)
        .where(Room.clinic_id == viewer.clinic_id, Room.is_active)
        .order_by(Room.name, Room.id)
    ).all()
    checks: dict[int, dict[str, tuple[str, datetime]]] = {}
    for check, name in session.execute(
        select(RoomCheck, User.name)
        .join(User, User.id == RoomCheck.checked_by)
        .where(RoomCheck.clinic_id == viewer.clinic_id, RoomCheck.checked_on == on)
    ):
        checks.setdefault(check.room_id, {})[check.item] = (name, check.checked_at)
    return [CheckedRoom(room_id=room.id, name=room.name, checks=checks.get(room.id, {})) for room in rooms]
