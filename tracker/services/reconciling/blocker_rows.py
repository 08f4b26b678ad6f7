"""What stands in the way of the next step, as open intervals: later they say why patients waited."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, insert, select, update

from tracker.domain.pathway.blocker import Blocker
from tracker.persistence.models import BlockerInterval
from tracker.persistence.types import canonical_json
from tracker.services.reconciling.scope import Change, Scope, Values

_NAMES = ("case_id", "code", "params_key", "from_at", "transition")
#: The open intervals of some cases.
OPEN: Select[Any] = select(*(getattr(BlockerInterval, name) for name in _NAMES)).where(
    BlockerInterval.clinic_id == bindparam("clinic"),
    BlockerInterval.case_id.in_(bindparam("keys", expanding=True)),
    BlockerInterval.until_at.is_(None),
)

_IS_INTERVAL = (
    BlockerInterval.clinic_id == bindparam("clinic"),
    BlockerInterval.case_id == bindparam("case"),
    BlockerInterval.code == bindparam("of_code"),
    BlockerInterval.params_key == bindparam("of_params"),
    BlockerInterval.from_at == bindparam("since"),
)
_BEGIN = insert(BlockerInterval)
_END = update(BlockerInterval).where(*_IS_INTERVAL)
_FORGET = delete(BlockerInterval).where(*_IS_INTERVAL)


def blocker_changes(scope: Scope, rows: Sequence[Row[Any]], step: str, blockers: tuple[Blocker, ...]) -> list[Change]:
    """The statements that end the intervals of what is gone and begin those of what is new."""
    stored = {(row.transition, row.code, row.params_key): row for row in rows}
    wanted = {(step, each.code, _params_key(each)): each for each in blockers}
    changes = [_end(scope, stored[key]) for key in sorted(stored.keys() - wanted.keys())]
    new = [_row(scope, step, wanted[key]) for key in wanted if key not in stored]
    return [*changes, Change(_BEGIN, new)] if new else changes


def _params_key(blocker: Blocker) -> str:
    return canonical_json(dict(blocker.params))


def _end(scope: Scope, row: Row[Any]) -> Change:
    at: Values = {
        "clinic": scope.clinic_id,
        "case": scope.case_id,
        "of_code": row.code,
        "of_params": row.params_key,
        "since": row.from_at,
    }
    if row.from_at >= scope.now:
        # It stood in the way of nobody: begun and gone in the same instant.
        return Change(_FORGET, at)
    return Change(_END, {**at, "until_at": scope.now})


def _row(scope: Scope, step: str, blocker: Blocker) -> Values:
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
