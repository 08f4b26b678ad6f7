"""Where a use case gets its case from: locked, and read again under the lock."""

from sqlalchemy.orm import Session

from tracker.queries import snapshots
from tracker.queries.snapshots import LoadedCase, Seen


def load_snapshot(
    session: Session, clinic_id: int, case_id: int, *, lock: bool, seen: Seen | None = None
) -> LoadedCase:
    """Read one case as the rules see it.

    :raises NotFound: if the clinic has no such case
    """
    return snapshots.load_snapshot(session, clinic_id, case_id, lock=lock, seen=seen)
