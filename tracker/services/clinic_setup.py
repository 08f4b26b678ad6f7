"""A clinic and what it books with: settings, closed days, clinicians, rooms, payers.

Nothing here is deleted while a visit may name it: a room or a payer goes out of use. Zone, weekdays and closed days
move due dates, so a change of them sends every followed case through the reconciler.
"""

import re
from datetime import date, datetime
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.names import fold
from tracker.persistence.chain import append_event, start_chain
from tracker.persistence.models import Case, Clinic, Clinician, ClosedDay, Membership, Payer, PumpWatch, Room
from tracker.persistence.vocabulary import ClinicianKind
from tracker.services.clinic_events import tell_clinic
from tracker.services.ports import Ids
from tracker.services.work import Work

LONGEST_NAME = 200
LATEST_ARRIVAL_MINUTES = 600
MOST_REFILLS_PER_DAY = 200

Listed = TypeVar("Listed", Room, Payer, Clinician)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def name_problem(name: str) -> str | None:
    """Return the sentence that says why this cannot be a name, or ``None``."""
    if not name.strip():
        return "Give a name."
    if len(name.strip()) > LONGEST_NAME:
        return f"Use at most {LONGEST_NAME} characters."
    return None


def zone_problem(zone: str) -> str | None:
    """Return the sentence that says why this is no time zone, or ``None``."""
    return None if zone in _zones() else "This is not a time zone. Write it like America/Denver."


def create_clinic(session: Session, *, name: str, zone: str, at: datetime, ids: Ids) -> int:
    """Make a clinic, from the command line, and return its id.

    :raises InvalidInput: when the name is taken or empty, or the zone is unknown
    """
    problems: dict[str, str] = {}
    clean = " ".join(name.split())
    if problem := name_problem(clean):
        problems["name"] = problem
    elif session.scalar(select(Clinic.id).where(Clinic.name == clean)) is not None:
        problems["name"] = f"There is a clinic named {clean} already."
    if problem := zone_problem(zone):
        problems["zone"] = problem
    if problems:
        raise InvalidInput(problems)
    clinic_id = ids.row_id(at)
    session.execute(insert(Clinic).values(id=clinic_id, public_id=ids.public_id(), name=clean, zone=zone, version=1))
    start_chain(session, clinic_id)
    append_event(
        session,
        clinic_id=clinic_id,
        kind="clinic_created",
        actor_id=None,
        effective_at=at,
        recorded_at=at,
        body={"zone": zone},
    )
    return clinic_id


def change_clinic(
    work: Work,
    *,
    expected_version: int,
    zone: str,
    open_weekdays: str,
    arrive_minutes_before: int,
    phone: str,
    refills_per_day: int | None = None,
    closes_at: str = "",
) -> None:
    """Change the clinic's settings. ``open_weekdays`` holds ISO digits, 1 for Monday; ``refills_per_day`` is how many
    pumps can be refilled on an open day, ``None``: nobody knows. ``closes_at`` is the wall time (``HH:MM``) at which
    the unit closes, empty: nobody has said, and no stay is too long.

    :raises NotPermitted: for anybody who may not manage the clinic
    :raises InvalidInput: with a sentence for each value that cannot be taken
    :raises StaleVersion: when somebody changed the settings meanwhile
    """
    work.require(Permission.MANAGE_CLINIC)
    weekdays = "".join(sorted(set(open_weekdays)))
    problems = _setting_problems(zone, weekdays, arrive_minutes_before, phone, refills_per_day)
    if closes_at and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", closes_at):
        problems["closes_at"] = "Type a time, for example 17:00, or leave it empty."
    if problems:
        raise InvalidInput(problems)
    clinic = work.session.get(Clinic, work.actor.clinic_id, with_for_update=True)
    if clinic is None:
        raise NotFound("no such clinic")
    if clinic.version != expected_version:
        raise StaleVersion(clinic.version)
    moves_dates = (clinic.zone, clinic.open_weekdays) != (zone, weekdays)
    clinic.zone, clinic.open_weekdays = zone, weekdays
    clinic.arrive_minutes_before, clinic.phone = arrive_minutes_before, phone.strip()
    clinic.refills_per_day, clinic.closes_at = refills_per_day, closes_at
    clinic.version += 1
    if moves_dates:
        _look_again_at_cases(work)
    tell_clinic(
        work,
        "clinic_changed",
        {
            "zone": zone,
            "open_weekdays": weekdays,
            "arrive_minutes_before": arrive_minutes_before,
            "refills_per_day": refills_per_day,
            "closes_at": closes_at,
        },
    )


def _setting_problems(
    zone: str, weekdays: str, arrive_minutes_before: int, phone: str, refills_per_day: int | None
) -> dict[str, str]:
    problems: dict[str, str] = {}
    if problem := zone_problem(zone):
        problems["zone"] = problem
    if not weekdays or not set(weekdays) <= set("1234567"):
        problems["open_weekdays"] = "Choose at least one weekday."
    if not 0 <= arrive_minutes_before <= LATEST_ARRIVAL_MINUTES:
        problems["arrive_minutes_before"] = f"Give minutes from 0 to {LATEST_ARRIVAL_MINUTES}."
    if refills_per_day is not None and not 0 <= refills_per_day <= MOST_REFILLS_PER_DAY:
        problems["refills_per_day"] = f"Give 0 to {MOST_REFILLS_PER_DAY} refills, or leave it empty."
    if len(phone) > 40:
        problems["phone"] = "Use at most 40 characters."
    return problems


def close_day(work: Work, *, on_date: date, label: str) -> None:
    """Close the clinic on a day.

    :raises InvalidInput: when the day is closed already or the label is empty
    """
    work.require(Permission.MANAGE_CLINIC)
    problems: dict[str, str] = {}
    if not label.strip() or len(label) > LONGEST_NAME:
        problems["label"] = "Say why, in a few words."
    is_closed = work.session.get(ClosedDay, (work.actor.clinic_id, on_date)) is not None
    if is_closed:
        problems["on_date"] = "This day is closed already."
    if problems:
        raise InvalidInput(problems)
    work.session.execute(insert(ClosedDay).values(clinic_id=work.actor.clinic_id, on_date=on_date, label=label.strip()))
    _look_again_at_cases(work)
    tell_clinic(work, "day_closed", {"on": on_date.isoformat(), "label": label.strip()})


def open_day(work: Work, *, on_date: date) -> None:
    """Open the clinic again on a day that was closed.

    :raises NotFound: when the day is not closed
    """
    work.require(Permission.MANAGE_CLINIC)
    gone = work.session.execute(
        delete(ClosedDay)
        .where(ClosedDay.clinic_id == work.actor.clinic_id, ClosedDay.on_date == on_date)
        .returning(ClosedDay.on_date)
    ).all()
    if not gone:
        raise NotFound("this day is not closed")
    _look_again_at_cases(work)
    tell_clinic(work, "day_opened", {"on": on_date.isoformat()})


def add_room(work: Work, *, name: str) -> int:
    """Add a room and return its id.

    :raises InvalidInput: when the name is empty, too long or taken
    """
    clean = _free_name(work, Room, name)
    room = Room(clinic_id=work.actor.clinic_id, id=work.ids.row_id(work.now), name=clean, is_active=True, version=1)
    return _add(work, room, "room_added")


def change_room(work: Work, *, room_id: int, expected_version: int, name: str, is_active: bool) -> None:
    """Rename a room, or take it out of use or back.

    :raises NotFound: when it is not the clinic's
    :raises StaleVersion: when somebody changed it meanwhile
    :raises InvalidInput: when the name is empty, too long or taken
    """
    room = _open(work, Room, room_id, expected_version)
    room.name, room.is_active = _free_name(work, Room, name, but=room_id), is_active
    _keep(work, room, "room_changed")


def add_payer(work: Work, *, name: str) -> int:
    """Add a payer and return its id.

    :raises InvalidInput: when the name is empty, too long or taken
    """
    clean = _free_name(work, Payer, name)
    payer = Payer(
        clinic_id=work.actor.clinic_id,
        id=work.ids.row_id(work.now),
        name=clean,
        name_key=fold(clean),
        is_active=True,
        version=1,
    )
    return _add(work, payer, "payer_added")


def change_payer(work: Work, *, payer_id: int, expected_version: int, name: str, is_active: bool) -> None:
    """Rename a payer, or take it out of use or back. Raises as ``change_room`` does."""
    payer = _open(work, Payer, payer_id, expected_version)
    payer.name, payer.is_active = _free_name(work, Payer, name, but=payer_id), is_active
    payer.name_key = fold(payer.name)
    _keep(work, payer, "payer_changed")


def add_clinician(work: Work, *, name: str, kind: str, user_id: int | None = None) -> int:
    """Add somebody with whom visits are booked, and return the id.

    :raises InvalidInput: when the name is empty, too long or taken, the kind is unknown or the person no member
    """
    clean = _free_name(work, Clinician, name)
    _check_clinician(work, kind, user_id)
    clinician = Clinician(
        clinic_id=work.actor.clinic_id,
        id=work.ids.row_id(work.now),
        name=clean,
        kind=kind,
        user_id=user_id,
        is_active=True,
        version=1,
    )
    return _add(work, clinician, "clinician_added")


def change_clinician(
    work: Work, *, clinician_id: int, expected_version: int, name: str, kind: str, user_id: int | None, is_active: bool
) -> None:
    """Change a clinician, or take them out of use or back. Raises as ``change_room`` does."""
    clinician = _open(work, Clinician, clinician_id, expected_version)
    _check_clinician(work, kind, user_id)
    clinician.name, clinician.is_active = _free_name(work, Clinician, name, but=clinician_id), is_active
    clinician.kind, clinician.user_id = kind, user_id
    _keep(work, clinician, "clinician_changed")


def _check_clinician(work: Work, kind: str, user_id: int | None) -> None:
    problems: dict[str, str] = {}
    if kind not in set(ClinicianKind):
        problems["kind"] = "Choose one of the list."
    if user_id is not None and work.session.get(Membership, (work.actor.clinic_id, user_id)) is None:
        problems["user_id"] = "Choose somebody of this clinic."
    if problems:
        raise InvalidInput(problems)


def _free_name(work: Work, table: type[Listed], name: str, but: int | None = None) -> str:
    work.require(Permission.MANAGE_CLINIC)
    clean = " ".join(name.split())
    if problem := name_problem(clean):
        raise InvalidInput({"name": problem})
    if not fold(clean):
        raise InvalidInput({"name": "Give a name with letters or digits in it."})
    others = work.session.execute(select(table.id, table.name).where(table.clinic_id == work.actor.clinic_id))
    if any(row.id != but and fold(row.name) == fold(clean) for row in others):
        raise InvalidInput({"name": f"{clean} is on the list already."})
    return clean


def _open(work: Work, table: type[Listed], entry_id: int, expected_version: int) -> Listed:
    work.require(Permission.MANAGE_CLINIC)
    entry = work.session.get(table, (work.actor.clinic_id, entry_id), with_for_update=True)
    if entry is None:
        raise NotFound("nothing of this id in this clinic")
    if entry.version != expected_version:
        raise StaleVersion(entry.version)
    return entry


def _add(work: Work, entry: Room | Payer | Clinician, kind: str) -> int:
    work.session.add(entry)
    tell_clinic(work, kind, {"id": str(entry.id)})
    return entry.id


def _keep(work: Work, entry: Room | Payer | Clinician, kind: str) -> None:
    entry.version += 1
    tell_clinic(work, kind, {"id": str(entry.id), "version": entry.version, "is_active": entry.is_active})


def _look_again_at_cases(work: Work) -> None:
    has_pump = (
        select(PumpWatch.case_id).where(PumpWatch.clinic_id == Case.clinic_id, PumpWatch.case_id == Case.id).exists()
    )
    work.session.execute(
        update(Case)
        .where(Case.clinic_id == work.actor.clinic_id, or_(Case.is_open, has_pump))
        .values(reconcile_at=work.now)
        .execution_options(synchronize_session=False)
    )
