"""What stands in the way: one value that the server enforces, the page explains and the report counts.

A blocker is compared and stored by its code and parameters; the sentence is made where it is read
(``tracker.domain.pathway.wording``), because a sentence with "today" in it would change every night.
"""

from dataclasses import dataclass

from tracker.domain.words import Role


@dataclass(frozen=True, slots=True, order=True)
class Blocker:
    """One missing thing. ``params`` are sorted pairs of text; ``clear_with`` names the use case that clears it."""

    code: str
    params: tuple[tuple[str, str], ...] = ()
    clearable_by: tuple[Role, ...] = ()
    clear_with: str = ""
    requirement: str = ""

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What makes two blockers the same."""
        return self.code, self.params

    def param(self, name: str) -> str:
        """One parameter; empty if the blocker does not have it."""
        return dict(self.params).get(name, "")
