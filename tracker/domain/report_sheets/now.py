"""How many stand in each stage, for how long, over target or not, ready or blocked: from the rows as they are now."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import NamedTuple

from tracker.domain.report_sheets.drawing import Bar, Bars, Columns, Legend, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table
from tracker.domain.report_sheets.words import Names, plural

DEFINITION = (
    "Open cases by the stage in which they stand now, and whole days since they came into it. Over target: the stage's "
    "target date is before today, a share of those in the stage. Ready: nothing but its day stands in the way of the "
    "next step; blocked: something does."
)
AGES_DEFINITION = "All open cases, by whole days since they came into their stage."
#: The bands of ages: the first day of each.
BANDS = (0, 7, 14, 28, 56, 112)


class OpenCase(NamedTuple):
    """One open case. ``entered_on``: the clinic's day on which it came into its stage; ``is_over``: its target date has
    passed."""

    id: int
    stage: str
    entered_on: date
    is_over: bool
    is_ready: bool


@dataclass(frozen=True, slots=True)
class _Stage:
    name: str
    places: tuple[int, ...]
    over: tuple[int, ...]
    ready: tuple[int, ...]
    blocked: tuple[int, ...]
    median: float


def now_sheet(cases: Sequence[OpenCase], order: Sequence[str], today: date, names: Names) -> Sheet:
    """``order``: the stages as the pathway has them."""
    ages = _ages(cases, today)
    found = _stages(cases, ages, order)
    answer = now_answer([(stage.name, len(stage.places), len(stage.over)) for stage in found], order, names)
    return Sheet(
        name="now",
        answer=answer,
        sections=(_in_stages(cases, found, names, answer), _by_age(ages)),
        ids=[case.id for case in cases],
    )


def _ages(cases: Sequence[OpenCase], today: date) -> Sequence[int]:
    """For how many days each is in its stage. Many came on the same day."""
    days = {day: max(0, (today - day).days) for day in {case.entered_on for case in cases}}
    return [days[case.entered_on] for case in cases]


def _stages(cases: Sequence[OpenCase], ages: Sequence[int], order: Sequence[str]) -> list[_Stage]:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        groups[case.stage].append(place)
    _, _, _, is_over, is_ready = zip(*cases, strict=True) if cases else ((), (), (), (), ())
    return [
        _Stage(
            name,
            tuple(places),
            tuple([place for place in places if is_over[place]]),
            tuple([place for place in places if is_ready[place]]),
            tuple([place for place in places if not is_ready[place]]),
            median([ages[place] for place in places]),
        )
        for name, places in sorted(groups.items(), key=lambda each: _place(order, each[0]))
    ]


def now_answer(stages: Sequence[tuple[str, int, int]], order: Sequence[str], names: Names) -> str:
    """The answer alone, of how many stand in each stage and how many of these are over target."""
    found = sorted(stages, key=lambda stage: _place(order, stage[0]))
    if not found:
        return "No case is open."
    over = sum(late for _, _, late in found)
    worst = max(found, key=lambda stage: stage[2])[0]
    late = f"{over:,} over target, most of them in “{names.stage(worst)}”" if over else "none over target"
    return f"{plural(sum(each for _, each, _ in found), 'case is', 'cases are')} open, {late}."


def _place(order: Sequence[str], stage: str) -> tuple[int, str]:
    """Stages in the order of the pathway; what it does not know comes last."""
    return (order.index(stage) if stage in order else len(order)), stage


def _in_stages(cases: Sequence[OpenCase], stages: Sequence[_Stage], names: Names, answer: str) -> Section:
    rows = [Row(stage.name, names.stage(stage.name), _cells(stage)) for stage in stages]
    everybody = tuple(range(len(cases)))
    total = _Stage(
        "all",
        everybody,
        tuple(place for stage in stages for place in stage.over),
        tuple(place for stage in stages for place in stage.ready),
        tuple(place for stage in stages for place in stage.blocked),
        0,
    )
    total_row = Row("all", "All open cases", (*_cells(total)[:-1], Cell()), is_total=True)
    return Section(
        key="stages",
        title="Who stands where",
        answer=answer,
        definition=DEFINITION,
        table=Table(
            "Stage",
            (
                Column("open", "Open cases"),
                Column("over", "Over target"),
                Column("over_share", "Share", Kind.SHARE),
                Column("ready", "Ready"),
                Column("blocked", "Blocked"),
                Column("median", "Half are there for, days", Kind.DAYS),
            ),
            (*rows, total_row) if rows else (),
        ),
        drawing=Bars(
            caption="Open cases by stage, against their target",
            label_header="Stage",
            figures_header="over target",
            bars=tuple(
                Bar(
                    label=names.stage(stage.name),
                    parts=(
                        Segment(value=len(stage.places) - len(stage.over)),
                        Segment(value=len(stage.over), style="warn"),
                    ),
                    figures=f"{len(stage.over)} of {len(stage.places)}",
                )
                for stage in stages
            ),
            legend=(Legend(style="solid", label="within target"), Legend(style="warn", label="over target")),
        )
        if rows
        else None,
    )


def _cells(stage: _Stage) -> tuple[Cell, ...]:
    return (
        Cell(len(stage.places), stage.places),
        Cell(len(stage.over), stage.over),
        Cell(len(stage.over) / len(stage.places) if stage.places else None),
        Cell(len(stage.ready), stage.ready),
        Cell(len(stage.blocked), stage.blocked),
        Cell(stage.median),
    )


def _by_age(ages: Sequence[int]) -> Section:
    bands = _bands(ages)
    old = len(bands[BANDS[-1]])
    drawn = Counter({band: len(places) for band, places in bands.items()})
    return Section(
        key="ages",
        title="How long already",
        answer=f"{plural(old, 'open case has', 'open cases have')} been in a stage for {BANDS[-1]} days or more.",
        definition=AGES_DEFINITION,
        table=Table(
            "Days in the stage",
            (Column("open", "Open cases"),),
            tuple(Row(f"from-{band}", _band(band), (Cell(len(places), places),)) for band, places in bands.items()),
        ),
        drawing=Columns(
            title="Open cases by days in their stage",
            what=f"{old:,} of {len(ages):,} are {BANDS[-1]} days or more in their stage.",
            unit="open cases",
            bars=tuple(
                Bar(label=_band(band), parts=(Segment(value=drawn[band]),), figures=f"{drawn[band]:,}")
                for band in BANDS
            ),
            between=False,
        )
        if ages
        else None,
    )


def _bands(ages: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {band: [] for band in BANDS}
    band_of = {age: found[BANDS[bisect_right(BANDS, age) - 1]] for age in set(ages)}
    for place, age in enumerate(ages):
        band_of[age].append(place)
    return {band: tuple(places) for band, places in found.items()}


def _band(band: int) -> str:
    later = next((other for other in BANDS if other > band), None)
    return f"{band}–{later - 1}" if later is not None else f"{band} or more"
