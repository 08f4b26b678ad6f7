"""What the way itself asks: the next step of the stage, the review of a hold, the end of a transfer."""

from collections.abc import Iterator
from datetime import date, timedelta

from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.engine import following
from tracker.domain.words import DeterminationKind, DeviceKind

#: A target that a hold does not pause: the device is in the patient, and its date is a physician's order.
CATHETER_OUT = "catheter_out"
#: The other clinic was asked; what it says later is ``completed``.
TRANSFER_ASKED = "requested"


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
            for device in view.snapshot.devices_in_place
            if device.kind == DeviceKind.TRIAL_CATHETER and device.out_by_on
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


def transfers(view: View) -> Iterator[Obligation]:
    """A transfer that was asked for keeps everything that is due here, and is looked after until the first refill was
    done there (58.6 % of discontinuations in a registry were moves; docs/hazards, 6)."""
    asked = view.snapshot.determination(DeterminationKind.TRANSFER)
    if asked is not None and asked.value == TRANSFER_ASKED:
        asked_on = view.day(asked.effective_at)
        yield view.due(
            "transfer",
            f"transfer:{asked.seq}",
            anchor_on=asked.until_on or asked_on,
            not_before=asked_on,
            reason="transfer_asked",
            params={"clinic": asked.reason},
        )
