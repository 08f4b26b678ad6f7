"""What a person decides about messages that were held back: send them, or have the patients called instead."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Result, Row, select, update

from tracker.domain.access import Permission
from tracker.domain.bursts import RELEASED
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotFound
from tracker.persistence.models import Clinic, Reminder
from tracker.persistence.vocabulary import ReminderState
from tracker.services.clinic_events import tell_clinic
from tracker.services.delivering.bursts import KIND
from tracker.services.staff_tasks import opening_call
from tracker.services.task_endings import hold_open_task
from tracker.services.work import Work

SEND, CALL = "send", "call"
_SAID = {SEND: "Sent all the same", CALL: "Called instead"}


def decide_burst(work: Work, *, task_id: int, decision: str) -> int:
    """Release a burst, or make a call of each of its messages; how many there were.

    What became useless meanwhile is not sent: the dispatcher asks for a call about it.

    :raises NotPermitted: for anybody who may not pause sending
    :raises NotFound: if the clinic has no such task
    :raises StaleVersion: if somebody decided it already, with the sentence that says how
    :raises InvalidInput: for a decision that is neither
    """
    work.require(Permission.PAUSE_SENDING)
    if decision not in _SAID:
        raise InvalidInput({"decision": "Choose what is to become of the messages."})
    clinic_id = work.actor.clinic_id
    task = hold_open_task(work, task_id)
    if task.kind != KIND:
        raise NotFound(str(task_id))
    rows: Result[Any] = work.session.execute(
        select(Reminder.id, Reminder.case_id, Reminder.call_key, Reminder.kind, Reminder.subject).where(
            Reminder.clinic_id == clinic_id,
            Reminder.state == ReminderState.HELD,
            Reminder.closed_reason == task.key,
        )
    )
    held = rows.all()
    _put(work, [row.id for row in held], decision)
    if decision == CALL:
        _ask_for_calls(work, held)
    task.done_at, task.done_by, task.outcome = work.now, work.actor.user_id, f"{_SAID[decision]}: {len(held)} messages"
    tell_clinic(work, "burst_decided", {"task": task.kind, "decision": decision, "messages": len(held)})
    return len(held)


def _put(work: Work, ids: Sequence[int], decision: str) -> None:
    values = (
        {"state": ReminderState.DUE, "next_action_at": work.now, "closed_reason": RELEASED}
        if decision == SEND
        else {"state": ReminderState.TASKED, "next_action_at": None, "closed_reason": "held"}
    )
    work.session.execute(
        update(Reminder)
        .where(
            Reminder.clinic_id == work.actor.clinic_id,
            Reminder.id.in_(ids),
            # One that was cancelled meanwhile stays so.
            Reminder.state == ReminderState.HELD,
        )
        .values(values)
    )


def _ask_for_calls(work: Work, held: Sequence[Row[Any]]) -> None:
    zone = work.session.scalars(select(Clinic.zone).where(Clinic.id == work.actor.clinic_id)).one()
    today = ClinicCalendar(zone).today(work.now)
    for row in held:
        work.session.execute(
            opening_call(
                work.session,
                clinic_id=work.actor.clinic_id,
                case_id=row.case_id,
                key=row.call_key,
                about=row.kind,
                appointment=row.subject.removeprefix("appointment:"),
                why="held",
                due_on=today,
                now=work.now,
                ids=work.ids,
            )
        )
