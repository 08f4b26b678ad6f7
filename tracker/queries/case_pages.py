"""Every case of a clinic as the rules see it, a page at a time: a hundred thousand fit into little memory.

Whatever must not trust what the reconciler stored begins here: the safety check, and the paper for the day on which
nothing else can be trusted.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from tracker.domain.facts import Fact
from tracker.pathways import catalogue
from tracker.persistence.fact_tables import FACT_ROWS, field_names, table_of
from tracker.persistence.models import Case, Clinic, Patient
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.snapshots import REPLACEMENT_ON, LoadedCase, pinned, snapshot_of

PAGE = 200


@dataclass(frozen=True, slots=True)
class ReadCase:
    """One case as the rules see it, and every fact ever written of it, also what was corrected since."""

    loaded: LoadedCase
    history: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Neighbours in every table that leads with clinic and case."""

    clinic_id: int
    first: int
    last: int

    def of(self, *columns: Any, table: Any) -> Select[Any]:
        """Columns of their rows in such a table, each after the case's id."""
        mine = table.case_id.between(self.first, self.last)
        return select(table.case_id, *columns).where(table.clinic_id == self.clinic_id, mine)


def read_page(session: Session, clinic: Clinic, after: int) -> list[ReadCase]:
    """The next cases of a clinic behind the id ``after``, by id; the session keeps none of them."""
    page = _page(session, clinic.id, after)
    if not page:
        return []
    calendar = get_calendar(session, clinic.id)
    facts = _facts(session, Range(clinic.id, page[0][0].id, page[-1][0].id))
    found = []
    for case, birth_on, sex, replacement_on in page:
        history = tuple(sorted(facts[case.id], key=lambda fact: fact.seq))
        live = tuple(fact for fact in history if fact.superseded_by is None)
        snapshot = snapshot_of(case, birth_on, calendar, live, replacement_on=replacement_on, sex=sex)
        found.append(ReadCase(LoadedCase(case, snapshot, catalogue.load(*pinned(case))), history))
        session.expunge(case)
    return found


def _page(session: Session, clinic_id: int, after: int) -> Sequence[Row[Case, date, str, date | None]]:
    """Cases with birth date and sex; one whose clinic does not have its patient is reported elsewhere."""
    return session.execute(
        select(Case, Patient.birth_on, Patient.sex, REPLACEMENT_ON.label("replacement_on"))
        .join(Patient, (Patient.clinic_id == Case.clinic_id) & (Patient.id == Case.patient_id))
        .where(Case.clinic_id == clinic_id, Case.id > after)
        .order_by(Case.id)
        .limit(PAGE)
    ).all()


def _facts(session: Session, span: Range) -> dict[int, list[Fact]]:
    found: dict[int, list[Fact]] = defaultdict(list)
    for kind in FACT_ROWS:
        columns = table_of(kind).c
        names = field_names(kind)
        for case_id, *values in session.execute(span.of(*(columns[name] for name in names), table=columns)):
            found[case_id].append(kind(**dict(zip(names, values, strict=True))))
    return found
