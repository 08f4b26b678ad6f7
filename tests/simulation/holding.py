"""What must be true of a simulated clinic, and why something was escalated."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from tests.simulation.at_work import NOT_REACHED
from tests.simulation.world import Patient, World
from tracker.domain.facts import Appointment, Determination, Fact, Fill, Interrogation
from tracker.domain.words import (
    LIVE_APPOINTMENT,
    AppointmentState,
    DeterminationKind,
    FillKind,
    InterrogationCause,
    Purpose,
    Told,
)
from tracker.persistence.facts import load_history
from tracker.persistence.models import Escalation, EscalationPage, Obligation
from tracker.queries.invariants import check_everything

#: How much of the story of a pump that ran dry is told.
TOLD_FACTS = 16


def violations(world: World) -> list[str]:
    """What ``tracker check`` finds."""
    with world.runtime.database.reading() as session:
        found = check_everything(session, world.now).violations
    return [f"{world.today}: {each.invariant}: {each.message}" for each in found]


def empty_pumps(world: World) -> list[str]:
    """Pumps that ran dry until now, each with what was recorded last: such a story is told only once an hour."""
    for patient in world.patients.values():
        patient.pump.go_on(world.now)
    return [
        f"the pump of {each.public_id} was empty at {each.pump.was_empty_at}: {each.pump}\n{_story(world, each)}"
        for each in world.patients.values()
        if each.pump.was_empty_at
    ]


def _story(world: World, patient: Patient) -> str:
    """The last facts of a case and its last escalations, a line each."""
    with world.runtime.database.reading() as session:
        history = load_history(session, world.clinic.clinic_id, patient.case_id)
        rows = session.execute(
            select(Obligation.kind, Escalation.rung, Escalation.who, Escalation.anchor_on, Escalation.is_planned,
                   Escalation.opened_at, Escalation.ended_at, Escalation.acknowledged_until)
            .join(Obligation, Obligation.id == Escalation.obligation_id)
            .where(Escalation.case_id == patient.case_id)
            .order_by(Escalation.opened_at)
        ).all()  # fmt: skip
    return "\n".join(str(each) for each in (*history[-TOLD_FACTS:], *rows[-TOLD_FACTS:]))


def untold(world: World) -> list[str]:
    """Pumps that were not with a physician by name, and about which whoever is on call was not paged, before they were
    empty. A pump that came when its latest date was past stands on the rung of the plan at once."""
    with world.runtime.database.reading() as session:
        rows = session.execute(
            select(Escalation.case_id, Escalation.who, Escalation.opened_at).where(Escalation.user_id.is_not(None))
        ).all()
        pages = session.execute(
            select(Escalation.case_id, EscalationPage.paged_at)
            .join(Escalation, Escalation.id == EscalationPage.escalation_id)
            .where(EscalationPage.outcome == "accepted")
        ).all()
    told = [(row.case_id, str(row.who), row.opened_at) for row in rows]
    told += [(page.case_id, "paged", page.paged_at) for page in pages]
    return [fault for patient in world.patients.values() for fault in _untold(patient, told)]


def _untold(patient: Patient, told: list[tuple[int, str, datetime]]) -> Iterator[str]:
    empties_at = patient.pump.was_empty_at or patient.pump.empties_at
    for who in (Told.PHYSICIAN, "paged"):
        at = min((at for case_id, name, at in told if (case_id, name) == (patient.case_id, who)), default=None)
        if at is None or at >= empties_at:
            yield f"the pump of {patient.public_id} empties at {empties_at}; {who}: {at}"


def causes(world: World) -> Counter[str]:
    """Why each escalation came, by what the facts said when it did; ``no cause`` where they do not say."""
    found: Counter[str] = Counter()
    with world.runtime.database.reading() as session:
        for patient in world.patients.values():
            history = load_history(session, world.clinic.clinic_id, patient.case_id)
            found.update(
                f"{row.kind}: {_cause(world, row.kind, row.anchor_on, row.opened_at, history)}"
                for row in _escalated(session, patient.case_id)
            )
    return found


def _escalated(session: Session, case_id: int) -> Sequence[Row[tuple[str, date, datetime]]]:
    """Rows of rungs that came with time; whoever has it from the beginning was not escalated to."""
    query = (
        select(Obligation.kind, Escalation.anchor_on, Escalation.opened_at)
        .join(Obligation, Obligation.id == Escalation.obligation_id)
        .where(Escalation.case_id == case_id, Escalation.on_date.is_not(None))
    )
    return session.execute(query).all()


def _cause(world: World, kind: str, anchor_on: date, opened_at: datetime, history: tuple[Fact, ...]) -> str:
    """The first that fits, of what was recorded since the last fill before the escalation."""
    known = [fact for fact in history if fact.recorded_at <= opened_at]
    fills = [fact for fact in known if isinstance(fact, Fill)]
    missed = [fact for fact in known if isinstance(fact, Appointment) and fact.state == AppointmentState.NO_SHOW]
    if kind == "follow_up" and any(anchor_on >= world.clinic.calendar.today(fact.starts_at) for fact in missed):
        return "no-show"
    if not fills or kind not in {"refill", "alarm_date"}:
        return "no cause"
    since = [fact for fact in known if fact.recorded_at >= fills[-1].recorded_at]
    printed = [fact for fact in since if isinstance(fact, Fill | Interrogation)]
    if any(fact.alarm_on is None or not fact.is_confirmed for fact in printed):
        return "date unknown or unconfirmed"
    if kind == "alarm_date":
        return "no cause"
    return _cause_of_refill(world, anchor_on, opened_at, fills[-1], since)


def _cause_of_refill(world: World, anchor_on: date, opened_at: datetime, fill: Fill, since: list[Fact]) -> str:
    visits = [fact for fact in since if isinstance(fact, Appointment) and fact.purpose == Purpose.REFILL]
    plans = [fact for fact in since if isinstance(fact, Determination) and fact.kind == DeterminationKind.REFILL_PLAN]
    if any(visit.state == AppointmentState.NO_SHOW for visit in visits):
        return "no-show"
    if any(plan.reason == NOT_REACHED for plan in plans):
        return "unreachable"
    today = world.clinic.calendar.today(opened_at)
    if fill.kind == FillKind.TAKEN_OVER and not any(visit.recorded_at < world.at(today, 0) for visit in visits):
        return "taken over late"
    if any(isinstance(fact, Interrogation) and fact.cause != InterrogationCause.ROUTINE for fact in since):
        return "dose changed"
    last = visits[-1] if visits else None
    if last is None or last.state not in LIVE_APPOINTMENT or world.clinic.calendar.today(last.starts_at) > anchor_on:
        return "not booked by the date"
    return "no cause"
