"""A clinic full of patients, by plain inserts: what lists are tried with. What services do is tested elsewhere."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests.factories.facts import make
from tests.support.fixed import SeededIds
from tracker.domain.facts import Appointment, Device
from tracker.domain.names import fold, words_of
from tracker.pathways.catalogue import current
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, Obligation, Patient, PatientWord, PumpWatch, Reminder, StageCount
from tracker.persistence.upsert import upsert
from tracker.persistence.vocabulary import FINAL_REMINDER, HELD_REMINDER, ReminderState


@dataclass
class Listed:
    """Fills one clinic. Rows of one instant keep the order in which they were made."""

    session: Session
    clinic_id: int
    now: datetime
    ids: SeededIds = field(default_factory=SeededIds)
    zone: str = "America/Denver"

    @property
    def today(self) -> date:
        """The civil day, which is the same at the clinic as in UTC when the tests' clock stands."""
        return self.now.date()

    def patient(self, family: str, given: str = "Ada", **values: object) -> int:
        """A patient with the words to be found by; returns the id."""
        patient_id = self.ids.row_id(self.now)
        mrn = str(values.pop("mrn", f"{patient_id % 10**9:09d}"))
        phone = str(values.pop("phone", ""))
        usual: dict[str, object] = {
            "clinic_id": self.clinic_id,
            "id": patient_id,
            "public_id": self.ids.public_id(),
            "mrn": mrn,
            "family_name": family,
            "given_name": given,
            "name_key": fold(f"{family} {given}"),
            "birth_on": date(1970, 1, 2),
            "created_at": self.now,
            "version": 1,
        }
        self.session.execute(insert(Patient), {**usual, **values})
        words = words_of(family, given, mrn) | ({phone} if phone else set())
        rows = [
            {"clinic_id": self.clinic_id, "word": word, "patient_id": patient_id}
            for word in sorted(word[:200] for word in words)
        ]
        self.session.execute(insert(PatientWord), rows)
        return patient_id

    def case(self, patient_id: int, stage: str = "referred", *, days: int = 0, **values: object) -> Case:
        """An open case that came into its stage ``days`` ago, counted where it stands."""
        rule = current().stages[stage]
        entered_at = self.now - timedelta(days=days)
        usual: dict[str, object] = {
            "clinic_id": self.clinic_id,
            "id": self.ids.row_id(self.now),
            "public_id": self.ids.public_id(),
            "patient_id": patient_id,
            "pathway": "itb",
            "pathway_version": 1,
            "stage": stage,
            "phase": rule.phase,
            "is_open": rule.is_open,
            "stage_entered_at": entered_at,
            "version": 1,
            "last_seq": 100,
            "owner_role": str(rule.owner or "coordinator"),
            "target_on": self.today + timedelta(days=(rule.target_days or 0) - days) if rule.is_open else None,
            "next_step": rule.next,
            "opened_at": entered_at,
            "closed_at": None if rule.is_open else self.now,
        }
        case = Case(**{**usual, **values})
        self.session.add(case)
        self.session.flush()
        if case.is_open:
            key = {
                "clinic_id": self.clinic_id,
                "pathway": "itb",
                "stage": stage,
                "owner_user_id": case.owner_user_id or 0,
            }
            upsert(self.session, StageCount, key, insert={"n": 1}, update={"n": StageCount.n + 1})
        return case

    def todo(self, case: Case, kind: str = "next_step", *, due: int = 0, **values: object) -> int:
        """An open obligation due in ``due`` days, announced two days before; returns the id."""
        due_on = self.today + timedelta(days=due)
        usual: dict[str, object] = {
            "clinic_id": self.clinic_id,
            "id": self.ids.row_id(self.now),
            "case_id": case.id,
            "kind": kind,
            "subject": f"stage:{case.stage}",
            "due_on": due_on,
            "warn_on": due_on - timedelta(days=2),
            "owner_role": case.owner_role,
            "opened_at": self.now,
            "reason": kind,
            "params": {},
        }
        row = {**usual, **values}
        self.session.execute(insert(Obligation), row)
        return int(str(row["id"]))

    def pump(self, case: Case, *, latest: int | None, **values: object) -> int:
        """A pump in place with its refill to-do, whose latest date is in ``latest`` days or unknown."""
        device = make(Device, 10, reservoir_ml=Decimal(40), effective_at=self.now, recorded_at=self.now)
        insert_fact(self.session, self.clinic_id, case.id, device)
        of_pump = {"subject": "device:10", "device": 10}
        if latest is None:
            urgent: dict[str, object] = {"critical_on": self.today, "warn_on": self.today}
            self.todo(case, "alarm_date", **of_pump, **urgent, reason="alarm_date_unknown")
            refill = self.todo(case, "refill", **of_pump, **urgent, reason="alarm_date_unknown", **values)
        else:
            latest_on = self.today + timedelta(days=latest)
            values = {"reason": "refill_by_alarm_date", **values}
            refill = self.todo(
                case,
                "refill",
                due=latest - 10,
                **of_pump,
                warn_on=latest_on - timedelta(days=28),
                critical_on=latest_on - timedelta(days=3),
                params={"latest": latest_on.isoformat(), "filled": "2026-01-05"},
                **values,
            )
        watch = {"clinic_id": self.clinic_id, "case_id": case.id, "device": 10, "kind": "refill"}
        self.session.execute(insert(PumpWatch), {**watch, "obligation_id": refill, "is_open": True})
        return refill

    def visit(self, case: Case, purpose: str, *, hours: float, seq: int = 20, **values: object) -> None:
        """A visit that begins in ``hours`` and takes one."""
        starts_at = self.now + timedelta(hours=hours)
        fact = make(
            Appointment,
            seq,
            purpose=purpose,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            zone=self.zone,
            recorded_at=self.now,
            **{"effective_at": min(self.now, starts_at), **values},
        )
        insert_fact(self.session, self.clinic_id, case.id, fact)

    def message(self, case: Case, state: str, *, days: int = 0, reason: str = "") -> int:
        """A message about a case that is wanted in ``days``; returns the id."""
        reminder_id = self.ids.row_id(self.now)
        wanted_at = self.now + timedelta(days=days)
        is_held = state in HELD_REMINDER
        values: dict[str, object] = {
            "clinic_id": self.clinic_id,
            "id": reminder_id,
            "case_id": case.id,
            "patient_id": case.patient_id,
            "key": str(reminder_id),
            "contact_key": str(reminder_id),
            "call_key": str(reminder_id),
            "kind": "arrival",
            "subject": "appointment:20",
            "wanted_at": wanted_at,
            "useless_after": wanted_at + timedelta(hours=5),
            "channel": "phone" if state == ReminderState.TASKED else "email",
            "state": state,
            "next_action_at": None if state in FINAL_REMINDER else wanted_at,
            "attempts": 0,
            "template": "arrival",
            "created_at": self.now,
            "closed_reason": reason,
            "claim_token": "t" if is_held else None,
            "lease_until": wanted_at if is_held else None,
        }
        self.session.execute(insert(Reminder), values)
        return reminder_id
