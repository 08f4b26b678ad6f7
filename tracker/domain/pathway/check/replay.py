"""Reachability and closing, shown by replaying witnesses on the engine itself.

From where a case begins each stage must be reached by steps that the engine really takes: an automatic one with its
facts, an offered one while no automatic step carries the case away. From where it is then, it must be able to close
otherwise than by death.
"""

from collections import deque
from collections.abc import Iterator

from tracker.domain.pathway.check.graph import Graph
from tracker.domain.pathway.check.safety import is_death
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.check.witness import NOW, Draft, meet, take
from tracker.domain.pathway.definition import Pathway, Transition
from tracker.domain.pathway.engine import automatic_step, unmet
from tracker.domain.pathway.snapshot import Snapshot


def replay(pathway: Pathway, snapshot: Snapshot, edge: Transition) -> Snapshot | None:
    """The case after the step, if facts could be found with which the engine takes it."""
    draft = Draft(snapshot)
    meet(draft, edge)
    if unmet(edge.needs, draft.snapshot, NOW):
        return None
    if automatic_step(pathway, draft.snapshot, NOW) is not (edge if edge.is_automatic else None):
        return None
    take(draft, edge)
    return draft.snapshot


def witnesses(graph: Graph) -> dict[str, Snapshot]:
    """For each stage a case that got there from the beginning, step by step."""
    pathway = graph.pathway
    found = {pathway.initial: Draft.at(pathway.initial).snapshot}
    queue = deque(found)
    while queue:
        stage = queue.popleft()
        for edge in pathway.leaving(stage):
            if edge.target not in found and not edge.is_deviation:
                reached = replay(pathway, found[stage], edge)
                if reached is not None:
                    found[edge.target] = reached
                    queue.append(edge.target)
    return found


def everything_is_reached_and_closes(graph: Graph) -> Iterator[Violation]:
    """Every stage has a witness that reaches it; every open one has a witness that closes it, alive."""
    found = witnesses(graph)
    for stage in graph.pathway.stages.values():
        if stage.name not in graph.traces:
            yield Violation("stage_reachable", f"no steps lead to {stage.name}", (stage.name,))
        elif stage.name not in found:
            message = f"no facts could be found with which the engine reaches {stage.name}"
            yield Violation("stage_reachable", message, graph.to(stage.name))
    closing = {stage.name for stage in graph.pathway.stages.values() if not stage.is_open}
    for name, snapshot in found.items():
        if name not in closing and not _closes(graph, snapshot):
            rule = "stage_closes" if closing.isdisjoint(graph.ways(name, _any_step)) else "stage_closes_alive"
            yield Violation(rule, f"a case in {name} cannot be closed otherwise than by death", graph.to(name))


def _any_step(_edge: Transition) -> bool:
    return True


def _closes(graph: Graph, start: Snapshot) -> bool:
    """Whether the case can be led to a closed stage by anything but death, nearest closing first."""
    pathway, seen, queue = graph.pathway, {start.stage}, deque([start])
    while queue:
        here = queue.popleft()
        edges = [edge for edge in pathway.leaving(here.stage) if edge.target not in seen and not edge.is_deviation]
        # A closing next door spares the way through every other stage.
        for edge in sorted(edges, key=lambda edge: pathway.stages[edge.target].is_open):
            reached = None if is_death(graph, edge) else replay(pathway, here, edge)
            if reached is None:
                continue
            if not pathway.stages[edge.target].is_open:
                return True
            seen.add(edge.target)
            queue.append(reached)
    return False
