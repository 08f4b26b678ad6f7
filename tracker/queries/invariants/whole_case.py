"""Cases with everything that is stored of them, read a page at a time: a hundred thousand fit into little memory."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Fact
from tracker.pathways import catalogue
from tracker.persistence.fact_tables import FACT_ROWS, field_names, table_of
from tracker.persistence.models import (
    BlockerInterval,
    Case,
    Clinic,
    Escalation,
    Event,
    Obligation,
    Patient,
    PumpWatch,
    Reminder,
    StageVisit,
)
from tracker.persistence.models.obligations import REFILL
from tracker.queries.snapshots import LoadedCase, closed_days, pinned, snapshot_of, weekdays

PAGE = 200
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


@dataclass(frozen=True, slots=True)
class _Range:
    """Neighbours in every table that leads with clinic and case."""

    clinic_id: int
    first: int
    last: int

    def of(self, *columns: Any, table: Any) -> Select[Any]:
        mine = table.case_id.between(self.first, self.last)
        return select(table.case_id, *columns).where(table.clinic_id == self.clinic_id, mine)


def whole_cases(session: Session, clinic: Clinic) -> Iterator[WholeCase]:
    """Every case of a clinic, by id. What was read is forgotten after each page."""
    after = 0
    while page := page_of_cases(session, clinic, after):
        after = page[-1].loaded.case.id
        yield from page


def page_of_cases(session: Session, clinic: Clinic, after: int) -> list[WholeCase]:
    """The next cases of a clinic behind the id ``after``, by id; the session keeps none of them."""
    calendar = ClinicCalendar(clinic.zone, weekdays(clinic.open_weekdays), closed_days(session, clinic.id))
    page = _page(session, clinic.id, after)
    found = list(_complete(session, calendar, page)) if page else []
    for case, _ in page:
        session.expunge(case)
    return found


def _page(session: Session, clinic_id: int, after: int) -> Sequence[Row[Case, date]]:
    """Cases with the birth date of their patient; one whose clinic does not have the patient is reported elsewhere."""
    return session.execute(
        select(Case, Patient.birth_on)
        .join(Patient, (Patient.clinic_id == Case.clinic_id) & (Patient.id == Case.patient_id))
        .where(Case.clinic_id == clinic_id, Case.id > after)
        .order_by(Case.id)
        .limit(PAGE)
    ).all()


def _complete(session: Session, calendar: ClinicCalendar, page: Sequence[Row[Case, date]]) -> Iterator[WholeCase]:
    span = _Range(page[0][0].clinic_id, page[0][0].id, page[-1][0].id)
    facts = _facts(session, span)
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
    for case, birth_on in page:
        history = tuple(sorted(facts[case.id], key=lambda fact: fact.seq))
        live = tuple(fact for fact in history if fact.superseded_by is None)
        yield WholeCase(
            loaded=LoadedCase(case, snapshot_of(case, birth_on, calendar, live), catalogue.load(*pinned(case))),
            history=history,
            moves=tuple(move for row in events[case.id] for move in json.loads(row.body)["body"]["moves"]),
            obligations=tuple(due[case.id]),
            watched=frozenset(row.device for row in watched[case.id]),
            blockers=frozenset((row.transition, row.code, row.params_key) for row in blockers[case.id]),
            reminders=tuple(reminders[case.id]),
            stays_in=tuple(row.stage for row in stays[case.id]),
            refills_closed=tuple(closed[case.id]),
            told=tuple(told[case.id]),
        )


def _facts(session: Session, span: _Range) -> dict[int, list[Fact]]:
    found: dict[int, list[Fact]] = defaultdict(list)
    for kind in FACT_ROWS:
        columns = table_of(kind).c
        names = field_names(kind)
        for case_id, *values in session.execute(span.of(*(columns[name] for name in names), table=columns)):
            found[case_id].append(kind(**dict(zip(names, values, strict=True))))
    return found


def _by_case(session: Session, query: Select[Any]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(row)
    return found
