"""What the pages of the reports show: the sheet of a panel as text, links and charts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.report_sheets.sheet import Cell, Found, Kind, Row, Section, Table, address
from tracker.domain.report_sheets.words import Names, plural
from tracker.queries.report_lists import Listed
from tracker.web.charts.chart import Chart, placed
from tracker.web.charts.rows import Sparkline, sparkline
from tracker.web.common.case_lines import PersonLine, case_url, person_line
from tracker.web.common.filters import at
from tracker.web.reports.cells import text_of
from tracker.web.reports.filters import Asked
from tracker.web.reports.links import Links
from tracker.web.reports.panels import HEADINGS, Heading, Told

#: A table with more rows is folded where a chart shows the same.
LONG = 45
#: So many rows of a table are shown; nobody reads more, and each takes its time. The files have them all.
MOST_ROWS = 100
NOTHING_YET = (
    "Nothing is counted yet: the reports count in a history that the scheduler makes, a quarter of an hour after the "
    "first case at the latest."
)

LATER = "This takes long to draw: open it, and it is there some minutes later."
BEING_DRAWN = "This takes long to draw and is being made now. Look again in some minutes; it then stays for today."
INVITATION = (
    "Change how fast payers answer, the weekdays, the slots or how many visits are lost, and read what comes of it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """A cell of a table. An empty ``url``: nobody stands behind it."""

    text: str
    url: str
    is_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row. ``label`` names it."""

    label: str
    cells: tuple[CellView, ...]
    is_total: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table with its headers; a mapping of a label and whether numbers stand below it."""

    headers: tuple[Mapping[str, object], ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One question. ``is_long``: the table is folded; on paper the chart stands for it. ``is_of_people``: its rows are
    single patients. ``is_too_few``: nothing is said, and the answer says why. ``all_rows``: where not all of them are
    shown, how many there are, else 0."""

    key: str
    title: str
    answer: str
    definition: str
    table: TableView
    chart: Chart | None
    is_long: bool
    is_of_people: bool
    is_too_few: bool
    all_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPage:
    """A report page. ``notice``: said instead of the sections."""

    heading: Heading
    asked: Asked
    as_of: str
    clinic: str
    answer: str
    sections: tuple[SectionView, ...]
    notice: str
    tabs: tuple[Mapping[str, object], ...]
    csv_url: str
    xlsx_url: str
    reset_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One line of the index."""

    heading: Heading
    answer: str
    url: str
    spark: Sparkline | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPage:
    """All questions with their answers."""

    asked: Asked
    as_of: str
    notice: str
    questions: tuple[Question, ...]
    reset_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientView:
    """One patient behind a number. ``part``: how much of it is theirs; empty where each counts once."""

    person: PersonLine
    stage: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsPage:
    """The patients behind one number. ``part_header``: what of it each has; empty where each counts once."""

    heading: Heading
    what: str
    number: str
    definition: str
    as_of: str
    period: str
    summary: str
    previous_url: str
    next_url: str
    back_url: str
    part_header: str
    patients: tuple[PatientView, ...]


def present_panel(
    heading: Heading, told: Told | None, asked: Asked, links: Links, *, clinic: str, zone: str, may_export: bool
) -> PanelPage:
    """``told`` is ``None`` where the filter is wrong: nothing is counted then."""
    sheet = told.sheet if told else None
    return PanelPage(
        heading=heading,
        asked=asked,
        as_of=at(told.as_of, zone) if told and sheet else "",
        clinic=clinic,
        answer=sheet.answer if sheet else "",
        sections=tuple(section_view(section, heading.name, links) for section in sheet.sections) if sheet else (),
        notice="" if sheet else _notice(told),
        tabs=tabs(heading.name, links),
        csv_url=links.file(heading.name, "csv") if sheet and may_export else "",
        xlsx_url=links.file(heading.name, "xlsx") if sheet and may_export else "",
        reset_url=links.plain(heading.name),
    )


def present_index(told: Mapping[str, Told] | None, asked: Asked, links: Links, *, zone: str) -> IndexPage:
    """The questions in their order."""
    # What is made once a day is older, and says so itself.
    counted = [each for name, each in (told or {}).items() if each.sheet and not HEADINGS[name].is_slow]
    return IndexPage(
        asked=asked,
        as_of=at(min((each.as_of for each in counted), default=None), zone) if counted else "",
        notice="Nothing is counted until the filter is put right." if told is None else "",
        questions=tuple(
            _question(heading, told.get(heading.name) if told else None, links) for heading in HEADINGS.values()
        ),
        reset_url=links.index_plain(),
    )


def _question(heading: Heading, told: Told | None, links: Links) -> Question:
    sheet = told.sheet if told else None
    return Question(
        heading=heading,
        answer=sheet.answer if sheet else _unanswered(heading, told),
        url=links.panel(heading.name),
        spark=sparkline(sheet.spark) if sheet and sheet.spark else None,
    )


def _unanswered(heading: Heading, told: Told | None) -> str:
    if heading.is_asked:
        return INVITATION
    return "" if told is None else LATER if told.is_late else NOTHING_YET


def _notice(told: Told | None) -> str:
    if told is None:
        return "Nothing is counted until the filter is put right."
    return BEING_DRAWN if told.is_late else NOTHING_YET


def tabs(current: str, links: Links) -> tuple[Mapping[str, object], ...]:
    """All reports, the current one marked."""
    return tuple(
        {"label": each.title, "url": links.panel(each.name), "is_current": each.name == current}
        for each in HEADINGS.values()
    )


def section_view(section: Section, panel: str, links: Links) -> SectionView:
    """One question of a panel."""
    return SectionView(
        key=section.key,
        title=section.title,
        answer=section.answer,
        definition=section.definition,
        table=_table(section, panel, links),
        chart=placed(section.drawing) if section.drawing else None,
        is_long=len(section.table.rows) > LONG and section.drawing is not None,
        is_of_people=section.is_of_people,
        is_too_few=section.is_too_few,
        all_rows=len(section.table.rows) if len(section.table.rows) > MOST_ROWS else 0,
    )


def _table(section: Section, panel: str, links: Links) -> TableView:
    table = section.table
    return TableView(
        headers=tuple(_headers(table)),
        rows=tuple(
            RowView(
                label=row.label,
                cells=tuple(
                    CellView(
                        text=text_of(cell, column.kind),
                        url=links.patients(panel, address(section, row, column)) if cell.is_open else "",
                        is_number=column.kind is not Kind.TEXT,
                    )
                    for column, cell in zip(table.columns, row.cells, strict=True)
                ),
                is_total=row.is_total,
            )
            for row in _shown(table)
        ),
    )


def _shown(table: Table) -> Sequence[Row]:
    """The first ones, and the total."""
    if len(table.rows) <= MOST_ROWS:
        return table.rows
    return [*table.rows[:MOST_ROWS], *(row for row in table.rows[MOST_ROWS:] if row.is_total)]


def _headers(table: Table) -> Iterable[Mapping[str, object]]:
    yield {"label": table.label_header}
    for column in table.columns:
        yield {"label": column.header, "is_number": column.kind is not Kind.TEXT}


def present_patients(
    heading: Heading,
    found: Found,
    told: Told,
    asked: Asked,
    links: Links,
    *,
    listed: Sequence[Listed],
    parts: Mapping[int, float],
    summary: str,
    pages: tuple[str, str],
    names: Names,
    today: date,
    zone: str,
    may_open: bool,
) -> PatientsPage:
    """The list behind a number. ``parts``: by the ids of the cases; how often each counts, or what it has of a sum."""
    row, column = found.row, found.column
    is_sum = column.kind is Kind.AMOUNT
    shows_parts = is_sum or any(part > 1 for part in parts.values())
    return PatientsPage(
        heading=heading,
        what=f"{found.section.title}: {row.label}, {column.header[:1].lower()}{column.header[1:]}",
        number=text_of(found.cell, column.kind),
        definition=found.section.definition,
        as_of=at(told.as_of, zone),
        period="; ".join(asked.words),
        summary=summary,
        previous_url=pages[0],
        next_url=pages[1],
        back_url=links.panel(heading.name),
        part_header="" if not shows_parts else column.header if is_sum else "Counted",
        patients=tuple(
            PatientView(
                person=person_line(each.patient, today, url=case_url(each.public_id) if may_open else ""),
                stage=names.stage(each.stage),
                part=_part(parts[each.case_id], is_sum=is_sum) if shows_parts else "",
            )
            for each in listed
        ),
    )


def _part(part: float, *, is_sum: bool) -> str:
    return text_of(Cell(part), Kind.AMOUNT) if is_sum else plural(int(part), "time")
