"""What a trial needs and shows: doses, their order and spacing, scores, observation, and the outcome."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from tracker.domain.facts import AdverseEvent, Assessment, TrialDose
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.base import CLINICAL, COORDINATION, Claim, Requirement
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import ASKED_ADVERSE, DeterminationKind, Happened, Occasion, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRecorded(Requirement):
    """A score: at baseline, or within ``from_hours`` to ``to_hours`` after this attempt's dose (or ended early)."""

    kind: ClassVar[str] = "assessment"
    occasion: str
    from_hours: int = 0
    to_hours: int = 0

    @property
    def key(self) -> str:
        return f"assessment.{self.occasion}"

    def is_about(self, snapshot: Snapshot) -> bool:
        return self.occasion == Occasion.BASELINE or snapshot.attempt_dose is not None

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        who = (Role.THERAPIST, *CLINICAL)
        if self.occasion == Occasion.BASELINE:
            found = any(score.occasion == Occasion.BASELINE for score in snapshot.of(Assessment))
            return () if found else (self.blocker("baseline_missing", who, "assessment"),)
        dose = snapshot.attempt_dose
        if dose is None or _ended_early(snapshot):
            return ()
        start, end = (dose.effective_at + timedelta(hours=hours) for hours in (self.from_hours, self.to_hours))
        scores = [score for score in snapshot.of(Assessment) if score.dose_seq == dose.seq]
        if any(start <= score.effective_at <= end for score in scores):
            return ()
        return (self.blocker("score_missing", who, "assessment", from_hours=self.from_hours, to_hours=self.to_hours),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Requirement):
    """This attempt's dose was observed for ``hours``, or the observation ended early with a reason."""

    kind: ClassVar[str] = "observed"
    hours: int

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        dose = snapshot.attempt_dose
        if dose is None:
            return (self.blocker("dose_missing", CLINICAL, "dose"),)
        if _ended_early(snapshot) or at >= dose.effective_at + timedelta(hours=self.hours):
            return ()
        until = snapshot.calendar.wall(dose.effective_at + timedelta(hours=self.hours))
        return (self.blocker("observation_running", CLINICAL, "", until=until.isoformat(timespec="minutes")),)

    @property
    def asks_today(self) -> bool:
        return True

    def turns_at(self, snapshot: Snapshot, at: datetime) -> datetime | None:
        dose = snapshot.attempt_dose
        ends = dose and dose.effective_at + timedelta(hours=self.hours)
        return ends if ends and ends > at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventsAnswered(Requirement):
    """Each adverse event that is asked about after this attempt's dose has an answer of its own.

    That one did not happen, or that nobody could tell, counts if it was asked at least ``from_hours`` after the dose:
    it may come yet. Where the observation ended early it counts from whenever it was asked.
    """

    kind: ClassVar[str] = "adverse_events"
    from_hours: int

    def is_about(self, snapshot: Snapshot) -> bool:
        return snapshot.attempt_dose is not None

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        dose = snapshot.attempt_dose
        if dose is None:
            return ()
        since = dose.effective_at if _ended_early(snapshot) else dose.effective_at + timedelta(hours=self.from_hours)
        answers = [each for each in snapshot.of(AdverseEvent) if each.dose_seq == dose.seq]
        answered = {each.event for each in answers if each.happened == Happened.YES or each.effective_at >= since}
        left = [event for event in ASKED_ADVERSE if event not in answered]
        if not left:
            return ()
        params = {"left": len(left), "first": left[0], "from_hours": self.from_hours}
        return (self.blocker("adverse_events_open", CLINICAL, "adverse_events", **params),)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseGiven(Requirement):
    """This attempt's test dose reached the patient; ``absent``: it did not, so nobody has to be observed."""

    kind: ClassVar[str] = "dose"
    is_deed: ClassVar[bool] = True
    absent: bool = False

    @property
    def claims(self) -> tuple[Claim, ...]:
        return (Claim.that(self.kind, "none" if self.absent else "yes"),)

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        if (snapshot.attempt_dose is None) is self.absent:
            return ()
        if self.absent:
            return (self.blocker("dose_was_given", CLINICAL, "correct"),)
        return (self.blocker("dose_missing", CLINICAL, "dose"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseOrdered(Requirement):
    """A physician's order for the next dose, from the approved list, with room left in the series."""

    kind: ClassVar[str] = "dose_order"
    max_in_series: int

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        order = snapshot.determination(DeterminationKind.DOSE_ORDER)
        # Asked of the act itself, the dose just given is not one of the earlier ones.
        given = [dose for dose in snapshot.doses if not self.of_procedure or dose != snapshot.attempt_dose]
        if len(given) >= self.max_in_series:
            return (self.blocker("series_full", (), "", most=self.max_in_series),)
        if order is None or any(order.seq < dose.seq for dose in given):
            return (self.blocker("dose_not_ordered", (Role.PHYSICIAN,), "dose_order"),)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumInterval(Requirement):
    """At least ``hours`` from the last dose of an earlier attempt to the next one: booked, or given."""

    kind: ClassVar[str] = "minimum_interval"
    hours: int
    purpose: str = "trial"

    def is_about(self, snapshot: Snapshot) -> bool:
        return bool(self._earlier(snapshot))

    def _earlier(self, snapshot: Snapshot) -> list[TrialDose]:
        current = snapshot.attempt_dose
        return [dose for dose in snapshot.of(TrialDose) if current is None or dose.seq != current.seq]

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        current, visit, earlier = snapshot.attempt_dose, snapshot.visit(self.purpose), self._earlier(snapshot)
        if not earlier:
            return ()
        free = max(dose.effective_at for dose in earlier) + timedelta(hours=self.hours)
        given = current.effective_at if current else visit.starts_at if visit else None
        if given is None or given >= free:
            return ()
        wall = snapshot.calendar.wall(free).isoformat(timespec="minutes")
        return (self.blocker("too_soon", COORDINATION, "move", hours=self.hours, free=wall),)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeIs(Requirement):
    """The physician's outcome of the current trial attempt is one of ``outcomes``."""

    kind: ClassVar[str] = "outcome"
    is_deed: ClassVar[bool] = True
    outcomes: frozenset[str]

    @property
    def claims(self) -> tuple[Claim, ...]:
        return (Claim(self.kind, self.outcomes),)

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        outcome = snapshot.determination(DeterminationKind.OUTCOME, attempt=snapshot.trial_attempt)
        if outcome is None:
            return (self.blocker("outcome_missing", (Role.PHYSICIAN,), "outcome"),)
        if outcome.value in self.outcomes:
            return ()
        return (self.blocker("outcome_is", (Role.PHYSICIAN,), "correct", outcome=outcome.value),)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult(Requirement):
    """A positive trial at most ``max_age_days`` before the implant, or an earlier benefit that a physician
    documented, or the waiver (``waiver_for`` indications only, with a second signature).

    Where no implant is booked a positive trial stands whatever its age: automatic steps ask this, and they must not
    turn with the clock. ``stale`` is for the people's step back: too old on the booked day, or today without one.
    """

    kind: ClassVar[str] = "trial_result"
    max_age_days: int
    waiver_for: frozenset[str] = frozenset()
    earlier_benefit: bool = False
    stale: bool = False

    @property
    def claims(self) -> tuple[Claim, ...]:
        # "both": in force for the next step and yet too old by today's date, or too old and shown otherwise.
        return (Claim.that(self.kind, "stale" if self.stale else "yes", "both"),)

    @property
    def asks_today(self) -> bool:
        return self.stale

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        day, ends = snapshot.day_of("implant"), self._ends(snapshot)
        if self.stale:
            is_stale = ends is not None and (day or snapshot.calendar.today(at)) > ends
            return () if is_stale else (self.blocker("result_in_date", (), ""),)
        if self._otherwise_shown(snapshot):
            return ()
        if ends is None:
            return (self.blocker("no_positive_trial", (Role.PHYSICIAN,), "outcome"),)
        if day is None or day <= ends:
            return ()
        return (self.blocker("trial_result_too_old", (Role.PHYSICIAN,), "", ends=ends, on=day),)

    def _ends(self, snapshot: Snapshot) -> date | None:
        positive = snapshot.standing_positive
        if positive is None:
            return None
        return snapshot.calendar.today(positive.effective_at) + timedelta(days=self.max_age_days)

    def _otherwise_shown(self, snapshot: Snapshot) -> bool:
        if self.earlier_benefit and snapshot.determination(DeterminationKind.EARLIER_BENEFIT):
            return True
        waivers = snapshot.determinations(DeterminationKind.WAIVER)
        signed = any(each.value == self.kind and each.second_by is not None for each in waivers)
        return signed and snapshot.indication in self.waiver_for

    def turns_at(self, snapshot: Snapshot, at: datetime) -> datetime | None:
        positive = snapshot.standing_positive
        if positive is None or not self.stale or snapshot.day_of("implant"):
            return None
        day = snapshot.calendar.today(positive.effective_at) + timedelta(days=self.max_age_days + 1)
        turn = snapshot.calendar.start_of(day)
        return turn if turn > at else None


def _ended_early(snapshot: Snapshot) -> bool:
    return snapshot.determination(DeterminationKind.OBSERVATION_ENDED, attempt=snapshot.trial_attempt) is not None
