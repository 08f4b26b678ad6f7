"""What was looked at in a room today, for the record of a visit that came there: who, when, not retyped."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.checklists.run import standing_answers
from tracker.domain.facts import Appointment, ChecklistItem
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import ItemState
from tracker.persistence.models import RoomCheck


class Reference(NamedTuple):
    """An item to write into a visit's checklist: in place of ``old``, where an answer of another day or room stands."""

    old: ChecklistItem | None
    values: dict[str, object]


def references(
    session: Session, clinic_id: int, pathway: Pathway, snapshot: Snapshot, visit: Appointment
) -> Iterator[Reference]:
    """What was looked at in the visit's room on its day and is not in its checklist yet."""
    rules = pathway.checklists.get(visit.purpose, ())
    answers = standing_answers(snapshot.of(ChecklistItem), visit, snapshot.calendar)
    wanted = {rule.key for rule in rules if rule.per_room and rule.key not in answers}
    if visit.room_id is None or not wanted:
        return
    checks = session.scalars(
        select(RoomCheck).where(
            RoomCheck.clinic_id == clinic_id,
            RoomCheck.room_id == visit.room_id,
            RoomCheck.checked_on == snapshot.calendar.today(visit.starts_at),
            RoomCheck.item.in_(wanted),
        )
    )
    for check in checks.all():
        values: dict[str, object] = {
            "effective_at": check.checked_at,
            "recorded_by": check.checked_by,
            "appointment": visit.appointment,
            "checklist": visit.purpose,
            "item": check.item,
            "state": ItemState.DONE,
            "value": "",
            "reason": "",
            "second_by": None,
            "room_id": check.room_id,
            "role": "",
        }
        yield Reference(_old(snapshot, visit, check.item), values)


def _old(snapshot: Snapshot, visit: Appointment, item: str) -> ChecklistItem | None:
    """The answer that is written down for the visit, whether or not it counts."""
    found = (each for each in snapshot.of(ChecklistItem) if each.appointment == visit.appointment and each.item == item)
    return next(found, None)
