"""What somebody asks for that takes too long to wait for: the scheduler makes it, and the page says so until then."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.domain.report_sheets.stored import packed_filter
from tracker.domain.reporting.filters import Filter
from tracker.domain.reporting.history import FORM
from tracker.persistence.models import ClinicHistory
from tracker.queries.stored_sheets import ASKED, part_of

#: So many are kept for a clinic at a time; who asks for one more has to ask again later.
MOST_WAITING = 20


def ask_for(connection: Connection, clinic_id: int, name: str, asked: Filter, now: datetime) -> None:
    """Note that a panel is wanted with a filter, in one statement; once is enough."""
    values: dict[str, Any] = {
        "clinic_id": clinic_id,
        "part": ASKED + part_of(name, asked),
        "as_of": now,
        "last_seq": 0,
        "form": FORM,
        "body": packed_filter(asked),
    }
    columns = ClinicHistory.__table__.c
    waiting = (
        select(func.count())
        .select_from(ClinicHistory)
        .where(ClinicHistory.clinic_id == clinic_id, ClinicHistory.part.startswith(ASKED))
        .scalar_subquery()
    )
    row = select(*(literal(value, columns[key].type) for key, value in values.items())).where(waiting < MOST_WAITING)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(ClinicHistory).from_select(list(values), row).on_conflict_do_nothing())
