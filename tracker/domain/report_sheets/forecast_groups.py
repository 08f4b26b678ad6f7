"""What is coming of each group: payer, diagnosis, indication, where there are enough patients to say."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from tracker.domain.forecast.forecast import Forecast, TooFew
from tracker.domain.forecast.stage_visits import StageVisit
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Table
from tracker.domain.report_sheets.words import CONDITION_WORDS, INDICATION_WORDS, NOBODY, Names, key_of, plural
from tracker.domain.reporting.history import History

DEFINITION = (
    "The same as above, drawn from the patients of one group alone: their history, their referrals, and those of them "
    "who are there. Groups do not add up to everybody. A group with fewer than 20 such days in the last year, or "
    "less than 26 weeks of history, is too small to say."
)
TOO_FEW = "Too few patients to say"
_COLUMNS = (
    Column("trial", "Trials", Kind.DAYS),
    Column("trial_low", "80 % interval from", Kind.DAYS),
    Column("trial_high", "to", Kind.DAYS),
    Column("implant", "Implants", Kind.DAYS),
    Column("implant_low", "80 % interval from", Kind.DAYS),
    Column("implant_high", "to", Kind.DAYS),
    Column("note", "Note", Kind.TEXT),
)
_PROCEDURES = ("trial", "implant")

#: Draws the futures of a group from its visits; the number is of its luck.
Drawing = Callable[[History, Sequence[StageVisit], int], Mapping[str, Forecast | TooFew]]


@dataclass(frozen=True, slots=True)
class Group:
    """One group, and what was drawn of it."""

    key: str
    label: str
    said: Mapping[str, Forecast | TooFew]


@dataclass(frozen=True, slots=True)
class Grouping:
    """All groups of one kind. ``what``: payer, diagnosis or indication."""

    what: str
    groups: tuple[Group, ...]


def drawn_groups(history: History, visits: Sequence[StageVisit], names: Names, draw: Drawing) -> tuple[Grouping, ...]:
    """Of each group of everybody the futures. It takes as long as two or three times everybody."""
    cases, words, numbers = history.cases, history.words, count(1)
    found = []
    for what, column, labels in (
        ("payer", cases.payer, names.payers),
        ("diagnosis", cases.diagnosis, {history.code(word): label for word, label in CONDITION_WORDS.items()}),
        ("indication", cases.indication, {history.code(word): label for word, label in INDICATION_WORDS.items()}),
    ):
        by_value: dict[int, list[StageVisit]] = defaultdict(list)
        for visit in visits:
            by_value[column[int(visit.case)]].append(visit)
        groups = tuple(
            Group(
                key=str(value) if what == "payer" else key_of(words[value]),
                label=labels.get(value, NOBODY),
                said=draw(history, by_value[value], next(numbers)),
            )
            for value in sorted(by_value, key=lambda value, labels=labels: (labels.get(value, NOBODY), value))  # type: ignore[misc]  # mypy does not read defaults
        )
        found.append(Grouping(what, groups))
    return tuple(found)


def group_section(grouping: Grouping, weeks: int) -> Section:
    """A table with a row for each group."""
    said = [each.label for each in grouping.groups if any(isinstance(one, Forecast) for one in each.said.values())]
    answer = (
        f"Of {plural(len(grouping.groups), 'group')} by {grouping.what}, {len(said)} "
        f"{'has' if len(said) == 1 else 'have'} enough patients to say how many are coming in the next {weeks} weeks."
        if said
        else f"{TOO_FEW} of any group by {grouping.what}."
    )
    return Section(
        key=f"by-{grouping.what}",
        title=f"By {grouping.what}",
        answer=answer,
        definition=DEFINITION,
        table=Table(
            grouping.what.capitalize(),
            _COLUMNS,
            tuple(Row(each.key, each.label, _cells(each, weeks)) for each in grouping.groups) if said else (),
        ),
        is_too_few=not said,
    )


def _cells(group: Group, weeks: int) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    silent = []
    for name in _PROCEDURES:
        said = group.said[name]
        if isinstance(said, TooFew):
            silent.append(f"{name}s")
            cells += [Cell(), Cell(), Cell()]
        else:
            last = said.so_far[weeks - 1]
            cells += [Cell(last.middle), Cell(last.low), Cell(last.high)]
    return (*cells, Cell(f"{TOO_FEW}: {' and '.join(silent)}" if silent else ""))
