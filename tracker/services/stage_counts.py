"""How many open cases stand in each stage, per owner: kept by the transaction that moves a case.

A board that counted a hundred thousand cases at every look would be slow; the nightly check recounts them.
"""

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from tracker.persistence.models import Case, StageCount
from tracker.persistence.upsert import upsert

#: Pathway, stage and owner (0: nobody has taken it) under which an open case is counted.
Standing = tuple[str, str, int]


def standing(case: Case) -> Standing | None:
    """Where a case is counted; ``None`` once it is closed."""
    return (case.pathway, case.stage, case.owner_user_id or 0) if case.is_open else None


def move_count(session: Session, case: Case, was: Standing | None) -> None:
    """Bring the counts from where the case was to where it stands."""
    now = standing(case)
    if now == was:
        return
    # In one order for everybody, so that two moves in opposite directions cannot wait for each other.
    for place, by in sorted([(was, -1), (now, +1)], key=lambda change: change[0] or ("", "", 0)):
        if place is not None:
            _add(session, case.clinic_id, place, by)


_KEY = ("clinic_id", "pathway", "stage", "owner_user_id")
_COUNT = (
    update(StageCount)
    .where(*(getattr(StageCount, name) == bindparam(f"of_{name}") for name in _KEY))
    .values(n=StageCount.n + bindparam("by"))
)


def _add(session: Session, clinic_id: int, place: Standing, by: int) -> None:
    key = dict(zip(_KEY, (clinic_id, *place), strict=True))
    about = {f"of_{name}": value for name, value in key.items()}
    if session.connection().execute(_COUNT, {**about, "by": by}).rowcount:
        return
    if by < 0:
        raise AssertionError(f"nothing is counted at {place}")
    # The first case in this place, unless another begins to count there at the same moment.
    upsert(session, StageCount, key, insert={"n": by}, update={"n": StageCount.n + by})
