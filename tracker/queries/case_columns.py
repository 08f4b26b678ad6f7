"""What lists filter and sort by, as it follows from the facts: written by the reconciler, proved by the check."""

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.obligations import Obligations
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import Offer, Offered, act_blockers
from tracker.domain.pathway.requirements.visit import ChecklistDone
from tracker.domain.pathway.snapshot import Snapshot

#: What only the day itself clears. It is left out wherever something else is missing: nobody can do anything about it
#: before, and a list that names it says nothing.
WAITS_FOR_THE_DAY = "not_arrived"
#: The items of a checklist that nobody has answered.
OPEN_ITEMS = "checklist_open"
#: What only the act itself clears, on its day. It is left out in the same way.
THE_ACT = frozenset({"dose_missing", "no_device"})


def _to_clear(pathway: Pathway, snapshot: Snapshot, offer: Offer, now: datetime) -> Sequence[Blocker]:
    """What somebody can clear before the day, or on it before the act; where that is nothing, the day or the act."""
    before = before_the_act(pathway, snapshot, offer, now)
    return before or [each for each in offer.blockers if each.code != WAITS_FOR_THE_DAY] or offer.blockers


def before_the_act(pathway: Pathway, snapshot: Snapshot, offer: Offer, now: datetime) -> list[Blocker]:
    """What stands in the way of an act whose day has come, and that ``offer``, the next step, waits for; empty where
    none is waited for. Open items come last: the list of the day shows them by themselves. What a step asks for that
    ends the day is left out until the act is done."""
    purpose = next((each.purpose for each in pathway.procedures.values() if each.day_stage == snapshot.stage), "")
    if not purpose or not any(each.code in THE_ACT for each in offer.blockers):
        return []
    found = {each.key: each for each in act_blockers(pathway, snapshot, purpose, now)}
    if any(isinstance(need, ChecklistDone) and need.part == "before" for need in offer.transition.needs):
        found |= {each.key: each for each in offer.blockers if each.code not in THE_ACT}
    return sorted(found.values(), key=lambda each: each.code == OPEN_ITEMS)


def derived_columns(
    pathway: Pathway, snapshot: Snapshot, steps: Offered, due: Obligations, now: datetime
) -> dict[str, object]:
    """The columns of the case row by name. ``steps`` and ``due`` are those of the snapshot at the instant ``now``.

    ``first_blocker`` and ``blocker_count`` speak of what can be cleared: ``not_arrived`` stands there only alone, for a
    case that is ready for its day, and a dose or a pump that is still to come only where nothing stands in its way.
    """
    stage = pathway.stages[snapshot.stage]
    blockers = _to_clear(pathway, snapshot, steps.next, now) if steps.next else ()
    booked = [visit for purpose in pathway.procedures if (visit := snapshot.booked(purpose)) is not None]
    values: dict[str, object] = {
        "next_step": steps.next_name,
        "is_ready": steps.next is not None and not blockers,
        "first_blocker": blockers[0].code if blockers else "",
        "first_blocker_params": dict(blockers[0].params) if blockers else {},
        "blocker_count": len(blockers),
        "target_on": min((each.due_on for each in (*due.of("next_step"), *due.of("hold_review"))), default=None),
        "hold_until": snapshot.hold.until_on if snapshot.hold and stage.is_open else None,
        "procedure_on": min((snapshot.calendar.today(visit.starts_at) for visit in booked), default=None),
    }
    return values if stage.owner is None else {**values, "owner_role": stage.owner}
