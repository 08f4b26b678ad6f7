"""Which rung of its ladder an obligation stands on: a pure function of its dates, its plan and the day.

An obligation climbs and never goes down by itself: of the rungs whose day has come, the one that reaches highest
stands. What is planned climbs only the rungs for what is not done yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.obligations import Obligation
from tracker.domain.pathway.definition import FollowUpRule, ObligationRule, Pathway, Rung
from tracker.domain.pathway.rungs import level_of


@dataclass(frozen=True, slots=True)
class Step:
    """A rung with its day, and its ``number`` in the ladder of the file. ``date.min``: from the beginning."""

    number: int
    rung: Rung
    on: date


@dataclass(frozen=True, slots=True)
class Climb:
    """The rung that stands on a day, and the day of the next one. ``None``: nobody is to be told, or nobody else."""

    standing: Step | None
    next_on: date | None


def rule_of(pathway: Pathway, kind: str, params: Mapping[str, object]) -> ObligationRule | FollowUpRule | None:
    """The rule whose ladder an obligation climbs: of its kind, or of its follow-up."""
    if kind == "follow_up":
        return pathway.follow_ups.get(str(params.get("rule", "")))
    return pathway.obligations.get(kind)


def ladder_of(pathway: Pathway, kind: str, reason: str, params: Mapping[str, object]) -> tuple[Rung, ...]:
    """The ladder of an obligation; empty for what nobody is told of.

    A refill without a known date has no day to count from: the unknown alarm date is what is told of.
    """
    if kind == "refill" and reason == "alarm_date_unknown":
        return ()
    rule = rule_of(pathway, kind, params)
    return rule.ladder if rule else ()


def steps(ladder: tuple[Rung, ...], anchor_on: date, *, is_planned: bool) -> tuple[Step, ...]:
    """The rungs that are climbed, each higher than the one before it, by day."""
    found = [
        Step(number, rung, date.min if rung.days is None else anchor_on + timedelta(days=rung.days))
        for number, rung in enumerate(ladder)
        if not (rung.is_unplanned and is_planned)
    ]
    climbed: list[Step] = []
    for step in sorted(found, key=lambda each: (each.on, level_of(each.rung))):
        if not climbed or level_of(step.rung) > level_of(climbed[-1].rung):
            climbed.append(step)
    return tuple(climbed)


def climb(ladder: tuple[Rung, ...], anchor_on: date, today: date, *, is_planned: bool) -> Climb:
    """The rung that stands on ``today``, the clinic's civil date, and when the next one comes."""
    climbed = steps(ladder, anchor_on, is_planned=is_planned)
    reached = [each for each in climbed if each.on <= today]
    return Climb(reached[-1] if reached else None, min((each.on for each in climbed if each.on > today), default=None))


def escalations(pathway: Pathway, obligation: Obligation, today: date) -> Climb:
    """Which rung an obligation stands on, and when the next one comes."""
    ladder = ladder_of(pathway, obligation.kind, obligation.reason, dict(obligation.params))
    return climb(ladder, obligation.anchor_on, today, is_planned=obligation.planned_seq is not None)


def climbs_on(pathway: Pathway, obligation: Obligation) -> date | None:
    """The day from which somebody is to be told; ``None``: nobody ever."""
    ladder = ladder_of(pathway, obligation.kind, obligation.reason, dict(obligation.params))
    climbed = steps(ladder, obligation.anchor_on, is_planned=obligation.planned_seq is not None)
    return climbed[0].on if climbed else None
