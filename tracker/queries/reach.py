"""How one patient is reached: every number and address that there ever was, what was agreed, and who recorded it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.errors import NotFound
from tracker.persistence.models import Clinic, ContactPoint, ContactPointChange, Membership, Patient, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A number or address; ``ended_at`` is set where it is history."""

    id: int
    kind: str
    value: str
    as_typed: str
    owner: str
    is_possible: bool
    texts_agreed_at: datetime | None
    verified_at: datetime | None
    opted_out_at: datetime | None
    ended_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachChange:
    """One thing that was done. ``by`` is empty where the person themselves answered a message."""

    point_id: int | None
    changed_at: datetime
    what: str
    detail: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientReach:
    """Everything about reaching a patient: ``points`` the oldest first, ``changes`` the latest first. ``zone`` is empty
    where it is the clinic's; nobody is written to from ``quiet_from`` until ``quiet_until``."""

    zone: str
    clinic_zone: str
    postal_address: str
    sends_texts: bool
    quiet_from: str
    quiet_until: str
    points: tuple[Point, ...]
    changes: tuple[ReachChange, ...]

    @property
    def standing(self) -> tuple[Point, ...]:
        """Those that have not ended."""
        return tuple(each for each in self.points if each.ended_at is None)

    @property
    def ended(self) -> tuple[Point, ...]:
        """Those that have, the latest first."""
        return tuple(reversed([each for each in self.points if each.ended_at is not None]))

    def latest(self) -> Mapping[tuple[int | None, str], ReachChange]:
        """The last time that each thing was done, by point and what."""
        return {(each.point_id, each.what): each for each in reversed(self.changes)}


_SETTINGS = (
    select(
        Patient.zone,
        Patient.postal_address,
        Clinic.zone.label("clinic_zone"),
        Clinic.sends_texts,
        Clinic.quiet_from,
        Clinic.quiet_until,
    )
    .join(Clinic, Clinic.id == Patient.clinic_id)
    .where(Patient.clinic_id == bindparam("clinic"), Patient.id == bindparam("patient"))
)
_POINTS: Select[Any] = select(*(getattr(ContactPoint, name) for name in Point.__dataclass_fields__)).where(
    ContactPoint.clinic_id == bindparam("clinic"), ContactPoint.patient_id == bindparam("patient")
)
_CHANGES = (
    select(
        ContactPointChange.id,
        ContactPointChange.point_id,
        ContactPointChange.changed_at,
        ContactPointChange.what,
        ContactPointChange.detail,
        User.name.label("by"),
    )
    .outerjoin(
        Membership,
        and_(Membership.clinic_id == ContactPointChange.clinic_id, Membership.user_id == ContactPointChange.changed_by),
    )
    .outerjoin(User, User.id == Membership.user_id)
    .where(ContactPointChange.clinic_id == bindparam("clinic"), ContactPointChange.patient_id == bindparam("patient"))
)


def get_reach(session: Session, viewer: Actor, patient_id: int) -> PatientReach:
    """How a patient is reached.

    :raises NotFound: if the viewer's clinic has no such patient
    """
    asked = {"clinic": viewer.clinic_id, "patient": patient_id}
    settings = session.execute(_SETTINGS, asked).one_or_none()
    if settings is None:
        raise NotFound("no such patient")
    points = (Point(**row._mapping) for row in session.execute(_POINTS, asked))
    # Sorted here: by id in the statement, SQLite walks through the clinic in the order of its key.
    changes = sorted(session.execute(_CHANGES, asked), key=lambda row: (row.changed_at, row.id), reverse=True)
    return PatientReach(
        zone=settings.zone or "",
        clinic_zone=settings.clinic_zone,
        postal_address=settings.postal_address,
        sends_texts=settings.sends_texts,
        quiet_from=settings.quiet_from,
        quiet_until=settings.quiet_until,
        points=tuple(sorted(points, key=lambda each: each.id)),
        changes=tuple(
            ReachChange(
                point_id=row.point_id,
                changed_at=row.changed_at,
                what=row.what,
                detail=row.detail,
                by=row.by or "",
            )
            for row in changes
        ),
    )
