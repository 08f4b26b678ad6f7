"""One row for one matter of one patient, however many to-dos it gives rise to.

A missing consent is due for the visit and holds up the next step as well: two to-dos, one thing to do. The row that
comes first stays, and says what else waits for it, so that nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.queries.today import Todo

#: What the code of a missing thing begins with, the matter it belongs to, and the parameter that says for what.
_MATTERS = (
    ("alarm_date", "alarm_date", ""),
    ("consent", "consent", "purpose"),
    ("authorization", "authorization", "stage"),
    ("refill", "refill", ""),
    ("document", "document", "document"),
    ("catheter_in", "catheter", ""),
    ("visit_unconfirmed", "visit", "purpose"),
    ("not_arrived", "visit", "purpose"),
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A to-do with the later ones about the same matter."""

    todo: Todo
    others: tuple[Todo, ...]


def fold(todos: Sequence[Todo]) -> list[Folded]:
    """The to-dos in their order, each matter once."""
    found: dict[tuple[str, ...], list[Todo]] = {}
    for todo in todos:
        found.setdefault(matter_of(todo), []).append(todo)
    return [Folded(first, tuple(others)) for first, *others in found.values()]


def matter_of(todo: Todo) -> tuple[str, ...]:
    """What somebody would have to see to, of whom."""
    if todo.kind == "next_step":
        named = _named(todo.first_blocker, dict(todo.blocker_params))
    else:
        named = _named(todo.reason, dict(todo.params)) or _named(todo.kind, dict(todo.params))
    return (todo.case_public_id, *(named or (todo.kind, todo.subject)))


def _named(code: str, params: dict[str, object]) -> tuple[str, ...]:
    for beginning, matter, parameter in _MATTERS:
        if code.startswith(beginning):
            return (matter, str(params.get(parameter, "")))
    return ()
