"""Obligations as stored against obligations as computed, and the watch over every pump.

What ended is closed before what began is inserted, because only one may be open. Nothing is closed without the fact
that closes it: an obligation that vanished in a pass that wrote no fact stays open, and somebody is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, insert, select, update

from tracker.domain.escalation.ladders import climbs_on
from tracker.domain.facts import Device
from tracker.domain.obligations import Obligation as Due
from tracker.domain.obligations.refills import followed_pumps
from tracker.domain.pathway.alarm_date import last_fill
from tracker.domain.words import DeterminationKind, Role
from tracker.persistence.models import Obligation, PumpWatch
from tracker.services.reconciling.scope import TIME, Change, Scope, Values
from tracker.services.staff_tasks import opening

#: What may change a refill that was due, by the kind of fact just written.
REFILL_CAUSES = frozenset({"fill", "device", "correction"})
#: What a passing day turns into another of the same subject: an unconfirmed visit into one that nobody marked.
SUCCESSORS = {"arrival": "unmarked_day", "refill_visit": "unmarked_day", "time_final": "unmarked_day"}
_KEY = ("kind", "subject", "device")
_VALUES = (
    "due_on", "warn_on", "escalate_on", "critical_on", "owner_role", "reason", "params", "planned_seq", "anchor_on",
    "climbs_on",
)  # fmt: skip
_COLUMNS = tuple(getattr(Obligation, name) for name in ("id", *_KEY, *_VALUES))
#: The open obligations of some cases, each with the pump that is watched by it. In no order: for that of its key SQLite
#: would walk through the whole clinic.
STORED: Select[Any] = (
    select(Obligation.case_id, *_COLUMNS, PumpWatch.device.label("watched"))
    .outerjoin(
        PumpWatch,
        (PumpWatch.clinic_id == Obligation.clinic_id)
        & (PumpWatch.case_id == Obligation.case_id)
        & (PumpWatch.obligation_id == Obligation.id),
    )
    .where(
        Obligation.clinic_id == bindparam("clinic"),
        Obligation.case_id.in_(bindparam("keys", expanding=True)),
        Obligation.is_open,
    )
)

_OPEN = insert(Obligation)
_CHANGE = update(Obligation).where(Obligation.clinic_id == bindparam("clinic"), Obligation.id == bindparam("of_id"))


def obligation_changes(scope: Scope, rows: Sequence[Row[Any]], computed: tuple[Due, ...]) -> list[Change]:
    """The statements that bring the stored obligations of a case in line."""
    stored = {_key(row): row for row in rows}
    wanted = {each.key: each for each in computed}
    kept = {key: row for key, row in stored.items() if key in wanted}
    changes: list[Change] = []
    for key in sorted(stored.keys() - wanted.keys()):
        row = stored[key]
        closed_by = _carried_on(row, wanted) or _cause(scope, row)
        if closed_by != TIME:
            changes.append(_close(scope, row, closed_by))
            continue
        changes.append(_alarm(scope, row))
        # The same pump's next refill cannot be opened beside it: the row goes on as that one.
        kept.update({each: row for each in wanted.keys() - kept.keys() if each[:2] == key[:2]})
    for key, row in kept.items():
        changes.extend(_update(scope, row, wanted[key]))
    ids = {key: kept[key].id if key in kept else scope.ids.row_id(scope.now) for key in wanted}
    new = [_row(scope, wanted[key], ids[key]) for key in wanted if key not in kept]
    if new:
        changes.append(Change(_OPEN, new))
    refills = {due.device: ids[key] for key, due in wanted.items() if due.device is not None and due.kind == "refill"}
    return changes + _watch_changes(scope, rows, refills)


def _key(row: Row[Any]) -> tuple[str, str, str]:
    return row.kind, row.subject, str(row.params.get("filled", ""))


def _values(scope: Scope, due: Due) -> Values:
    climbs = climbs_on(scope.pathway, due)
    return {
        "due_on": due.due_on,
        "warn_on": due.warn_on,
        "escalate_on": due.escalate_on,
        "critical_on": due.critical_on,
        "owner_role": str(due.owner),
        "reason": due.reason,
        "params": dict(due.params),
        "planned_seq": due.planned_seq,
        "anchor_on": due.anchor_on if climbs is not None else None,
        "climbs_on": climbs,
    }


def _row(scope: Scope, due: Due, row_id: int) -> Values:
    return {
        "clinic_id": scope.clinic_id,
        "id": row_id,
        "case_id": scope.case_id,
        "kind": due.kind,
        "subject": due.subject,
        "device": due.device,
        "opened_at": scope.now,
        "closed_by": "",
        "is_open": True,
        "changed_at": scope.now,
        **_values(scope, due),
    }


def _update(scope: Scope, row: Row[Any], due: Due) -> Iterator[Change]:
    changed = {name: value for name, value in _values(scope, due).items() if getattr(row, name) != value}
    if changed:
        yield Change(_CHANGE, {**_at(scope, row), **changed, "changed_at": scope.now})


def _close(scope: Scope, row: Row[Any], closed_by: str) -> Change:
    values: Values = {"is_open": False, "closed_at": scope.now, "closed_by": closed_by}
    return Change(_CHANGE, {**_at(scope, row), **values})


def _alarm(scope: Scope, row: Row[Any]) -> Change:
    task = opening(
        scope.session,
        clinic_id=scope.clinic_id,
        case_id=scope.case_id,
        kind="alarm_obligation_vanished",
        key=f"alarm_obligation_vanished:{row.id}",
        params={"kind": row.kind, "subject": row.subject},
        owner=Role.LEAD_COORDINATOR,
        due_on=scope.snapshot.calendar.today(scope.now),
        now=scope.now,
        ids=scope.ids,
    )
    return Change(task)


def _cause(scope: Scope, row: Row[Any]) -> str:
    """The fact that ended an obligation; ``TIME`` if there is none.

    A refill is ended by a later fill, a death, a completed transfer or the device's removal, whatever was written
    last; else only by what was just written about a fill, a device or a correction of either.
    """
    if row.kind != "refill":
        return scope.cause
    snapshot = scope.snapshot
    pump = next((device for device in snapshot.of(Device) if device.device == row.device), None)
    fill = last_fill(snapshot, row.device)
    was = str(row.params.get("filled", ""))
    if pump and fill and snapshot.calendar.today(fill.effective_at).isoformat() > was:
        return f"fill:{fill.seq}"
    if pump and not pump.in_place:
        return f"device:{pump.seq}"
    for kind in (DeterminationKind.DEATH, DeterminationKind.TRANSFER):
        ending = snapshot.determination(kind)
        if ending is not None and not followed_pumps(snapshot):
            return f"determination:{ending.seq}"
    return scope.cause if scope.cause.partition(":")[0] in REFILL_CAUSES else TIME


def _carried_on(row: Row[Any], wanted: Mapping[tuple[str, str, str], Due]) -> str:
    """The obligation about the same thing that a passing day puts in this one's place; empty if there is none."""
    successor = SUCCESSORS.get(row.kind)
    is_there = any(kind == successor and subject == row.subject for kind, subject, _ in wanted)
    return f"obligation:{successor}" if is_there else ""


def _at(scope: Scope, row: Row[Any]) -> Values:
    return {"clinic": scope.clinic_id, "of_id": row.id}


def _watch_changes(scope: Scope, stored: Sequence[Row[Any]], wanted: Mapping[int, int]) -> list[Change]:
    """One row for each pump, pointing at its open refill; ``wanted`` maps the device to the obligation."""
    watched = {row.watched: row.id for row in stored if row.watched is not None}
    key = {"clinic_id": scope.clinic_id, "case_id": scope.case_id}
    changes: list[Change] = []
    for device, obligation_id in wanted.items():
        if device not in watched:
            values = {**key, "device": device, "kind": "refill", "obligation_id": obligation_id, "is_open": True}
            changes.append(Change(insert(PumpWatch).values(values)))
        elif watched[device] != obligation_id:
            one = update(PumpWatch).filter_by(**key, device=device)
            changes.append(Change(one.values(obligation_id=obligation_id)))
    gone = sorted(watched.keys() - wanted.keys())
    return changes + [Change(delete(PumpWatch).filter_by(**key, device=device)) for device in gone]
