"""A number of a report together with whom it counts, so that drill-down, suppression and recount are one thing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tracker.domain.statistics.wilson import Proportion, proportion


@dataclass(frozen=True)
class Count:
    """``cases``: the place in the history of the case behind each thing that is counted. A case of which two things
    count stands there twice."""

    cases: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """The number that is shown."""
        return len(self.cases)

    @cached_property
    def patients(self) -> tuple[int, ...]:
        """The cases, each once: the list behind the number, and what small numbers are judged by."""
        return tuple(sorted(set(self.cases)))


#: What each case has of a sum, worked out where somebody asks for it.
Parts = Callable[[], Mapping[int, float]]


@dataclass(frozen=True)
class Amount:
    """A sum over cases (patient-days, pump-years), and each case that has a part of it, once. ``parts``: how much."""

    value: float
    cases: tuple[int, ...] = ()
    parts: Parts = field(default=dict, compare=False, repr=False)

    @property
    def patients(self) -> tuple[int, ...]:
        """As of a count."""
        return self.cases


@dataclass(frozen=True)
class Share:
    """How many of how many: ``part`` is counted among ``whole``, which is the denominator."""

    part: Count
    whole: Count

    @cached_property
    def proportion(self) -> Proportion:
        """The share with its interval."""
        return proportion(self.part.n, self.whole.n)


def count(cases: Iterable[int]) -> Count:
    """A count of things, by the case of each; in the order of cases, so that equal counts are equal."""
    return Count(tuple(sorted(cases)))


def amount(parts: dict[int, float]) -> Amount:
    """The sum of what each case has, without those that have nothing."""
    return Amount(sum(parts.values()), tuple(sorted(case for case, part in parts.items() if part > 0)), lambda: parts)
