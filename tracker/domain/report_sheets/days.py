"""What became of booked visits, and how rooms and clinicians were used."""

from collections.abc import Mapping, Sequence

from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.report_sheets.drawing import Bar, Bars, Columns, Legend, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, counted, shared
from tracker.domain.report_sheets.words import NOBODY, Names, first, key_of, percent, plural, whole
from tracker.domain.reporting.days import DEFINITION, MOVES_DEFINITION, USE_DEFINITION, Days, Kept, Used, days
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History

NOTICE_WORDS = {
    "on_the_day": "on the day",
    "1_to_2_days": "1–2 days before",
    "3_to_7_days": "3–7 days before",
    "8_to_28_days": "8–28 days before",
    "more_than_28_days": "more than 28 days before",
}
#: The same below a column.
_NOTICE_LABELS = dict(zip(NOTICE_WORDS, ("0", "1–2", "3–7", "8–28", "> 28"), strict=True))
_KEPT = (
    Column("booked", "Booked"),
    Column("came", "Came"),
    Column("cancelled", "Cancelled"),
    Column("missed", "Missed"),
    Column("unmarked", "Nobody has said"),
    Column("stood", "Stood on the day"),
    Column("on_the_day", "Cancelled on the day"),
    Column("on_the_day_share", "Share", Kind.SHARE),
    Column("missed_share", "Missed, share", Kind.SHARE),
)


def days_sheet(history: History, selection: Selection, names: Names) -> Sheet:
    """Losses by purpose, cause and notice; use by room and clinician."""
    found = days(history, selection)
    return Sheet(
        name="days",
        answer=_answer(found.everything),
        sections=(
            _purposes(found),
            _causes(found, names),
            _notice(found),
            _use("rooms", "Rooms", "Room", found.rooms, names.rooms),
            _use("clinicians", "Clinicians", "Clinician", found.clinicians, names.clinicians),
        ),
        ids=history.cases.id,
    )


def _answer(kept: Kept) -> str:
    if not kept.to_take_place.n:
        return "No booked visit had its day in this period."
    lost = kept.on_the_day.part.n + kept.missed.part.n
    return (
        f"Of {plural(kept.to_take_place.n, 'visit')} that stood when their day began, {lost:,} "
        f"({percent(lost / kept.to_take_place.n)}) were lost: {kept.on_the_day.part.n:,} cancelled on the day, "
        f"{kept.missed.part.n:,} missed."
    )


def _purpose(name: str) -> str:
    return first(PURPOSE_WORDS.get(name, name.replace("_", " ")))


def _purposes(found: Days) -> Section:
    rows = [Row(key_of(each.purpose), _purpose(each.purpose), _cells(each)) for each in found.purposes]
    total = Row("all", "All visits", _cells(found.everything), is_total=True)
    return Section(
        key="purposes",
        title="By kind of visit",
        answer=_answer(found.everything),
        definition=DEFINITION,
        table=Table("Visit", _KEPT, (*rows, total) if rows else ()),
        drawing=Bars(
            caption="Visits by what became of them",
            label_header="Visit",
            figures_header="came of booked",
            bars=tuple(
                Bar(
                    label=_purpose(each.purpose),
                    parts=(
                        Segment(value=each.came.n),
                        Segment(value=each.cancelled.n, style="hatch"),
                        Segment(value=each.no_show.n, style="dots"),
                        Segment(value=each.unmarked.n, style="open"),
                    ),
                    figures=f"{each.came.n:,} of {each.booked.n:,}",
                )
                for each in found.purposes
            ),
            legend=(
                Legend(style="solid", label="came"),
                Legend(style="hatch", label="cancelled"),
                Legend(style="dots", label="missed"),
                Legend(style="open", label="nobody has said"),
            ),
        )
        if rows
        else None,
    )


def _cells(kept: Kept) -> tuple[Cell, ...]:
    counts = (kept.booked, kept.came, kept.cancelled, kept.no_show, kept.unmarked, kept.to_take_place)
    return (*map(counted, counts), counted(kept.on_the_day.part), shared(kept.on_the_day), shared(kept.missed))


def _causes(found: Days, names: Names) -> Section:
    def label(cause: str) -> str:
        return first(names.causes.get(cause, cause.replace("_", " "))) or NOBODY

    answer = "No visit was lost on its day."
    if found.causes:
        answer = f"Most of the visits lost on their day, {found.causes[0][1].n:,}: {label(found.causes[0][0]).lower()}."
    return Section(
        key="causes",
        title="Why visits were lost on their day",
        answer=answer,
        definition="Visits of the period that were missed, or cancelled on their day, by the cause that was recorded.",
        table=Table(
            "Cause",
            (Column("visits", "Visits"),),
            tuple(Row(key_of(cause), label(cause), (counted(lost),)) for cause, lost in found.causes),
        ),
        drawing=Bars(
            caption="Visits lost on their day, by cause",
            label_header="Cause",
            figures_header="visits",
            bars=tuple(
                Bar(label=label(cause), parts=(Segment(value=lost.n),), figures=f"{lost.n:,}")
                for cause, lost in found.causes
            ),
        )
        if found.causes
        else None,
    )


def _notice(found: Days) -> Section:
    moved = dict(found.moved)
    cancelled = sum(lost.n for _, lost in found.notice)
    late = dict(found.notice)["on_the_day"].n
    return Section(
        key="notice",
        title="How long before",
        answer=f"{plural(cancelled, 'visit')} cancelled, {late:,} of them on the day; "
        f"{plural(sum(each.n for each in moved.values()), 'time')} a visit was moved.",
        definition=f"Cancelled visits of the period by how many days before they were cancelled. {MOVES_DEFINITION}",
        table=Table(
            "Notice",
            (Column("cancelled", "Cancelled"), Column("moved", "Moved")),
            tuple(
                Row(name, first(NOTICE_WORDS[name]), (counted(lost), counted(moved[name])))
                for name, lost in found.notice
            ),
        ),
        drawing=Columns(
            title="Visits cancelled and moved, by how many days before",
            what=f"{cancelled:,} were cancelled, {late:,} of them on the day.",
            unit="visits",
            bars=tuple(
                Bar(
                    label=_NOTICE_LABELS[name],
                    parts=(Segment(value=lost.n), Segment(value=moved[name].n, style="hatch")),
                    figures=f"{lost.n} cancelled, {moved[name].n} moved",
                )
                for name, lost in found.notice
            ),
            legend=(Legend(style="solid", label="cancelled"), Legend(style="hatch", label="moved")),
        ),
    )


def _use(key: str, title: str, header: str, used: Sequence[Used], names: Mapping[int, str]) -> Section:
    def label(each: Used) -> str:
        return names.get(each.id, NOBODY)

    answer = "No visit took place in this period."
    if used:
        answer = f"Most hours: {label(used[0])}, {whole(used[0].hours.value)} on {plural(used[0].days, 'day')}."
    return Section(
        key=key,
        title=title,
        answer=answer,
        definition=USE_DEFINITION,
        table=Table(
            header,
            (
                Column("hours", "Hours", Kind.AMOUNT),
                Column("visits", "Visits"),
                Column("days", "Days", Kind.DAYS),
                Column("a_day", "Hours a day", Kind.AMOUNT),
            ),
            tuple(
                Row(
                    str(each.id),
                    label(each),
                    (
                        counted(each.hours),
                        counted(each.visits),
                        Cell(each.days),
                        Cell(each.hours.value / each.days if each.days else None),
                    ),
                )
                for each in used
            ),
        ),
        drawing=Bars(
            caption=f"Hours booked, by {header.lower()}",
            label_header=header,
            figures_header="hours",
            bars=tuple(
                Bar(label=label(each), parts=(Segment(value=each.hours.value),), figures=whole(each.hours.value))
                for each in used[:12]
            ),
        )
        if used
        else None,
    )
