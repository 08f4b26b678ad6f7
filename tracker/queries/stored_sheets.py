"""The sheets that were made ahead: of everybody in the usual period, which most people look at most of the time; and of
what takes too long to be counted while somebody waits, each filter that was asked for today."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from tracker.domain.report_sheets.catalogue import PANELS
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.stored import unpacked_filter, unpacked_sheet
from tracker.domain.reporting.filters import USUAL_MONTHS, Filter
from tracker.domain.reporting.history import FORM
from tracker.persistence.models import ClinicHistory
from tracker.queries.clinic_history.stored import WORDS

#: How the names of the parts begin that are sheets, and of those that say for which filter one was asked.
PREFIX, ASKED = "sheet:", "asked:"
_PARTS: Any = select(ClinicHistory.part, ClinicHistory.as_of, ClinicHistory.body).where(
    ClinicHistory.clinic_id == bindparam("clinic"),
    ClinicHistory.form == FORM,
    ClinicHistory.part.in_(bindparam("parts", expanding=True)),
)
_MADE: Any = select(ClinicHistory.part, ClinicHistory.as_of).where(ClinicHistory.clinic_id == bindparam("clinic"))
_SLOW: Any = select(ClinicHistory.part, ClinicHistory.form, ClinicHistory.body).where(
    ClinicHistory.clinic_id == bindparam("clinic"),
    or_(
        ClinicHistory.part.startswith(ASKED),
        *(ClinicHistory.part.startswith(PREFIX + name) for name, panel in PANELS.items() if panel.is_slow),
    ),
)


def part_of(name: str, asked: Filter) -> str:
    """Under which name a panel with a filter stands after ``PREFIX`` and ``ASKED``. Days are no part of it."""
    whose = [*map(str, asked.whose)] if any(asked.whose) else []
    months = [f"{asked.months} months"] if asked.months != USUAL_MONTHS else []
    return ":".join([name, *whose, *months])


def find_sheets(
    session: Session, clinic_id: int, names: Collection[str], asked: Filter, *, with_patients: bool
) -> Mapping[str, tuple[Sheet, Any]]:
    """Those of the named sheets that were made ahead for this very filter, with the instant at which it was true: of
    the present history, in which a list behind a number is counted; what takes long, of one of today.
    ``with_patients``: as those read them who may see patients."""
    parts = {PREFIX + part_of(name, asked): name for name in names}
    values = {"clinic": clinic_id, "parts": [WORDS, *parts]}
    rows = {row.part: row for row in session.connection().execute(_PARTS, values)}
    words = rows.pop(WORDS, None)
    found = {}
    for part, row in rows.items():
        name = parts[part]
        # A filter ends with the day for which it was asked.
        is_present = words is not None and (PANELS[name].is_slow or row.as_of == words.as_of)
        stored = unpacked_sheet(row.body, with_patients=with_patients) if is_present else None
        if stored is not None and stored[1] == asked:
            found[name] = (stored[0], row.as_of)
    return found


def are_made(session: Session, clinic_id: int, names: Collection[str]) -> bool:
    """Whether each was made of the present history."""
    made = {row.part: row.as_of for row in session.connection().execute(_MADE, {"clinic": clinic_id})}
    return all(made.get(PREFIX + name) == made.get(WORDS) for name in names)


def find_slow(session: Session, clinic_id: int) -> Mapping[str, Filter | None]:
    """The filters of the sheets that take long and were made, and of those that are asked for, by the names of their
    parts; ``None`` for one of another form."""
    rows = session.connection().execute(_SLOW, {"clinic": clinic_id})
    return {row.part: _filter_of(row.part, row.body) if row.form == FORM else None for row in rows}


def _filter_of(part: str, body: bytes) -> Filter | None:
    if part.startswith(ASKED):
        return unpacked_filter(body)
    stored = unpacked_sheet(body, with_patients=False)
    return stored[1] if stored else None
