"""What more than one act asks for: the second person, a visit of the case, its papers."""

from tests.stateful.clinic import Seen
from tests.stateful.dice import NOBODY, Dice
from tracker.domain.facts import Appointment, Document
from tracker.domain.words import LIVE_APPOINTMENT


def second(seen: Seen, dice: Dice) -> int | None:
    """The other person, nearly always."""
    return dice.choice((seen.people[1],) * 8 + (seen.people[0], *NOBODY))


def visit_of(seen: Seen, dice: Dice, *, is_live: bool = True) -> int:
    """A visit of the case; one that does not exist where it has none."""
    found = [v.appointment for v in seen.snapshot.of(Appointment) if not is_live or v.state in LIVE_APPOINTMENT]
    return dice.choice(found) if found else 999


def papers(seen: Seen) -> list[int]:
    """The documents of the case, by their numbers."""
    return [each.seq for each in seen.snapshot.of(Document)]
