"""Cards and rows: who, how long in the stage against its target, whose, and what is missing first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.domain.pathway.definition import Pathway
from tracker.pathways.catalogue import CURRENT, FIRST, current
from tracker.queries.board import NOBODY, BoardFilter, Card, CardPage, Choice, Choices, Lane
from tracker.queries.case_columns import WAITS_FOR_THE_DAY
from tracker.web.common.case_lines import (
    PersonLine,
    case_url,
    clinic_day,
    days_since,
    initials,
    missing,
    owner_words,
    person_line,
)
from tracker.web.common.filters import day, on
from tracker.web.common.listing import url_with

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """One card. ``target`` is in days; 0 where a booked date is the target, which ``dated`` says. ``in_width`` and
    ``over_width`` are the parts of the bar in hundredths."""

    url: str
    name: str
    born: str
    mrn: str
    age: str
    says: str
    in_width: float
    over_width: float
    owner: str
    owner_label: str
    tone: str
    blocked: str
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """One stage."""

    id: str
    label: str
    count: int
    facts: str
    over: int
    cards: tuple[CardLine, ...]
    more_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseView:
    """One column."""

    label: str
    count: int
    lanes: tuple[LaneView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChoice:
    """One entry of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the filter sentence offers. ``clear_url`` is empty where nothing is filtered; ``pathway`` is kept by it."""

    owners: tuple[FilterChoice, ...]
    payers: tuple[FilterChoice, ...]
    states: tuple[FilterChoice, ...]
    stages: tuple[FilterChoice, ...]
    clear_url: str
    pathway: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """The board of one pathway."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """What the board shows."""

    lede: str
    filters: Filters
    tabs: tuple[Tab, ...]
    phases: tuple[PhaseView, ...]
    table_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of the table."""

    person: PersonLine
    stage: str
    age: str
    target: str
    is_over: bool
    owner: str
    tone: str
    state: str
    blocked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePage:
    """What the table shows."""

    lede: str
    filters: Filters
    tabs: tuple[Tab, ...]
    rows: tuple[RowView, ...]
    summary: str
    next_url: str
    first_url: str
    board_url: str


def present_board(
    lanes: Sequence[Lane],
    choices: Choices,
    wanted: BoardFilter,
    *,
    pathway: Pathway,
    now: datetime,
    zone: str,
    me: int,
) -> BoardPage:
    """Make the board."""
    today = clinic_day(now, zone)
    table_url = url_with("board.table", stage=None)
    views = {lane.stage: _lane(lane, pathway, today, zone, table_url) for lane in lanes}
    phases = []
    for phase, label in pathway.phases.items():
        own = tuple(views[name] for name, stage in pathway.stages.items() if stage.phase == phase and name in views)
        if own:
            phases.append(PhaseView(label=label, count=sum(lane.count for lane in own), lanes=own))
    total, over = sum(lane.count for lane in lanes), sum(lane.over_target for lane in lanes)
    return BoardPage(
        lede=f"{_cases(total)} · {over} over target",
        filters=_filters(choices, wanted, pathway, me),
        tabs=_tabs(pathway),
        phases=tuple(phases),
        table_url=url_with("board.table"),
    )


def present_table(
    found: CardPage,
    total: int,
    choices: Choices,
    wanted: BoardFilter,
    *,
    pathway: Pathway,
    now: datetime,
    zone: str,
    me: int,
) -> TablePage:
    """Make the table."""
    today = clinic_day(now, zone)
    after = ""
    if found.next:
        after = f"{(found.next.entered_at - _EPOCH) // timedelta(microseconds=1)}-{found.next.case_id}"
    return TablePage(
        lede=f"{_cases(total)}, the longest in their stage first",
        filters=_filters(choices, wanted, pathway, me),
        tabs=_tabs(pathway),
        rows=tuple(_row(card, pathway, today, zone) for card in found.cards),
        summary=f"{len(found.cards)} of {total} shown",
        next_url=url_with(after=after) if after else "",
        first_url=url_with(after=None),
        board_url=url_with("board.index", after=None),
    )


def _tabs(pathway: Pathway) -> tuple[Tab, ...]:
    """One board for each pathway, with the same filters, but for the stage."""
    return tuple(
        Tab(
            label=current(name).label,
            url=url_with(pathway=None if name == FIRST else name, stage=None, after=None),
            is_current=name == pathway.name,
        )
        for name in CURRENT
    )


def _cases(count: int) -> str:
    return "1 open case" if count == 1 else f"{count} open cases"


def _lane(lane: Lane, pathway: Pathway, today: date, zone: str, table_url: str) -> LaneView:
    stage = pathway.stages[lane.stage]
    facts = ""
    if lane.middle_entered_at is not None:
        facts = f"median {days_since(lane.middle_entered_at, today, zone)} d"
    return LaneView(
        id=f"lane-{lane.stage}",
        label=stage.label,
        count=lane.count,
        facts=facts,
        over=lane.over_target,
        cards=tuple(_card(card, stage.target_days, today, zone) for card in lane.cards),
        more_url=f"{table_url}{'&' if '?' in table_url else '?'}stage={lane.stage}"
        if lane.count > len(lane.cards)
        else "",
    )


def _card(card: Card, target_days: int | None, today: date, zone: str) -> CardLine:
    age = days_since(card.entered_at, today, zone)
    target = target_days if target_days is not None else _days_to(card, age, today)
    top = max(age, target, 1)
    more = 0 if card.hold_until is not None else max(0, card.blocker_count - 1)
    return CardLine(
        url=case_url(card.public_id),
        name=card.patient.name,
        born=f"{card.patient.birth_on.day} {card.patient.birth_on:%b %Y}",
        mrn=card.patient.mrn,
        age=f"{age} / {target} d" if target_days is not None else _dated(card, today) or f"{age} d",
        says=f"{age} of {target} days",
        in_width=round(100 * min(age, target) / top, 1),
        over_width=round(100 * max(0, age - target) / top, 1),
        owner=initials(card.owner_name) or "–",
        owner_label=owner_words(card.owner_name, card.owner_role),
        tone=_tone(card, today),
        blocked=_blocked(card),
        more=more,
    )


def _days_to(card: Card, age: int, today: date) -> int:
    """How long the stage may take where a booked or ordered date is its target."""
    return age if card.target_on is None else max(0, age + (card.target_on - today).days)


def _dated(card: Card, today: date) -> str:
    """The day that a booked case waits for."""
    return "" if card.target_on is None else on(card.target_on, today)


def _waits_for_its_day(card: Card) -> bool:
    """Whether the patient's arrival is all that the next step still needs."""
    return card.first_blocker == WAITS_FOR_THE_DAY


def _tone(card: Card, today: date) -> str:
    """Red is for what is over its target; what is missing in good time is not."""
    if card.hold_until is not None:
        return "quiet"
    if card.is_ready or _waits_for_its_day(card):
        return "ready"
    return "critical" if card.target_on is not None and card.target_on < today else "warn"


def _blocked(card: Card) -> str:
    """Why the next step is not taken: held, ready, or the first missing thing."""
    if card.hold_until is not None:
        return "on hold"
    if card.is_ready or not card.first_blocker:
        return "ready"
    if _waits_for_its_day(card):
        return "ready for the day"
    return missing(card.first_blocker, card.blocker_params)


def _row(card: Card, pathway: Pathway, today: date, zone: str) -> RowView:
    stage = pathway.stages[card.stage]
    age = days_since(card.entered_at, today, zone)
    more = f" (+{card.blocker_count - 1})" if card.blocker_count > 1 else ""
    step = pathway.transition(card.next_step, card.stage)
    tone = _tone(card, today)
    state = "on hold" if card.hold_until is not None else "ready" if card.is_ready else "blocked"
    if state == "blocked" and _waits_for_its_day(card):
        state = "ready for the day"
    return RowView(
        person=person_line(card.patient, today, url=case_url(card.public_id)),
        stage=stage.label,
        age=f"{age} d",
        target=day(card.target_on, today),
        is_over=card.target_on is not None and card.target_on < today,
        owner=owner_words(card.owner_name, card.owner_role),
        tone=tone,
        state=state,
        blocked=_blocked(card) + more if state == "blocked" else f"next: {step.label}" if step else "",
    )


def _filters(choices: Choices, wanted: BoardFilter, pathway: Pathway, me: int) -> Filters:
    owner = wanted.owner_user_id
    owners = (
        FilterChoice(value="", label="everybody's patients", is_chosen=owner is None),
        FilterChoice(value="me", label="my patients", is_chosen=owner == me),
        FilterChoice(value="nobody", label="patients nobody has taken", is_chosen=owner == NOBODY),
        *(_of(choice, owner, "’s patients") for choice in choices.owners if choice.id != me),
    )
    payers = (
        FilterChoice(value="", label="any payer", is_chosen=wanted.payer_id is None),
        *(_of(choice, wanted.payer_id) for choice in choices.payers),
    )
    states = (
        FilterChoice(value="", label="ready or blocked", is_chosen=wanted.is_ready is None),
        FilterChoice(value="ready", label="ready", is_chosen=wanted.is_ready is True),
        FilterChoice(value="blocked", label="blocked", is_chosen=wanted.is_ready is False),
    )
    stages = (
        FilterChoice(value="", label="every stage", is_chosen=not wanted.stage),
        *(
            FilterChoice(value=stage.name, label=stage.label, is_chosen=stage.name == wanted.stage)
            for stage in pathway.stages.values()
            if stage.is_open
        ),
    )
    is_filtered = any((owner is not None, wanted.payer_id, wanted.is_ready is not None, wanted.stage))
    clear_url = url_with(owner=None, payer=None, state=None, stage=None, after=None) if is_filtered else ""
    kept = "" if pathway.name == FIRST else pathway.name
    return Filters(owners=owners, payers=payers, states=states, stages=stages, clear_url=clear_url, pathway=kept)


def _of(choice: Choice, chosen: int | None, after: str = "") -> FilterChoice:
    return FilterChoice(value=str(choice.id), label=choice.label + after, is_chosen=choice.id == chosen)
