"""Ways through the diagram: the shortest trace to a stage, over the steps that some facts can satisfy."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from tracker.domain.pathway.check.abstraction import certain
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.definition import Pathway, Transition


@dataclass(frozen=True)
class Graph:
    """A pathway with its shortest traces."""

    pathway: Pathway

    @cached_property
    def possible(self) -> tuple[Transition, ...]:
        """The steps that some facts can satisfy."""
        return tuple(edge for edge in self.pathway.transitions if certain(edge).is_satisfiable)

    @cached_property
    def traces(self) -> dict[str, tuple[str, ...]]:
        """For each stage that can be reached, the shortest way from where a case begins."""
        return self.ways(self.pathway.initial, lambda _edge: True)

    def ways(self, start: str, may_use: Callable[[Transition], bool]) -> dict[str, tuple[str, ...]]:
        """The shortest way from ``start`` to every stage that can be reached over the steps it may use."""
        found: dict[str, tuple[str, ...]] = {start: (start,)}
        queue = deque(found)
        onward: dict[str, list[str]] = {}
        for edge in self.possible:
            if may_use(edge):
                onward.setdefault(edge.source, []).append(edge.target)
        while queue:
            stage = queue.popleft()
            for target in onward.get(stage, ()):
                if target not in found:
                    found[target] = (*found[stage], target)
                    queue.append(target)
        return found

    def to(self, stage: str) -> tuple[str, ...]:
        """The shortest trace to a stage; the stage alone if there is none."""
        return self.traces.get(stage, (stage,))

    def at(self, rule: str, edge: Transition, message: str) -> Violation:
        """A violation by one step, with the shortest trace that takes it."""
        return Violation(rule, f"{edge.name} ({edge.source} → {edge.target}): {message}", self.via(edge))

    def via(self, edge: Transition) -> tuple[str, ...]:
        """The shortest trace that ends with the step."""
        return (*self.to(edge.source), edge.target)


def first(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Violations with the shortest counter-example first, in the order found among equals."""
    return tuple(sorted(violations, key=lambda violation: len(violation.path)))
