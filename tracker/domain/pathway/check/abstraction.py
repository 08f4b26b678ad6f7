"""The abstraction that safety is proved on: what a step's needs say of the facts, and nothing else.

Between any two steps any fact may change (a consent is withdrawn, an authorization lapses, a device fails), so a step
can rely only on what it asks itself. Its needs become a guard: for each abstract variable the values that are still
possible. A need that not every case is asked for, or that a waiver or a deviation can excuse, limits nothing for
certain; ``asked`` keeps those too, for the properties that allow the excuse.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracker.domain.pathway.definition import Transition
from tracker.domain.pathway.requirements import Claim, Requirement


@dataclass(frozen=True, slots=True)
class Values:
    """The values a variable may still have: any but ``never``, or of ``only`` if that is given."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()

    def meet(self, claim: Claim) -> "Values":
        """What is left when the claim holds too."""
        if claim.is_not:
            return Values(self.only, self.never | claim.values)
        return Values(claim.values if self.only is None else self.only & claim.values, self.never)

    def both(self, other: "Values") -> "Values":
        """What two guards leave."""
        only = self.only if other.only is None else other.only if self.only is None else self.only & other.only
        return Values(only, self.never | other.never)

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return self.only is not None and not self.only - self.never

    def is_within(self, allowed: frozenset[str]) -> bool:
        """Whether every value that is left is one of ``allowed``."""
        return self.only is not None and self.only - self.never <= allowed

    def excludes(self, value: str) -> bool:
        """Whether the value is not possible any more."""
        return value in self.never or (self.only is not None and value not in self.only)


ANYTHING = Values()


@dataclass(frozen=True, slots=True)
class Guard:
    """What is known of the facts at the moment a step is taken."""

    values: Mapping[str, Values]

    @classmethod
    def of(cls, needs: Iterable[Requirement]) -> "Guard":
        """All the needs hold."""
        found: dict[str, Values] = {}
        for claim in (claim for need in needs for claim in need.claims):
            found[claim.variable] = found.get(claim.variable, ANYTHING).meet(claim)
        return cls(found)

    def __getitem__(self, variable: str) -> Values:
        return self.values.get(variable, ANYTHING)

    def both(self, other: "Guard") -> "Guard":
        """One snapshot satisfies this guard and the other."""
        return Guard({name: self[name].both(other[name]) for name in {*self.values, *other.values}})

    @property
    def is_satisfiable(self) -> bool:
        """Whether some facts satisfy it."""
        return not any(values.is_empty for values in self.values.values())

    def ensures(self, variable: str, *allowed: str) -> bool:
        """Whether the variable has one of the allowed values whenever the step is taken."""
        return self[variable].is_within(frozenset(allowed))


def is_certain(need: Requirement) -> bool:
    """Whether the need is asked of every case and nothing excuses it."""
    return not need.indication and not need.waivable_by and (need.is_deed or not need.of_procedure)


def certain(edge: Transition) -> Guard:
    """What holds whenever the step is taken, whatever was waived or deviated from."""
    return Guard.of(need for need in edge.needs if is_certain(need))


def asked(edge: Transition) -> Guard:
    """What holds whenever the step is taken without a waiver or a deviation."""
    return Guard.of(need for need in edge.needs if not need.indication)
