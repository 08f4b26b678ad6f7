"""The reconciler: computes what should exist for a case, compares it with what is stored, writes the difference.

It is called inside every transaction that writes a fact, and by the scheduler for the cases whose next instant has
come. It never moves a stage and closes nothing without the fact that closes it. It is idempotent: a missed run, a
crash, a restore or a changed rule heals with the next run.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Executable, select, update
from sqlalchemy.orm import Session

from tracker.domain.contacts import contacts, waits_for_message
from tracker.domain.obligations import obligations
from tracker.domain.pathway.engine import offered
from tracker.persistence.database import Database
from tracker.persistence.models import Case
from tracker.queries.case_columns import derived_columns
from tracker.queries.grouped_rows import rows_by
from tracker.queries.reached import REACHED, preferences_of
from tracker.queries.snapshots import LoadedCase, load_snapshots
from tracker.services.ports import Clock, Ids
from tracker.services.reconciling import blocker_rows, obligation_rows, reminder_rows
from tracker.services.reconciling.blocker_rows import blocker_changes
from tracker.services.reconciling.obligation_rows import obligation_changes
from tracker.services.reconciling.reminder_rows import REMEMBERED, reminder_changes
from tracker.services.reconciling.scope import TIME, Change, Scope, Stored, Values
from tracker.services.turns import Turns

#: Cases compared in one read transaction of the full pass.
PAGE = 200
#: Cases written in one transaction. What is due at once comes in hundreds, and a commit costs as much as a case; more
#: would have a page's write wait longer on SQLite, which has one writer.
GROUP = 8


def reconcile_loaded(session: Session, loaded: LoadedCase, *, now: datetime, ids: Ids, cause: str) -> int:
    """Bring what is stored for a locked case in line with its facts; returns how many rows that took.

    ``cause`` names what was just written (``fill:31``, ``correction:40``, ``stage``), or is ``time``.
    """
    (stored,) = _stored(session, [loaded], now)
    changed = _write(_scope(session, loaded, now, ids, cause), stored, loaded.case)
    session.flush()
    return changed


def _scope(session: Session, loaded: LoadedCase, now: datetime, ids: Ids, cause: str) -> Scope:
    return Scope(
        session=session,
        clinic_id=loaded.case.clinic_id,
        case_id=loaded.case.id,
        patient_id=loaded.case.patient_id,
        pathway=loaded.pathway,
        snapshot=loaded.snapshot,
        now=now,
        ids=ids,
        cause=cause,
    )


def _stored(session: Session, several: Sequence[LoadedCase], now: datetime) -> list[Stored]:
    """What is stored of some cases of one clinic, in their order: read once for all."""
    if not several:
        return []
    clinic_id, case_ids = several[0].case.clinic_id, [each.case.id for each in several]
    obligations_of = rows_by(session, obligation_rows.STORED, clinic_id, case_ids)
    intervals_of = rows_by(session, blocker_rows.OPEN, clinic_id, case_ids)
    reminders_of = rows_by(session, reminder_rows.STORED, clinic_id, case_ids, since=now - REMEMBERED)
    to_reach = {each.case.patient_id for each in several if waits_for_message(each.pathway, each.snapshot, now)}
    preferences = rows_by(session, REACHED, clinic_id, to_reach)
    return [
        Stored(
            obligations=obligations_of[case.id],
            intervals=intervals_of[case.id],
            reminders=reminders_of[case.id],
            preferences=preferences_of(preferences[case.patient_id]),
        )
        for case in (each.case for each in several)
    ]


def _write(scope: Scope, stored: Stored, case: Case) -> int:
    """Write the difference, but for the columns of the case row, which go to the database with the next flush."""
    changes, values = _work_out(scope, stored, case)
    connection = scope.session.connection()
    for statement, several in _together(changes):
        connection.execute(statement, several)
    for name, value in values.items():
        setattr(case, name, value)
    return len(changes) + bool(values)


def _together(changes: Sequence[Change]) -> Iterator[tuple[Executable, Values | list[Values] | None]]:
    """The statements in their order; neighbours that differ in their values only go to the database at once."""
    for (_, names), group in groupby(changes, key=lambda change: (id(change.statement), _names(change))):
        found = list(group)
        several = [each.values for each in found if isinstance(each.values, dict)]
        if names and len(several) > 1:
            yield found[0].statement, several
        else:
            yield from ((each.statement, each.values) for each in found)


def _names(change: Change) -> frozenset[str]:
    return frozenset(change.values) if isinstance(change.values, dict) else frozenset()


def _work_out(scope: Scope, stored: Stored, case: Case) -> tuple[list[Change], dict[str, object]]:
    """The statements, and the columns of the case row, that differ."""
    steps = offered(scope.pathway, scope.snapshot, scope.now)
    due = obligations(scope.pathway, scope.snapshot, scope.now)
    wanted = contacts(scope.pathway, scope.snapshot, due, stored.preferences, scope.now)
    blockers = steps.next.blockers if steps.next else ()
    changes = [
        *obligation_changes(scope, stored.obligations, due.items),
        *blocker_changes(scope, stored.intervals, steps.next_name, blockers),
        *reminder_changes(scope, stored.reminders, wanted.items),
    ]
    turns = [each for each in (steps.next_change_at, due.next_change_at, wanted.next_change_at) if each is not None]
    values = {
        **derived_columns(scope.pathway, scope.snapshot, steps, due, scope.now),
        "reconcile_at": min(turns, default=None),
    }
    return changes, {name: value for name, value in values.items() if getattr(case, name) != value}


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass of the scheduler did."""

    looked_at: int
    changed: int


def reconcile_due(database: Database, clock: Clock, ids: Ids, *, pause: Callable[[], None], limit: int = 500) -> Pass:
    """Reconcile the cases whose next instant has come, some in each short transaction.

    ``pause`` is called between two of them: SQLite has one writer, and it is not fair. One case that fails does not
    hold up the others.

    :raises ExceptionGroup: at the end, with everything that failed
    """
    now = clock.now()
    with database.reading() as session:
        # After a change of rules all are due at one instant: neighbours are read and written faster than others.
        order = (Case.reconcile_at, Case.clinic_id, Case.id)
        query = select(Case.clinic_id, Case.id).where(Case.reconcile_at <= now).order_by(*order)
        found = [_Key(*row) for row in session.execute(query.limit(limit))]
    return _each(found, lambda some: _reconcile_locked(database, some, clock.now(), ids, only_due=True), pause)


def reconcile_all(database: Database, clock: Clock, ids: Ids, *, clinic_id: int, pause: Callable[[], None]) -> Pass:
    """Compare every case of a clinic, reading only, and write where something differs.

    :raises ExceptionGroup: at the end, with everything that failed
    """
    after, looked_at, changed = 0, 0, 0
    while keys := _next_page(database, clinic_id, after):
        after = keys[-1].case_id
        different = _differing(database, keys, clock.now(), ids)
        done = _each(different, lambda some: _reconcile_locked(database, some, clock.now(), ids, only_due=False), pause)
        looked_at, changed = looked_at + len(keys), changed + done.changed
    return Pass(looked_at, changed)


def ring(session: Session, *, clinic_id: int, now: datetime, patient_id: int | None = None) -> None:
    """Have the cases of a patient (or of the whole clinic) looked at by the next pass: an address, a zone, a closed
    day or another thing that is no fact of a case has changed."""
    query = update(Case).where(Case.clinic_id == clinic_id).values(reconcile_at=now)
    if patient_id is not None:
        query = query.where(Case.patient_id == patient_id)
    session.execute(query, execution_options={"synchronize_session": "fetch"})


def ring_every_clinic(session: Session, *, now: datetime) -> None:
    """Have every case looked at by the next pass: rules that came with a new version have changed."""
    session.execute(update(Case).values(reconcile_at=now), execution_options={"synchronize_session": False})


class _Key(NamedTuple):
    clinic_id: int
    case_id: int


def _each(keys: Iterable[_Key], work: Callable[[Sequence[_Key]], int], pause: Callable[[], None]) -> Pass:
    """Do some cases of a clinic in one go; where that fails, each of them by itself."""
    turns = Turns("some cases could not be reconciled")
    looked_at = changed = 0
    for some in _groups(keys):
        together = Turns("some of these")
        with together.next():
            changed += work(some)
        pause()
        for key in some if together.has_failed else ():
            with turns.next():
                changed += work([key])
            pause()
        looked_at += len(some)
    turns.end()
    return Pass(looked_at, changed)


def _groups(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    for _, of_clinic in groupby(sorted(keys), key=attrgetter("clinic_id")):
        found = list(of_clinic)
        yield from (found[start : start + GROUP] for start in range(0, len(found), GROUP))


def _reconcile_locked(database: Database, some: Sequence[_Key], now: datetime, ids: Ids, *, only_due: bool) -> int:
    """Reconcile some cases of one clinic in one transaction, read again under their locks; returns how many changed."""
    changed = 0
    with database.writing() as session:
        due = [each for each in _loaded(session, some, lock=True) if not only_due or _is_due(each.case, now)]
        for loaded, stored in zip(due, _stored(session, due, now), strict=True):
            changed += _write(_scope(session, loaded, now, ids, TIME), stored, loaded.case) > 0
    return changed


def _is_due(case: Case, now: datetime) -> bool:
    return case.reconcile_at is not None and case.reconcile_at <= now


def _loaded(session: Session, some: Sequence[_Key], *, lock: bool) -> list[LoadedCase]:
    return load_snapshots(session, some[0].clinic_id, [key.case_id for key in some], lock=lock)


def _next_page(database: Database, clinic_id: int, after: int) -> list[_Key]:
    with database.reading() as session:
        query = select(Case.clinic_id, Case.id).where(Case.clinic_id == clinic_id, Case.id > after).order_by(Case.id)
        return [_Key(*row) for row in session.execute(query.limit(PAGE))]


def _differing(database: Database, keys: Sequence[_Key], now: datetime, ids: Ids) -> list[_Key]:
    found: list[_Key] = []
    with database.reading() as session:
        several = _loaded(session, keys, lock=False)
        for loaded, stored in zip(several, _stored(session, several, now), strict=True):
            if any(_work_out(_scope(session, loaded, now, ids, TIME), stored, loaded.case)):
                found.append(_Key(loaded.case.clinic_id, loaded.case.id))
            session.expunge(loaded.case)
    return found
