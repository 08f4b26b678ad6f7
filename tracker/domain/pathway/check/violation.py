"""What the check reports: the property that fails, a sentence, and the shortest way there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """``path`` holds the names of stages, from where a case begins to where the property fails."""

    property: str
    message: str
    path: tuple[str, ...] = ()
