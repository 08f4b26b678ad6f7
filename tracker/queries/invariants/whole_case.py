"""Cases with everything that is stored of them, read a page at a time: a hundred thousand fit into little memory."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from tracker.domain.facts import Fact
from tracker.persistence.models import (
    BlockerInterval,
    Clinic,
    Escalation,
    Event,
    Obligation,
    PumpWatch,
    Reminder,
    StageVisit,
)
from tracker.persistence.models.obligations import REFILL
from tracker.queries.case_pages import Range, ReadCase, read_page
from tracker.queries.snapshots import LoadedCase

#: In the canonical text of an event that moved its case; other events need not be read.
MOVED = '"moves":[{'


@dataclass(frozen=True, slots=True)
class WholeCase:
    """One case: ``loaded`` as the rules see it, ``history`` with every fact ever written, and the rows beside them."""

    loaded: LoadedCase
    history: tuple[Fact, ...]
    moves: tuple[dict[str, Any], ...]
    obligations: tuple[Row[Any], ...]
    watched: frozenset[int]
    blockers: frozenset[tuple[str, str, str]]
    reminders: tuple[Row[Any], ...]
    stays_in: tuple[str, ...]
    refills_closed: tuple[Row[Any], ...]
    told: tuple[Row[Any], ...] = ()


def whole_cases(session: Session, clinic: Clinic) -> Iterator[WholeCase]:
    """Every case of a clinic, by id. What was read is forgotten after each page."""
    after = 0
    while page := page_of_cases(session, clinic, after):
        after = page[-1].loaded.case.id
        yield from page


def page_of_cases(session: Session, clinic: Clinic, after: int) -> list[WholeCase]:
    """The next cases of a clinic behind the id ``after``, by id; the session keeps none of them."""
    page = read_page(session, clinic, after)
    return list(_complete(session, clinic.id, page)) if page else []


def _complete(session: Session, clinic_id: int, page: Sequence[ReadCase]) -> Iterator[WholeCase]:
    span = Range(clinic_id, page[0].loaded.case.id, page[-1].loaded.case.id)
    due = _by_case(session, span.of(*Obligation.__table__.columns, table=Obligation).where(Obligation.is_open))
    watched = _by_case(session, span.of(PumpWatch.device, table=PumpWatch))
    interval = BlockerInterval
    columns = (interval.transition, interval.code, interval.params_key)
    blockers = _by_case(session, span.of(*columns, table=interval).where(interval.until_at.is_(None)))
    reminders = _by_case(session, span.of(*Reminder.__table__.columns, table=Reminder))
    was_refill = (Obligation.kind == REFILL, Obligation.is_open.is_(False))
    closed = _by_case(session, span.of(Obligation.device, Obligation.closed_by, table=Obligation).where(*was_refill))
    standing = span.of(*Escalation.__table__.columns, table=Escalation).where(Escalation.ended_at.is_(None))
    told = _by_case(session, standing)
    stays = _by_case(session, span.of(StageVisit.stage, table=StageVisit).where(StageVisit.left_at.is_(None)))
    moved = span.of(Event.body, table=Event).where(Event.body.contains(MOVED, autoescape=True)).order_by(Event.seq)
    events = _by_case(session, moved)
    for each in page:
        case = each.loaded.case
        yield WholeCase(
            loaded=each.loaded,
            history=each.history,
            moves=tuple(move for row in events[case.id] for move in json.loads(row.body)["body"]["moves"]),
            obligations=tuple(due[case.id]),
            watched=frozenset(row.device for row in watched[case.id]),
            blockers=frozenset((row.transition, row.code, row.params_key) for row in blockers[case.id]),
            reminders=tuple(reminders[case.id]),
            stays_in=tuple(row.stage for row in stays[case.id]),
            refills_closed=tuple(closed[case.id]),
            told=tuple(told[case.id]),
        )


def _by_case(session: Session, query: Select[Any]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(row)
    return found
