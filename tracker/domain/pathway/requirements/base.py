"""The closed vocabulary of what a step may need.

Each requirement is a small value that answers ``blockers(snapshot, at)``: empty when it is met, else everything that
is missing. Validity is judged on the date of the procedure, never today; where no procedure is booked the answer is
"no date yet". ``claims`` is the abstraction that the pathway check reasons with: what must be true, as variables and
the values they may have, whenever the requirement is met; ``turns_at`` is the next instant at which time alone
changes the answer. A requirement with a ``waiver_for`` or ``waivable_by`` can be met by a signed waiver; one that
belongs to a procedure is also met by a recorded deviation, because what was done has been done: not once that is
struck out, and never for another deed. The deed itself (``is_deed``: a dose, a device, a planned refill) is never
excused: a deviation says that something else was missing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tracker.domain.facts import Determination, Device
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, Purpose, Role


@dataclass(frozen=True, slots=True)
class Claim:
    """One abstract variable and the values it may have when the requirement is met (``is_not``: may not have)."""

    variable: str
    values: frozenset[str]
    is_not: bool = False

    @classmethod
    def that(cls, variable: str, *values: str) -> "Claim":
        """The variable has one of the values."""
        return cls(variable, frozenset(values))

    @classmethod
    def that_not(cls, variable: str, *values: str) -> "Claim":
        """The variable has any value but these."""
        return cls(variable, frozenset(values), is_not=True)


CLINICAL = (Role.NURSE, Role.PHYSICIAN)
COORDINATION = (Role.COORDINATOR, Role.LEAD_COORDINATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What every requirement has. ``indication``: asked only of cases with that indication."""

    kind: ClassVar[str] = ""
    is_deed: ClassVar[bool] = False
    indication: str = ""
    waivable_by: tuple[Role, ...] = ()
    of_procedure: str = ""

    @property
    def key(self) -> str:
        """What a waiver or a deviation names this requirement by."""
        return self.kind

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What being met implies of the abstract variables."""
        return (Claim.that(self.key, "yes"),)

    @property
    def asks_today(self) -> bool:
        """Whether the answer may change with the clock alone. An automatic step must not need such a thing."""
        return False

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        """Everything that is missing at the instant ``at``, waivers and deviations aside."""
        raise AssertionError(f"{type(self).__name__} does not say what is missing")

    def turns_at(self, snapshot: Snapshot, at: datetime) -> datetime | None:
        """The next instant, strictly later than ``at``, at which time alone changes the answer."""
        return None

    def is_asked(self, snapshot: Snapshot) -> bool:
        """Whether this case is asked for it at all."""
        return not self.indication or snapshot.indication == self.indication

    def is_excused(self, snapshot: Snapshot) -> bool:
        """Whether a signed waiver or, for a procedure that was done, a recorded deviation stands for it."""
        attempt = snapshot.attempt(self.of_procedure) if self.of_procedure else None
        if self.waivable_by and any(
            waiver.value == self.key and attempt in (None, waiver.attempt)
            for waiver in snapshot.determinations(DeterminationKind.WAIVER)
        ):
            return True
        return (
            self.of_procedure != ""
            and not self.is_deed
            and any(
                self.key in deviation.value.split() and deviation.attempt == attempt
                for deviation in snapshot.determinations(DeterminationKind.DEVIATION)
                if self._still_stands(snapshot, deviation)
            )
        )

    def _still_stands(self, snapshot: Snapshot, deviation: Determination) -> bool:
        """Whether the deed that a deviation was recorded with stands: one that was struck out excuses nothing."""
        if deviation.about_seq is not None:
            return any(fact.seq == deviation.about_seq for fact in snapshot.facts)
        if self.of_procedure != Purpose.IMPLANT:
            return True
        return any(device.deviation_seq == deviation.seq for device in snapshot.of(Device))

    def is_about(self, snapshot: Snapshot) -> bool:
        """Whether there is anything yet that it asks about. Before that it is met, and says nothing."""
        return True

    def shows(self, snapshot: Snapshot) -> bool:
        """Whether it says something that it is met: not where something else stands for it."""
        return self.is_asked(snapshot) and self.is_about(snapshot) and not self.is_excused(snapshot)

    def blockers(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        """Everything that is missing at the instant ``at``; empty when the requirement is met."""
        if not self.is_asked(snapshot) or self.is_excused(snapshot):
            return ()
        return self.missing(snapshot, at)

    def blocker(self, code: str, clearable_by: tuple[Role, ...], clear_with: str, **params: object) -> Blocker:
        """A blocker of this requirement."""
        pairs = tuple(sorted((name, str(value)) for name, value in params.items()))
        return Blocker(code, pairs, clearable_by, clear_with, self.key)
