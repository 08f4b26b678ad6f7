"""What the way itself asks: the next step of the stage, the review of a hold, and what a booked procedure lacks."""

from collections.abc import Iterator
from datetime import date, timedelta

from tracker.domain.facts import Appointment, Device
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.definition import Procedure
from tracker.domain.pathway.engine import following
from tracker.domain.pathway.requirements.visit import AuthorizationGranted, ConsentValid
from tracker.domain.words import LIVE_APPOINTMENT, DeviceKind

#: A target that a hold does not pause: the device is in the patient, and its date is a physician's order.
CATHETER_OUT = "catheter_out"


def next_step(view: View) -> Iterator[Obligation]:
    """The next step of an open case is always dated: by the stage's target, or by the day it waits for."""
    snapshot, stage = view.snapshot, view.pathway.stages[view.snapshot.stage]
    if not stage.is_open or (snapshot.hold and stage.target != CATHETER_OUT):
        return
    entered_on = view.day(snapshot.stage_entered_at)
    yield view.due(
        "next_step",
        f"stage:{stage.name}:{snapshot.stage_entered_at:%Y%m%dT%H%M%S}",
        anchor_on=_target(view, entered_on, stage.target_days, stage.target),
        not_before=entered_on,
        reason="next_step",
        params={"step": following(view.pathway, snapshot, view.now)},
    )


def _target(view: View, entered_on: date, days: int | None, target: str) -> date:
    if days is not None:
        return entered_on + timedelta(days=days)
    if target == CATHETER_OUT:
        ordered = (
            device.out_by_on
            for device in view.snapshot.of(Device)
            if device.kind == DeviceKind.TRIAL_CATHETER and device.in_place and device.out_by_on
        )
        return min(ordered, default=entered_on)
    return view.snapshot.day_of(target) or entered_on


def hold_review(view: View) -> Iterator[Obligation]:
    """A hold pauses the stage's target until its review date, and is never without one."""
    hold = view.snapshot.hold
    if hold is None or not view.is_open:
        return
    held_on = view.day(hold.effective_at)
    yield view.due(
        "hold_review",
        f"hold:{hold.seq}",
        anchor_on=hold.until_on or held_on,
        not_before=held_on,
        reason="on_hold",
        params={"hold_reason": hold.reason},
    )


def _waiting(view: View) -> Iterator[tuple[Procedure, Appointment]]:
    """The procedures of the case that are booked and not yet over."""
    if view.is_open:
        for procedure in view.pathway.procedures.values():
            visit = view.snapshot.visit(procedure.purpose)
            if visit is not None and visit.state in LIVE_APPOINTMENT:
                yield procedure, visit


def consents(view: View) -> Iterator[Obligation]:
    """A procedure is booked and its consent will not be valid on that day. Same-day signing starts cases late and
    is refused more often (clinical.md section 0), so it is asked for days before."""
    for procedure, visit in _waiting(view):
        missing = [
            blocker
            for need in procedure.needs
            if isinstance(need, ConsentValid)
            for blocker in need.blockers(view.snapshot, view.now)
        ]
        if missing:
            yield view.due(
                "consent",
                f"consent:{procedure.purpose}:{visit.attempt}",
                anchor_on=view.day(visit.starts_at),
                reason=missing[0].code,
                params=dict(missing[0].params),
            )


def authorizations_expiring(view: View) -> Iterator[Obligation]:
    """The payer's authorization is granted, and does not cover the day that is booked."""
    for procedure, visit in _waiting(view):
        for need in procedure.needs:
            standing = view.snapshot.authorization(procedure.purpose)
            if not isinstance(need, AuthorizationGranted) or standing is None:
                continue
            for blocker in need.blockers(view.snapshot, view.now):
                if blocker.code == "authorization_out_of_date":
                    yield view.due(
                        "authorization_expiring",
                        f"authorization:{standing.authorization}:{visit.attempt}",
                        anchor_on=view.day(visit.starts_at),
                        reason=blocker.code,
                        params=dict(blocker.params),
                    )
