"""The payer's word: to ask for, to chase, and to fight for once it was denied."""

from collections.abc import Iterator
from datetime import timedelta

from tracker.domain.facts import Authorization
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.requirements.visit import AuthorizationGranted
from tracker.domain.words import APPOINTMENT_TO_COME, AuthorizationState


def authorizations(view: View) -> Iterator[Obligation]:
    """What the payer was not asked, has not answered, or has denied, for the stages whose next step waits for it and
    for what is booked already: a day is often found before the case has come that far."""
    for stage in dict.fromkeys((*_waited_for(view), *_booked(view))):
        standing = view.snapshot.authorization(stage)
        if standing is None or standing.state == AuthorizationState.WITHDRAWN:
            yield _due(view, stage, "authorization_missing", None)
        elif standing.state == AuthorizationState.DENIED:
            yield _due(view, stage, "authorization_denied", standing)
    for standing in view.snapshot.of(Authorization) if view.is_open else ():
        if standing.state == AuthorizationState.REQUESTED:
            yield _due(view, standing.stage, "authorization_requested", standing)


def _waited_for(view: View) -> Iterator[str]:
    stage = view.pathway.stages[view.snapshot.stage]
    step = view.pathway.transition(stage.next, stage.name)
    for need in step.needs if step else ():
        if isinstance(need, AuthorizationGranted) and not need.in_date_on:
            yield need.stage


def _booked(view: View) -> Iterator[str]:
    """The stages whose payer's word a procedure needs that is booked and to come; one that was waived is not due."""
    for procedure in view.pathway.procedures.values() if view.is_open else ():
        visit = view.snapshot.visit(procedure.purpose)
        if visit is None or visit.state not in APPOINTMENT_TO_COME:
            continue
        for need in procedure.needs:
            if isinstance(need, AuthorizationGranted) and need.blockers(view.snapshot, view.now):
                yield need.stage


_KINDS = {
    "authorization_missing": "authorization_ask",
    "authorization_requested": "authorization_answer",
    "authorization_denied": "authorization_denied",
}


def _due(view: View, stage: str, reason: str, standing: Authorization | None) -> Obligation:
    """Counted from the stage's beginning, from the day an answer is due, or from the denial."""
    began_on = view.day(standing.effective_at if standing else view.snapshot.stage_entered_at)
    anchor_on = began_on
    if standing is not None and standing.state == AuthorizationState.REQUESTED:
        days = timedelta(days=view.pathway.days("authorization_answer_days"))
        anchor_on = standing.answer_due_on or (standing.asked_on or began_on) + days
    return view.due(
        _KINDS[reason],
        f"authorization:{standing.authorization}" if standing else f"stage:{stage}:{view.snapshot.stage}",
        anchor_on=anchor_on,
        not_before=began_on,
        reason=reason,
        params={"stage": stage},
    )
