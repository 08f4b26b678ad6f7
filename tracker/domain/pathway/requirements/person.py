"""What must be known of the patient, and what a person must have determined."""

from calendar import isleap
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.base import COORDINATION, Claim, Requirement
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, Indication, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationComplete(Requirement):
    """The evaluation says why this therapy. Spasticity: its origin, and that oral therapy failed (FDA labels,
    NCD 280.14). Pain is off the baclofen label: the physician's documented reason."""

    kind: ClassVar[str] = "evaluation"

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        found, who = snapshot.evaluation, (Role.PHYSICIAN,)
        if found is None:
            return (self.blocker("evaluation_missing", who, "evaluation"),)
        left = []
        if found.indication == Indication.SPASTICITY:
            left += ["spasticity_origin"] if not found.spasticity_origin else []
            left += ["oral_therapy"] if not found.oral_therapy_failed else []
        elif not found.off_label_reason:
            left.append("off_label_reason")
        return tuple(self.blocker("evaluation_lacks", who, "evaluation", what=what) for what in left)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContraindicationsAnswered(Requirement):
    """Every contraindication answered. One that is present needs the physician's plan; hypersensitivity forbids."""

    kind: ClassVar[str] = "contraindications"
    QUESTIONS: ClassVar[tuple[str, ...]] = (
        "hypersensitivity",
        "active_infection",
        "anticoagulated",
        "body_too_small",
        "spinal_anomaly",
    )

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        found, who = snapshot.evaluation, (Role.PHYSICIAN,)
        if found is None:
            return (self.blocker("evaluation_missing", who, "evaluation"),)
        answers = {question: getattr(found, question) for question in self.QUESTIONS}
        left = [question for question, answer in answers.items() if answer is None]
        blockers = [self.blocker("not_answered", who, "evaluation", what=question) for question in left]
        if found.hypersensitivity:
            blockers.append(self.blocker("contraindicated", who, "evaluation", what="hypersensitivity"))
        elif any(answers.values()) and not found.contraindication_plan:
            blockers.append(self.blocker("contraindication_without_plan", who, "evaluation"))
        return tuple(blockers)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumAge(Requirement):
    """The patient is at least ``years`` old on the day of the procedure; today, where the step is not part of one."""

    kind: ClassVar[str] = "age"
    years: int
    purpose: str = "trial"

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        day = snapshot.day_of(self.purpose)
        if day is None and self.of_procedure:
            return (self.blocker("no_date_yet", COORDINATION, "book", purpose=self.purpose),)
        if age_on(snapshot.birth_on, day or snapshot.calendar.today(at)) >= self.years:
            return ()
        return (self.blocker("too_young", (), "", years=self.years),)

    @property
    def asks_today(self) -> bool:
        return not self.of_procedure

    def turns_at(self, snapshot: Snapshot, at: datetime) -> datetime | None:
        if self.of_procedure:
            return None
        born, year = snapshot.birth_on, snapshot.birth_on.year + self.years
        is_leap_day = (born.month, born.day) == (2, 29) and not isleap(year)
        day = date(year, 3, 1) if is_leap_day else born.replace(year=year)
        turn = snapshot.calendar.start_of(day)
        return turn if turn > at and not snapshot.day_of(self.purpose) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Determined(Requirement):
    """A determination that stands (``absent``: that does not stand), of the current attempt for ``purpose``."""

    kind: ClassVar[str] = "determination"
    is_deed: ClassVar[bool] = True
    determination: DeterminationKind
    value: str = ""
    purpose: str = ""
    absent: bool = False
    second_person: bool = False

    @property
    def key(self) -> str:
        return f"{self.determination}.{self.value}" if self.value else str(self.determination)

    @property
    def claims(self) -> tuple[Claim, ...]:
        variable = determined(self.determination, self.purpose)
        stands = Claim.that(variable, self.value) if self.value else Claim.that_not(variable, "none")
        if self.absent:
            # An unsigned one may stand and is as good as none: that says nothing about the variable.
            return () if self.second_person else (replace(stands, is_not=not stands.is_not),)
        signed = Claim.that(f"{variable}.second_person", "yes")
        return (stands, signed) if self.second_person else (stands,)

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        attempt = snapshot.attempt(self.purpose) if self.purpose else None
        found = snapshot.determination(self.determination, attempt=attempt)
        stands = found is not None and self.value in ("", found.value)
        signed = not self.second_person or (found is not None and found.second_by is not None)
        if (stands and signed) is not self.absent:
            return ()
        code = "determined" if self.absent else "not_determined"
        who = (Role.PHYSICIAN,) if self.determination != DeterminationKind.DECISION else COORDINATION
        return (self.blocker(code, who, str(self.determination), what=self.determination, value=self.value),)


def determined(kind: DeterminationKind, purpose: str = "") -> str:
    """The abstract variable of a determination: of the whole case, or of the current attempt for a purpose."""
    return f"determined.{kind}@{purpose}" if purpose else f"determined.{kind}"


def age_on(birth_on: date, day: date) -> int:
    """Whole years of age on ``day``. Who was born on 29 February is a year older on 1 March of common years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))
