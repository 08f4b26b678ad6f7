"""Acknowledging: somebody has it, says what they do, and by when it stands again. It closes nothing.

Only the fact closes an obligation. An acknowledgement has an end, never lies behind the latest date of a refill, and
is on the record: an event of the case and an access entry.
"""

from datetime import date, timedelta

from sqlalchemy import select

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.escalation.ladders import rule_of
from tracker.domain.pathway.rungs import PLAN_LEVEL
from tracker.domain.words import Role
from tracker.pathways import catalogue
from tracker.persistence.chain import append_event
from tracker.persistence.models import Acknowledgement, Case, Clinic, Escalation, Obligation
from tracker.services.access_log import record_view
from tracker.services.work import Work

#: How high a person stands on a ladder, by role. A physician answers for whoever is on call.
HEIGHT = {Role.COORDINATOR: 0, Role.NURSE: 0, Role.LEAD_COORDINATOR: 1, Role.PHYSICIAN: PLAN_LEVEL}


def may_acknowledge(viewer: Actor, level: int, user_id: int | None) -> bool:
    """Whether a rung is the viewer's to take: told in person, or of a role that stands as high. A plan is always a
    physician's."""
    height = max((HEIGHT.get(role, -1) for role in viewer.roles), default=-1)
    is_told = user_id == viewer.user_id and level < PLAN_LEVEL
    return viewer.may(Permission.ACKNOWLEDGE) and (is_told or height >= level)


def latest_day(kind: str, level: int, anchor_on: date, today: date, days: int) -> date:
    """The last day on which it may stand again. Of a refill never after its latest date; from that day on the
    physician's plan holds for a day at a time."""
    if level == PLAN_LEVEL:
        return today + timedelta(days=1)
    last = today + timedelta(days=days)
    return min(last, anchor_on) if kind == "refill" else last


def acknowledge(work: Work, *, escalation_id: int, outcome: str, until_on: date | None) -> None:
    """Record that the actor has it, what they do, and the day on which it stands again.

    :raises NotFound: if the clinic has no such row, or what it tells of is done
    :raises NotPermitted: for somebody who stands lower than the rung
    :raises InvalidInput: without an outcome, or for a day too near or too far
    """
    work.require(Permission.ACKNOWLEDGE)
    session, clinic_id = work.session, work.actor.clinic_id
    case_id = session.scalar(
        select(Escalation.case_id).where(Escalation.clinic_id == clinic_id, Escalation.id == escalation_id)
    )
    case = session.scalars(select(Case).where(Case.clinic_id == clinic_id, Case.id == case_id).with_for_update())
    standing = case.one_or_none()
    row = session.get(Escalation, (clinic_id, escalation_id), with_for_update=True)
    obligation = session.get(Obligation, (clinic_id, row.obligation_id)) if row is not None else None
    if standing is None or row is None or obligation is None or row.ended_at is not None or not obligation.is_open:
        raise NotFound(str(escalation_id))
    if not may_acknowledge(work.actor, row.level, row.user_id):
        raise NotPermitted(Permission.ACKNOWLEDGE)
    zone = session.scalars(select(Clinic.zone).where(Clinic.id == clinic_id)).one()
    today = ClinicCalendar(zone).today(work.now)
    rule = rule_of(catalogue.load(standing.pathway, standing.pathway_version), obligation.kind, obligation.params)
    last = latest_day(obligation.kind, row.level, row.anchor_on, today, rule.acknowledge_days if rule else 1)
    problems = _problems(outcome, until_on, today, last)
    if problems or until_on is None:
        raise InvalidInput(problems)
    row.acknowledged_until, row.acknowledged = until_on, row.acknowledged + 1
    session.add(
        Acknowledgement(
            clinic_id=clinic_id,
            id=work.ids.row_id(work.now),
            escalation_id=row.id,
            user_id=work.actor.user_id,
            at=work.now,
            outcome=outcome.strip(),
            until_on=until_on,
        )
    )
    session.flush()
    _tell(work, standing, obligation, row, outcome.strip())


def _problems(outcome: str, until_on: date | None, today: date, last: date) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not outcome.strip():
        problems["outcome"] = "Say what you do about it."
    if until_on is None or until_on <= today:
        problems["until_on"] = "Choose a day after today."
    if until_on is not None and until_on > last:
        problems["until_on"] = f"Choose {last.day} {last:%b %Y} at the latest."
    if last <= today:
        problems["until_on"] = "The latest date is here. Record what was done, or have a physician record the plan."
    return problems


def _tell(work: Work, case: Case, obligation: Obligation, row: Escalation, outcome: str) -> None:
    record_view(
        work.session, work.actor, work.ids, work.now,
        page="escalation_acknowledged", case_id=case.id, patient_id=case.patient_id,
    )  # fmt: skip
    append_event(
        work.session,
        clinic_id=work.actor.clinic_id,
        case_id=case.id,
        kind="escalation_acknowledged",
        actor_id=work.actor.user_id,
        effective_at=work.now,
        recorded_at=work.now,
        body={
            "facts": [],
            "moves": [],
            "detail": {
                "kind": obligation.kind,
                "who": row.who,
                "outcome": outcome,
                "until": row.acknowledged_until,
                "times": row.acknowledged,
            },
        },
    )
