"""What a clinic is and what it books with: its settings, closed days, clinicians, rooms and payers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.persistence.models import Clinic, Clinician, ClosedDay, Payer, Room


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicSettings:
    """What administrators change. ``open_weekdays`` holds ISO digits, 1 for Monday; ``refills_per_day`` is
    ``None`` where nobody has said, ``closes_at`` (``HH:MM``) and ``wall_key`` are empty then."""

    id: int
    public_id: str
    name: str
    zone: str
    open_weekdays: str
    arrive_minutes_before: int
    phone: str
    refills_per_day: int | None
    closes_at: str
    wall_key: str
    sending_paused_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """What a clinic settles of its messages. Equal times are no quiet hours; an empty ``message_name``: by its name."""

    name: str
    phone: str
    message_name: str
    sends_texts: bool
    quiet_from: str
    quiet_until: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One room, payer or clinician. ``kind`` and ``user_id`` are set for clinicians only."""

    id: int
    name: str
    is_active: bool
    version: int
    kind: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A day on which the clinic is closed although its weekday is open."""

    on_date: date
    label: str


_CLINIC: BindParameter[int] = bindparam("clinic")
# Asked for by every form about a visit, so they are built once.
_SETTINGS: Select[Any] = select(*(getattr(Clinic, name) for name in ClinicSettings.__dataclass_fields__)).where(
    Clinic.id == _CLINIC
)
_ROOMS = (
    select(Room.id, Room.name, Room.is_active, Room.version)
    .where(Room.clinic_id == _CLINIC)
    .order_by(Room.is_active.desc(), Room.name, Room.id)
)
_CLINICIANS: Select[Any] = (
    select(*(getattr(Clinician, name) for name in Entry.__dataclass_fields__))
    .where(Clinician.clinic_id == _CLINIC)
    .order_by(Clinician.is_active.desc(), Clinician.name, Clinician.id)
)


def get_settings(session: Session, clinic_id: int) -> ClinicSettings:
    """Return the clinic's settings.

    :raises NotFound: when there is no such clinic
    """
    row = session.connection().execute(_SETTINGS, {"clinic": clinic_id}).one_or_none()
    if row is None:
        raise NotFound("no such clinic")
    return ClinicSettings(**row._mapping)


def get_message_settings(session: Session, clinic_id: int) -> MessageSettings:
    """Return what the clinic settles of its messages.

    :raises NotFound: when there is no such clinic
    """
    columns: tuple[Any, ...] = tuple(getattr(Clinic, name) for name in MessageSettings.__dataclass_fields__)
    row = session.execute(select(*columns).where(Clinic.id == clinic_id)).one_or_none()
    if row is None:
        raise NotFound("no such clinic")
    return MessageSettings(**row._mapping)


def find_clinic_id(session: Session, name: str) -> int | None:
    """Return the clinic of exactly this name."""
    return session.scalar(select(Clinic.id).where(Clinic.name == name))


def find_clinic_id_of(session: Session, public_id: str) -> int | None:
    """Return the clinic with this public id."""
    return session.scalar(select(Clinic.id).where(Clinic.public_id == public_id))


def list_clinic_names(session: Session) -> list[str]:
    """Return the names of all clinics of this deployment, for the command line only."""
    return list(session.scalars(select(Clinic.name).order_by(Clinic.name)))


def list_closed_days(session: Session, clinic_id: int, since: date) -> list[Closed]:
    """Return the closed days from a day on, in order."""
    rows = session.execute(
        select(ClosedDay.on_date, ClosedDay.label)
        .where(ClosedDay.clinic_id == clinic_id, ClosedDay.on_date >= since)
        .order_by(ClosedDay.on_date)
    )
    return [Closed(on_date=row.on_date, label=row.label) for row in rows]


def list_rooms(session: Session, clinic_id: int) -> list[Entry]:
    """Return the clinic's rooms: those in use first, then by name."""
    rows = session.connection().execute(_ROOMS, {"clinic": clinic_id})
    return [Entry(**row._mapping) for row in rows]


def list_payers(session: Session, clinic_id: int) -> list[Entry]:
    """Return the clinic's payers: those in use first, then by name."""
    rows = session.execute(
        select(Payer.id, Payer.name, Payer.is_active, Payer.version)
        .where(Payer.clinic_id == clinic_id)
        .order_by(Payer.is_active.desc(), Payer.name_key)
    )
    return [Entry(**row._mapping) for row in rows]


def list_clinicians(session: Session, clinic_id: int) -> list[Entry]:
    """Return the people whom visits are booked with: those in use first, then by name."""
    rows = session.connection().execute(_CLINICIANS, {"clinic": clinic_id})
    return [Entry(**row._mapping) for row in rows]
