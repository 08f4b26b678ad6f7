"""One patient's way, driven through the real services: each step is one line, by the person whose work it is.

``Journey`` keeps the case's version, so that a test says only what happens; ``go`` brings a fresh case to a stage by
the shortest way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select

from tests.support.checklists import answer_part
from tests.support.devices import A_CATHETER, A_PUMP, a_filling
from tests.support.fixed import FixedClock, SeededIds
from tests.support.observing import a_score, none_happened
from tests.support.web import WebWorld
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Case
from tracker.queries.case_detail import OpenedCase, open_for_reading
from tracker.services import (
    appointments,
    authorizations,
    consents,
    decisions,
    evaluations,
    implants,
    observing,
    referrals,
    refills,
    steps,
    trials,
)
from tracker.services.appointments import Slot
from tracker.services.authorizations import Terms
from tracker.services.consents import Signing
from tracker.services.device_parts import Component
from tracker.services.dose_check import Given
from tracker.services.evaluations import Findings
from tracker.services.implants import Implanted
from tracker.services.patients import Person, Reach
from tracker.services.pumps import PumpInPlace, take_over_pump
from tracker.services.referrals import NewReferral
from tracker.services.work import CaseRef, Confirmation, Work, Written

COORDINATOR, NURSE, PHYSICIAN = Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN


def a_person(number: int = 1, **values: object) -> Person:
    """A grown-up patient who can be reached."""
    usual: dict[str, object] = {
        "mrn": f"00{4400 + number}",
        "family_name": "Okafor",
        "given_name": f"James {number}" if number > 1 else "James",
        "birth_on": date(1961, 3, 12),
        "sex": "M",
        "language": "English",
        "allergies": "latex",
        "prefers": "email",
        "reach": (Reach("email", f"james{number}@example.org", f"james{number}@example.org"),),
    }
    return Person(**{**usual, **values})


def a_finding(**values: object) -> Findings:
    """A complete evaluation for spinal spasticity with nothing against it."""
    usual: dict[str, object] = {
        "indication": "spasticity",
        "condition": "multiple_sclerosis",
        "spasticity_origin": "spinal",
        "diagnosis_code": "G35",
        "oral_therapy_failed": True,
        "hypersensitivity": False,
        "active_infection": False,
        "anticoagulated": False,
        "body_too_small": False,
        "spinal_anomaly": False,
        "goals": "Transfers without help",
    }
    return Findings(**{**usual, **values})


@dataclass(kw_only=True)
class Journey:
    """One case at one clinic. ``asks_for_pins``: second readers confirm, with ``second`` as what came of their PIN."""

    database: Database
    clock: FixedClock
    ids: SeededIds
    clinic_id: int
    user_ids: dict[Role, int]
    zone: str = "America/Denver"
    public_id: str = ""
    version: int = 0
    asks_for_pins: bool = False
    second: Confirmation | None = None

    def actor(self, role: Role) -> Actor:
        """The person of a role."""
        return Actor(self.user_ids[role], self.clinic_id, frozenset({role}), f"{role} person")

    @property
    def calendar(self) -> ClinicCalendar:
        """The clinic's."""
        return ClinicCalendar(self.zone)

    @property
    def today(self) -> date:
        """The clinic's day."""
        return self.calendar.today(self.clock.now())

    def do(self, role: Role, use_case: Callable[[Work, CaseRef], Written]) -> Written:
        """Let the person of a role do something, in one transaction."""
        with self.database.writing() as session:
            work = Work(
                session, self.actor(role), self.ids, self.clock.now(),
                second=self.second, readers_confirm=self.asks_for_pins,
            )  # fmt: skip
            written = use_case(work, CaseRef(self.public_id, self.version))
        self.public_id, self.version = written.public_id, written.version
        return written

    def look(self) -> OpenedCase:
        """The case as it stands."""
        with self.database.reading() as session:
            return open_for_reading(session, self.actor(PHYSICIAN), self.public_id)

    @property
    def stage(self) -> str:
        """Where the case stands."""
        with self.database.reading() as session:
            stage = session.scalar(select(Case.stage).where(Case.public_id == self.public_id))
        assert stage is not None
        return stage

    # --- single steps ------------------------------------------------------------------------------------------------

    def referral(self, person: Person | None = None, **values: object) -> NewReferral:
        """What a referral says that comes in today."""
        usual: dict[str, object] = {
            "person": person or a_person(),
            "received_on": self.today,
            "indication": "spasticity",
            "referred_by": "Dr Lindqvist",
            "specialty": "neurology",
            "diagnosis_code": "G35",
            "diagnosis": "Multiple sclerosis",
            "payer": "Medicare Part B",
        }
        return NewReferral(**{**usual, **values})

    def refer(self, person: Person | None = None, **values: object) -> Written:
        """A referral comes in."""
        with self.database.writing() as session:
            work = Work(session, self.actor(COORDINATOR), self.ids, self.clock.now())
            referred = referrals.refer(work, self.referral(person, **values), self.calendar)
        assert referred.written is not None
        self.public_id, self.version = referred.case_public_id, referred.written.version
        return referred.written

    def take_over(self, person: Person | None = None) -> None:
        """Somebody comes who has a pump, filled today, and its refill is booked."""
        alarm_on = self.today + timedelta(days=90)
        found = PumpInPlace(
            pump=Component(model="SynchroMed II"), placed_on=None, drug="baclofen", filled_on=self.today,
            alarm_on=alarm_on, alarm_on_again=alarm_on, source="letter", second_by=self.user_ids[PHYSICIAN],
        )  # fmt: skip
        self.do(NURSE, lambda w, _: take_over_pump(w, self.referral(person), found, self.calendar))
        self.book("refill", self.in_days(76))

    def book(self, purpose: str, starts: datetime, **values: object) -> int:
        """A visit is booked; returns its number."""
        slot = Slot(**{"starts": starts, "minutes": 60, **values})
        written = self.do(COORDINATOR, lambda w, r: appointments.book(w, r, purpose=purpose, slot=slot))
        return written.fact_seqs[0]

    def in_days(self, days: int, hour: int = 9) -> datetime:
        """A wall time some days from now."""
        day = self.today + timedelta(days=days)
        return datetime.combine(day, time(hour))

    def come(self, appointment: int) -> None:
        """The day of a visit has come, and so has the patient."""
        visit = next(v for v in self.look().snapshot.of(Appointment) if v.appointment == appointment)
        self.clock.set(max(visit.starts_at, self.clock.now()))
        self.do(Role.FRONT_DESK, lambda w, r: appointments.arrive(w, r, appointment=appointment))

    def authorize(self, stage: str) -> Written:
        """A payer grants what was asked, for half a year."""
        today = self.today
        terms = Terms(state="granted", number="A-7713", units=3, valid_from=today, valid_to=today + timedelta(days=180))
        return self.do(COORDINATOR, lambda w, r: authorizations.ask_authorization(w, r, stage=stage, terms=terms))

    def sign(self, purpose: str) -> Written:
        """The patient signs."""
        return self.do(
            NURSE,
            lambda w, r: consents.record_consent(
                w, r, purpose=purpose, signed_on=self.today, signing=Signing(signed_by="the patient", relation="self")
            ),
        )

    def tick(self, appointment: int, part: str) -> None:
        """Every item of a part of the checklist is answered."""
        second = self.user_ids[PHYSICIAN]
        self.do(NURSE, lambda w, r: answer_part(w, r, appointment=appointment, part=part, second_by=second))

    def score(self, value: str, occasion: str) -> Written:
        """A score is taken now."""
        measured = a_score(value, occasion)
        return self.do(Role.THERAPIST, lambda w, r: observing.record_measurements(w, r, measured))

    def ask_after_dose(self) -> Written:
        """The nurse asks about each adverse event: none happened."""
        dose = self.look().snapshot.attempt_dose
        assert dose is not None
        asked = {"dose_seq": dose.seq, "answers": none_happened()}
        return self.do(NURSE, lambda w, r: observing.record_adverse_events(w, r, **asked))

    def order(self, dose: str = "50") -> Written:
        """The physician orders a test dose."""
        return self.do(PHYSICIAN, lambda w, r: trials.order_dose(w, r, dose_mcg=Decimal(dose)))

    def dose(self, dose: str = "50", **values: object) -> Written:
        """A test dose is given."""
        amount = Decimal(dose)
        given = Given(
            **{
                "dose_mcg": amount,
                "concentration_mcg_ml": Decimal(50),
                "volume_ml": amount / 50,
                "lot": "T-12",
                "expires_on": self.today + timedelta(days=200),
                "second_by": self.user_ids[PHYSICIAN],
                **values,
            }
        )
        return self.do(NURSE, lambda w, r: trials.give_dose(w, r, given))

    def step(self, name: str, role: Role = PHYSICIAN, reason: str = "") -> Written:
        """Somebody takes a step."""
        return self.do(role, lambda w, r: steps.take_step(w, r, step=name, reason=reason))

    # --- the shortest way --------------------------------------------------------------------------------------------

    def go(self, until: str) -> "Journey":
        """Bring the case to a stage by the shortest way."""
        for stage, method in WAY:
            if not self.public_id or ORDER.index(self.stage) < ORDER.index(stage):
                method(self)
            if stage == until:
                break
        return self

    def visit_for(self, purpose: str) -> int:
        """The visit of the current attempt."""
        visit = self.look().snapshot.visit(purpose)
        assert visit is not None
        return visit.appointment

    def _evaluating(self) -> None:
        self.come(self.book("evaluation", self.in_days(1)))

    def _trial_to_book(self) -> None:
        self.do(PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding()))
        self.score("3", "baseline")
        self.step("candidate")
        self.authorize("trial")

    def _trial_day(self) -> None:
        visit = self.book("trial", self.in_days(3))
        self.sign("trial")
        self.come(visit)

    def _trial_observation(self) -> None:
        self.order()
        self.tick(self.visit_for("trial"), "before")
        self.dose()

    def _trial_review(self) -> None:
        self.clock.advance(hours=4)
        self.score("1", "after_dose")
        self.ask_after_dose()
        self.tick(self.visit_for("trial"), "after")
        self.step("observation_closed", NURSE)

    def _implant_decision(self) -> None:
        self.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="positive"))

    def _implant_to_book(self) -> None:
        self.do(COORDINATOR, lambda w, r: decisions.record_decision(w, r, decision="accepted"))
        self.authorize("implant")

    def _implant_booked(self) -> None:
        self.book("implant", self.in_days(7))

    def _implant_day(self) -> None:
        self.sign("implant")
        for kind in ("history_and_physical", "laboratory"):
            self.do(NURSE, lambda w, r, k=kind: evaluations.record_document(w, r, kind=k, dated_on=self.today))
        self.come(self.visit_for("implant"))

    def implant(self, **values: object) -> Written:
        """The pump is implanted and filled."""
        alarm_on = self.today + timedelta(days=90)
        implanted = Implanted(
            **{
                "pump": A_PUMP,
                "catheter": A_CATHETER,
                "filling": a_filling(alarm_on=alarm_on, alarm_on_again=alarm_on, second_by=self.user_ids[PHYSICIAN]),
                **values,
            }
        )
        return self.do(NURSE, lambda w, r: implants.record_implant(w, r, implanted))

    def _recovering(self) -> None:
        visit = self.visit_for("implant")
        self.tick(visit, "before")
        self.implant()
        self.tick(visit, "after")
        self.book("refill", self.in_days(76))
        self.step("implant_discharged", NURSE)

    def refill(self, *, deviation_reason: str = "", **values: object) -> Written:
        """The pump is refilled now, in the visit of the day if there is one, after the checklist of that."""
        alarm_on = self.today + timedelta(days=90)
        dates = {"alarm_on": alarm_on, "alarm_on_again": alarm_on, "second_by": self.user_ids[PHYSICIAN]}
        filling = a_filling(**{**dates, **values})
        visit = self.look().snapshot.booked("refill")
        is_of_today = visit is not None and self.calendar.today(visit.starts_at) == self.today
        appointment = visit.appointment if visit is not None and is_of_today else None
        if appointment is not None and not deviation_reason:
            self.tick(appointment, "before")
        return self.do(
            NURSE,
            lambda w, r: refills.record_refill(
                w, r, filling, appointment=appointment, deviation_reason=deviation_reason
            ),
        )

    def _maintained(self) -> None:
        visit = self.look().snapshot.booked("refill")
        assert visit is not None
        self.clock.set(visit.starts_at)
        self.refill()
        self.book("refill", self.in_days(76))


#: The stages by the shortest way, each with what brings the case there.
WAY: tuple[tuple[str, Callable[[Journey], object]], ...] = (
    ("referred", Journey.refer),
    ("evaluating", Journey._evaluating),
    ("trial_to_book", Journey._trial_to_book),
    ("trial_day", Journey._trial_day),
    ("trial_observation", Journey._trial_observation),
    ("trial_review", Journey._trial_review),
    ("implant_decision", Journey._implant_decision),
    ("implant_to_book", Journey._implant_to_book),
    ("implant_booked", Journey._implant_booked),
    ("implant_day", Journey._implant_day),
    ("recovering", Journey._recovering),
    ("maintained", Journey._maintained),
)
ORDER = [stage for stage, _ in WAY]


def journey_in(world: WebWorld) -> Journey:
    """A journey at the world's clinic that has not begun."""
    return Journey(
        database=world.database,
        clock=world.clock,
        ids=world.ids,
        clinic_id=world.clinic_id,
        user_ids=world.user_ids,
    )
