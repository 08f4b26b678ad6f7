"""The safety check of each clinic: every invariant from the facts, some cases at a time.

Twenty thousand cases take minutes, so no page computes this. Each page of cases is one short read transaction; in
between everybody else comes in. ``tracker check`` computes the same with the same code, at once and live.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic
from tracker.queries.clinic_jobs import NEVER, JobState, all_jobs
from tracker.queries.invariants import Report, check_case, check_clinic, look, page_of_cases
from tracker.queries.safety import JOB, check_of, kept
from tracker.services.clinic_events import tell_clinic
from tracker.services.clinic_jobs import RENEW, Claim, ClaimLost, ask, finish, renew, take
from tracker.services.ports import Clock, Ids
from tracker.services.turns import Turns
from tracker.services.work import Work


@dataclass(frozen=True, slots=True)
class Checked:
    """What one run looked at."""

    clinics: int
    cases: int
    failing: int


def ask_for_check(work: Work) -> bool:
    """Ask that the clinic is checked soon; false if somebody has asked already.

    :raises NotPermitted: for anybody who may not see the figures
    """
    work.require(Permission.SEE_SAFETY)
    clinic_id = work.actor.clinic_id
    if not ask(work.session, clinic_id=clinic_id, name=JOB, user_id=work.actor.user_id, now=work.now):
        return False
    tell_clinic(work, "safety_check_asked_for", {})
    return True


def check_clinics(database: Database, clock: Clock, ids: Ids, *, pause: Callable[[], None]) -> Checked:
    """Check every clinic whose time has come or that was asked for.

    :raises ExceptionGroup: with everything that failed; the other clinics are checked all the same
    """
    done, turns = Checked(0, 0, 0), Turns("some clinics could not be checked")
    for clinic_id in _due(database, clock.now()):
        with database.writing() as session:
            claim = take(session, clinic_id=clinic_id, name=JOB, token=ids.token(), now=clock.now())
        if claim is None:
            continue
        # Whoever holds the claim now checks the clinic.
        with turns.next(), suppress(ClaimLost):
            report = _check(database, clock, claim, pause)
            done = Checked(done.clinics + 1, done.cases + report.counts["cases"], done.failing + bool(report.failing))
    turns.end()
    return done


def _due(database: Database, now: datetime) -> list[int]:
    with database.reading() as session:
        states = all_jobs(session, JOB)
        clinics = session.scalars(select(Clinic.id).order_by(Clinic.id)).all()
    return [each for each in clinics if _is_due(states.get(each, NEVER), now)]


def _is_due(state: JobState, now: datetime) -> bool:
    last = check_of(state)
    return state.asked_at is not None or last is None or now - last.checked_at >= last.interval


def _check(database: Database, clock: Clock, claim: Claim, pause: Callable[[], None]) -> Report:
    report, after, renewed_at = Report(), 0, claim.began_at
    while True:
        with database.reading() as session:
            page = page_of_cases(session, session.get_one(Clinic, claim.clinic_id), after)
        if not page:
            break
        # The instant after what was read: nothing of it can have been written later than the rules are asked for.
        now = clock.now()
        for case in page:
            check_case(report, look(case, now))
        after = page[-1].loaded.case.id
        if now - renewed_at >= RENEW:
            with database.writing() as session:
                renew(session, claim, now)
            renewed_at = now
        pause()
    with database.reading() as session:
        check_clinic(session, session.get_one(Clinic, claim.clinic_id), report, clock.now())
    with database.writing() as session:
        now = clock.now()
        finish(session, claim, now=now, result=kept(report, now - claim.began_at))
    return report
