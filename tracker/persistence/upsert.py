"""Insert or update in one statement, on both engines."""

from collections.abc import Mapping

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.persistence.base import Base


def upsert(
    session: Session,
    table: type[Base],
    key: Mapping[str, object],
    *,
    insert: Mapping[str, object],
    update: Mapping[str, object],
) -> None:
    """Insert the row, or update the one that has this key already."""
    values = {**key, **insert}
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            postgresql.insert(table).values(values).on_conflict_do_update(index_elements=list(key), set_=dict(update))
        )
    else:
        session.connection().execute(
            sqlite.insert(table).values(values).on_conflict_do_update(index_elements=list(key), set_=dict(update))
        )
