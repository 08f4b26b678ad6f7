"""The board: where everybody stands, the oldest first, at most ten to a lane.

A clinic may have twenty thousand cases, so nothing here reads them all: counts come from the table that every move
keeps, a lane is the first ten rows of an index, and the median is the row in the middle of that index. With a filter
on payer or readiness the lanes are counted by one pass over the open cases.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.pathways.catalogue import FIRST
from tracker.persistence.base import Base
from tracker.persistence.models import Membership, Payer, StageCount, User
from tracker.persistence.types import JsonObject
from tracker.queries.case_columns import WAITS_FOR_THE_DAY
from tracker.queries.identity import IDENTITY, Identity, identity_of

#: A lane shows at most so many cards, and fewer where all lanes together would show more than ``CARDS_ON_BOARD``.
CARDS_IN_LANE = 10
FEW_CARDS = 3
CARDS_ON_BOARD = 100
ROWS_ON_PAGE = 50

#: The filter's word for cases that nobody has taken.
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilter:
    """Which open cases. ``None`` is everybody's, every payer's, whatever the state; ``NOBODY`` owns untaken cases."""

    pathway: str = FIRST
    owner_user_id: int | None = None
    payer_id: int | None = None
    is_ready: bool | None = None
    stage: str = ""

    @property
    def needs_a_pass(self) -> bool:
        """Whether the kept counts cannot answer it."""
        return self.payer_id is not None or self.is_ready is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One case as the board and its table show it."""

    case_id: int
    public_id: str
    patient: Identity
    pathway: str
    pathway_version: int
    stage: str
    entered_at: datetime
    target_on: date | None
    procedure_on: date | None
    hold_until: date | None
    owner_role: str
    owner_name: str
    next_step: str
    is_ready: bool
    first_blocker: str
    blocker_params: JsonObject
    blocker_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One stage. ``middle_entered_at``: when the case in the middle of the lane came; ``None`` in an empty lane."""

    stage: str
    count: int
    over_target: int
    middle_entered_at: datetime | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a filter."""

    id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filters offer: people of the clinic, and payers in use."""

    owners: tuple[Choice, ...]
    payers: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The last row of a page of the table: the next page begins after it."""

    entered_at: datetime
    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """One page of the table, the oldest first. ``next`` is where the following page begins, if there is one."""

    cards: tuple[Card, ...]
    next: Position | None


# Plain tables, not mapped classes: a board reads a hundred rows, and objects made of them would cost twice as much.
_tables = Base.metadata.tables
_cases, _patients, _users = _tables["cases"], _tables["patients"], _tables["users"]
_case = _cases.c
_COLUMNS = (
    _case.id,
    _case.public_id,
    _case.pathway,
    _case.pathway_version,
    _case.stage,
    _case.stage_entered_at,
    _case.target_on,
    _case.procedure_on,
    _case.hold_until,
    _case.owner_role,
    _users.c.name.label("owner_name"),
    _case.next_step,
    _case.is_ready,
    _case.first_blocker,
    _case.first_blocker_params,
    _case.blocker_count,
    *(_patients.c[column.key] for column in IDENTITY),
)


def list_lanes(session: Session, viewer: Actor, stages: Sequence[str], wanted: BoardFilter, today: date) -> list[Lane]:
    """The lanes of the stages named, in that order."""
    counts = _counts(session, viewer, wanted)
    over = _over_target(session, viewer, stages, wanted, today)
    filled = tuple(stage for stage in stages if counts.get(stage))
    cards: dict[str, list[Card]] = {}
    middles: dict[str, datetime] = {}
    if filled:
        connection, shape, values = session.connection(), _shape(wanted), _values(viewer, wanted)
        for row in connection.execute(_lanes(filled, shape), {**values, "most": cards_in_lane(counts.values())}).all():
            cards.setdefault(row.stage, []).append(_card(row))
        offsets = {f"middle_{number}": counts[stage] // 2 for number, stage in enumerate(filled)}
        for row in connection.execute(_middles(filled, shape), {**values, **offsets}).all():
            middles[row.stage] = row.stage_entered_at
    return [
        Lane(
            stage=stage,
            count=counts.get(stage, 0),
            over_target=over.get(stage, 0),
            middle_entered_at=middles.get(stage),
            cards=tuple(cards.get(stage, ())),
        )
        for stage in stages
    ]


def cards_in_lane(counts: Iterable[int]) -> int:
    """How many cards each lane shows at most: fewer where the board would grow too long to be looked at."""
    return CARDS_IN_LANE if sum(min(count, CARDS_IN_LANE) for count in counts) <= CARDS_ON_BOARD else FEW_CARDS


def list_cards(session: Session, viewer: Actor, wanted: BoardFilter, after: Position | None = None) -> CardPage:
    """One page of the table of the same cases: those longest in their stage first."""
    chosen = (
        select(_case.id)
        .where(*_conditions(_shape(wanted)))
        .order_by(_case.stage_entered_at, _case.id)
        .limit(ROWS_ON_PAGE + 1)
    )
    if wanted.stage:
        chosen = chosen.where(_case.stage == wanted.stage)
    if after is not None:
        is_later = (_case.stage_entered_at == after.entered_at) & (_case.id > after.case_id)
        chosen = chosen.where((_case.stage_entered_at > after.entered_at) | is_later)
    # Chosen first and joined then: fifty names are read, not those of everybody who is sorted.
    query = _CARDS.where(_case.clinic_id == bindparam("clinic"), _case.id.in_(chosen)).order_by(
        _case.stage_entered_at, _case.id
    )
    found = [_card(row) for row in session.connection().execute(query, _values(viewer, wanted))]
    last = found[ROWS_ON_PAGE - 1] if len(found) > ROWS_ON_PAGE else None
    following = Position(entered_at=last.entered_at, case_id=last.case_id) if last else None
    return CardPage(cards=tuple(found[:ROWS_ON_PAGE]), next=following)


def count_cards(session: Session, viewer: Actor, wanted: BoardFilter) -> int:
    """How many cases the table has in all."""
    counts = _counts(session, viewer, wanted)
    return counts.get(wanted.stage, 0) if wanted.stage else sum(counts.values())


def list_choices(session: Session, viewer: Actor) -> Choices:
    """What the filters offer, by name."""
    found = session.connection().execute(_CHOICES, {"clinic": viewer.clinic_id})
    rows = sorted(found, key=lambda row: (row.label.casefold(), row.id))
    choices = {
        kind: tuple(Choice(id=row.id, label=row.label) for row in rows if row.kind == kind)
        for kind in ("owner", "payer")
    }
    return Choices(owners=choices["owner"], payers=choices["payer"])


_CHOICES = union_all(
    select(literal("owner").label("kind"), User.id, User.name.label("label"))
    .join(Membership, Membership.user_id == User.id)
    .where(Membership.clinic_id == bindparam("clinic"), Membership.is_active),
    select(literal("payer"), Payer.id, Payer.name).where(Payer.clinic_id == bindparam("clinic"), Payer.is_active),
)


def _values(viewer: Actor, wanted: BoardFilter) -> dict[str, object]:
    values: dict[str, object] = {"clinic": viewer.clinic_id, "pathway": wanted.pathway}
    if wanted.owner_user_id:
        values["owner"] = wanted.owner_user_id
    if wanted.payer_id is not None:
        values["payer"] = wanted.payer_id
    return values


#: Which conditions a statement has; statements are built once for each.
_Shape = tuple[str, bool, str]


def _shape(wanted: BoardFilter) -> _Shape:
    owner = "all" if wanted.owner_user_id is None else "nobody" if wanted.owner_user_id == NOBODY else "one"
    readiness = {None: "all", True: "ready", False: "blocked"}[wanted.is_ready]
    return owner, wanted.payer_id is not None, readiness


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    owner, has_payer, readiness = shape
    found: list[ColumnElement[bool]] = [
        _case.clinic_id == bindparam("clinic"),
        _case.is_open,
        _case.pathway == bindparam("pathway"),
    ]
    if owner == "one":
        found.append(_case.owner_user_id == bindparam("owner"))
    elif owner == "nobody":
        found.append(_case.owner_user_id.is_(None))
    if has_payer:
        found.append(_case.payer_id == bindparam("payer"))
    if readiness != "all":
        # Ready for its day is ready: there is nothing that anybody could do.
        is_ready = or_(_case.is_ready, _case.first_blocker == WAITS_FOR_THE_DAY)
        found.append(is_ready if readiness == "ready" else not_(is_ready))
    return found


_CARDS = (
    select(*_COLUMNS)
    .join(_patients, and_(_patients.c.clinic_id == _case.clinic_id, _patients.c.id == _case.patient_id))
    .outerjoin(_users, _users.c.id == _case.owner_user_id)
)


@cache
def _lanes(stages: tuple[str, ...], shape: _Shape) -> Select[Any]:
    """The first cards of every lane, as one statement: each part stops after ``most`` rows of the index, and names
    are read of what is shown only."""
    lanes = [
        select(_case.id)
        .where(*_conditions(shape), _case.stage == literal(stage))
        .order_by(_case.stage_entered_at, _case.id)
        .limit(bindparam("most"))
        .subquery()
        for stage in stages
    ]
    chosen = union_all(*(select(lane) for lane in lanes))
    shown = _CARDS.where(_case.clinic_id == bindparam("clinic"), _case.id.in_(chosen))
    return shown.order_by(_case.stage_entered_at, _case.id)


@cache
def _middles(stages: tuple[str, ...], shape: _Shape) -> Select[Any]:
    """When the case in the middle of each lane came: counted off in the index, no row is read."""
    lanes = [
        select(_case.stage, _case.stage_entered_at)
        .where(*_conditions(shape), _case.stage == literal(stage))
        .order_by(_case.stage_entered_at)
        .limit(1)
        .offset(bindparam(f"middle_{number}"))
        .subquery()
        for number, stage in enumerate(stages)
    ]
    return select(*union_all(*(select(lane) for lane in lanes)).subquery().c)


def _counts(session: Session, viewer: Actor, wanted: BoardFilter) -> Mapping[str, int]:
    if wanted.needs_a_pass:
        rows = session.connection().execute(_counted_now(_shape(wanted)), _values(viewer, wanted))
    else:
        rows = session.connection().execute(
            _kept(is_of_owner=wanted.owner_user_id is not None),
            {"clinic": viewer.clinic_id, "pathway": wanted.pathway, "owner": wanted.owner_user_id},
        )
    return {row.stage: int(row.n) for row in rows if row.n}


@cache
def _counted_now(shape: _Shape) -> Select[Any]:
    return select(_case.stage, func.count().label("n")).where(*_conditions(shape)).group_by(_case.stage)


@cache
def _kept(*, is_of_owner: bool) -> Select[*tuple[Any, ...]]:
    """The counts that every move keeps."""
    kept = and_(StageCount.clinic_id == bindparam("clinic"), StageCount.pathway == bindparam("pathway"))
    if is_of_owner:
        kept = and_(kept, StageCount.owner_user_id == bindparam("owner"))
    return select(StageCount.stage, func.sum(StageCount.n).label("n")).where(kept).group_by(StageCount.stage)


def _over_target(
    session: Session, viewer: Actor, stages: Sequence[str], wanted: BoardFilter, today: date
) -> Mapping[str, int]:
    values = {**_values(viewer, wanted), "stages": list(stages), "today": today}
    rows = session.connection().execute(_over(_shape(wanted)), values)
    return {row.stage: row.n for row in rows}


@cache
def _over(shape: _Shape) -> Select[Any]:
    is_asked = _case.stage.in_(bindparam("stages", expanding=True))
    return _counted_now(shape).where(is_asked, _case.target_on < bindparam("today"))


def _card(row: Row[Any]) -> Card:
    return Card(
        case_id=row.id,
        public_id=row.public_id,
        patient=identity_of(row),
        pathway=row.pathway,
        pathway_version=row.pathway_version,
        stage=row.stage,
        entered_at=row.stage_entered_at,
        target_on=row.target_on,
        procedure_on=row.procedure_on,
        hold_until=row.hold_until,
        owner_role=row.owner_role,
        owner_name=row.owner_name or "",
        next_step=row.next_step,
        is_ready=row.is_ready,
        first_blocker=row.first_blocker,
        blocker_params=row.first_blocker_params,
        blocker_count=row.blocker_count,
    )
