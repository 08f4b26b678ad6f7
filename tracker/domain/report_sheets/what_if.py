"""What a changed rule would do: waits and throughput of simulated years beside those under the present rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.forecast.forecast import TooFew
from tracker.domain.report_sheets.drawing import Bar, Bars, Legend, Segment
from tracker.domain.report_sheets.forecast import stage_visits
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table
from tracker.domain.report_sheets.usual import usual_filter
from tracker.domain.report_sheets.what_if_words import (
    VISITS,
    conditions,
    days_moved,
    number_moved,
    rules_said,
)
from tracker.domain.report_sheets.words import at_most, first
from tracker.domain.reporting.columns import Stays
from tracker.domain.reporting.filters import select
from tracker.domain.reporting.history import History
from tracker.domain.what_if.comparison import Compared, Comparison
from tracker.domain.what_if.flow import Flow
from tracker.domain.what_if.observed import Observed, observe
from tracker.domain.what_if.question import Question

NAME = "what-if"
NEEDS = (Stays,)
WAITS_DEFINITION = (
    "The year that begins today, simulated over the pathway under the rules of the last year and again, with the same "
    "referrals and the same luck, under the changed ones. Days from the referral: the median of the patients who have "
    "their first one in that year. Days to a date: the mean, of all dates that are given, from asking for it."
)
DONE_DEFINITION = "Of the same simulated years: how many take place within the 365 days, second ones included."
INTERVAL_DEFINITION = (
    "The interval holds the mean difference of all such pairs of years 95 times out of 100: it is the simulation's own "
    "error, and gets narrower with more pairs. It does not say how far the simulation is from the clinic, which has "
    "staff, beds, closed days and urgent patients that are not simulated."
)
RULES_DEFINITION = (
    "The rules as the last 364 days show them: the median days of the payers' answers, weekdays with at least a "
    "twentieth of the procedures, slots that nine of ten of these days did not exceed, visits missed or cancelled of "
    "all booked, and the notice that nine of ten visits had at least."
)
UNCHANGED = (
    "Nothing is changed yet: these are the rules as they are. Change one or more, and see what would come of it."
)
_MOVED = (
    Column("present", "Now", Kind.AMOUNT),
    Column("changed", "Changed", Kind.AMOUNT),
    Column("difference", "Difference", Kind.AMOUNT),
    Column("low", "95 % interval from", Kind.AMOUNT),
    Column("high", "to", Kind.AMOUNT),
)
_RULES = (Column("present", "Now", Kind.TEXT), Column("changed", "Changed", Kind.TEXT))
_SECTIONS = {"waits": ("Days to wait", WAITS_DEFINITION), "done": ("How many take place", DONE_DEFINITION)}
_LEGEND = (Legend(style="solid", label="now"), Legend(style="hatch", label="changed"))


@dataclass(frozen=True, slots=True)
class Played:
    """What pairs of simulated years said, by procedure, and how many there were."""

    pairs: int
    comparisons: Mapping[str, Comparison]


@dataclass(frozen=True, slots=True)
class _Figure:
    """One number of one procedure, and what it is called in a table and, where there is less room, in a chart."""

    key: str
    label: str
    short: str
    compared: Compared


def observe_history(history: History, flow: Flow) -> Observed | TooFew:
    """The clinic as a simulation begins with it. It is asked about as a whole: slots are everybody's."""
    today = date.fromordinal(history.today)
    return observe(flow, stage_visits(history, select(history, usual_filter(today))), today)


def what_if_sheet(observed: Observed, question: Question, played: Played | None) -> Sheet:
    """The answer, and the rules that it is about. ``None``: no year was played, so that only these are shown."""
    rules = _rules(observed, question)
    if played is None:
        return Sheet(name=NAME, answer=UNCHANGED, sections=(rules,))
    enough = {name: each for name, each in played.comparisons.items() if observed.is_enough(name)}
    silent = [name for name in played.comparisons if name not in enough]
    waits, done = _waits(enough, played.pairs, silent), _done(enough, played.pairs)
    return Sheet(
        name=NAME,
        answer=f"With {conditions(observed, question)}, {waits.answer[:1].lower()}{waits.answer[1:]} {done.answer}",
        sections=(waits, done, rules),
    )


def too_few_sheet(found: TooFew) -> Sheet:
    """Where there is nothing to simulate from."""
    of = "weeks of history" if found.what == "weeks" else f"{found.name}s in the last year"
    section = Section(
        key="waits",
        title=_SECTIONS["waits"][0],
        answer=f"Too few patients to say what would change: {at_most(found.seen)} of {found.needed} {of}.",
        definition=WAITS_DEFINITION,
        table=Table("Days", _MOVED, ()),
        is_too_few=True,
    )
    return Sheet(name=NAME, answer=section.answer, sections=(section,))


def _waits(enough: Mapping[str, Comparison], pairs: int, silent: Sequence[str]) -> Section:
    said = [days_moved(name, each.days_since_referral) for name, each in enough.items()]
    few = [f"Too few {name}s in the last year to say anything about them." for name in silent]
    figures = [
        *(
            _Figure(f"{name}-referral", f"Referral to {name}, median", f"To {name}", each.days_since_referral)
            for name, each in enough.items()
        ),
        *(
            _Figure(
                f"{name}-date", f"Asking for {VISITS[name]} to that date, mean", f"To {name} date", each.days_for_a_slot
            )
            for name, each in enough.items()
        ),
    ]
    return _section("waits", " ".join((f"{first('; '.join(said))}.", *few)), figures, "days", pairs)


def _done(enough: Mapping[str, Comparison], pairs: int) -> Section:
    said = [number_moved(name, each.done) for name, each in enough.items()]
    figures = [
        _Figure(name, f"{name.capitalize()}s in a year", f"{name.capitalize()}s", each.done)
        for name, each in enough.items()
    ]
    answer = f"In a year there are {' and '.join(said)}."
    return _section("done", answer, figures, "in a year", pairs)


def _section(key: str, answer: str, figures: Sequence[_Figure], unit: str, pairs: int) -> Section:
    title, what = _SECTIONS[key]
    return Section(
        key=key,
        title=title,
        answer=answer,
        definition=f"{what} {pairs} pairs of years. {INTERVAL_DEFINITION}",
        table=Table(
            unit.capitalize(), _MOVED, tuple(Row(each.key, each.label, _cells(each.compared)) for each in figures)
        ),
        drawing=Bars(
            caption=title,
            label_header=unit.capitalize(),
            figures_header=unit,
            bars=tuple(bar for each in figures for bar in _bars(each)),
            legend=_LEGEND,
        ),
    )


def _cells(compared: Compared) -> tuple[Cell, ...]:
    moved = compared.difference
    ends = (None, None, None) if moved is None else (moved.mean, *moved.interval)
    # Nought added, so that no difference is "-0".
    return tuple(
        Cell(None if value is None else round(value, 1) + 0.0) for value in (compared.present, compared.other, *ends)
    )


def _bars(figure: _Figure) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            label=f"{figure.short}, {word}",
            parts=(Segment(value=value or 0.0, style=style),),
            figures="–" if value is None else f"{value:,.0f}",
        )
        for word, value, style in (
            ("now", figure.compared.present, "solid"),
            ("changed", figure.compared.other, "hatch"),
        )
    )


def _rules(observed: Observed, question: Question) -> Section:
    rows = tuple(
        Row(f"{name}-{rule.key}", f"{name.capitalize()}: {rule.label}", (Cell(rule.present), Cell(rule.changed)))
        for name in observed.policy
        for rule in rules_said(observed, question, name)
    )
    few = [f"{at_most(count)} {name}s" for name, count in observed.seen.items()]
    return Section(
        key="rules",
        title="The rules",
        answer=f"Read from {' and '.join(few)} of the last year.",
        definition=RULES_DEFINITION,
        table=Table("Rule", _RULES, rows),
    )
