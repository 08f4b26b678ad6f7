"""What patients said of their visits before they came: an answer to a message, and what was said in a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.persistence.models import AppointmentRow, StaffTask
from tracker.queries.letters import CALL_TASK
from tracker.queries.replies import DECLINED

ASKS_FOR_CALL, NOT_UNDERSTOOD = "reply_call", "reply_unclear"
#: The kinds of tasks that something a patient said of a visit opens.
SAID_BY_PATIENT = (DECLINED, ASKS_FOR_CALL, NOT_UNDERSTOOD)
_KINDS = (*SAID_BY_PATIENT, CALL_TASK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a patient said of a visit, by the kind of task that it opened, or a call about the visit. ``said``: their
    words where no rule understood them; ``outcome``: what came of it, empty while somebody has it to do."""

    task_id: int
    kind: str
    how: str
    said: str
    at: datetime
    outcome: str

    @property
    def is_open(self) -> bool:
        """Whether nobody has seen to it."""
        return not self.outcome


def replies_counted() -> ColumnElement[int]:
    """How much was said of the case of an appointment's row, and seen to: it differs whenever that changes."""
    return (
        select(func.count(StaffTask.id) + func.count(StaffTask.done_at))
        .where(
            StaffTask.clinic_id == AppointmentRow.clinic_id,
            StaffTask.case_id == AppointmentRow.case_id,
            StaffTask.kind.in_(_KINDS),
        )
        .correlate(AppointmentRow)
        .scalar_subquery()
    )


_COLUMNS: tuple[Any, ...] = (
    StaffTask.id,
    StaffTask.kind,
    StaffTask.case_id,
    StaffTask.key,
    StaffTask.params,
    StaffTask.opened_at,
    StaffTask.done_at,
    StaffTask.done_by,
    StaffTask.outcome,
)
_REPLIES = (
    select(*_COLUMNS)
    .where(
        StaffTask.clinic_id == bindparam("clinic"),
        StaffTask.case_id.in_(bindparam("cases", expanding=True)),
        StaffTask.kind.in_(_KINDS),
    )
    .order_by(StaffTask.opened_at, StaffTask.id)
)


def replies_of(session: Session, clinic_id: int, visits: Sequence[Row[Any]]) -> dict[tuple[int, int], Reply]:
    """The last that is known of each of these visits, by case and number: of two things the one nobody has seen to.

    ``visits`` are rows with ``case_id``, ``appointment``, ``wall`` and ``replies`` (``replies_counted``). What was said
    of another time of a visit that was moved since is not about it any more.
    """
    cases = sorted({each.case_id for each in visits if each.replies})
    if not cases:
        return {}
    found: dict[tuple[int, int], Reply] = {}
    times = {(each.case_id, each.appointment): each.wall for each in visits}
    for row in session.connection().execute(_REPLIES, {"clinic": clinic_id, "cases": cases}):
        for (case_id, appointment), wall in times.items():
            if case_id == row.case_id and _is_about(row, appointment, wall):
                reply = _reply(row)
                before = found.get((case_id, appointment))
                if before is None or reply.is_open or not before.is_open:
                    found[case_id, appointment] = reply
    return found


def _is_about(row: Row[Any], appointment: int, wall: str) -> bool:
    if row.kind == CALL_TASK:
        # While nobody has called, or where nobody had to any more, the patient has said nothing.
        return str(row.params.get("appointment")) == str(appointment) and row.done_by is not None
    return bool(row.key.startswith(f"{row.kind}:{row.case_id}:{appointment}:{wall}:"))


def _reply(row: Row[Any]) -> Reply:
    return Reply(
        task_id=row.id,
        kind=row.kind,
        how=str(row.params.get("how", "")),
        said=str(row.params.get("said", "")),
        at=row.done_at if row.kind == CALL_TASK else row.opened_at,
        outcome=row.outcome,
    )
