"""Ending a task: by a person, with an outcome. Nothing is ever just dismissed."""

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.persistence.models import StaffTask
from tracker.services.clinic_events import tell_clinic
from tracker.services.delivering.bursts import KIND as HELD_BURST
from tracker.services.work import Work

#: A task has two versions: it is open, then ended.
_ENDED = 2


def end_task(work: Work, *, task_id: int, outcome: str) -> None:
    """Record what came of a task. It closes the task alone: only a fact closes what is due for a patient.

    :raises NotPermitted: for somebody who does not see the list of tasks
    :raises NotFound: if the clinic has no such task
    :raises StaleVersion: if it is ended already, with the sentence that says how
    :raises InvalidInput: without an outcome, or for messages that are held back: that is a decision of its own
    """
    work.require(Permission.SEE_TODAY)
    task = hold_open_task(work, task_id)
    if task.kind == HELD_BURST:
        raise InvalidInput({"outcome": "Decide what is to become of the messages: send them, or call instead."})
    if not outcome.strip():
        raise InvalidInput({"outcome": "Say what came of it."})
    task.done_at, task.done_by, task.outcome = work.now, work.actor.user_id, outcome.strip()
    body = {"task": task.kind, "key": task.key, "outcome": task.outcome}
    tell_clinic(work, "task_ended", body, case_id=task.case_id)


def hold_open_task(work: Work, task_id: int) -> StaffTask:
    """A task of the clinic that is still open, held until the transaction ends.

    :raises NotFound: if the clinic has no such task
    :raises StaleVersion: if it is ended already, with the sentence that says how
    """
    task = work.session.scalars(
        select(StaffTask)
        .where(StaffTask.clinic_id == work.actor.clinic_id, StaffTask.id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if task is None:
        raise NotFound(str(task_id))
    if task.done_at is not None:
        raise StaleVersion(_ENDED, (f"The task is ended already: {task.outcome}",))
    return task
