"""What is coming: trials and implants per week, with intervals, and what was said three months ago beside what came."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from tracker.domain.dates import in_words
from tracker.domain.forecast.backtest import Backtest, backtest
from tracker.domain.forecast.forecast import COVER, Forecast, TooFew, forecast
from tracker.domain.forecast.stage_visits import Counted, StageVisit
from tracker.domain.report_sheets.drawing import Lines, Series
from tracker.domain.report_sheets.forecast_groups import Grouping, drawn_groups, group_section
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table
from tracker.domain.report_sheets.words import Names, at_most, percent, plural
from tracker.domain.reporting.columns import Stays
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import CLOSED, PATHWAY
from tracker.domain.what_if.stream import Stream

NEEDS = (Stays,)
DEFINITION = (
    "Times that a patient comes to the day of a trial or an implant, in weeks that begin on the day after the history "
    "was made: the middle of 500 drawn futures of the patients who are there and of the referrals to be expected, and "
    "the interval that holds 80 % of them: of a week the narrowest one, of weeks together the one with as many futures "
    "below as above. Below 20 such days in the last year nothing is said."
)
BACKTEST_DEFINITION = (
    "The forecast that would have been made 13 weeks ago, from what had happened by then alone, beside what came: in 8 "
    "of 10 weeks it should lie within the interval."
)
COUNTED = (Counted("trial", "trial_day"), Counted("implant", "implant_day"))
INITIAL = "referred"
BACK_WEEKS = 13
#: The months that a reader may choose, and how many weeks they are. As many futures are drawn for all of them, so that
#: what is said of a week does not depend on how far somebody looks.
WEEKS_OF: Mapping[int, int] = {3: 13, 6: 26, 9: 39, 12: 52}
_WORDS = {"trial": ("trial", "trials"), "implant": ("implant", "implants")}
_COLUMNS = (
    Column("middle", "Most likely", Kind.DAYS),
    Column("low", "80 % interval from", Kind.DAYS),
    Column("high", "to", Kind.DAYS),
    Column("sum_middle", "Until then together", Kind.DAYS),
    Column("sum_low", "80 % interval from", Kind.DAYS),
    Column("sum_high", "to", Kind.DAYS),
)


def forecast_sheet(history: History, selection: Selection, _names: Names) -> Sheet:
    """Both procedures, and how right it was. It takes seconds: five hundred futures are drawn, twice. The same history
    draws the same ones on one day."""
    return _sheets(history, selection, (selection.months,), ())[selection.months]


def forecast_sheets(history: History, selection: Selection, names: Names) -> Mapping[int, Sheet]:
    """The same for every horizon, by its months, with every group: nobody waits for it, for it is made ahead."""
    groups = drawn_groups(history, stage_visits(history, selection), names, _drawn_group)
    return _sheets(history, selection, tuple(WEEKS_OF), groups)


def _sheets(
    history: History, selection: Selection, months: Sequence[int], groups: Sequence[Grouping]
) -> Mapping[int, Sheet]:
    visits, on, chance = stage_visits(history, selection), date.fromordinal(history.today), Stream(history.today)
    said = forecast(chance, visits, COUNTED, initial=INITIAL, on=on, weeks=max(WEEKS_OF.values()))
    then = backtest(
        chance, visits, COUNTED, initial=INITIAL, on=on - timedelta(weeks=BACK_WEEKS), weeks=BACK_WEEKS, today=on
    )
    back = [_back(each.name, then[each.name]) for each in COUNTED]
    found = {}
    for horizon in months:
        coming = [_coming(each.name, said[each.name], WEEKS_OF[horizon]) for each in COUNTED]
        found[horizon] = Sheet(
            name="forecast",
            answer=" ".join(section.answer for section in coming),
            sections=(*coming, *back, *(group_section(each, WEEKS_OF[horizon]) for each in groups)),
            ids=history.cases.id,
        )
    return found


def _drawn_group(history: History, visits: Sequence[StageVisit], number: int) -> Mapping[str, Forecast | TooFew]:
    on, weeks = date.fromordinal(history.today), max(WEEKS_OF.values())
    return forecast(Stream(history.today, number), visits, COUNTED, initial=INITIAL, on=on, weeks=weeks)


def stage_visits(history: History, selection: Selection) -> list[StageVisit]:
    """The stays of the way to a pump, each with where it led. A closed stage is an end, and nobody waits in it."""
    stays, cases, words = history.of(Stays), history.cases, history.words
    pathway, closed = history.code(PATHWAY), history.codes(*CLOSED)
    rows = list(zip(stays.case, stays.stage, stays.entered_on, stays.left_on, strict=True))
    # There are ten stays of each case, and hundreds of each day: one text and one date serve all of them.
    names, day, found = [str(case) for case in range(len(cases.id))], cache(date.fromordinal), []
    for place, (case, stage, entered_on, left_on) in enumerate(rows):
        if not selection.chosen[case] or cases.pathway[case] != pathway or stage in closed:
            continue
        after = rows[place + 1] if place + 1 < len(rows) and rows[place + 1][0] == case else None
        left = left_on or (cases.closed_on[case] if after is None else after[2])
        to = words[after[1]] if after else "closed" if left else ""
        found.append(
            StageVisit(
                case=names[case],
                stage=words[stage],
                entered_on=day(entered_on),
                left_on=day(left) if left else None,
                to=to if left else "",
            )
        )
    return found


def _too_few(name: str, each: TooFew) -> str:
    of = "weeks of history" if each.what == "weeks" else f"{_WORDS[name][1]} in the last year"
    return f"Too few patients to say how many {_WORDS[name][1]} are coming: {at_most(each.seen)} of {each.needed} {of}."


def _weeks(on: date, weeks: int) -> Sequence[date]:
    return [on + timedelta(days=7 * week + 1) for week in range(weeks)]


def _coming(name: str, each: Forecast | TooFew, horizon: int) -> Section:
    title = f"{_WORDS[name][1].capitalize()} to come"
    if isinstance(each, TooFew):
        return Section(
            key=name,
            title=title,
            answer=_too_few(name, each),
            definition=DEFINITION,
            table=Table("Week from", _COLUMNS, ()),
            is_too_few=True,
        )
    weeks, so_far = _weeks(each.on, horizon), each.so_far[:horizon]
    last = so_far[-1]
    answer = (
        f"{plural(last.middle, *_WORDS[name])} are to be expected in the next {horizon} weeks ({last.low}–{last.high})."
    )
    rows = tuple(
        Row(
            week.isoformat(),
            in_words(week),
            tuple(Cell(value) for one in pair for value in (one.middle, one.low, one.high)),
            when=week,
        )
        for week, pair in zip(weeks, zip(each.per_week[:horizon], so_far, strict=True), strict=True)
    )
    series = Series(
        label="most likely",
        values=tuple(one.middle for one in so_far),
        lows=tuple(one.low for one in so_far),
        highs=tuple(one.high for one in so_far),
    )
    return Section(
        key=name,
        title=title,
        answer=answer,
        definition=DEFINITION,
        table=Table("Week from", _COLUMNS, rows),
        drawing=Lines(
            title=f"{_WORDS[name][1].capitalize()} until the end of each week, together",
            what=answer,
            unit=_WORDS[name][1],
            labels=tuple(f"{week.day} {week:%b}" for week in weeks),
            series=(series,),
            band=f"{percent(COVER)} interval",
        ),
    )


def _back(name: str, each: Backtest | TooFew) -> Section:
    key, title = f"back-{name}", f"{_WORDS[name][1].capitalize()}: said three months ago, and what came"
    columns = (
        Column("said", "Most likely", Kind.DAYS),
        Column("low", "80 % interval from", Kind.DAYS),
        Column("high", "to", Kind.DAYS),
        Column("came", "Came", Kind.DAYS),
    )
    if isinstance(each, TooFew):
        return Section(
            key=key,
            title=title,
            answer=_too_few(name, each),
            definition=BACKTEST_DEFINITION,
            table=Table("Week from", columns, ()),
            is_too_few=True,
        )
    weeks, happened = _weeks(each.forecast.on, len(each.happened)), each.happened
    rows = tuple(
        Row(
            week.isoformat(),
            in_words(week),
            (*(Cell(v) for v in (said.middle, said.low, said.high)), Cell(came)),
            when=week,
        )
        for week, said, came in zip(weeks, each.forecast.per_week, happened, strict=False)
    )
    answer = f"In {each.hits} of {len(happened)} weeks the number of {_WORDS[name][1]} lay within what was said."
    return Section(
        key=key,
        title=title,
        answer=answer,
        definition=BACKTEST_DEFINITION,
        table=Table("Week from", columns, rows),
        drawing=_back_lines(name, each, weeks, answer),
    )


def _back_lines(name: str, each: Backtest, weeks: Sequence[date], answer: str) -> Lines:
    said: Mapping[str, tuple[int, ...]] = {
        end: tuple(getattr(one, end) for one in each.forecast.per_week[: len(weeks)])
        for end in ("middle", "low", "high")
    }
    return Lines(
        title=f"{_WORDS[name][1].capitalize()} per week",
        what=answer,
        unit=_WORDS[name][1],
        labels=tuple(f"{week.day} {week:%b}" for week in weeks),
        series=(
            Series(label="said", values=said["middle"], lows=said["low"], highs=said["high"], style="dashed"),
            Series(label="came", values=each.happened),
        ),
        band=f"{percent(COVER)} interval",
    )
