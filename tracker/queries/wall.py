"""Today's visits as a wall may show them: when, where, how they stand. No name, no number, nothing of what is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from tracker.domain.credentials import fingerprint
from tracker.domain.visit_day import Standing, has_stay
from tracker.pathways import catalogue
from tracker.persistence.models import AppointmentRow, ArrangementRow, Case, Clinic, Room
from tracker.queries.day import MOST_VISITS, ON_DAY, SIGNS_OF_DAY, of_its_visit
from tracker.queries.visit_signs import Signs, signs_of

_VISITS = (
    select(
        AppointmentRow.case_id,
        AppointmentRow.appointment,
        AppointmentRow.purpose,
        AppointmentRow.state,
        AppointmentRow.effective_at,
        AppointmentRow.starts_at,
        AppointmentRow.arrive_at,
        ArrangementRow.turn_at,
        Case.pathway,
        Case.pathway_version,
        Room.name.label("room"),
    )
    .join(Case, and_(Case.clinic_id == AppointmentRow.clinic_id, Case.id == AppointmentRow.case_id))
    .outerjoin(Room, and_(Room.clinic_id == AppointmentRow.clinic_id, Room.id == AppointmentRow.room_id))
    .outerjoin(ArrangementRow, of_its_visit(ArrangementRow))
    .where(ON_DAY)
    .order_by(AppointmentRow.starts_at, AppointmentRow.case_id)
    .limit(MOST_VISITS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WallClinic:
    """Whose wall it is."""

    id: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WallVisit:
    """One visit on the wall."""

    starts_at: datetime
    due_at: datetime
    turn_at: datetime | None
    room: str
    standing: Standing


def find_wall_clinic(session: Session, token: str) -> WallClinic | None:
    """The clinic whose wall view has this address."""
    row = session.execute(select(Clinic.id, Clinic.zone).where(Clinic.wall_key == fingerprint(token))).one_or_none()
    return WallClinic(**row._mapping) if row is not None else None


def list_wall(session: Session, clinic_id: int, from_at: datetime, until_at: datetime) -> list[WallVisit]:
    """The visits that begin from ``from_at`` until before ``until_at``, by time."""
    day = {"clinic": clinic_id, "from_at": from_at, "until_at": until_at}
    rows = session.execute(_VISITS, day).all()
    signs = signs_of(session, SIGNS_OF_DAY, day)
    return [
        WallVisit(
            starts_at=row.starts_at,
            due_at=row.arrive_at or row.starts_at,
            turn_at=row.turn_at,
            room=row.room or "",
            standing=signs.get((row.case_id, row.appointment), Signs()).standing(
                row.state,
                row.effective_at,
                stays=has_stay(catalogue.load(row.pathway, row.pathway_version), row.purpose),
            ),
        )
        for row in rows
    ]
