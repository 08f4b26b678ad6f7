"""Ways through the diagram: the shortest trace to a stage, over the steps that some facts can satisfy."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from tracker.domain.pathway.check.abstraction import Guard, asked, certain
from tracker.domain.pathway.check.violation import Violation
from tracker.domain.pathway.definition import Pathway, Transition


@dataclass(frozen=True)
class Graph:
    """A pathway with its shortest traces."""

    pathway: Pathway

    def certain(self, edge: Transition) -> Guard:
        """What holds whenever the step is taken, whatever was waived or deviated from."""
        return self._guards[_key(edge)][0]

    def asked(self, edge: Transition) -> Guard:
        """What holds whenever the step is taken without a waiver or a deviation."""
        return self._guards[_key(edge)][1]

    @cached_property
    def _guards(self) -> dict[tuple[str, str, bool], tuple[Guard, Guard]]:
        return {_key(edge): (certain(edge), asked(edge)) for edge in self.pathway.transitions}

    @cached_property
    def possible(self) -> tuple[Transition, ...]:
        """The steps that some facts can satisfy."""
        return tuple(edge for edge in self.pathway.transitions if self.certain(edge).is_satisfiable)

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


def _key(edge: Transition) -> tuple[str, str, bool]:
    return edge.source, edge.name, edge.is_deviation


def first(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Violations with the shortest counter-example first, in the order found among equals."""
    return tuple(sorted(violations, key=lambda violation: len(violation.path)))
