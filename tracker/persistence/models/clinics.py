"""A clinic and what it owns: opening days, people it books with, rooms, payers."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import (
    Base,
    OwnId,
    PublicId,
    RowId,
    Tenant,
    TenantRowId,
    Versioned,
    one_of,
    to_member,
)
from tracker.persistence.vocabulary import ClinicianKind


class Clinic(Versioned, Base):
    """A tenant. ``open_weekdays`` holds ISO weekday digits, ``12345`` for Monday to Friday; ``zone`` an IANA name.
    ``refills_per_day``: how many pumps can be refilled on an open day; ``None`` where nobody has said. ``sends_texts``:
    whether patients get text messages at all. Nobody is written to from ``quiet_from`` until ``quiet_until``, wall
    times (``HH:MM``) of the patient's zone. ``forecast_at``: what was planned by then goes out as foreseen.
    ``message_name``: what messages call the clinic; empty: by its name. ``closes_at``: when the unit closes, a wall
    time (``HH:MM``); empty where nobody has said. ``wall_key``: the fingerprint of the address of the wall view;
    empty: there is none."""

    __tablename__ = "clinics"
    __table_args__ = (CheckConstraint("arrive_minutes_before >= 0", name="arrive_minutes_before"),)

    id: Mapped[OwnId]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(Text, unique=True)
    zone: Mapped[str]
    open_weekdays: Mapped[str] = mapped_column(Text, default="12345")
    arrive_minutes_before: Mapped[int] = mapped_column(default=90)
    phone: Mapped[str] = mapped_column(Text, default="")
    refills_per_day: Mapped[int | None]
    sending_paused_at: Mapped[datetime | None]
    sends_texts: Mapped[bool] = mapped_column(default=False, server_default=false())
    forecast_at: Mapped[datetime | None]
    quiet_from: Mapped[str] = mapped_column(Text, default="21:00", server_default="21:00")
    quiet_until: Mapped[str] = mapped_column(Text, default="08:00", server_default="08:00")
    message_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    closes_at: Mapped[str] = mapped_column(Text, default="", server_default="")
    wall_key: Mapped[str] = mapped_column(Text, default="", server_default="")


class ClosedDay(Tenant, Base):
    """A day on which the clinic is closed although its weekday is open."""

    __tablename__ = "closed_days"

    on_date: Mapped[date] = mapped_column(primary_key=True)
    label: Mapped[str]


class PreparationSheet(Tenant, Base):
    """How to prepare for a procedure, in the clinic's own words in one language. Where there is none no message speaks
    of it."""

    __tablename__ = "preparation_sheets"
    __table_args__ = (CheckConstraint("text <> ''", name="text"),)

    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


class Clinician(Tenant, Versioned, Base):
    """Somebody a visit is booked with, who may or may not sign in."""

    __tablename__ = "clinicians"
    __table_args__ = (to_member("user_id"), one_of("kind", ClinicianKind))

    id: Mapped[TenantRowId]
    name: Mapped[str]
    kind: Mapped[str]
    user_id: Mapped[RowId | None]
    is_active: Mapped[bool] = mapped_column(default=True)


class Room(Tenant, Versioned, Base):
    """A room that holds one visit at a time."""

    __tablename__ = "rooms"

    id: Mapped[TenantRowId]
    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class Payer(Tenant, Versioned, Base):
    """Who authorizes and pays. ``name_key`` is the folded name: one payer is not entered twice."""

    __tablename__ = "payers"
    __table_args__ = (UniqueConstraint("clinic_id", "name_key"),)

    id: Mapped[TenantRowId]
    name: Mapped[str]
    name_key: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
