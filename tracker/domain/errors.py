"""What can go wrong in a use case, named by what happened. The web layer answers each with its own page."""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Base of everything a use case refuses."""


class NotPermitted(DomainError):
    """The person may not do this, whatever the record says."""


class NotFound(DomainError):
    """There is no such thing in this person's clinic. Another clinic's thing is not found either."""


class StaleVersion(DomainError):
    """The form was made from an older version than the one stored.

    ``changes`` may hold sentences about what happened meanwhile; whoever knows the record fills it.
    """

    def __init__(self, current_version: int, changes: Sequence[str] = ()) -> None:
        super().__init__(f"the stored version is {current_version}")
        self.current_version = current_version
        self.changes: tuple[str, ...] = tuple(changes)


class Refused(DomainError):
    """The record does not allow this step yet. ``blockers`` is the complete list, never only the first."""

    def __init__(self, blockers: Sequence[object]) -> None:
        super().__init__(f"{len(blockers)} blockers")
        self.blockers: tuple[object, ...] = tuple(blockers)


class InvalidInput(DomainError):
    """What was typed cannot be taken. ``problems`` maps a field to the sentence shown beside it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {sentence}" for field, sentence in problems.items()))
        self.problems: dict[str, str] = dict(problems)


class TooManyAttempts(DomainError):
    """Signing in failed too often. Nothing was compared, and the account itself is unharmed."""


class LinkNotUsable(DomainError):
    """A one-time link is unknown, used or too old. Which of these it is stays unsaid."""
