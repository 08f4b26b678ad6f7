"""One stored case whose facts a test writes by hand, and the reconciler run over it.

Facts are written as the services write them: numbered by ``cases.last_seq``, old versions superseded first.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.factories.facts import make
from tests.factories.rows import BEGAN, a_case, a_clinic, a_patient
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment, Correction, Fact
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact, supersede
from tracker.persistence.models import Case, ContactPoint, Obligation, Reminder, StaffTask
from tracker.queries.snapshots import LoadedCase
from tracker.services.reconcile import reconcile_loaded
from tracker.services.snapshots import load_snapshot

F = TypeVar("F", bound=Fact)
NEW_YORK = ClinicCalendar("America/New_York")


class CaseWorld:
    """The first case of clinic 1. Everything it does, it does at the clock's time."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds, **case: object) -> None:
        self.database, self.clock, self.ids = database, clock, ids
        with database.writing() as session:
            clinic = a_clinic(session, phone="555-0100", name="Riverside Clinic")
            patient = a_patient(session, clinic, given_name="Ada")
            self.clinic_id, self.patient_id = clinic.id, patient.id
            self.case_id = a_case(session, patient, **{"stage_entered_at": BEGAN, **case}).id

    def email(self, address: str = "ada@example.org", **values: object) -> int:
        """Give the patient an address."""
        usual = {
            "clinic_id": self.clinic_id,
            "id": self.ids.row_id(self.clock.now()),
            "patient_id": self.patient_id,
            "kind": "email",
            "value": address,
            "as_typed": address,
            "owner": "patient",
            "is_possible": True,
            "created_at": self.clock.now(),
        }
        with self.database.writing() as session:
            session.execute(insert(ContactPoint).values({**usual, **values}))
        return int(str({**usual, **values}["id"]))

    def write(self, kind: type[F], /, **values: object) -> F:
        """Record a fact and reconcile, in one transaction."""
        with self.database.writing() as session:
            loaded = self._locked(session)
            fact = self._fact(loaded, kind, values)
            insert_fact(session, self.clinic_id, self.case_id, fact)
            self._reconcile(session, f"{kind.__name__.lower()}:{fact.seq}")
        return fact

    def change(self, old: F, **values: object) -> F:
        """Record the next version of a fact and reconcile."""
        with self.database.writing() as session:
            loaded = self._locked(session)
            loaded.case.last_seq += 1
            if isinstance(old, Appointment):
                values["version"] = old.version + 1
            fact = replace(old, seq=loaded.case.last_seq, recorded_at=self.clock.now(), **values)
            supersede(session, self.clinic_id, self.case_id, type(old), old.seq, fact.seq)
            insert_fact(session, self.clinic_id, self.case_id, fact)
            self._reconcile(session, f"{type(old).__name__.lower()}:{fact.seq}")
        return fact

    def strike(self, old: Fact) -> None:
        """Take a fact out and reconcile."""
        with self.database.writing() as session:
            loaded = self._locked(session)
            loaded.case.last_seq += 1
            seq, now = loaded.case.last_seq, self.clock.now()
            struck = make(Correction, seq, corrected_seq=old.seq, effective_at=now, recorded_at=now)
            insert_fact(session, self.clinic_id, self.case_id, struck)
            supersede(session, self.clinic_id, self.case_id, type(old), old.seq, seq)
            self._reconcile(session, f"correction:{seq}")

    def stand(self, stage: str, phase: str, *, is_open: bool = True) -> None:
        """Put the case into a stage and reconcile."""
        now = self.clock.now()
        with self.database.writing() as session:
            case = self._locked(session).case
            case.stage, case.phase, case.is_open, case.stage_entered_at = stage, phase, is_open, now
            case.closed_at = None if is_open else now
            session.flush()
            self._reconcile(session, "stage")

    def reconcile(self, cause: str = "time") -> int:
        """Reconcile; returns how many writes that took."""
        with self.database.writing() as session:
            return self._reconcile(session, cause)

    def book(self, purpose: str, wall: str, *, minutes: int = 60, **values: object) -> Appointment:
        """Book a visit at a wall time of the clinic."""
        return self.write(Appointment, **visit_values(purpose, wall, minutes=minutes), **values)

    def move(self, visit: Appointment, wall: str) -> Appointment:
        """Move a visit to another wall time."""
        return self.change(visit, **visit_values(visit.purpose, wall), state="booked", moves=visit.moves + 1)

    def obligations(self, *, is_open: bool = True) -> list[Obligation]:
        """The stored obligations, by kind and subject."""
        query = select(Obligation).where(Obligation.is_open.is_(is_open)).order_by(Obligation.kind, Obligation.subject)
        with self.database.reading() as session:
            return list(session.scalars(query))

    def reminders(self) -> list[Reminder]:
        """The stored reminders, by the time they are wanted."""
        with self.database.reading() as session:
            return list(session.scalars(select(Reminder).order_by(Reminder.wanted_at, Reminder.key)))

    def tasks(self) -> list[StaffTask]:
        """The stored tasks, by key."""
        with self.database.reading() as session:
            return list(session.scalars(select(StaffTask).order_by(StaffTask.key)))

    def case(self) -> Case:
        """The stored row."""
        with self.database.reading() as session:
            return session.scalars(select(Case)).one()

    def loaded(self) -> LoadedCase:
        """The case as the rules see it."""
        with self.database.reading() as session:
            return load_snapshot(session, self.clinic_id, self.case_id, lock=False)

    def _locked(self, session: Session) -> LoadedCase:
        return load_snapshot(session, self.clinic_id, self.case_id, lock=True)

    def _fact(self, loaded: LoadedCase, kind: type[F], values: dict[str, object]) -> F:
        loaded.case.last_seq += 1
        times = {"effective_at": self.clock.now(), "recorded_at": self.clock.now()}
        return make(kind, loaded.case.last_seq, **{**times, **values})

    def _reconcile(self, session: Session, cause: str) -> int:
        session.flush()
        loaded = self._locked(session)
        return reconcile_loaded(session, loaded, now=self.clock.now(), ids=self.ids, cause=cause)


def visit_values(purpose: str, wall: str, *, minutes: int = 60) -> dict[str, object]:
    """The fields of a visit in New York that say when."""
    starts_at = NEW_YORK.instant(datetime.fromisoformat(wall)).astimezone(UTC)
    return {
        "purpose": purpose,
        "wall": wall,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
    }
