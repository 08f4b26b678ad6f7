"""Who looked at what. Entries are not chained and take no case's lock, so looking never waits for writing.

A page that must be recorded as seen is rendered first; then its entry is written in a transaction of its own, and
only then the answer goes out: what could not be recorded is not shown.

That transaction does not wait for the disk (``Database.noting``): a look changes nothing in the clinic, and each page
would else take twice as long.
"""

from datetime import datetime

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.persistence.models import AccessEntry
from tracker.services.ports import Ids

_ENTRY = insert(AccessEntry)


def record_view(
    session: Session | Connection,
    actor: Actor,
    ids: Ids,
    now: datetime,
    *,
    page: str,
    case_id: int | None = None,
    patient_id: int | None = None,
    detail: str = "",
    row_count: int | None = None,
) -> None:
    """Record that somebody saw a page: one entry for a case page, one for a list or an export.

    ``detail`` holds the filter as it stands in the address, never what was typed into a search; ``row_count`` how many
    rows were shown.
    """
    entry = {
        "clinic_id": actor.clinic_id,
        "id": ids.row_id(now),
        "user_id": actor.user_id,
        "at": now,
        "page": page,
        "case_id": case_id,
        "patient_id": patient_id,
        "detail": detail,
        "row_count": row_count,
    }
    connection = session.connection() if isinstance(session, Session) else session
    connection.execute(_ENTRY, entry)
