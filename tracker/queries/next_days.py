"""The procedures of the next ten working days, what each of them still lacks, and who clears it.

Read from the rows of this moment, not from the history. What is missing are the very blockers that the case page shows.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.words import LIVE_APPOINTMENT, Purpose, Role
from tracker.persistence.models import AppointmentRow, BlockerInterval, Case, Clinician, Patient, Room
from tracker.queries.case_columns import WAITS_FOR_THE_DAY
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

WORKING_DAYS = 10
DEFINITION = (
    "Trials, implants and reoperations that are booked from today until the end of the tenth working day after it. Not "
    "ready: something that can be cleared before the day still stands in the way of the next step."
)
PROCEDURES = (Purpose.TRIAL, Purpose.IMPLANT, Purpose.REOPERATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """One booked procedure. ``missing``: the complete list of blockers, who can clear each in it; without those of the
    day itself. ``clinician`` and ``room`` are empty where none is named."""

    case_id: int
    patient: Identity
    pathway: str
    pathway_version: int
    stage: str
    purpose: str
    starts_at: datetime
    clinician: str
    room: str
    missing: tuple[Blocker, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing that somebody could bring before the day."""
        return not self.missing


def list_next_days(session: Session, viewer: Actor, calendar: ClinicCalendar, now: datetime) -> tuple[Upcoming, ...]:
    """Every procedure of today and the ten working days after it, in their order, ready or not."""
    today = calendar.today(now)
    until = calendar.start_of(calendar.add_open_days(today, WORKING_DAYS) + timedelta(days=1))
    asked = {"clinic": viewer.clinic_id, "from_at": calendar.start_of(today), "until_at": until}
    rows = session.connection().execute(_BOOKED, asked).all()
    missing: dict[int, list[Blocker]] = defaultdict(list)
    for row in session.connection().execute(_MISSING, asked):
        missing[row.case_id].append(_blocker(row))
    return tuple(
        Upcoming(
            case_id=row.case_id,
            patient=identity_of(row),
            pathway=row.pathway,
            pathway_version=row.pathway_version,
            stage=row.stage,
            purpose=row.purpose,
            starts_at=row.starts_at,
            clinician=row.clinician or "",
            room=row.room or "",
            missing=tuple(missing.get(row.case_id, ())),
        )
        for row in rows
    )


def _blocker(row: Any) -> Blocker:
    params = tuple(sorted((name, str(value)) for name, value in row.params.items()))
    return Blocker(row.code, params, tuple(Role(role) for role in row.clearable_by.split()))


_SHOWN: tuple[Any, ...] = (
    AppointmentRow.case_id,
    AppointmentRow.purpose,
    AppointmentRow.starts_at,
    Case.pathway,
    Case.pathway_version,
    Case.stage,
    Clinician.name.label("clinician"),
    Room.name.label("room"),
    *IDENTITY,
)
_IS_ASKED = and_(
    AppointmentRow.clinic_id == bindparam("clinic"),
    AppointmentRow.superseded_by.is_(None),
    AppointmentRow.starts_at >= bindparam("from_at"),
    AppointmentRow.starts_at < bindparam("until_at"),
    AppointmentRow.state.in_(sorted(LIVE_APPOINTMENT)),
    AppointmentRow.purpose.in_(PROCEDURES),
)
_BOOKED: Select[Any] = (
    select(*_SHOWN)
    .join(Case, and_(Case.clinic_id == AppointmentRow.clinic_id, Case.id == AppointmentRow.case_id))
    .join(Patient, is_patient_of_case())
    .outerjoin(
        Clinician, and_(Clinician.clinic_id == AppointmentRow.clinic_id, Clinician.id == AppointmentRow.clinician_id)
    )
    .outerjoin(Room, and_(Room.clinic_id == AppointmentRow.clinic_id, Room.id == AppointmentRow.room_id))
    .where(_IS_ASKED, Case.is_open)
    .order_by(AppointmentRow.starts_at, AppointmentRow.case_id)
)
_LACKED: tuple[Any, ...] = (
    BlockerInterval.case_id,
    BlockerInterval.code,
    BlockerInterval.params,
    BlockerInterval.clearable_by,
)
_MISSING: Select[Any] = (
    select(*_LACKED)
    .where(
        BlockerInterval.clinic_id == bindparam("clinic"),
        # Hundreds of cases, looked up where they are: each as a parameter would take longer than to find them.
        BlockerInterval.case_id.in_(select(AppointmentRow.case_id).where(_IS_ASKED)),
        BlockerInterval.until_at.is_(None),
        BlockerInterval.code != WAITS_FOR_THE_DAY,
    )
    .order_by(BlockerInterval.case_id, BlockerInterval.from_at, BlockerInterval.code, BlockerInterval.params_key)
)
