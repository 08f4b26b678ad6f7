"""What a case waits for, as lists show it: what somebody can clear comes before what only the day clears."""

import pytest

from tests.domain.builders import NOW, Case, for_trial
from tracker.domain.facts import Consent
from tracker.domain.obligations import obligations
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import offered
from tracker.pathways.catalogue import current
from tracker.queries.case_columns import derived_columns


@pytest.fixture
def itb() -> Pathway:
    """The pathway as it is followed today."""
    return current()


def waits_for(itb: Pathway, case: Case) -> tuple[object, object, object]:
    """Whether the case is ready, the first thing it lacks, and how many there are."""
    snapshot = case.snapshot
    found = derived_columns(itb, snapshot, offered(itb, snapshot, NOW), obligations(itb, snapshot, NOW), NOW)
    return found["is_ready"], found["first_blocker"], found["blocker_count"]


class TestABookedCase:
    def test_names_what_can_be_cleared_before_the_day(self, itb: Pathway) -> None:
        assert waits_for(itb, Case("trial_booked").visit("trial")) == (False, "consent_missing", 3)

    def test_that_lacks_one_thing_lacks_one(self, itb: Pathway) -> None:
        unsigned = for_trial("trial_booked", "booked", itb).without(Consent)
        assert waits_for(itb, unsigned) == (False, "consent_missing", 1)

    def test_that_lacks_nothing_waits_for_its_day(self, itb: Pathway) -> None:
        assert waits_for(itb, for_trial("trial_booked", "booked", itb)) == (False, "not_arrived", 1)
