"""What lists filter and sort by, as it follows from the facts: written by the reconciler, proved by the check."""

from tracker.domain.obligations import Obligations
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import Offered
from tracker.domain.pathway.snapshot import Snapshot


def derived_columns(pathway: Pathway, snapshot: Snapshot, steps: Offered, due: Obligations) -> dict[str, object]:
    """The columns of the case row by name. ``steps`` and ``due`` are those of the snapshot."""
    stage = pathway.stages[snapshot.stage]
    blockers = steps.next.blockers if steps.next else ()
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
