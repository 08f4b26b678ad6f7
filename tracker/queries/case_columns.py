"""What lists filter and sort by, as it follows from the facts: written by the reconciler, proved by the check."""

from collections.abc import Sequence

from tracker.domain.obligations import Obligations
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import Offered
from tracker.domain.pathway.snapshot import Snapshot

#: What only the day itself clears. It is left out wherever something else is missing: nobody can do anything about it
#: before, and a list that names it says nothing.
WAITS_FOR_THE_DAY = "not_arrived"


def _to_clear(blockers: Sequence[Blocker]) -> Sequence[Blocker]:
    """What somebody can clear before the day; where that is nothing, the day."""
    return [each for each in blockers if each.code != WAITS_FOR_THE_DAY] or blockers


def derived_columns(pathway: Pathway, snapshot: Snapshot, steps: Offered, due: Obligations) -> dict[str, object]:
    """The columns of the case row by name. ``steps`` and ``due`` are those of the snapshot.

    ``first_blocker`` and ``blocker_count`` speak of what can be cleared: ``not_arrived`` stands there only alone, for a
    case that is ready for its day.
    """
    stage = pathway.stages[snapshot.stage]
    blockers = _to_clear(steps.next.blockers) if steps.next else ()
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
