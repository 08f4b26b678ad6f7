"""Why patients wait."""

from tracker.domain.report_sheets.drawing import Bar, Bars, Legend, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table, counted
from tracker.domain.report_sheets.words import Names, key_of, missing, percent, plural, who_clears, whole
from tracker.domain.reporting.counted import Amount
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waits import AWAITS_ITS_DAY, DEFINITION, Clearer, Lost, Waits, why_they_wait

_DAYS = (
    Column("days", "Patient-days", Kind.AMOUNT),
    Column("alone", "Of these with nothing else", Kind.AMOUNT),
    Column("patients", "Patients"),
)
_MOST_BARS = 10
_LEGEND = (Legend(style="solid", label="nothing else stood there"), Legend(style="hatch", label="with something else"))


def waits_sheet(history: History, selection: Selection, _names: Names) -> Sheet:
    """What stood in the way, and who could have cleared it."""
    found = why_they_wait(history, selection)
    return Sheet(name="waits", answer=_answer(found), sections=(_lost(found), _clearers(found)), ids=history.cases.id)


def _answer(found: Waits) -> str:
    if not found.lost or not found.days.value:
        return "Nothing stood in anybody's way in this period."
    lost = f"{plural(len(found.days.cases), 'patient')} lost {whole(found.days.value)} days"
    first = next((each for each in found.lost if each.by and each.code not in AWAITS_ITS_DAY), None)
    if first is None:
        return f"{lost}, none of them to anything that somebody could have cleared."
    share = percent(first.days.value / found.days.value)
    return (
        f"{lost}. To clear first: “{missing(first.code, first.of)}”, {whole(first.days.value)} patient-days ({share}); "
        f"{who_clears(first.by).lower()}."
    )


def _lost(found: Waits) -> Section:
    rows = tuple(
        Row(
            key_of(each.code, each.of, "+".join(each.by)),
            missing(each.code, each.of),
            (Cell(who_clears(each.by)), *_cells(each), counted(each.now)),
        )
        for each in found.lost
    )
    return Section(
        key="lost",
        title="What stood in the way",
        answer=_answer(found),
        definition=DEFINITION,
        table=Table(
            "What was missing",
            (Column("by", "Who clears it", Kind.TEXT), *_DAYS, Column("now", "Waiting for it now")),
            (*rows, _total(found.days)) if rows else (),
        ),
        drawing=_bars(
            "Patient-days lost, by what was missing",
            "What was missing",
            [(missing(each.code, each.of), each) for each in found.lost],
        ),
    )


def _clearers(found: Waits) -> Section:
    first = next((each for each in found.clearers if each.by), None)
    answer = "Nobody could have cleared anything in this period."
    if first is not None:
        answer = (
            f"{who_clears(first.by)}: could have cleared {whole(first.days.value)} patient-days, "
            f"{whole(first.alone.value)} of them alone."
        )
    return Section(
        key="clearers",
        title="Who could clear it",
        answer=answer,
        definition="The same patient-days by who can clear what stood there; a day with several such things counts "
        "once for each group of people.",
        table=Table(
            "Who clears it",
            _DAYS,
            tuple(Row(key_of("+".join(each.by)), who_clears(each.by), _cells(each)) for each in found.clearers),
        ),
        drawing=_bars(
            "Patient-days, by who could clear what was missing",
            "Who clears it",
            [(who_clears(each.by), each) for each in found.clearers],
        ),
    )


def _cells(each: Lost | Clearer) -> tuple[Cell, ...]:
    return (
        counted(each.days),
        counted(each.alone),
        Cell(len(each.days.cases), each.days.cases),
    )


def _total(days: Amount) -> Row:
    cells = (Cell(), counted(days), Cell(), Cell(len(days.cases), days.cases), Cell())
    return Row("all", "Days on which anything stood there", cells, is_total=True)


def _bars(caption: str, header: str, named: list[tuple[str, Lost | Clearer]]) -> Bars | None:
    drawn = [(label, each) for label, each in named if each.days.value > 0][:_MOST_BARS]
    if not drawn:
        return None
    return Bars(
        caption=caption,
        label_header=header,
        figures_header="patient-days",
        bars=tuple(
            Bar(
                label=label,
                parts=(
                    Segment(value=each.alone.value),
                    Segment(value=each.days.value - each.alone.value, style="hatch"),
                ),
                figures=whole(each.days.value),
            )
            for label, each in drawn
        ),
        legend=_LEGEND,
    )
