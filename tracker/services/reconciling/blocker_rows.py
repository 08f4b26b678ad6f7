"""What stands in the way of the next step, as open intervals: later they say why patients waited."""

from typing import Any

from sqlalchemy import Executable, Row, Select, bindparam, delete, insert, select, update

from tracker.domain.pathway.blocker import Blocker
from tracker.persistence.models import BlockerInterval
from tracker.persistence.types import canonical_json
from tracker.services.reconciling.scope import Scope

_NAMES = ("code", "params_key", "from_at", "transition")
_OPEN: Select[Any] = select(*(getattr(BlockerInterval, name) for name in _NAMES)).where(
    BlockerInterval.clinic_id == bindparam("clinic"),
    BlockerInterval.case_id == bindparam("case"),
    BlockerInterval.until_at.is_(None),
)


def blocker_changes(scope: Scope, step: str, blockers: tuple[Blocker, ...]) -> list[Executable]:
    """The statements that end the intervals of what is gone and begin those of what is new."""
    found = scope.session.connection().execute(_OPEN, {"clinic": scope.clinic_id, "case": scope.case_id})
    stored = {(row.transition, row.code, row.params_key): row for row in found}
    wanted = {(step, each.code, _params_key(each)): each for each in blockers}
    changes = [_end(scope, stored[key]) for key in sorted(stored.keys() - wanted.keys())]
    new = [_row(scope, step, wanted[key]) for key in wanted if key not in stored]
    return [*changes, insert(BlockerInterval).values(new)] if new else changes


def _params_key(blocker: Blocker) -> str:
    return canonical_json(dict(blocker.params))


def _end(scope: Scope, row: Row[Any]) -> Executable:
    at = {
        "clinic_id": scope.clinic_id,
        "case_id": scope.case_id,
        "code": row.code,
        "params_key": row.params_key,
        "from_at": row.from_at,
    }
    if row.from_at >= scope.now:
        # It stood in the way of nobody: begun and gone in the same instant.
        return delete(BlockerInterval).filter_by(**at)
    return update(BlockerInterval).filter_by(**at).values(until_at=scope.now)


def _row(scope: Scope, step: str, blocker: Blocker) -> dict[str, object]:
    return {
        "clinic_id": scope.clinic_id,
        "case_id": scope.case_id,
        "code": blocker.code,
        "params_key": _params_key(blocker),
        "from_at": scope.now,
        "transition": step,
        "params": dict(blocker.params),
        "clearable_by": " ".join(blocker.clearable_by),
    }
