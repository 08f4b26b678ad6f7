"""A report as a JSON document, for programs."""

import json
from collections.abc import Mapping
from datetime import date

from tracker.domain.report_sheets.sheet import Cell, Section, Sheet
from tracker.web.reports.files import About


def json_text(sheet: Sheet, about: About) -> str:
    """One document on one line. A value is ``null`` where there is none; hidden ones are named in ``hidden``."""
    document = {
        "report": sheet.name,
        "title": about.title,
        "clinic": about.clinic,
        "as_of": about.as_of.isoformat(),
        "filters": list(about.filters),
        "answer": sheet.answer,
        "sections": [_section(section) for section in sheet.sections],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _section(section: Section) -> Mapping[str, object]:
    columns = section.table.columns
    return {
        "key": section.key,
        "title": section.title,
        "answer": section.answer,
        "definition": section.definition,
        "columns": [{"key": each.key, "header": each.header, "kind": str(each.kind)} for each in columns],
        "rows": [
            {
                "key": row.key,
                "label": row.label,
                "values": {column.key: _value(cell) for column, cell in zip(columns, row.cells, strict=True)},
                "hidden": [column.key for column, cell in zip(columns, row.cells, strict=True) if cell.is_hidden],
            }
            for row in section.table.rows
        ],
    }


def _value(cell: Cell) -> object:
    return cell.value.isoformat() if isinstance(cell.value, date) else cell.value
