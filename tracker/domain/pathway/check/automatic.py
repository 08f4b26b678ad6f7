"""Automatic steps: taken with the fact that completes them, so they must be predictable.

They may need only facts, or validity on a booked procedure's date, never today; one snapshot enables at most one of a
stage (death comes first, then what was done against the plan); no circle of them is satisfied by one snapshot. And
yesterday's facts must not satisfy tomorrow's step: whoever comes back to a procedure's day begins a new attempt or has
had no visit in between.
"""

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from tracker.domain.pathway.check.abstraction import Guard
from tracker.domain.pathway.check.graph import Graph
from tracker.domain.pathway.check.safety import is_death
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.definition import Procedure, Transition


def need_only_facts(graph: Graph) -> Iterator[Violation]:
    """Every automatic step is completed by some fact, and none is taken by time alone."""
    for edge in graph.possible:
        if edge.is_automatic and not edge.needs:
            yield graph.at("automatic_by_facts", edge, "no fact completes it")
        for need in edge.needs:
            if edge.is_automatic and need.asks_today:
                yield graph.at("automatic_by_facts", edge, f"{need.key} would turn with the clock alone")


def one_at_a_time(graph: Graph) -> Iterator[Violation]:
    """One snapshot enables at most one automatic step of a stage."""
    automatic = _automatic(graph)
    for stage in graph.pathway.stages:
        edges = [edge for edge in automatic if edge.source == stage]
        for one, other in combinations(edges, 2):
            if one.is_deviation is other.is_deviation and graph.certain(one).both(graph.certain(other)).is_satisfiable:
                message = f"the same facts enable {one.name} and {other.name}"
                yield Violation("automatic_one_at_a_time", message, graph.to(stage))


def _automatic(graph: Graph) -> list[Transition]:
    return [edge for edge in graph.possible if edge.is_automatic and not is_death(graph, edge)]


def no_circle(graph: Graph) -> Iterator[Violation]:
    """No circle of automatic steps is satisfied by one snapshot. Each is reported from its first stage in the file."""
    order = {name: at for at, name in enumerate(graph.pathway.stages)}
    automatic = _automatic(graph)
    for stage in graph.pathway.stages:
        # Whoever stands earlier in the file has been looked at already, with everything that leads through it.
        edges = [edge for edge in automatic if order[edge.target] >= order[stage]]
        circle = _circle(graph, edges, (stage,), Guard({}))
        if circle:
            message = f"one snapshot turns {' → '.join(circle)} for ever"
            yield Violation("automatic_without_circle", message, (*graph.to(stage), *circle[1:]))


def _circle(graph: Graph, edges: list[Transition], trail: tuple[str, ...], guard: Guard) -> tuple[str, ...]:
    start, here = trail[0], trail[-1]
    for edge in edges:
        if edge.source != here:
            continue
        together = guard.both(graph.certain(edge))
        if not together.is_satisfiable:
            continue
        if edge.target == start:
            return (*trail, start)
        if edge.target not in trail:
            rest = _circle(graph, edges, (*trail, edge.target), together)
            if rest:
                return rest
    return ()


def begin_anew(graph: Graph) -> Iterator[Violation]:
    """Nobody comes from a procedure's day to that day again with the same attempt and the same visit."""
    for procedure in graph.pathway.procedures.values():
        day = procedure.day_stage
        onward = [edge for edge in graph.pathway.leaving(day) if _keeps(graph, procedure, edge)]
        ways = [graph.ways(edge.target, partial(_keeps, graph, procedure)).get(day) for edge in onward]
        shortest = min((way for way in ways if way), key=len, default=None)
        if shortest:
            message = f"the facts of one {procedure.purpose} would satisfy the next"
            yield Violation("new_attempt", message, (*graph.to(day), *shortest))


def _keeps(graph: Graph, procedure: Procedure, edge: Transition) -> bool:
    is_cleared = graph.certain(edge).ensures(f"appointment.{procedure.purpose}", "none")
    return procedure.purpose not in edge.begins and not is_cleared
