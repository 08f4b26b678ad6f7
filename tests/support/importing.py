"""An importer at an empty clinic, and what is stored after it."""

from pathlib import Path

from sqlalchemy import MetaData, func, select, text
from sqlalchemy.orm import Session

from tests.factories.rows import a_clinic
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.calendar import ClinicCalendar
from tracker.persistence.base import Base
from tracker.persistence.database import Database
from tracker.services.import_preview import preview_referrals
from tracker.services.imports import Importer, Report, import_referrals
from tracker.services.referral_file import COLUMNS
from tracker.services.system_actor import system_actor
from tracker.services.table_file import read_table

DATA = Path(__file__).resolve().parents[1] / "data"
GOOD = (DATA / "referrals.csv").read_bytes()
MESSY = (DATA / "referrals_messy.csv").read_bytes()
HEADER = ",".join(COLUMNS)
#: A row with nothing wrong, to be changed in one place.
RIGHT = {
    "received_on": "2026-11-02", "mrn": "M-1", "family_name": "Ruiz", "given_name": "Ana", "birth_date": "1988-07-03",
    "sex": "female", "phone": "303-555-0142", "email": "ana.ruiz@example.org", "language": "es", "city": "Denver",
    "referred_by": "Okafor, Ngozi MD", "specialty": "Neurology", "diagnosis_code": "G35.B0",
    "diagnosis": "multiple sclerosis", "indication": "spasticity", "spasticity_origin": "spinal",
    "procedure": "ITB pump", "payer": "Aetna", "urgency": "routine", "notes": "",
}  # fmt: skip


def line(**cells: str) -> str:
    """One row of a referral file; ``cells`` take the place of those of ``RIGHT``."""
    return ",".join('"{}"'.format(cell.replace('"', '""')) for cell in {**RIGHT, **cells}.values())


def referral_file(*lines: str) -> bytes:
    """A referral file of these rows."""
    return "\n".join((HEADER, *lines, "")).encode()


def make_importer(database: Database, clock: FixedClock, ids: SeededIds) -> Importer:
    """An importer at a new clinic in New York."""
    with database.writing() as session:
        clinic_id = a_clinic(session).id
        actor = system_actor(session, clinic_id, clock.now(), ids)
    calendar = ClinicCalendar("America/New_York")
    return Importer(database.writing, actor, calendar, clock, ids, lambda: None, readers_confirm=False)


def bring_in(importer: Importer, content: bytes) -> Report:
    """Import a file to its end."""
    return _last(list(import_referrals(importer, read_table(content, COLUMNS))))


def look_at(importer: Importer, database: Database, content: bytes) -> Report:
    """What an import would report."""
    with database.reading() as session:
        return _last(list(preview_referrals(importer, session, read_table(content, COLUMNS))))


def _last(reports: list[Report]) -> Report:
    return reports[-1] if reports else Report()


def row_counts(session: Session) -> dict[str, int]:
    """How many rows every table holds."""
    tables: MetaData = Base.metadata
    return {
        table.name: session.scalar(select(func.count()).select_from(text(table.name))) or 0
        for table in tables.sorted_tables
    }
