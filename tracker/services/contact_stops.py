"""Where messages are stopped: at a number or address, whoever it was typed for, and also where it has ended.

What somebody does not want at their telephone they do not want there about anybody. A stop outlasts an end, so that
ending a number and typing it anew is no way around it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.persistence.models import ContactPoint
from tracker.persistence.vocabulary import ContactKind


def switch_messages(
    session: Session,
    *,
    clinic_id: int,
    kind: str,
    value: str,
    stopped_at: datetime | None,
    patient_id: int | None = None,
) -> list[tuple[int, int]]:
    """Stop messages at a number or address, or allow them again where ``stopped_at`` is ``None``; of one patient where
    one is named. Returns patient and point of everything that changed; an e-mail address is the same in capitals."""
    same = func.lower(ContactPoint.value) == value.lower() if kind == ContactKind.EMAIL else ContactPoint.value == value
    differs = ContactPoint.opted_out_at.is_not(None) if stopped_at is None else ContactPoint.opted_out_at.is_(None)
    query = update(ContactPoint).where(ContactPoint.clinic_id == clinic_id, ContactPoint.kind == kind, same, differs)
    if patient_id is not None:
        query = query.where(ContactPoint.patient_id == patient_id)
    changed = session.execute(
        query.values(opted_out_at=stopped_at).returning(ContactPoint.patient_id, ContactPoint.id),
        execution_options={"synchronize_session": False},
    )
    return sorted((row.patient_id, row.id) for row in changed)


def stopped_among(
    session: Session, *, clinic_id: int, patient_id: int, points: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], datetime]:
    """Since when messages are stopped at some numbers and addresses, given by kind and value, for whomever."""
    asked = {(kind, value): (kind, value.lower()) for kind, value in points}
    if not asked:
        return {}
    here, values = (
        ContactPoint.clinic_id == clinic_id,
        {value for _, value in asked} | {low for _, low in asked.values()},
    )
    # Both are looked up by an index: an import asks for every row.
    theirs = and_(here, ContactPoint.patient_id == patient_id)
    shared = and_(here, ContactPoint.kind.in_(list(ContactKind)), ContactPoint.value.in_(values))
    rows = session.execute(
        select(ContactPoint.kind, ContactPoint.value, ContactPoint.opted_out_at).where(
            or_(theirs, shared), ContactPoint.opted_out_at.is_not(None)
        )
    )
    since = {(row.kind, row.value.lower()): row.opted_out_at for row in rows}
    return {key: since[low] for key, low in asked.items() if low in since}
