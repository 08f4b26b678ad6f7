"""The closed vocabulary of what a step may need.

Each requirement is a small value that answers ``blockers(snapshot, at)``: empty when it is met, else everything that
is missing. Validity is judged on the date of the procedure, never today; where no procedure is booked the answer is
"no date yet". ``claims`` is the abstraction that the pathway check reasons with: what must be true, as one variable
and the values it may have, whenever the requirement is met; ``turns_at`` is the next instant at which time alone
changes the answer. A requirement with a ``waiver_for`` or ``waivable_by`` can be met by a signed waiver; one that
belongs to a procedure is also met by a recorded deviation, because what was done has been done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, Role

#: One abstract variable and the values it may have when the requirement is met.
Claim = tuple[str, frozenset[str]]

YES: frozenset[str] = frozenset({"yes"})
CLINICAL = (Role.NURSE, Role.PHYSICIAN)
COORDINATION = (Role.COORDINATOR, Role.LEAD_COORDINATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What every requirement has. ``indication``: asked only of cases with that indication."""

    kind: ClassVar[str] = ""
    indication: str = ""
    waivable_by: tuple[Role, ...] = ()
    of_procedure: str = ""

    @property
    def key(self) -> str:
        """What a waiver or a deviation names this requirement by."""
        return self.kind

    @property
    def claim(self) -> Claim:
        """The abstract variable and the values that being met implies."""
        return self.key, YES

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
        return bool(self.of_procedure) and any(
            self.key in deviation.value.split() and deviation.attempt == attempt
            for deviation in snapshot.determinations(DeterminationKind.DEVIATION)
        )

    def blockers(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        """Everything that is missing at the instant ``at``; empty when the requirement is met."""
        if not self.is_asked(snapshot) or self.is_excused(snapshot):
            return ()
        return self.missing(snapshot, at)

    def blocker(self, code: str, clearable_by: tuple[Role, ...], clear_with: str, **params: object) -> Blocker:
        """A blocker of this requirement."""
        pairs = tuple(sorted((name, str(value)) for name, value in params.items()))
        return Blocker(code, pairs, clearable_by, clear_with, self.key)
