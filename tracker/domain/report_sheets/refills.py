"""Whether pumps are refilled in time, and how many refills are coming."""

from tracker.domain.dates import in_words
from tracker.domain.report_sheets import waiting
from tracker.domain.report_sheets.drawing import Bar, Bars, Columns, Segment, Spark
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, counted, shared
from tracker.domain.report_sheets.words import Names, percent, plural
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.refills import (
    COMING_DEFINITION,
    DEFINITION,
    INTERVALS_DEFINITION,
    NOW_DEFINITION,
    RefillReport,
    refill_report,
)


def refills_sheet(history: History, selection: Selection, _names: Names) -> Sheet:
    """On time, intervals, unplanned now, and the load to come."""
    found = refill_report(history, selection)
    return Sheet(
        name="refills",
        answer=_answer(found),
        sections=(_in_time(found), _now(found), _coming(found), _intervals(found)),
        ids=history.cases.id,
        spark=Spark(
            title="Refills per week of the next twelve months",
            values=tuple(week.refills.n for week in found.coming),
        ),
    )


def _answer(found: RefillReport) -> str:
    unplanned = (
        f"{found.unplanned.part.n:,} of {plural(found.unplanned.whole.n, 'pump')} "
        f"{'has' if found.unplanned.part.n == 1 else 'have'} no refill planned now."
    )
    if not found.in_time.whole.n:
        return f"No refill with a known latest date was done in this period. {unplanned}"
    return (
        f"{percent(found.in_time.proportion.share)} of {plural(found.in_time.whole.n, 'refill')} were in time; "
        f"{found.after.part.n:,} after the latest date. {unplanned}"
    )


def _in_time(found: RefillReport) -> Section:
    rows = (
        Row("in_time", "In time", (counted(found.in_time.part), shared(found.in_time))),
        Row("late", "Late: in the last three days", (counted(found.late.part), shared(found.late))),
        Row("after", "After the latest date", (counted(found.after.part), shared(found.after))),
        Row("known", "With a known latest date", (counted(found.in_time.whole), Cell()), is_total=True),
    )
    return Section(
        key="in_time",
        title="Refills done",
        answer=_answer(found)
        + (f" Of {found.dateless.n:,} more nobody knew the latest date." if found.dateless.n else ""),
        definition=DEFINITION,
        table=Table("When", (Column("refills", "Refills"), Column("share", "Share", Kind.SHARE)), rows),
        drawing=Bars(
            caption="Refills against their latest date",
            label_header="When",
            figures_header="refills",
            bars=tuple(
                Bar(label=label, parts=(Segment(value=share.part.n, style=style),), figures=f"{share.part.n:,}")
                for label, share, style in (
                    ("In time", found.in_time, "ready"),
                    ("Late", found.late, "warn"),
                    ("After", found.after, "critical"),
                )
            ),
        )
        if found.in_time.whole.n
        else None,
    )


def _now(found: RefillReport) -> Section:
    return Section(
        key="now",
        title="Pumps now",
        answer=f"{found.unplanned.part.n:,} of {plural(found.unplanned.whole.n, 'pump')} without a planned refill, "
        f"{found.overdue.n:,} overdue, {found.without_date.n:,} without a known date.",
        definition=NOW_DEFINITION,
        table=Table(
            "Pumps",
            (Column("pumps", "Pumps"),),
            (
                Row("unplanned", "No refill planned", (counted(found.unplanned.part),)),
                Row("overdue", "Latest date has passed", (counted(found.overdue),)),
                Row("without_date", "Latest date not known", (counted(found.without_date),)),
                Row("all", "Pumps that are followed", (counted(found.unplanned.whole),), is_total=True),
            ),
        ),
    )


def _coming(found: RefillReport) -> Section:
    most = max(found.coming, key=lambda week: week.refills.n)
    answer = "No refill is coming."
    if most.refills.n:
        answer = (
            f"{plural(sum(week.refills.n for week in found.coming), 'refill')} in the next twelve months; most, "
            f"{most.refills.n:,}, in the week from {in_words(most.from_on)}."
        )
    return Section(
        key="coming",
        title="Refills to come",
        answer=answer,
        definition=COMING_DEFINITION,
        table=Table(
            "Week from",
            (Column("refills", "Refills"),),
            tuple(
                Row(week.from_on.isoformat(), in_words(week.from_on), (counted(week.refills),), when=week.from_on)
                for week in found.coming
            ),
        ),
        drawing=Columns(
            title="Refills per week",
            what=answer,
            unit="refills",
            bars=tuple(
                Bar(
                    label=f"{week.from_on.day} {week.from_on:%b}",
                    parts=(Segment(value=week.refills.n),),
                    figures=f"{week.refills.n:,}",
                )
                for week in found.coming
            ),
        ),
    )


def _intervals(found: RefillReport) -> Section:
    return Section(
        key="intervals",
        title="From one refill to the next",
        answer=waiting.half_after(found.intervals, "pumps that were filled", "are filled again"),
        definition=INTERVALS_DEFINITION,
        table=Table(
            "Pumps", waiting.columns("Fills"), (Row("all", "From a fill to the next", waiting.cells(found.intervals)),)
        ),
        drawing=waiting.curve(found.intervals, "Pumps not filled again", "days since the fill"),
    )
