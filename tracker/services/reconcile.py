"""The reconciler: computes what should exist for a case, compares it with what is stored, writes the difference.

It is called inside every transaction that writes a fact, and by the scheduler for the cases whose next instant has
come. It never moves a stage and closes nothing without the fact that closes it. It is idempotent: a missed run, a
crash, a restore or a changed rule heals with the next run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Executable, select, update
from sqlalchemy.orm import Session

from tracker.domain.contacts import contacts
from tracker.domain.obligations import obligations
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import offered
from tracker.domain.pathway.snapshot import Snapshot
from tracker.persistence.database import Database
from tracker.persistence.models import Case
from tracker.queries.case_columns import derived_columns
from tracker.queries.snapshots import LoadedCase
from tracker.services.ports import Clock, Ids
from tracker.services.reconciling.blocker_rows import blocker_changes
from tracker.services.reconciling.obligation_rows import obligation_changes
from tracker.services.reconciling.reminder_rows import read_preferences, reminder_changes
from tracker.services.reconciling.scope import TIME, Change, Scope, Values
from tracker.services.snapshots import load_snapshot
from tracker.services.turns import Turns

#: Cases compared in one read transaction of the full pass.
PAGE = 200


def reconcile_case(
    session: Session,
    *,
    clinic_id: int,
    case_id: int,
    snapshot: Snapshot,
    pathway: Pathway,
    stored_case: Case,
    now: datetime,
    ids: Ids,
    cause: str,
) -> int:
    """Bring what is stored for a locked case in line with its facts; returns how many rows that took.

    ``cause`` names what was just written (``fill:31``, ``correction:40``, ``stage``), or is ``time``.
    """
    scope = Scope(
        session=session,
        clinic_id=clinic_id,
        case_id=case_id,
        patient_id=stored_case.patient_id,
        pathway=pathway,
        snapshot=snapshot,
        now=now,
        ids=ids,
        cause=cause,
    )
    changes, values = _work_out(scope, stored_case)
    connection = session.connection()
    for statement, several in _together(changes):
        connection.execute(statement, several)
    for name, value in values.items():
        setattr(stored_case, name, value)
    session.flush()
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


def _work_out(scope: Scope, case: Case) -> tuple[list[Change], dict[str, object]]:
    """The statements, and the columns of the case row, that differ."""
    steps = offered(scope.pathway, scope.snapshot, scope.now)
    due = obligations(scope.pathway, scope.snapshot, scope.now)
    wanted = contacts(scope.pathway, scope.snapshot, due, read_preferences(scope), scope.now)
    blockers = steps.next.blockers if steps.next else ()
    changes = [
        *obligation_changes(scope, due.items),
        *blocker_changes(scope, steps.next_name, blockers),
        *reminder_changes(scope, wanted.items),
    ]
    turns = [each for each in (steps.next_change_at, due.next_change_at, wanted.next_change_at) if each is not None]
    values = {**derived_columns(scope.pathway, scope.snapshot, steps, due), "reconcile_at": min(turns, default=None)}
    return changes, {name: value for name, value in values.items() if getattr(case, name) != value}


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass of the scheduler did."""

    looked_at: int
    changed: int


def reconcile_due(database: Database, clock: Clock, ids: Ids, *, pause: Callable[[], None], limit: int = 500) -> Pass:
    """Reconcile the cases whose next instant has come, each in its own short transaction.

    ``pause`` is called between two of them: SQLite has one writer, and it is not fair. One case that fails does not
    hold up the others.

    :raises ExceptionGroup: at the end, with everything that failed
    """
    now = clock.now()
    with database.reading() as session:
        query = select(Case.clinic_id, Case.id).where(Case.reconcile_at <= now).order_by(Case.reconcile_at)
        found = [(row.clinic_id, row.id) for row in session.execute(query.limit(limit))]
    return _each(found, lambda key: _reconcile_locked(database, key, clock.now(), ids, only_due=True), pause)


def reconcile_all(database: Database, clock: Clock, ids: Ids, *, clinic_id: int, pause: Callable[[], None]) -> Pass:
    """Compare every case of a clinic, reading only, and write where something differs.

    :raises ExceptionGroup: at the end, with everything that failed
    """
    after, looked_at, changed = 0, 0, 0
    while keys := _next_page(database, clinic_id, after):
        after = keys[-1][1]
        different = _differing(database, keys, clock.now(), ids)
        done = _each(different, lambda key: _reconcile_locked(database, key, clock.now(), ids, only_due=False), pause)
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


def _each(keys: Sequence[tuple[int, int]], work: Callable[[tuple[int, int]], bool], pause: Callable[[], None]) -> Pass:
    turns = Turns("some cases could not be reconciled")
    changed = 0
    for key in keys:
        with turns.next():
            changed += work(key)
        pause()
    turns.end()
    return Pass(len(keys), changed)


def _reconcile_locked(database: Database, key: tuple[int, int], now: datetime, ids: Ids, *, only_due: bool) -> bool:
    with database.writing() as session:
        loaded = load_snapshot(session, *key, lock=True)
        reconcile_at = loaded.case.reconcile_at
        if only_due and (reconcile_at is None or reconcile_at > now):
            return False
        return reconcile_loaded(session, loaded, now=now, ids=ids, cause=TIME) > 0


def reconcile_loaded(session: Session, loaded: LoadedCase, *, now: datetime, ids: Ids, cause: str) -> int:
    """Reconcile a case as it was loaded, under its lock."""
    return reconcile_case(
        session,
        clinic_id=loaded.case.clinic_id,
        case_id=loaded.case.id,
        snapshot=loaded.snapshot,
        pathway=loaded.pathway,
        stored_case=loaded.case,
        now=now,
        ids=ids,
        cause=cause,
    )


def _next_page(database: Database, clinic_id: int, after: int) -> list[tuple[int, int]]:
    with database.reading() as session:
        query = select(Case.clinic_id, Case.id).where(Case.clinic_id == clinic_id, Case.id > after).order_by(Case.id)
        return [(row.clinic_id, row.id) for row in session.execute(query.limit(PAGE))]


def _differing(database: Database, keys: Sequence[tuple[int, int]], now: datetime, ids: Ids) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    with database.reading() as session:
        for key in keys:
            loaded = load_snapshot(session, *key, lock=False)
            scope = Scope(
                session=session,
                clinic_id=key[0],
                case_id=key[1],
                patient_id=loaded.case.patient_id,
                pathway=loaded.pathway,
                snapshot=loaded.snapshot,
                now=now,
                ids=ids,
                cause=TIME,
            )
            if any(_work_out(scope, loaded.case)):
                found.append(key)
            session.expunge(loaded.case)
    return found
