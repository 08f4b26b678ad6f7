"""Where patients wait, what trials showed, and how many get through: counted from what is stored, never estimated.

Each report says what it counts in one sentence (``DEFINITIONS``), the same on the page and in the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.milestones import Milestone
from tracker.domain.words import DeterminationKind
from tracker.persistence.models import Case, DeterminationRow, StageCount
from tracker.queries.case_columns import WAITS_FOR_THE_DAY

DEFINITIONS = {
    "stages": "Open cases by the stage in which they stand now.",
    "ages": "Open cases by stage: whole days since they came into it. Half are younger than the median, one in ten is "
    "older than the last column says. Over target: the stage's target date is before today.",
    "bands": "Open cases by stage and by whole days since they came into it; ready: nothing stands in the way of the "
    "next step that somebody could clear before its day.",
    "outcomes": "Outcomes of trials that physicians recorded and that still stand, by the day they were decided.",
    "conversions": "Patients whose case began in the period, and how many of them have come to each step by now. "
    "Cases still under way may come further.",
}
#: The steps of the conversion report, and the milestone that shows that a case has come so far.
STEPS: Mapping[str, Milestone] = {
    "referred": Milestone(0),
    "trial": Milestone.TRIAL,
    "positive": Milestone.POSITIVE,
    "implanted": Milestone.IMPLANTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One stage now. Instants are those at which the case in the middle, and the one in ten, came into the stage."""

    stage: str
    count: int
    over_target: int
    median_entered_at: datetime | None
    tenth_entered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One outcome or step and how often it was counted."""

    name: str
    count: int


def list_stages(
    session: Session, viewer: Actor, pathway: str, stages: Sequence[str], today: date
) -> tuple[StageRow, ...]:
    """The open stages named, in that order, with the cases in them."""
    connection = session.connection()
    values: dict[str, object] = {"clinic": viewer.clinic_id, "pathway": pathway}
    counts = {row.stage: int(row.n) for row in connection.execute(_KEPT, values)}
    over = {row.stage: row.n for row in connection.execute(_OVER, {**values, "today": today, "stages": list(stages)})}
    filled = tuple(stage for stage in stages if counts.get(stage))
    ages: dict[tuple[str, str], datetime] = {}
    if filled:
        # Oldest first: the tenth of all cases that is oldest ends at a tenth of the way.
        offsets = {f"{name}_{stage}": counts[stage] // divisor for stage in filled for name, divisor in _AGES.items()}
        for row in connection.execute(_entered(filled), {**values, **offsets}):
            ages[row.stage, row.name] = row.stage_entered_at
    return tuple(
        StageRow(
            stage=stage,
            count=counts.get(stage, 0),
            over_target=over.get(stage, 0),
            median_entered_at=ages.get((stage, "median")),
            tenth_entered_at=ages.get((stage, "tenth")),
        )
        for stage in stages
    )


#: The first day of each band of whole days in a stage.
BANDS = (0, 7, 14, 30, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBands:
    """One stage now: how many of its cases are ready, or blocked, and how many came into it so long ago (``BANDS``)."""

    stage: str
    ready: int
    blocked: int
    bands: tuple[int, ...]


def list_bands(
    session: Session, viewer: Actor, pathway: str, stages: Sequence[str], *, calendar: ClinicCalendar, now: datetime
) -> tuple[StageBands, ...]:
    """The open stages named, in that order, with ageing bands and readiness: one pass over the open cases. Days are
    the clinic's."""
    today = calendar.today(now)
    values: dict[str, object] = {"clinic": viewer.clinic_id, "pathway": pathway}
    # Who came into the stage before the end of that day has been there for so many days.
    for first in BANDS[1:]:
        values[f"before_{first}"] = calendar.start_of(today - timedelta(days=first - 1))
    rows = {row.stage: row for row in session.connection().execute(_BANDS, values)}
    return tuple(_bands(stage, rows.get(stage)) for stage in stages)


def _bands(stage: str, row: Row[Any] | None) -> StageBands:
    if row is None:
        return StageBands(stage=stage, ready=0, blocked=0, bands=(0,) * len(BANDS))
    at_least = [row.n, *(getattr(row, f"since_{first}") for first in BANDS[1:]), 0]
    return StageBands(
        stage=stage,
        ready=row.ready,
        blocked=row.n - row.ready,
        bands=tuple(older - oldest for older, oldest in pairwise(at_least)),
    )


_AGES: Mapping[str, int] = {"median": 2, "tenth": 10}
_KEPT = (
    select(StageCount.stage, func.sum(StageCount.n).label("n"))
    .where(StageCount.clinic_id == bindparam("clinic"), StageCount.pathway == bindparam("pathway"))
    .group_by(StageCount.stage)
)
_IS_OPEN = and_(Case.clinic_id == bindparam("clinic"), Case.is_open.expression, Case.pathway == bindparam("pathway"))
_OVER = (
    select(Case.stage, func.count().label("n"))
    .where(_IS_OPEN, Case.stage.in_(bindparam("stages", expanding=True)), Case.target_on < bindparam("today"))
    .group_by(Case.stage)
)


_BANDS: Any = (
    select(
        Case.stage,
        func.count().label("n"),
        func.count().filter(or_(Case.is_ready, Case.first_blocker == WAITS_FOR_THE_DAY)).label("ready"),
        *(
            func.count().filter(Case.stage_entered_at < bindparam(f"before_{first}")).label(f"since_{first}")
            for first in BANDS[1:]
        ),
    )
    .where(_IS_OPEN)
    .group_by(Case.stage)
)


@cache
def _entered(stages: tuple[str, ...]) -> CompoundSelect[Any]:
    """When the case in the middle of each stage and the one in ten came: counted off in the index."""
    parts: list[Select[Any]] = []
    for stage in stages:
        for name in _AGES:
            one = (
                select(Case.stage, Case.stage_entered_at)
                .where(_IS_OPEN, Case.stage == literal(stage))
                .order_by(Case.stage_entered_at)
                .limit(1)
                .offset(bindparam(f"{name}_{stage}"))
                .subquery()
            )
            parts.append(select(one.c.stage, one.c.stage_entered_at, literal(name).label("name")))
    return union_all(*parts)


def count_outcomes(session: Session, viewer: Actor, from_at: datetime, until_at: datetime) -> tuple[Counted, ...]:
    """Trial outcomes decided from ``from_at`` until before ``until_at``, the most frequent first."""
    rows = session.connection().execute(
        _OUTCOMES, {"clinic": viewer.clinic_id, "from_at": from_at, "until_at": until_at}
    )
    return tuple(Counted(name=row.value, count=row.n) for row in rows)


_N = func.count().label("n")
_OUTCOMES = (
    select(DeterminationRow.value, _N)
    .where(
        DeterminationRow.clinic_id == bindparam("clinic"),
        # Written out, because SQLite uses the index of the outcomes only for that very condition.
        DeterminationRow.kind == literal(DeterminationKind.OUTCOME.value, literal_execute=True),
        DeterminationRow.superseded_by.is_(None),
        DeterminationRow.effective_at >= bindparam("from_at"),
        DeterminationRow.effective_at < bindparam("until_at"),
    )
    .group_by(DeterminationRow.value)
    .order_by(_N.desc(), DeterminationRow.value)
)


def count_conversions(
    session: Session, viewer: Actor, pathway: str, from_at: datetime, until_at: datetime
) -> tuple[Counted, ...]:
    """How far the cases that began in the period have come, step by step. A case that took over a pump began here
    with one, and is not counted."""
    rows = (
        session.connection()
        .execute(
            _CONVERSIONS, {"clinic": viewer.clinic_id, "pathway": pathway, "from_at": from_at, "until_at": until_at}
        )
        .all()
    )
    came_first = [row for row in rows if not row.milestones & Milestone.TAKEN_OVER]
    return tuple(
        Counted(name=name, count=sum(row.n for row in came_first if row.milestones & milestone == milestone))
        for name, milestone in STEPS.items()
    )


_CONVERSIONS = (
    select(Case.milestones, func.count().label("n"))
    .where(
        Case.clinic_id == bindparam("clinic"),
        Case.pathway == bindparam("pathway"),
        Case.opened_at >= bindparam("from_at"),
        Case.opened_at < bindparam("until_at"),
        Case.stage != "entered_in_error",
    )
    .group_by(Case.milestones)
)
