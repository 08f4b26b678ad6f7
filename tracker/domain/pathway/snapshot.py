"""Everything the rules may look at, as one frozen value: the case, its live facts and the clinic's calendar.

Only live facts are in a snapshot (``superseded_by`` is ``None``), ordered by ``seq``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import (
    Appointment,
    Authorization,
    Consent,
    Determination,
    Device,
    Evaluation,
    Fact,
    Fill,
    TrialDose,
)
from tracker.domain.words import APPOINTMENT_TO_COME, LIVE_APPOINTMENT, DeterminationKind, DeviceKind, Outcome, Purpose

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One case as it stands. Attempts count from 1 and rise when a step that ``begins`` one is taken.

    ``replacement_on``: the civil day that is booked in an open reoperation beside this case which replaces the pump;
    ``None`` where there is none, or no day yet. ``sex`` is as the clinic wrote it; empty: not given.
    """

    stage: str
    stage_entered_at: datetime
    birth_on: date
    calendar: ClinicCalendar
    trial_attempt: int = 1
    trial_series: int = 1
    implant_attempt: int = 1
    facts: tuple[Fact, ...] = ()
    referred_indication: str = ""
    replacement_on: date | None = None
    sex: str = ""
    by_kind: dict[type[Fact], tuple[Fact, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def group(cls, facts: Iterable[Fact]) -> dict[type[Fact], tuple[Fact, ...]]:
        """Facts by their kind, for the ``by_kind`` index."""
        found: dict[type[Fact], tuple[Fact, ...]] = {}
        for fact in facts:
            found[type(fact)] = (*found.get(type(fact), ()), fact)
        return found

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """The live facts of one kind, oldest first."""
        index = self.by_kind
        if not index and self.facts:
            index.update(self.group(self.facts))
        return index.get(kind, ())  # type: ignore[return-value]  # the index maps each class to its own instances

    def with_fact(self, fact: Fact, *, superseding: int | None = None) -> "Snapshot":
        """The snapshot after ``fact`` was written, in place of the fact ``superseding`` if one is named."""
        kept = tuple(each for each in self.facts if each.seq != superseding)
        return replace(self, facts=(*kept, fact), by_kind={})

    def without(self, seq: int) -> "Snapshot":
        """The snapshot after the fact ``seq`` was struck out."""
        return replace(self, facts=tuple(each for each in self.facts if each.seq != seq), by_kind={})

    def without_deviations(self) -> "Snapshot":
        """The snapshot as a new deed is judged by: what excused an earlier one is asked again."""
        deviations = set(self.determinations(DeterminationKind.DEVIATION))
        return replace(self, facts=tuple(each for each in self.facts if each not in deviations), by_kind={})

    @property
    def evaluation(self) -> Evaluation | None:
        """The evaluation that stands."""
        return self.of(Evaluation)[-1] if self.of(Evaluation) else None

    @property
    def indication(self) -> str:
        """Why this therapy: what the physician found, else what the referral said, else empty."""
        return self.evaluation.indication if self.evaluation else self.referred_indication

    def attempt(self, purpose: str) -> int:
        """The attempt that a fact of this purpose belongs to now; 1 where attempts are not counted."""
        return {Purpose.TRIAL: self.trial_attempt, Purpose.IMPLANT: self.implant_attempt}.get(Purpose(purpose), 1)

    def visits(self, purpose: str) -> tuple[Appointment, ...]:
        """The current attempt's visits for a purpose, whatever became of them."""
        attempt = self.attempt(purpose)
        return tuple(a for a in self.of(Appointment) if a.purpose == purpose and a.attempt == attempt)

    def visit(self, purpose: str) -> Appointment | None:
        """The latest visit of the current attempt that was neither cancelled nor missed."""
        lost = {"cancelled", "no_show"}
        found = [visit for visit in self.visits(purpose) if visit.state not in lost]
        return found[-1] if found else None

    def booked(self, purpose: str) -> Appointment | None:
        """The earliest visit of the current attempt that still holds its place."""
        live = [visit for visit in self.visits(purpose) if visit.state in LIVE_APPOINTMENT]
        return min(live, key=lambda visit: visit.starts_at) if live else None

    def signing_before(self, visit: Appointment) -> Appointment | None:
        """The visit to come at which the consent for another one is to be signed; ``None`` where none is booked."""
        found = [each for each in self.visits(Purpose.CONSENT) if each.state in APPOINTMENT_TO_COME]
        return min(
            (each for each in found if each.starts_at < visit.starts_at), key=lambda v: v.starts_at, default=None
        )

    def is_to_come(self, purpose: str) -> bool:
        """Whether a visit of the current attempt is booked that the patient has still to come to."""
        return any(visit.state in APPOINTMENT_TO_COME for visit in self.visits(purpose))

    def day_of(self, purpose: str) -> date | None:
        """The civil date of the procedure of the current attempt, or ``None`` where none is booked."""
        visit = self.visit(purpose)
        return None if visit is None else self.calendar.today(visit.starts_at)

    def determinations(self, kind: DeterminationKind) -> tuple[Determination, ...]:
        """What was determined of that kind, oldest first."""
        return tuple(each for each in self.of(Determination) if each.kind == kind)

    def determination(self, kind: DeterminationKind, *, attempt: int | None = None) -> Determination | None:
        """The latest determination of a kind, of one attempt if that is named."""
        found = [each for each in self.determinations(kind) if attempt in (None, each.attempt)]
        return found[-1] if found else None

    @property
    def is_dead(self) -> bool:
        """Whether a death is recorded and stands."""
        return self.determination(DeterminationKind.DEATH) is not None

    @property
    def hold(self) -> Determination | None:
        """The hold that pauses the stage's target, if there is one. It never pauses a device date."""
        return self.determination(DeterminationKind.HOLD)

    @property
    def doses(self) -> tuple[TrialDose, ...]:
        """The test doses of the current series, oldest first."""
        return tuple(dose for dose in self.of(TrialDose) if dose.series == self.trial_series)

    @property
    def attempt_dose(self) -> TrialDose | None:
        """The dose of the current trial attempt."""
        found = [dose for dose in self.doses if dose.attempt == self.trial_attempt]
        return found[-1] if found else None

    @property
    def standing_positive(self) -> Determination | None:
        """The latest outcome of any attempt, if it is positive: a later trial that failed takes its place."""
        outcome = self.determination(DeterminationKind.OUTCOME)
        return outcome if outcome is not None and outcome.value == Outcome.POSITIVE else None

    @property
    def devices_in_place(self) -> tuple[Device, ...]:
        """Every component that is in the patient."""
        return tuple(device for device in self.of(Device) if device.in_place)

    @property
    def pump(self) -> Device | None:
        """The pump that is in the patient."""
        return next((device for device in self.devices_in_place if device.kind == DeviceKind.PUMP), None)

    def taken_out(self, kind: str) -> Device | None:
        """The device of a kind that was taken out last, where none of that kind is in place."""
        found = [device for device in self.of(Device) if device.kind == kind]
        return None if any(device.in_place for device in found) else max(found, key=lambda each: each.seq, default=None)

    @property
    def last_fill(self) -> Fill | None:
        """The latest fill of the pump in place, by the time it was done."""
        pump = self.pump
        fills = [fill for fill in self.of(Fill) if pump is not None and fill.device == pump.device]
        return max(fills, key=lambda fill: (fill.effective_at, fill.seq), default=None)

    def authorization(self, stage: str) -> Authorization | None:
        """The authorization that stands for a stage: the latest one asked for."""
        found = [each for each in self.of(Authorization) if each.stage == stage]
        return max(found, key=lambda each: each.authorization, default=None)

    def consent(self, purpose: str) -> Consent | None:
        """The latest word on a consent, signed or withdrawn."""
        found = [each for each in self.of(Consent) if each.purpose == purpose]
        return found[-1] if found else None
