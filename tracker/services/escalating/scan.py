"""The job ``escalate``: one row for each obligation and rung, with the person who has it now.

An idempotent scan of our own tables: what is due and has no row of today is looked at, under the lock of its case. Any
number of copies may run, and after a month of silence only the rung that stands now is opened, not those in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.escalation.ladders import Climb, Step, climb, ladder_of
from tracker.domain.escalation.people import Answer, Roster, answer
from tracker.domain.pathway.rungs import PAGED_LEVEL, level_of
from tracker.domain.words import Told
from tracker.pathways import catalogue
from tracker.persistence.database import Database
from tracker.persistence.models import Case, Clinic, Escalation, Obligation
from tracker.queries.roster import get_roster
from tracker.services.escalating.gaps import tell_of_gap
from tracker.services.ports import Clock, Ids
from tracker.services.turns import Turns

#: Obligations looked at in one pass of one clinic; the next pass goes on.
LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Escalated:
    """What one pass did: obligations looked at, and rows that became others."""

    looked_at: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Day:
    """A clinic's day: who is there, and what is written with it."""

    clinic_id: int
    today: date
    roster: Roster
    now: datetime
    ids: Ids


def escalate_due(database: Database, clock: Clock, ids: Ids, *, pause: Callable[[], None]) -> Escalated:
    """Bring the rows of every clinic in line with its ladders and its people.

    :raises ExceptionGroup: at the end, with everything that failed; the others had their turn
    """
    looked_at = changed = 0
    turns = Turns("some obligations could not be escalated")
    with database.reading() as session:
        clinics = session.execute(select(Clinic.id, Clinic.zone).order_by(Clinic.id)).all()
    for clinic_id, zone in clinics:
        now = clock.now()
        today = ClinicCalendar(zone).today(now)
        with database.reading() as session:
            keys = [(row.case_id, row.id) for row in session.execute(_to_look_at(clinic_id, today).limit(LIMIT))]
            roster = get_roster(session, clinic_id, today) if keys else Roster({})
        day = _Day(clinic_id, today, roster, now, ids)
        for key in keys:
            looked_at += 1
            with turns.next(), database.writing() as session:
                changed += _look(session, day, *key)
            pause()
    turns.end()
    return Escalated(looked_at, changed)


def _to_look_at(clinic_id: int, today: date) -> Select[tuple[int, int]]:
    """Open obligations that climb without a row of today, and rows of what climbs no more."""
    of_it = and_(Escalation.clinic_id == Obligation.clinic_id, Escalation.obligation_id == Obligation.id)
    stands = exists().where(of_it, Escalation.ended_at.is_(None))
    is_fresh = stands.where(
        Escalation.looked_on == today,
        Escalation.anchor_on == Obligation.anchor_on,
        Escalation.is_planned == Obligation.planned_seq.is_not(None),
    )
    climbs = and_(Obligation.is_open.expression, Obligation.climbs_on <= today)
    # Two ranges of two indexes: what is open and climbs, and the few rows that stand.
    behind = select(Obligation.case_id, Obligation.id).where(Obligation.clinic_id == clinic_id, climbs, ~is_fresh)
    over = (
        select(Obligation.case_id, Obligation.id)
        .join(Escalation, and_(of_it, Escalation.ended_at.is_(None)))
        .where(
            Escalation.clinic_id == clinic_id,
            or_(Obligation.is_open.is_(False), Obligation.climbs_on.is_(None), Obligation.climbs_on > today),
        )
    )
    both = behind.union_all(over).subquery()
    return select(both.c.case_id, both.c.id)


def _look(session: Session, day: _Day, case_id: int, obligation_id: int) -> bool:
    """Look at one obligation under the lock of its case; whether a row changed."""
    of_case = select(Case).where(Case.clinic_id == day.clinic_id, Case.id == case_id).with_for_update()
    case = session.scalars(of_case).one()
    obligation = session.get_one(Obligation, (day.clinic_id, obligation_id))
    stored = session.scalars(
        select(Escalation).where(Escalation.clinic_id == day.clinic_id, Escalation.obligation_id == obligation_id)
    ).all()
    step = climb_of(case, obligation, day.today).standing
    has_changed = False
    for row in stored:
        if row.ended_at is None and (step is None or row.rung != step.number):
            row.ended_at, has_changed = day.now, True
    # What ended makes room first: one row of an obligation is open at a time.
    session.flush()
    if step is None or obligation.anchor_on is None:
        return has_changed
    own = next((row for row in stored if row.rung == step.number), None)
    return _stand(session, day, obligation, step, own) or has_changed


def climb_of(case: Case, obligation: Obligation, today: date) -> Climb:
    """Where a stored obligation stands on its ladder. One that is closed stands nowhere."""
    if not obligation.is_open or obligation.anchor_on is None:
        return Climb(None, None)
    pathway = catalogue.load(case.pathway, case.pathway_version)
    ladder = ladder_of(pathway, obligation.kind, obligation.reason, obligation.params)
    return climb(ladder, obligation.anchor_on, today, is_planned=obligation.planned_seq is not None)


def _stand(session: Session, day: _Day, obligation: Obligation, step: Step, own: Escalation | None) -> bool:
    """Open the row of a rung, open it again, or hand it to whoever answers today."""
    told, level = answer(day.roster, step.rung.who), level_of(step.rung)
    for gap in _gaps(day.roster, told, level):
        tell_of_gap(session, clinic_id=day.clinic_id, gap=gap, today=day.today, now=day.now, ids=day.ids)
    if own is None:
        own = Escalation(
            clinic_id=day.clinic_id,
            id=day.ids.row_id(day.now),
            case_id=obligation.case_id,
            obligation_id=obligation.id,
            rung=step.number,
            who=step.rung.who,
            level=level,
            on_date=None if step.rung.days is None else step.on,
            opened_at=day.now,
            acknowledged=0,
        )
        session.add(own)
        has_changed = True
    else:
        has_changed = own.ended_at is not None or (own.user_id, own.role) != (told.user_id, told.role)
        if own.ended_at is not None:
            own.ended_at, own.acknowledged_until, own.opened_at = None, None, day.now
        own.on_date = None if step.rung.days is None else step.on
    own.user_id, own.role = told.user_id, told.role
    own.looked_on, own.anchor_on, own.is_planned = (
        day.today,
        obligation.anchor_on or step.on,
        obligation.planned_seq is not None,
    )
    session.flush()
    return has_changed


def _gaps(roster: Roster, told: Answer, level: int) -> set[str]:
    """What nobody is named for: whoever is told, and whoever is paged."""
    paged = answer(roster, Told.ON_CALL).gap if level >= PAGED_LEVEL else ""
    return {told.gap, paged} - {""}
