"""What every ladder must be: in order, each rung higher than the one below, and a person at its end."""

from collections.abc import Iterator

from tracker.domain.pathway.check.graph import Graph
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.definition import FollowUpRule, ObligationRule, Rung
from tracker.domain.pathway.rungs import LEVELS, level_of
from tracker.domain.words import Told

#: What kills or harms if nobody has it: no file may leave these to a list.
MUST_CLIMB = frozenset({"refill", "alarm_date", "catheter_out", "observation"})
#: Who may stand at the end of a ladder.
LAST = LEVELS[Told.PHYSICIAN]


def ladders_end_in_a_person(graph: Graph) -> Iterator[Violation]:
    """Every ladder climbs in time to a physician or whoever is on call, and what is critical has one."""
    for rule in graph.pathway.obligations.values():
        must_climb = rule.kind in MUST_CLIMB
        for fault in (*_faults(rule, must_climb=must_climb), *_date_faults(rule)):
            yield Violation("ladder_ends_in_person", f"obligation {rule.kind} {fault}")
    for follow_up in graph.pathway.follow_ups.values():
        for fault in _faults(follow_up, must_climb=follow_up.critical_days is not None):
            yield Violation("ladder_ends_in_person", f"follow-up {follow_up.name} {fault}")


def _faults(rule: ObligationRule | FollowUpRule, *, must_climb: bool) -> Iterator[str]:
    ladder = rule.ladder
    if not ladder:
        if must_climb:
            yield "is critical and has no ladder"
        return
    for rungs in (tuple(each for each in ladder if not each.is_unplanned), ladder):
        if not rungs or level_of(rungs[-1]) < LAST:
            yield "has a ladder that does not end in a physician or whoever is on call"
    for is_unplanned in (False, True):
        part = [each for each in ladder if each.is_unplanned is is_unplanned]
        if not _is_climbing(part):
            yield "has a ladder whose rungs do not come one after the other, each higher than the last"
    if any(each.is_plan for each in ladder[:-1]):
        yield "asks for a plan before the end of its ladder"
    if rule.acknowledge_days < 1:
        yield "has a ladder and does not say for how many days it may be put off"


def _is_climbing(rungs: list[Rung]) -> bool:
    days = [each.days for each in rungs[1:]]
    dated = [each for each in (rungs[0].days if rungs else None, *days) if each is not None]
    levels = [level_of(each) for each in rungs]
    return None not in days and dated == sorted(set(dated)) and levels == sorted(set(levels))


def _date_faults(rule: ObligationRule) -> Iterator[str]:
    if rule.ladder and rule.counts_open_days:
        yield "counts open days and has a ladder: a ladder counts civil days"
    late = [each for each in rule.ladder if (each.days or 0) > 0]
    if rule.anchor == "latest_refill_date" and late:
        yield "tells somebody only after the latest date"
