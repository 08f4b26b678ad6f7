"""What is looked at once for a room and a day, before or while patients are in it."""

from datetime import date, datetime

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.words import AppointmentState
from tracker.pathways import catalogue
from tracker.persistence.models import AppointmentRow, Case, Room, RoomCheck
from tracker.queries.clinic_calendar import get_calendar
from tracker.services.case_file import open_case
from tracker.services.clinic_events import tell_clinic
from tracker.services.work import CaseRef, Work


def check_room(work: Work, *, room_id: int, item: str, checked_at: datetime | None = None) -> int:
    """Record that somebody looked at an item of a room. It holds for that day, for every visit there; who looked first
    is named. Returns how many visits whose patients are here refer to it now.

    :raises NotPermitted: if the actor answers no checklists
    :raises NotFound: if the clinic has no such room, or no checklist such an item
    :raises InvalidInput: for a time in the future
    """
    work.require(Permission.CHECKLIST)
    at, clinic_id = checked_at or work.now, work.actor.clinic_id
    if at > work.now:
        raise InvalidInput({"done_at": "This time is in the future."})
    if item not in catalogue.room_items():
        raise NotFound(item)
    calendar = get_calendar(work.session, clinic_id)
    on = calendar.today(at)
    # The room is locked: of two who look at once the first is named, and no case is locked before a room is.
    locked = select(Room.id).where(Room.clinic_id == clinic_id, Room.id == room_id).with_for_update()
    if work.session.scalar(locked) is None:
        raise NotFound(str(room_id))
    is_first = work.session.get(RoomCheck, (clinic_id, room_id, on, item)) is None
    if is_first:
        _write(work, room_id, on, item, at)
    # Every case is locked before the first one writes its event: the clinic's chain is locked last.
    refs = [CaseRef(public_id, 0) for public_id in _patients_here(work, room_id, calendar, on)]
    files = [open_case(work, ref, Permission.CHECKLIST, checks_version=False) for ref in refs]
    referring = [file for file in files if file.refer_to_checked_rooms()]
    for file in referring:
        file.finish("checklist_answered")
    if is_first:
        tell_clinic(work, "room_checked", {"room": room_id, "item": item, "on": on.isoformat()})
    return len(referring)


def _write(work: Work, room_id: int, on: date, item: str, at: datetime) -> None:
    check = RoomCheck(
        clinic_id=work.actor.clinic_id,
        room_id=room_id,
        checked_on=on,
        item=item,
        checked_at=at,
        recorded_at=work.now,
        checked_by=work.actor.user_id,
    )
    work.session.add(check)
    work.session.flush()


def _patients_here(work: Work, room_id: int, calendar: ClinicCalendar, on: date) -> list[str]:
    """The cases whose patients came to the room on that day, by id: the order in which cases are locked."""
    rows = work.session.execute(
        select(Case.public_id, AppointmentRow.starts_at)
        .join(AppointmentRow, (AppointmentRow.clinic_id == Case.clinic_id) & (AppointmentRow.case_id == Case.id))
        .where(
            Case.clinic_id == work.actor.clinic_id,
            AppointmentRow.room_id == room_id,
            AppointmentRow.state == AppointmentState.ARRIVED,
            AppointmentRow.superseded_by.is_(None),
        )
        .order_by(Case.id)
    ).all()
    return [row.public_id for row in rows if calendar.today(row.starts_at) == on]
