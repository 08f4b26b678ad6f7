"""Cases for domain tests, told in the clinic's order: every method records one fact and returns the case.

Everything happens on one Tuesday at a clinic in New York, unless a test says otherwise.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Self

from tests.factories.facts import make
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import (
    AdverseEvent,
    Appointment,
    Assessment,
    Authorization,
    ChecklistItem,
    Consent,
    Determination,
    Device,
    Document,
    Evaluation,
    Fact,
    Fill,
    TrialDose,
)
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import ASKED_ADVERSE, DeterminationKind

#: 14:00 in New York.
NOW = datetime(2026, 3, 17, 18, 0, tzinfo=UTC)
DAY = date(2026, 3, 17)
#: When visits of the day begin: 09:00 in New York.
STARTS = datetime(2026, 3, 17, 13, 0, tzinfo=UTC)
CALENDAR = ClinicCalendar("America/New_York")
ANSWERED = dict.fromkeys(
    ("hypersensitivity", "active_infection", "anticoagulated", "body_too_small", "spinal_anomaly"), False
)


class Case:
    """One patient's case in the making. ``snapshot`` is what the rules look at."""

    def __init__(self, stage: str = "referred", *, born: date = date(1980, 5, 1), zone: str = CALENDAR.zone) -> None:
        self.snapshot = Snapshot(stage=stage, stage_entered_at=STARTS, birth_on=born, calendar=ClinicCalendar(zone))

    @property
    def last(self) -> Fact:
        """The fact recorded last."""
        return self.snapshot.facts[-1]

    def record(self, table: type[Fact], /, *, superseding: int | None = None, **values: object) -> Self:
        seq = 1 + max((fact.seq for fact in self.snapshot.facts), default=0)
        self.snapshot = self.snapshot.with_fact(make(table, seq, **values), superseding=superseding)
        return self

    def without(self, table: type[Fact], /, **values: object) -> Self:
        """Strike out the facts of a kind that have these values."""
        for fact in self.snapshot.of(table):
            if all(getattr(fact, name) == value for name, value in values.items()):
                self.snapshot = self.snapshot.without(fact.seq)
        return self

    def at_stage(self, stage: str) -> Self:
        self.snapshot = replace(self.snapshot, stage=stage)
        return self

    def born(self, day: date) -> Self:
        self.snapshot = replace(self.snapshot, birth_on=day)
        return self

    def next_attempt(self, purpose: str, *, series: bool = False) -> Self:
        now = self.snapshot
        self.snapshot = replace(
            now,
            trial_attempt=now.trial_attempt + (purpose == "trial"),
            trial_series=now.trial_series + series,
            implant_attempt=now.implant_attempt + (purpose == "implant"),
        )
        return self

    def evaluated(self, **values: object) -> Self:
        self.without(Evaluation)
        return self.record(Evaluation, **{**ANSWERED, **values})

    def in_pain(self, **values: object) -> Self:
        return self.evaluated(**{"indication": "pain", "off_label_reason": "cancer pain, opioids failed", **values})

    def baseline(self) -> Self:
        return self.record(Assessment, occasion="baseline")

    def visit(self, purpose: str, state: str = "booked", *, starts: datetime = STARTS, **values: object) -> Self:
        known = {"attempt": self.snapshot.attempt(purpose), "ends_at": starts + timedelta(hours=2)}
        return self.record(Appointment, purpose=purpose, state=state, starts_at=starts, **{**known, **values})

    def consented(self, purpose: str, signed_on: date = DAY - timedelta(days=10), **values: object) -> Self:
        return self.record(Consent, purpose=purpose, **{"signed_on": signed_on, "valid_to": None, **values})

    def authorized(self, stage: str, **values: object) -> Self:
        known: dict[str, object] = {"valid_from": None, "valid_to": None, "units": None}
        return self.record(Authorization, stage=stage, **{**known, **values})

    def document(self, kind: str, dated_on: date = DAY - timedelta(days=5)) -> Self:
        return self.record(Document, kind=kind, dated_on=dated_on)

    def answered(self, appointment: int, checklist: str, item: str) -> Self:
        return self.record(ChecklistItem, appointment=appointment, checklist=checklist, item=item)

    def checked(self, pathway: Pathway, purpose: str, *, part: str = "all", leaving: str = "") -> Self:
        """Answer the checklist of the visit: all of it, or one part, leaving one item open."""
        visit, procedure = self.snapshot.visit(purpose), pathway.procedures[purpose]
        assert visit is not None
        for rule in pathway.checklists[procedure.checklist]:
            if part in ("all", rule.part) and rule.key != leaving:
                self.answered(visit.appointment, procedure.checklist, rule.key)
        return self

    def dosed(self, at: datetime = NOW - timedelta(hours=5), **values: object) -> Self:
        now = self.snapshot
        known = {"attempt": now.trial_attempt, "series": now.trial_series}
        return self.record(TrialDose, effective_at=at, **{**known, **values})

    def scored(self, hours: float = 4) -> Self:
        dose = self.snapshot.attempt_dose
        assert dose is not None
        at = dose.effective_at + timedelta(hours=hours)
        return self.record(Assessment, occasion="after_dose", dose_seq=dose.seq, effective_at=at)

    def asked(self, hours: float = 4, **values: object) -> Self:
        """Each adverse event is asked about, some hours after the dose: none of them happened."""
        dose = self.snapshot.attempt_dose
        assert dose is not None
        at = dose.effective_at + timedelta(hours=hours)
        for event in ASKED_ADVERSE:
            self.record(AdverseEvent, dose_seq=dose.seq, event=event, effective_at=at, **values)
        return self

    def determined(self, kind: str, value: str = "", *, at: datetime = NOW, **values: object) -> Self:
        return self.record(Determination, kind=kind, value=value, effective_at=at, **values)

    def outcome(self, value: str, at: datetime = NOW) -> Self:
        return self.determined("outcome", value, at=at, attempt=self.snapshot.trial_attempt)

    def ordered(self, dose: str = "50") -> Self:
        return self.determined("dose_order", dose, attempt=self.snapshot.trial_attempt)

    def deviated(self, purpose: str, *keys: str) -> Self:
        """Something was done although these were missing: what was implanted names why."""
        done = self.determined("deviation", " ".join(keys), attempt=self.snapshot.attempt(purpose))
        said = done.snapshot.determinations(DeterminationKind.DEVIATION)[-1]
        return done.placed("catheter", deviation_seq=said.seq) if purpose == "implant" else done

    def placed(self, kind: str = "pump", **values: object) -> Self:
        return self.record(Device, kind=kind, in_place=True, **values)

    def removed(self, kind: str, *, tip_intact: bool | None = True) -> Self:
        here = next(device for device in self.snapshot.devices_in_place if device.kind == kind)
        values = {"device": here.device, "in_place": False, "tip_intact": tip_intact}
        return self.record(Device, superseding=here.seq, kind=kind, **values)

    def filled(self, kind: str = "refill", alarm_on: date | None = DAY + timedelta(days=60)) -> Self:
        pump = self.snapshot.pump
        assert pump is not None
        return self.record(Fill, kind=kind, device=pump.device, alarm_on=alarm_on)


def evaluated(stage: str) -> Case:
    """Somebody evaluated for spasticity, with a baseline score."""
    return Case(stage).evaluated().baseline()


def for_trial(stage: str, state: str, pathway: Pathway) -> Case:
    """Somebody for whom everything is ready for today's trial, in the visit's state."""
    case = evaluated(stage).authorized("trial").visit("trial", state).consented("trial").ordered()
    return case.checked(pathway, "trial")


def for_implant(stage: str, state: str, pathway: Pathway) -> Case:
    """Somebody for whom everything is ready for today's implant, in the visit's state."""
    case = evaluated(stage).outcome("positive").authorized("implant").visit("implant", state).consented("implant")
    return case.document("history_and_physical").document("laboratory").checked(pathway, "implant")


def with_pump(stage: str) -> Case:
    """Somebody with a filled pump and a planned refill."""
    return evaluated(stage).placed().filled("implant").visit("refill", starts=STARTS + timedelta(days=40))
