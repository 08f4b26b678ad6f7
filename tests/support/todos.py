"""What is open for a case, and what stands in its way, as sets of words to compare."""

from sqlalchemy import select

from tests.support.journey import Journey
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import offered
from tracker.persistence.models import Obligation


def codes(blockers: tuple[object, ...]) -> set[str]:
    """The codes of what was missing."""
    return {each.code for each in blockers if isinstance(each, Blocker)}


def open_todos(journey: Journey) -> set[str]:
    """The kinds of the open obligations."""
    with journey.database.reading() as session:
        return set(session.scalars(select(Obligation.kind).where(Obligation.is_open)))


def open_params(journey: Journey, kind: str) -> list[dict[str, object]]:
    """What the open obligations of a kind say."""
    with journey.database.reading() as session:
        return list(session.scalars(select(Obligation.params).where(Obligation.is_open, Obligation.kind == kind)))


def next_blockers(journey: Journey) -> set[str]:
    """What stands in the way of the next step."""
    case = journey.look()
    offer = offered(case.pathway, case.snapshot, journey.clock.now()).next
    return codes(offer.blockers) if offer else set()
