"""What the import pages show: figures first, then what was refused and why, then what somebody should look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracker.services.imports import Outcome, Report
from tracker.services.table_file import Complaint, Table
from tracker.web.common.case_lines import case_url
from tracker.web.common.filters import plural

#: Enough to see whether columns are where they belong.
FIRST_ROWS = 10
#: Longer ones would push the table off the page; the file keeps them.
_SHOWN = 40
_LABELS = {
    "mrn": "MRN",
    "received_on": "Received on",
    "family_name": "Family name",
    "given_name": "Given name",
    "birth_date": "Birth date",
    "diagnosis_code": "Diagnosis code",
    "spasticity_origin": "Origin of spasticity",
    "email": "E-mail",
}

Cell = str | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """One figure."""

    value: str
    label: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """What an import would do, or did. Rows of tables are lists of cells, as ``data_table`` takes them."""

    stats: tuple[Stat, ...]
    refused: tuple[tuple[Cell, ...], ...]
    warnings: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more_rows: int
    button: str
    summary: str


def present_preview(report: Report, table: Table) -> ImportPage:
    """What would happen. ``button`` is empty where there is nothing to import."""
    names = _names(table)
    fates = {outcome.row: _fate(outcome) for outcome in report.outcomes}
    first = table.rows[:FIRST_ROWS]
    return ImportPage(
        stats=_stats(report, "to import"),
        refused=_complaints(report.refused, names, {}),
        warnings=_complaints(report.warnings, names, {}),
        rows=tuple(
            (
                str(row.number),
                names[row.number],
                *(_short(row.values.get(name, "")) for name in ("birth_date", "mrn", "indication", "procedure")),
                fates[row.number],
            )
            for row in first
        ),
        more_rows=len(table.rows) - len(first),
        button=f"Import {plural(report.imported, 'referral')}" if report.imported else "",
        summary="Nothing is written yet.",
    )


def present_result(report: Report, table: Table) -> ImportPage:
    """What was done, with a link to every case."""
    names = _names(table)
    cases = {outcome.row: outcome.case for outcome in report.outcomes if outcome.case}
    return ImportPage(
        stats=_stats(report, "imported"),
        refused=_complaints(report.refused, names, {}),
        warnings=_complaints(report.warnings, names, cases),
        rows=tuple(
            (str(outcome.row), _linked(names[outcome.row], outcome.case), _fate(outcome))
            for outcome in report.outcomes
            if outcome.case
        ),
        more_rows=0,
        button="",
        summary=f"{plural(report.imported, 'referral')} imported.",
    )


def _fate(outcome: Outcome) -> str:
    if outcome.refused is not None:
        return "refused"
    return "imported" if outcome.is_new else "already there"


def _stats(report: Report, imported: str) -> tuple[Stat, ...]:
    refused, warnings = len(report.refused), len(report.warnings)
    return (
        Stat(value=str(report.imported), label=imported, tone="ready" if report.imported else ""),
        Stat(value=str(report.already_there), label="already there"),
        Stat(value=str(refused), label="refused", tone="critical" if refused else ""),
        Stat(value=str(warnings), label="to be looked at", tone="warn" if warnings else ""),
    )


def _names(table: Table) -> dict[int, str]:
    """Who each row speaks of, as it was typed."""
    return {row.number: _name(row.values) for row in table.rows}


def _name(values: Mapping[str, str]) -> str:
    typed = (values.get(name, "").strip() for name in ("family_name", "given_name"))
    return _short(", ".join(each for each in typed if each)) or "–"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _complaints(
    complaints: Iterable[Complaint], names: Mapping[int, str], cases: Mapping[int, str]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (str(each.row), _linked(names.get(each.row, "the file"), cases.get(each.row)), _label(each.field), each.reason)
        for each in complaints
    )


def _linked(name: str, case: str | None) -> Cell:
    return name if case is None else {"text": name, "url": case_url(case)}


def _label(column: str | None) -> str:
    if column is None:
        return "Row"
    return _LABELS.get(column, column.replace("_", " ").capitalize())
