"""The pathway check: what is proved of a file before it may be loaded for live use.

Safety is proved step by step on an abstraction in which any fact may change between any two steps (``abstraction``,
``safety``, ``automatic``); a violation comes with the shortest trace that shows it (``graph``). That stages can be
reached and closed is shown by witnesses, replayed on the engine (``witness``, ``replay``). Boundary tests remain
necessary: the proof does not know the numbers.
"""

from collections.abc import Callable, Iterator

from tracker.domain.pathway.check import automatic, ladders, replay, safety, structure
from tracker.domain.pathway.check.graph import Graph, first
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.definition import Pathway

__all__ = ["Violation", "check_pathway"]

_PROPERTIES: tuple[Callable[[Graph], Iterator[Violation]], ...] = (
    structure.stages_are_complete,
    structure.steps_can_be_taken,
    structure.rules_are_anchored,
    structure.times_are_of_visits,
    structure.follow_ups_are_known,
    structure.follow_ups_asked_for_are_known,
    structure.todos_have_rules,
    structure.scan_tasks_are_known,
    ladders.ladders_end_in_a_person,
    structure.waivers_are_allowed,
    structure.parameters_are_used,
    safety.phases_are_known,
    safety.implant_after_trial,
    safety.procedures_are_covered,
    safety.closed_without_device,
    safety.maintained_by_plan,
    safety.pending_is_left,
    safety.beside_ends_with_its_ground,
    safety.deviations_record_acts,
    automatic.need_only_facts,
    automatic.one_at_a_time,
    automatic.no_circle,
    automatic.begin_anew,
    replay.everything_is_reached_and_closes,
)


def check_pathway(pathway: Pathway) -> tuple[Violation, ...]:
    """Every violation of every property, of each the shortest counter-example first. Empty: proved."""
    graph = Graph(pathway)
    return tuple(violation for holds in _PROPERTIES for violation in first(holds(graph)))
