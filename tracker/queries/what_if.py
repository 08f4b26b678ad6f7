"""What-if questions that were asked to be played with many pairs of years."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.stored import unpacked_sheet
from tracker.persistence.models import WhatIfQuestion
from tracker.persistence.types import JsonObject

_ASKED: Any = select(WhatIfQuestion.as_of, WhatIfQuestion.played_at, WhatIfQuestion.body).where(
    WhatIfQuestion.clinic_id == bindparam("clinic"), WhatIfQuestion.key == bindparam("key")
)
_WAITING: Any = (
    select(WhatIfQuestion.clinic_id, WhatIfQuestion.key, WhatIfQuestion.question)
    .where(WhatIfQuestion.played_at.is_(None))
    .order_by(WhatIfQuestion.asked_at, WhatIfQuestion.clinic_id, WhatIfQuestion.key)
)


@dataclass(frozen=True, slots=True)
class Refined:
    """``None`` for the sheet: it was asked for, and nobody has played it yet."""

    sheet: Sheet | None
    as_of: datetime | None
    played_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that nobody has played yet."""

    clinic_id: int
    key: str
    question: JsonObject


def find_refined(session: Session, clinic_id: int, key: str) -> Refined | None:
    """What came of a question; ``None`` where nobody has asked for it, or where it is stored in another form."""
    row = session.connection().execute(_ASKED, {"clinic": clinic_id, "key": key}).one_or_none()
    if row is None:
        return None
    if row.body is None:
        return Refined(None, None, None)
    # Nothing in it is a count of patients.
    stored = unpacked_sheet(row.body, with_patients=True)
    return Refined(stored[0], row.as_of, row.played_at) if stored else None


def list_waiting(session: Session) -> list[Waiting]:
    """Of all clinics, in the order in which they were asked."""
    return [Waiting(row.clinic_id, row.key, row.question) for row in session.connection().execute(_WAITING)]
