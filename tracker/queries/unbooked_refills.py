"""Refills that are due, and that no visit is booked for: no reminder speaks of them, so nobody hears anything."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, literal_column, select
from sqlalchemy.orm import Session

from tracker.domain.pathway.definition import ReminderRule
from tracker.domain.words import LIVE_APPOINTMENT, Purpose
from tracker.pathways import catalogue
from tracker.persistence.models import AppointmentRow, Case, Obligation, Patient
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

REFILL = "refill"
#: Why nobody is written to.
NO_VISIT = "no_visit"
_COLUMNS: tuple[Any, ...] = (Case.public_id, Case.patient_id, Obligation.due_on, Obligation.params, *IDENTITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbooked:
    """A pump whose refill no visit plans. ``rule``: the first that would speak of the visit; ``latest_on``: the latest
    refill date, a civil day of the clinic, ``None`` where no date is known."""

    case_public_id: str
    patient_id: int
    patient: Identity
    rule: ReminderRule
    due_on: date
    latest_on: date | None


def list_unbooked(session: Session, clinic_id: int, *, until_on: date, from_at: datetime) -> tuple[Unbooked, ...]:
    """The pumps whose refill is due on a day or before it, the most urgent first, in one statement. A visit that begins
    at ``from_at`` (today) or later is one, be it too late for the pump: its reminders go. So is a person's dated plan.
    """
    is_booked = exists().where(
        AppointmentRow.clinic_id == Obligation.clinic_id,
        AppointmentRow.case_id == Obligation.case_id,
        AppointmentRow.superseded_by.is_(None),
        AppointmentRow.purpose == Purpose.REFILL,
        AppointmentRow.state.in_(sorted(LIVE_APPOINTMENT)),
        AppointmentRow.starts_at >= from_at,
    )
    query = (
        select(*_COLUMNS)
        .join(Case, and_(Case.clinic_id == Obligation.clinic_id, Case.id == Obligation.case_id))
        .join(Patient, is_patient_of_case())
        .where(
            Obligation.clinic_id == clinic_id,
            Obligation.is_open.expression,
            Obligation.planned_seq.is_(None),
            Obligation.kind == literal_column(f"'{REFILL}'"),
            Obligation.due_on <= until_on,
            ~is_booked,
        )
        .order_by(Obligation.critical_on, Obligation.due_on, Obligation.id)
    )
    rule = _first_rule()
    return tuple(
        Unbooked(
            case_public_id=row.public_id,
            patient_id=row.patient_id,
            patient=identity_of(row),
            rule=rule,
            due_on=row.due_on,
            latest_on=date.fromisoformat(str(latest)) if (latest := row.params.get("latest")) else None,
        )
        for row in session.execute(query)
    )


def _first_rule() -> ReminderRule:
    rules = [rule for name in catalogue.CURRENT for rule in catalogue.current(name).reminders]
    return max((rule for rule in rules if rule.kind == REFILL), key=lambda each: each.days_before)
