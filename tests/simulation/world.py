"""A clinic with pumps from elsewhere, its clock and its scheduler: time jumps to the next moment that matters.

Everything goes through the real use cases and the real jobs. What is really in each pump only the simulation knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import bindparam, func, select

from config import Settings
from tests.simulation.pump import Pump, draw_pump
from tests.support.databases import SqliteDatabases
from tests.support.fixed import SeededIds
from tests.support.mailers import RecordingMailer
from tests.support.web import SECRET, WEAK_PASSWORDS
from tracker.demo.clinic import ZONE, DemoClinic, SimulatedClock, open_clinic
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.escalation.ladders import climb, ladder_of
from tracker.domain.pathway.rungs import PAGED_LEVEL
from tracker.pathways.catalogue import current
from tracker.persistence.models import Case, Escalation, EscalationPage, Obligation, Reminder
from tracker.queries.snapshots import LoadedCase, load_snapshot
from tracker.runtime import Runtime
from tracker.scheduler.jobs import TICKING, run_once
from tracker.services.contact_details import email, phone
from tracker.services.device_parts import Component
from tracker.services.escalating import duties
from tracker.services.patients import Person
from tracker.services.pumps import PumpInPlace, take_over_pump
from tracker.services.referrals import NewReferral
from tracker.services.work import CaseRef

#: A Monday, before the clocks change twice within the year.
BEGINS = date(2026, 1, 12)
#: A pump that comes with less than this before its alarm is a matter of the same day, not of lists.
LEAST_LEFT_DAYS = 7
#: How long baclofen keeps in a pump.
KEEPS_DAYS = 180
#: From when on people are paged.
PAGED_AT = time(7)
#: Ticks that one moment may need until nothing more is due.
MOST_TICKS = 20


_VERSION = select(Case.version).where(Case.id == bindparam("case"))
#: When the reconciler and the dispatcher have something to do.
_TURNS = select(
    select(func.min(Case.reconcile_at)).scalar_subquery(), select(func.min(Reminder.next_action_at)).scalar_subquery()
)
_CLIMBING = select(
    Obligation.kind, Obligation.reason, Obligation.params, Obligation.anchor_on, Obligation.planned_seq
).where(Obligation.is_open, Obligation.climbs_on.is_not(None))
#: What whoever is on call is to be paged about, and was not yet.
_UNPAGED = (
    select(func.count())
    .select_from(Escalation)
    .outerjoin(EscalationPage, EscalationPage.escalation_id == Escalation.id)
    .where(Escalation.ended_at.is_(None), Escalation.level >= PAGED_LEVEL, EscalationPage.escalation_id.is_(None))
)


@dataclass(slots=True)
class Patient:
    """Somebody with a pump. ``away_until``: not reached before that day. ``is_fetched``: somebody was sent for them."""

    public_id: str
    case_id: int
    pump: Pump
    away_until: date = date.min
    is_fetched: bool = False


@dataclass(slots=True)
class World:
    """The clinic, its patients by the public id of their case, and what was sent."""

    clinic: DemoClinic
    mailer: RecordingMailer
    chance: Random
    patients: dict[str, Patient] = field(default_factory=dict)

    @property
    def runtime(self) -> Runtime:
        """Database and ports."""
        return self.clinic.runtime

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.clinic.clock.at

    @property
    def today(self) -> date:
        """The clinic's civil day."""
        return self.clinic.calendar.today(self.now)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """An instant of the clinic's day."""
        return self.clinic.calendar.instant(datetime.combine(day, time(hour, minute)))

    def look(self, patient: Patient) -> LoadedCase:
        """A case as its page shows it."""
        with self.runtime.database.reading() as session:
            return load_snapshot(session, self.clinic.clinic_id, patient.case_id)

    def ref(self, patient: Patient) -> CaseRef:
        """What a form is made from."""
        with self.runtime.database.reading() as session:
            return CaseRef(patient.public_id, session.scalars(_VERSION, {"case": patient.case_id}).one())

    def take_in(self, number: int, *, is_late: bool = False) -> Patient:
        """Somebody comes with a pump from elsewhere: mostly with a print-out that two people read. ``is_late``: on the
        very day that was printed."""
        chance, pump = self.chance, draw_pump(self.chance, self.now)
        lasts = min((pump.prints(self.today) - self.today).days, KEEPS_DAYS)
        ago = lasts if is_late else chance.randrange(max(1, lasts - LEAST_LEFT_DAYS))
        filled_on, printed = self.today - timedelta(days=ago), pump.prints(self.today - timedelta(days=ago))
        pump.since = self.at(filled_on, 10)
        is_known = is_late or chance.random() >= 0.04
        found = PumpInPlace(
            pump=Component("SynchroMed II", "Medtronic", f"NGV{number:06d}H", reservoir_ml=Decimal(pump.reservoir_ml)),
            placed_on=self.today - timedelta(days=chance.randrange(200, 700)),
            drug="baclofen",
            filled_on=filled_on if is_known else None,
            alarm_on=printed if is_known else None,
            alarm_on_again=printed if is_known else None,
            source="print-out brought by the patient",
            second_by=self.clinic.user("nurse2") if chance.random() >= 0.1 else None,
            concentration_mcg_ml=Decimal(pump.concentration) if is_known else None,
            volume_ml=Decimal(pump.reservoir_ml) if is_known else None,
            daily_dose_mcg=Decimal(pump.daily_dose) if is_known else None,
            alarm_volume_ml=Decimal(2) if is_known else None,
            may_wait_for_second=True,
        )
        new = NewReferral(person=_person(chance, number), received_on=self.today, indication="spasticity")
        written = self.clinic.does("nurse", take_over_pump, new, found, self.clinic.calendar)
        with self.runtime.database.reading() as session:
            case_id = session.scalars(select(Case.id).where(Case.public_id == written.public_id)).one()
        patient = Patient(written.public_id, case_id, pump)
        self.patients[patient.public_id] = patient
        return patient

    # ------------------------------------------------------------------------------------------------------ time

    def pass_until(self, until: datetime) -> None:
        """Let time pass with the scheduler running: its jobs run at every moment at which time gives them something to
        do. What people wrote meanwhile waits for the next ``tick``."""
        while (turn := self._next_turn(until)) is not None:
            self.clinic.clock.at = turn
            self.tick()
        self.clinic.clock.at = until

    def tick(self) -> None:
        """What the scheduler does within a minute."""
        for _ in range(MOST_TICKS):
            run_once(self.runtime, TICKING)
            if not any(each <= self.now for each in self._stored_turns()):
                return
        raise AssertionError(f"the jobs are never done on {self.today}")

    def _next_turn(self, until: datetime) -> datetime | None:
        """The next moment up to ``until`` at which time alone gives the jobs something to do."""
        days = self._days_of_climbs() if self.clinic.calendar.today(until) > self.today else ()
        found = [each for each in days if self.now < each <= until]
        found += [max(each, self.now) for each in self._stored_turns() if each <= until]
        return min(found, default=None)

    def _stored_turns(self) -> list[datetime]:
        with self.runtime.database.reading() as session:
            return [each for each in session.execute(_TURNS).one() if each is not None]

    def _days_of_climbs(self) -> Iterator[datetime]:
        """The midnights at which something climbs a rung, and the next morning where somebody is still to be paged."""
        with self.runtime.database.reading() as session:
            rows = session.execute(_CLIMBING).all()
            unpaged = session.scalar(_UNPAGED)
        for row in rows:
            ladder = ladder_of(current(), row.kind, row.reason, row.params)
            next_on = climb(ladder, row.anchor_on, self.today, is_planned=row.planned_seq is not None).next_on
            if next_on is not None:
                yield self.clinic.calendar.start_of(next_on)
        if unpaged:
            yield from (self.at(self.today + timedelta(days=ahead), PAGED_AT.hour) for ahead in (0, 1))


@contextmanager
def a_world(databases: SqliteDatabases, *, seed: int, pumps: int, days: int) -> Iterator[World]:
    """A clinic on its first day, with everybody who answers named, one physician on call for all the ``days``, and
    ``pumps`` patients who were just taken over."""
    chance = Random(seed)
    clock = SimulatedClock(ClinicCalendar(ZONE).instant(datetime.combine(BEGINS, time(8))))
    mailer = RecordingMailer()
    with databases.fresh() as database:
        runtime = Runtime(Settings(secret_key=SECRET), database, clock, SeededIds(seed), WEAK_PASSWORDS, mailer)
        clinic = open_clinic(runtime, clock, chance, BEGINS)
        _put_on_call(clinic, days)
        world = World(clinic, mailer, chance)
        for number in range(pumps):
            clock.at += timedelta(minutes=1)
            world.take_in(number)
        world.tick()
        yield world


def _put_on_call(clinic: DemoClinic, days: int) -> None:
    begun, ends = clinic.today, clinic.today + timedelta(days=days + 31)
    while begun <= ends:
        until = min(ends, begun + timedelta(days=364))
        person = clinic.user("physician2")
        clinic.does("admin", duties.put_on_call, user_id=person, from_on=begun, until_on=until)
        begun = until + timedelta(days=1)


def _person(chance: Random, number: int) -> Person:
    """An invented patient; every fourth is only reached by telephone."""
    reach = [phone(f"303-555-{1000 + number % 9000:04d}")]
    if chance.random() < 0.75:
        reach.append(email(f"patient{number}@patients.demo.example"))
    return Person(
        mrn=f"{4100 + number:06d}",
        family_name=f"Family{number}",
        given_name="Ada",
        birth_on=date(1950, 1, 1) + timedelta(days=chance.randrange(20_000)),
        prefers="phone" if len(reach) == 1 else "email",
        reach=tuple(reach),
    )
