"""What could go wrong in the next ten working days: procedures that are not ready, what is missing, who clears it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from tracker.domain.dates import in_words
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.report_sheets.drawing import Bar, Columns, Legend, Segment
from tracker.domain.report_sheets.sheet import Cell, Column, Kind, Row, Section, Sheet, Table
from tracker.domain.report_sheets.words import first, plural


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One booked procedure. ``missing``: each with who clears it, nothing once it ``has_begun``. What follows is said
    of those alone of which something is missing: ``starts``: the clinic's time (``07:30``); ``place``: room and
    clinician, as far as they are named; ``patient``: empty where the reader may not see patients."""

    case_id: int
    has_begun: bool
    on: date
    missing: tuple[tuple[str, str], ...] = ()
    purpose: str = ""
    starts: str = ""
    place: str = ""
    patient: str = ""


def next_days_sheet(procedures: Sequence[Procedure], days: Sequence[date], definition: str) -> Sheet:
    """``procedures`` in the order of their time; ``days``: those that are looked at."""
    return Sheet(
        name="next-days",
        answer=_answer(procedures),
        sections=(_not_ready(procedures, definition), _by_day(procedures, days, definition)),
        ids=[each.case_id for each in procedures],
    )


def _answer(procedures: Sequence[Procedure]) -> str:
    missing = [each for each in procedures if each.missing]
    if not procedures:
        return "No procedure is booked for the next ten working days."
    if not missing:
        return f"All {plural(len(procedures), 'procedure')} of the next ten working days are ready or have begun."
    first_one = missing[0]
    return (
        f"{len(missing):,} of {plural(len(procedures), 'procedure')} of the next ten working days "
        f"{'is' if len(missing) == 1 else 'are'} not ready; the first is {in_words(first_one.on, first_one.on)}."
    )


def _not_ready(procedures: Sequence[Procedure], definition: str) -> Section:
    rows = tuple(
        Row(
            f"{place}-{number}",
            f"{in_words(each.on, each.on)} {each.starts}",
            (
                Cell(each.patient, (place,)),
                Cell(first(PURPOSE_WORDS.get(each.purpose, each.purpose))),
                Cell(each.place),
                Cell(sentence),
                Cell(who),
            ),
            when=datetime.combine(each.on, time.fromisoformat(each.starts)),
        )
        for place, each in enumerate(procedures)
        for number, (sentence, who) in enumerate(each.missing)
    )
    return Section(
        key="procedures",
        title="Not ready",
        answer=_answer(procedures),
        definition=definition,
        table=Table(
            "When",
            (
                Column("patient", "Patient", Kind.TEXT),
                Column("what", "Procedure", Kind.TEXT),
                Column("where", "Where and with whom", Kind.TEXT),
                Column("missing", "What is missing", Kind.TEXT),
                Column("who", "Who clears it", Kind.TEXT),
            ),
            rows,
        ),
        is_of_people=True,
    )


def _by_day(procedures: Sequence[Procedure], days: Sequence[date], definition: str) -> Section:
    rows, bars = [], []
    for day, booked in _on_days(procedures, days):
        blocked = tuple(place for place in booked if procedures[place].missing)
        begun = tuple(place for place in booked if procedures[place].has_begun)
        ready = tuple(sorted({*booked} - {*blocked} - {*begun}))
        cells = tuple(_counted(each) for each in (booked, begun, ready, blocked))
        rows.append(Row(day.isoformat(), in_words(day, day), cells, when=day))
        bars.append(
            Bar(
                label=f"{day:%a} {day.day}",
                parts=(
                    Segment(value=len(begun), style="hatch"),
                    Segment(value=len(ready)),
                    Segment(value=len(blocked), style="warn"),
                ),
                figures=f"{len(begun)} begun, {len(ready)} ready, {len(blocked)} not ready",
            )
        )
    return Section(
        key="days",
        title="Day by day",
        answer=f"{plural(len(procedures), 'procedure is', 'procedures are')} booked on these days.",
        definition=definition,
        table=Table(
            "Day",
            (
                Column("booked", "Booked"),
                Column("begun", "Has begun"),
                Column("ready", "Ready"),
                Column("blocked", "Not ready"),
            ),
            tuple(rows),
        ),
        drawing=Columns(
            title="Procedures of the next ten working days",
            what=_answer(procedures),
            unit="procedures",
            bars=tuple(bars),
            legend=(
                Legend(style="hatch", label="has begun"),
                Legend(style="solid", label="ready"),
                Legend(style="warn", label="not ready"),
            ),
        )
        if procedures
        else None,
    )


def _on_days(procedures: Sequence[Procedure], days: Sequence[date]) -> list[tuple[date, tuple[int, ...]]]:
    """The places of those booked on each day, the days in their order."""
    on: dict[date, list[int]] = {day: [] for day in days}
    for place, each in enumerate(procedures):
        on.setdefault(each.on, []).append(place)
    return [(day, tuple(on[day])) for day in sorted(on)]


def _counted(places: tuple[int, ...]) -> Cell:
    return Cell(len(places), places)
