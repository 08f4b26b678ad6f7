"""What-if questions with many pairs of years: asked by a person, played by the scheduler, forgotten after a day.

A page plays twenty pairs while its reader waits. Two hundred take ten times as long and say the same more exactly, so
they are played where nobody waits, and the page shows them once they are there.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.forecast.forecast import TooFew
from tracker.domain.report_sheets.stored import packed_sheet
from tracker.domain.report_sheets.usual import usual_filter
from tracker.domain.report_sheets.what_if import NEEDS, Played, observe_history, what_if_sheet
from tracker.domain.reporting.history import History
from tracker.domain.what_if.comparison import play, together
from tracker.domain.what_if.flow import flow_of
from tracker.domain.what_if.observed import Observed
from tracker.domain.what_if.question import Question, Written, changed, key_of, read_question, written
from tracker.pathways import catalogue
from tracker.persistence.database import Database
from tracker.persistence.models import WhatIfQuestion
from tracker.persistence.upsert import upsert
from tracker.queries.clinic_history.stored import read_history
from tracker.queries.what_if import Waiting, list_waiting
from tracker.services.clinic_jobs import Claim, ClaimLost, finish, renew, take
from tracker.services.ports import Clock, Ids
from tracker.services.turns import Turns
from tracker.services.work import Work

JOB = "what_if"
#: Pairs of years that are played in the background.
PAIRS = 200
#: A claim is renewed each time after so many.
_RENEWED_AFTER = 20
#: So many questions of one clinic may wait or be kept: a person tries a dozen, a machine thousands.
MOST = 50
KEPT = timedelta(days=1)


def ask_for_more(work: Work, question: Question, on: date) -> bool:
    """Ask that a question of the clinic's day ``on`` is played with many pairs, or played again; false where so many
    were asked today that it has to wait until some are forgotten.

    :raises NotPermitted: for whoever may not see reports
    """
    work.require(Permission.SEE_REPORTS)
    clinic_id, key = work.actor.clinic_id, key_of(question, on)
    others = select(func.count()).where(WhatIfQuestion.clinic_id == clinic_id, WhatIfQuestion.key != key)
    if work.session.scalars(others).one() >= MOST:
        return False
    asked = {
        "question": written(question),
        "asked_at": work.now,
        "asked_by": work.actor.user_id,
        "as_of": None,
        "played_at": None,
        "body": None,
    }
    upsert(work.session, WhatIfQuestion, {"clinic_id": clinic_id, "key": key}, insert=asked, update=asked)
    return True


def play_questions(database: Database, clock: Clock, ids: Ids, *, pause: Callable[[], None]) -> int:
    """Play what was asked for, after forgetting what is old; returns how many.

    :raises ExceptionGroup: with everything that failed; the other questions had their turn
    """
    with database.reading() as session:
        is_any = session.scalars(select(WhatIfQuestion.clinic_id).limit(1)).first() is not None
    if not is_any:
        return 0
    with database.writing() as session:
        forget_questions(session, at=clock.now())
    with database.reading() as session:
        waiting = list_waiting(session)
    played, turns = 0, Turns("some what-if questions could not be played")
    for clinic_id, theirs in groupby(sorted(waiting, key=_clinic), key=_clinic):
        with turns.next(), suppress(ClaimLost):
            played += _play_clinic(_Playing(database, clock, pause, turns), ids, clinic_id, list(theirs))
    turns.end()
    return played


def _clinic(waiting: Waiting) -> int:
    return waiting.clinic_id


def _play_clinic(playing: "_Playing", ids: Ids, clinic_id: int, waiting: Sequence[Waiting]) -> int:
    """All that wait of one clinic, under one claim; none while another process is at it.

    :raises ClaimLost: it took so long that somebody else has begun it
    """
    claim = playing.claim(clinic_id, ids.token())
    return playing.play(claim, waiting) if claim is not None else 0


def forget_questions(session: Session, *, at: datetime) -> None:
    """Delete what was asked more than a day ago: its rules were read from another day's history."""
    session.execute(delete(WhatIfQuestion).where(WhatIfQuestion.asked_at < at - KEPT))


@dataclass(frozen=True, slots=True)
class _Playing:
    """``pause`` is called between two pairs, so that the other jobs of the scheduler have their time."""

    database: Database
    clock: Clock
    pause: Callable[[], None]
    turns: Turns

    def claim(self, clinic_id: int, token: str) -> Claim | None:
        with self.database.writing() as session:
            return take(session, clinic_id=clinic_id, name=JOB, token=token, now=self.clock.now())

    def play(self, claim: Claim, waiting: Sequence[Waiting]) -> int:
        """How many were played. One that fails holds up no other one."""
        with self.database.reading() as session:
            history = read_history(session, claim.clinic_id, *NEEDS)
        observed = observe_history(history, flow_of(catalogue.current())) if history else None
        played = 0
        for each in waiting:
            with self.turns.next():
                played += self._one(each, history, observed, claim)
        with self.database.writing() as session:
            finish(session, claim, now=self.clock.now(), result={"played": played})
        return played

    def _one(self, waiting: Waiting, history: History | None, observed: Observed | TooFew | None, claim: Claim) -> bool:
        question = read_question(cast("Written", waiting.question))
        of_question = (WhatIfQuestion.clinic_id == waiting.clinic_id, WhatIfQuestion.key == waiting.key)
        if history is None or not isinstance(observed, Observed) or not _is_askable(question, observed):
            with self.database.writing() as session:
                session.execute(delete(WhatIfQuestion).where(*of_question))
            return False
        body = self._played(question, observed, history, claim)
        values = {"as_of": history.as_of, "played_at": self.clock.now(), "body": body}
        with self.database.writing() as session:
            session.execute(update(WhatIfQuestion).where(*of_question).values(values))
        return True

    def _played(self, question: Question, observed: Observed, history: History, claim: Claim) -> bytes:
        pairs = []
        other = changed(observed, question)
        for pair in play(observed.clinic, observed.policy, other, seed=history.today, replications=PAIRS):
            pairs.append(pair)
            if len(pairs) % _RENEWED_AFTER == 0:
                with self.database.writing() as session:
                    renew(session, claim, self.clock.now())
            self.pause()
        played = Played(len(pairs), together(observed.clinic.flow, pairs))
        usual = usual_filter(date.fromordinal(history.today))
        return packed_sheet(what_if_sheet(observed, question, played), usual)


def _is_askable(question: Question, observed: Observed) -> bool:
    """Whether the history of this moment still says how long the payers take of whom the question speaks."""
    return all(change.turnaround is None or observed.turnaround.get(name) for name, change in question.items())
