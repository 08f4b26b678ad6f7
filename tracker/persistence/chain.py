"""The chain of events of a clinic: what was done, in order, so that no later change of it goes unseen.

Each event stores the bytes that were hashed, and ``hash = sha256(previous hash ‖ body)``. The bytes are kept, never
made again from columns: a database may hand an instant or a number back in another form than it was given. The columns
beside them repeat the body for searching, and verification compares the two.

A chain alone does not show that its end was cut off together with its head row; for that its head must be kept
elsewhere too.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Text, bindparam, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from tracker.persistence.models import Event, EventChain
from tracker.persistence.types import canonical_json, instant_text

#: Counts the forms that a body has had, so that later code can still read the earlier ones.
BODY_FORM = 1
#: What stands before the first event.
GENESIS = "0" * 64
#: The columns that repeat what the body says.
_REPEATED = ("clinic_id", "seq", "case_id", "case_version", "kind", "actor_id", "effective_at", "recorded_at")
_COLUMNS = tuple(Event.__table__.columns)
_LOCKED_END = (
    select(EventChain.last_seq, EventChain.head).where(EventChain.clinic_id == bindparam("clinic")).with_for_update()
)
_APPEND = insert(Event)
_MOVE_END = (
    update(EventChain)
    .where(EventChain.clinic_id == bindparam("clinic"))
    .values(last_seq=bindparam("seq"), head=bindparam("digest"))
)
#: Rows fetched at once while verifying.
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verification found: the last event, its hash, and a sentence for each fault in the order of the chain."""

    events: int
    head: str
    faults: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Nothing was changed, taken out or put in."""
        return not self.faults


def start_chain(session: Session, clinic_id: int) -> None:
    """Gives a new clinic its chain. Without one nothing can be done there."""
    session.execute(insert(EventChain).values(clinic_id=clinic_id, last_seq=0, head=GENESIS))


def append_event(
    session: Session,
    *,
    clinic_id: int,
    kind: str,
    actor_id: int | None,
    effective_at: datetime,
    recorded_at: datetime,
    body: Mapping[str, object],
    case_id: int | None = None,
    case_version: int | None = None,
) -> int:
    """Writes the next event of the clinic and returns its ``seq``.

    Call it last: from here to the commit everybody else at the clinic waits. Pending changes are flushed before the
    chain is locked, for the same reason. ``body`` may hold instants, dates and exact amounts, which become text.
    Raises ``LookupError`` for a clinic without a chain, ``TypeError`` for a ``body`` that has no text.
    """
    session.flush()
    connection = session.connection()
    end = connection.execute(_LOCKED_END, {"clinic": clinic_id}).one_or_none()
    if end is None:
        raise LookupError(f"clinic {clinic_id} has no chain of events")
    seq: int = end.last_seq + 1
    columns: dict[str, object] = {
        "clinic_id": clinic_id,
        "seq": seq,
        "case_id": case_id,
        "case_version": case_version,
        "kind": kind,
        "actor_id": actor_id,
        "effective_at": effective_at,
        "recorded_at": recorded_at,
    }
    text = canonical_json({**columns, "body": body, "form": BODY_FORM}, default=_plain)
    digest = link(end.head, text)
    connection.execute(_APPEND, {**columns, "body": text, "previous_hash": end.head, "hash": digest})
    connection.execute(_MOVE_END, {"clinic": clinic_id, "seq": seq, "digest": digest})
    return seq


def link(previous_hash: str, body: str) -> str:
    """The hash of an event: 64 hexadecimal digits."""
    return hashlib.sha256(previous_hash.encode() + body.encode()).hexdigest()


def verify_chain(session: Session, clinic_id: int) -> ChainReport:
    """Reads the whole chain of a clinic and computes it anew: about two seconds for 100,000 events."""
    faults: list[str] = []
    previous, seq = GENESIS, 0
    # Instants are read as they are stored: one that was tampered with may be none any more.
    columns = [type_coerce(column, Text) if column.name.endswith("_at") else column for column in _COLUMNS]
    rows = session.execute(
        select(*columns).where(Event.clinic_id == clinic_id).order_by(Event.seq).execution_options(yield_per=_PAGE)
    )
    for row in rows:
        if row.seq != seq + 1:
            faults.append(f"between {seq} and {row.seq} events are missing")
        if row.previous_hash != previous:
            faults.append(f"event {row.seq} does not follow the one before it")
        if row.hash != link(row.previous_hash, row.body):
            faults.append(f"event {row.seq} was changed")
        faults.extend(f"event {row.seq} shows another {name} than was hashed" for name in _differing(row))
        previous, seq = row.hash, row.seq
    end = session.execute(
        select(EventChain.last_seq, EventChain.head).where(EventChain.clinic_id == clinic_id)
    ).one_or_none()
    if end is None or (end.last_seq, end.head) != (seq, previous):
        faults.append(f"the chain does not end with event {seq}")
    return ChainReport(events=seq, head=previous, faults=tuple(faults))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"an event cannot hold {type(value).__name__}")


def _differing(row: Row[Any]) -> list[str]:
    try:
        hashed = json.loads(row.body)
    except ValueError:
        return ["body"]
    if not isinstance(hashed, dict):
        return ["body"]
    shown = ((name, getattr(row, name)) for name in _REPEATED)
    return [
        name for name, value in shown if hashed.get(name) != (_plain(value) if isinstance(value, datetime) else value)
    ]
