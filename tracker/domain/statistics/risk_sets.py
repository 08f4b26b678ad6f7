"""Durations as grouped counts, and how many were at risk at each time.

The conventions at ties are those of the field: at one time events come first, then who is censored leaves, then who
joins late comes in. So somebody observed from day 5 on is not at risk of what happened on day 5: R's
``(start, stop]``. (lifelines counts them at risk.)
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.domain.statistics.interval import Interval


@dataclass(frozen=True, slots=True)
class Exits:
    """Who left at one time since their beginning (any unit): ``events`` by cause, and who is still under way.

    ``joined``: who came under observation at this time only, because the period that is looked at began then (left
    truncation). They leave later, and are counted there too.
    """

    time: float
    events: Mapping[str, int]
    censored: int = 0
    joined: int = 0

    @property
    def ended(self) -> int:
        """Events of all causes."""
        return sum(self.events.values())


@dataclass(frozen=True, slots=True)
class Spell:
    """One person's time: from ``joined`` (0: from the beginning) to ``until``. An empty ``cause``: still under way."""

    until: float
    cause: str
    joined: float = 0.0


@dataclass(frozen=True, slots=True)
class RiskSet:
    """``at_risk``: who was under observation just before the exits."""

    exits: Exits
    at_risk: int


@dataclass(slots=True)
class _Counts:
    events: Counter[str] = field(default_factory=Counter)
    censored: int = 0
    joined: int = 0


def grouped(spells: Iterable[Spell]) -> list[Exits]:
    """One row for each time at which something happened, in order.

    Who joined late and left at once was never at risk, and is left out.

    :raises ValueError: for a spell that ends before it begins
    """
    found: dict[float, _Counts] = {}
    for spell in spells:
        if not 0 <= spell.joined <= spell.until:
            raise ValueError(f"a spell from {spell.joined} to {spell.until}")
        if spell.joined:
            if spell.joined == spell.until:
                continue
            found.setdefault(spell.joined, _Counts()).joined += 1
        counts = found.setdefault(spell.until, _Counts())
        if spell.cause:
            counts.events[spell.cause] += 1
        else:
            counts.censored += 1
    return [Exits(time, each.events, each.censored, each.joined) for time, each in sorted(found.items())]


def risk_sets(exits: Iterable[Exits]) -> Iterator[RiskSet]:
    """The exits in the order of time, several of one time together, each with how many were at risk.

    :raises ValueError: for counts that no group of people can have
    """
    ordered = _by_time(exits)
    at_risk = sum(each.ended + each.censored - each.joined for each in ordered)
    for each in ordered:
        if at_risk < 0 or min(each.ended, each.censored, each.joined) < 0 or each.ended + each.censored > at_risk:
            raise ValueError(f"more left than were there, or fewer than none, at {each.time}")
        yield RiskSet(each, at_risk)
        at_risk += each.joined - each.ended - each.censored


def _by_time(exits: Iterable[Exits]) -> Sequence[Exits]:
    found: dict[float, Exits] = {}
    for each in exits:
        known = found.get(each.time)
        if known is None:
            found[each.time] = each
        else:
            events = {
                cause: known.events.get(cause, 0) + each.events.get(cause, 0) for cause in {*known.events, *each.events}
            }
            found[each.time] = Exits(each.time, events, known.censored + each.censored, known.joined + each.joined)
    return [found[time] for time in sorted(found)]


@dataclass(frozen=True, slots=True)
class Step:
    """A curve's value from ``time`` on, until the next step. ``interval`` is pointwise, not a band."""

    time: float
    at_risk: int
    events: int
    value: float
    variance: float
    interval: Interval
