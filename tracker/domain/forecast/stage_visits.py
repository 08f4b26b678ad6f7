"""The history that a forecast is made from: who stood in which stage from when to when, and went where."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.domain.statistics.risk_sets import Spell


@dataclass(frozen=True, slots=True)
class StageVisit:
    """One stay of a case in a stage. ``to``: the next stage, closed ones too, or a closing with its reason; ``left_on``
    is ``None`` while the case is there."""

    case: str
    stage: str
    entered_on: date
    left_on: date | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted per week: cases that enter ``stage``, each time. ``name``: "trial", "implant"."""

    name: str
    stage: str


def known_at(visits: Iterable[StageVisit], on: date) -> list[StageVisit]:
    """The history as it stood when ``on`` was over: what came later is taken away."""
    return [
        replace(visit, left_on=None, to="") if visit.left_on is not None and visit.left_on > on else visit
        for visit in visits
        if visit.entered_on <= on
    ]


def spells_by_case(visits: Iterable[StageVisit], *, since: date, on: date) -> Sequence[Sequence[tuple[str, Spell]]]:
    """For each case, in the order of their first visits, its stages and the days in them between ``since`` and ``on``.

    Who stood there before ``since`` joins late. Visits of a history that is ``known_at`` ``on``.
    """
    found: dict[str, list[tuple[str, Spell]]] = defaultdict(list)
    for visit in visits:
        if visit.left_on is None or visit.left_on > since:
            until = ((visit.left_on or on) - visit.entered_on).days
            joined = max(0, (since - visit.entered_on).days)
            found[visit.case].append((visit.stage, Spell(until, visit.to if visit.left_on else "", joined)))
    return tuple(found.values())


def entries_per_week(visits: Iterable[StageVisit], stage: str, *, after: date, weeks: int) -> list[int]:
    """How many cases entered ``stage`` in each of the weeks that begin on the day after ``after``."""
    return _per_week((visit.entered_on for visit in visits if visit.stage == stage), after, weeks)


def first_entries(visits: Iterable[StageVisit], stage: str) -> Mapping[str, date]:
    """By case, the day on which it first entered ``stage``. Into the first stage of a pathway: its referral.

    A case may come back to its first stage (an evaluation that was missed) without being another referral.
    """
    found: dict[str, date] = {}
    for visit in visits:
        if visit.stage == stage:
            found[visit.case] = min(visit.entered_on, found.get(visit.case, visit.entered_on))
    return found


def referrals_per_week(visits: Iterable[StageVisit], initial: str, *, after: date, weeks: int) -> list[int]:
    """How many cases came into the stage ``initial`` for the first time, in each of the weeks from the day after."""
    return _per_week(first_entries(visits, initial).values(), after, weeks)


def _per_week(days: Iterable[date], after: date, weeks: int) -> list[int]:
    found = Counter((day - after - timedelta(days=1)).days // 7 for day in days)
    return [found[week] for week in range(weeks)]
