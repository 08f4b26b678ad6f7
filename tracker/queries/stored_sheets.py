"""The sheets that were made ahead, of everybody in the usual period: what most people look at, most of the time."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.stored import unpacked_sheet
from tracker.domain.reporting.filters import USUAL_MONTHS, Filter
from tracker.domain.reporting.history import FORM
from tracker.persistence.models import ClinicHistory
from tracker.queries.clinic_history.stored import WORDS

#: How the names of the parts begin that are sheets.
PREFIX = "sheet:"
_PARTS: Any = select(ClinicHistory.part, ClinicHistory.as_of, ClinicHistory.body).where(
    ClinicHistory.clinic_id == bindparam("clinic"),
    ClinicHistory.form == FORM,
    ClinicHistory.part.in_(bindparam("parts", expanding=True)),
)
_MADE: Any = select(ClinicHistory.part, ClinicHistory.as_of).where(ClinicHistory.clinic_id == bindparam("clinic"))


def find_sheets(
    session: Session, clinic_id: int, names: Collection[str], asked: Filter
) -> Mapping[str, tuple[Sheet, Any]]:
    """Those of the named sheets that were made ahead for this very filter and of the present history, with the instant
    at which it was true; a list behind a number is counted in that history."""
    named = {part_of(name, asked.months): name for name in names}
    values = {"clinic": clinic_id, "parts": [WORDS, *named]}
    rows = {row.part: row for row in session.connection().execute(_PARTS, values)}
    words = rows.pop(WORDS, None)
    found = {}
    for part, row in rows.items():
        stored = unpacked_sheet(row.body)
        if words is not None and row.as_of == words.as_of and stored is not None and stored[1] == asked:
            found[named[part]] = (stored[0], row.as_of)
    return found


def part_of(name: str, months: int) -> str:
    """Under what a sheet is stored that looks so far ahead."""
    return PREFIX + name if months == USUAL_MONTHS else f"{PREFIX}{name}:{months}"


def are_made(session: Session, clinic_id: int, names: Collection[str]) -> bool:
    """Whether each was made of the present history."""
    made = {row.part: row.as_of for row in session.connection().execute(_MADE, {"clinic": clinic_id})}
    return all(made.get(PREFIX + name) == made.get(WORDS) for name in names)
