"""Two policies beside each other, in the same simulated years."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from tracker.domain.statistics.paired import ENOUGH_PAIRS, MeanDifference, mean_difference
from tracker.domain.what_if.flow import Flow
from tracker.domain.what_if.policy import Policy
from tracker.domain.what_if.simulation import Clinic, Outcome, simulate

#: Pairs of simulated years, and their days.
REPLICATIONS = 20
YEAR = 365

#: A year under the present policy and the same year under the other, by procedure.
Pair = tuple[Mapping[str, Outcome], Mapping[str, Outcome]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure under the present policy and under the other, each the mean of the simulated years.

    ``difference``: of the pairs, other less present. ``None``: in too few years was there such a figure under both.
    """

    present: float | None
    other: float | None
    difference: MeanDifference | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of one procedure; see ``Outcome``."""

    done: Compared
    days_since_referral: Compared
    days_for_a_slot: Compared


def compare(
    clinic: Clinic, present: Policy, other: Policy, *, seed: int, replications: int = REPLICATIONS, days: int = YEAR
) -> Mapping[str, Comparison]:
    """So many pairs, and what they say together.

    :raises KeyError: for a policy that leaves out a procedure of the file
    """
    return together(clinic.flow, list(play(clinic, present, other, seed=seed, replications=replications, days=days)))


def play(
    clinic: Clinic, present: Policy, other: Policy, *, seed: int, replications: int = REPLICATIONS, days: int = YEAR
) -> Iterator[Pair]:
    """One pair of years after the other, so that whoever plays many can do something else in between. Each has the same
    referrals and the same luck under both policies, so that few pairs tell a difference.

    :raises KeyError: for a policy that leaves out a procedure of the file
    """
    for number in range(replications):
        yield (
            simulate(clinic, present, seed=seed + number, days=days),
            simulate(clinic, other, seed=seed + number, days=days),
        )


def together(flow: Flow, pairs: Sequence[Pair]) -> Mapping[str, Comparison]:
    """What pairs of years say, by procedure."""
    return {
        name: Comparison(
            done=_compared((first[name].done, second[name].done) for first, second in pairs),
            days_since_referral=_compared(
                (first[name].days_since_referral, second[name].days_since_referral) for first, second in pairs
            ),
            days_for_a_slot=_compared(
                (first[name].days_for_a_slot, second[name].days_for_a_slot) for first, second in pairs
            ),
        )
        for name in flow.procedures
    }


def _compared(pairs: Iterable[tuple[float | None, float | None]]) -> Compared:
    known = [(first, second) for first, second in pairs if first is not None and second is not None]
    if not known:
        return Compared(None, None, None)
    return Compared(
        fmean(first for first, _ in known),
        fmean(second for _, second in known),
        mean_difference(known) if len(known) >= ENOUGH_PAIRS else None,
    )
