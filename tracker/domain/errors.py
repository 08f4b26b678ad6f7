"""What can go wrong in a use case, named by what happened. The web layer answers each with its own page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Question:
    """Something unusual that may be right all the same: asked back once at its ``field``. ``answer`` is what a person
    says yes to; the yes counts only ``about`` what was typed then."""

    field: str
    about: str
    sentence: str
    answer: str

    @property
    def code(self) -> str:
        """What a form sends back for a yes."""
        return f"{self.field}:{self.about}"


class AskedBack(InvalidInput):
    """What was typed can be taken, once somebody says that it is meant. All that is asked, never only the first."""

    def __init__(self, questions: Sequence[Question]) -> None:
        sentences: dict[str, str] = {}
        for each in questions:
            sentences[each.field] = " ".join(filter(None, (sentences.get(each.field), each.sentence)))
        super().__init__(sentences)
        self.questions: tuple[Question, ...] = tuple(questions)


class Unready(InvalidInput):
    """Everything that stands in the way of a record at once, so that nobody is sent back three times: what cannot be
    (``problems``), what is missing (``blockers``), and what is asked back (``questions``). ``lacks_reason``: nobody has
    said why it was done without what is missing."""

    def __init__(
        self,
        problems: Mapping[str, str],
        *,
        blockers: Sequence[object] = (),
        lacks_reason: bool = False,
        questions: Sequence[Question] = (),
    ) -> None:
        super().__init__(problems)
        self.blockers: tuple[object, ...] = tuple(blockers)
        self.lacks_reason = lacks_reason
        self.questions: tuple[Question, ...] = tuple(questions)

    def besides(self, said: Iterable[str]) -> "Unready":
        """The same without what concerns the fields of which something is ``said`` already."""
        fields = frozenset(said)
        return Unready(
            {field: sentence for field, sentence in self.problems.items() if field not in fields},
            blockers=self.blockers,
            lacks_reason=self.lacks_reason,
            questions=[each for each in self.questions if each.field not in fields],
        )


class TooManyAttempts(DomainError):
    """Signing in failed too often. Nothing was compared, and the account itself is unharmed."""


class LinkNotUsable(DomainError):
    """A one-time link is unknown, used or too old. Which of these it is stays unsaid."""
