"""What an implant stood on is struck out afterwards: somebody is asked, and the patient's case does not bounce."""

from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.todos import codes, open_todos
from tracker.domain.errors import Refused
from tracker.domain.facts import Fact
from tracker.domain.words import Role
from tracker.services import appointments, authorizations, consents, corrections, trials
from tracker.services.authorizations import Terms

At = Callable[[str], Journey]
PHYSICIAN, COORDINATOR = Role.PHYSICIAN, Role.COORDINATOR


def the_consent(journey: Journey) -> Fact:
    """The implant's consent."""
    found = journey.look().snapshot.consent("implant")
    assert found is not None
    return found


def the_authorization(journey: Journey) -> Fact:
    """The implant's authorization."""
    found = journey.look().snapshot.authorization("implant")
    assert found is not None
    return found


def strike(journey: Journey, fact: Fact) -> None:
    """Somebody sees that it was another patient's."""
    journey.do(PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=fact.seq, reason="another patient's"))


@pytest.mark.parametrize("stage", ["recovering", "maintained"])
class TestAfterTheImplant:
    @pytest.mark.parametrize("find", [the_consent, the_authorization])
    def test_a_paper_that_is_struck_out_is_somebodys_to_do(
        self, at: At, stage: str, find: Callable[[Journey], Fact]
    ) -> None:
        journey = at(stage)
        assert "ground_lost" not in open_todos(journey)
        strike(journey, find(journey))
        assert "ground_lost" in open_todos(journey)
        assert journey.stage == stage

    def test_the_right_paper_in_its_place_settles_it(self, at: At, stage: str) -> None:
        journey = at(stage)
        strike(journey, the_consent(journey))
        journey.sign("implant")
        assert "ground_lost" not in open_todos(journey)
        strike(journey, the_authorization(journey))
        journey.authorize("implant")
        assert "ground_lost" not in open_todos(journey)

    def test_what_changes_later_did_stand_on_the_day(self, at: At, stage: str) -> None:
        journey = at(stage)
        journey.sign("implant")
        journey.do(Role.NURSE, lambda w, r: consents.withdraw_consent(w, r, purpose="implant", reason="changed mind"))
        terms = Terms(state="requested")
        journey.do(COORDINATOR, lambda w, r: authorizations.ask_authorization(w, r, stage="implant", terms=terms))
        assert "ground_lost" not in open_todos(journey)


class TestBackToReview:
    def cancelled(self, at: At) -> Journey:
        """An implant that was booked, and cancelled because the result is doubted."""
        journey = at("implant_booked")
        visit = journey.visit_for("implant")
        journey.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="result doubted"))
        return journey

    def test_is_no_way_while_the_outcome_stands(self, at: At) -> None:
        journey = self.cancelled(at)
        with pytest.raises(Refused) as caught:
            journey.step("ground_lost", reason="outcome corrected")
        assert codes(caught.value.blockers) == {"determined"}
        assert journey.stage == "implant_to_book"

    def test_stays_there_until_the_right_outcome_is_recorded(self, at: At) -> None:
        journey = self.cancelled(at)
        outcome = journey.look().snapshot.standing_positive
        assert outcome is not None
        strike(journey, outcome)
        journey.step("ground_lost", reason="outcome corrected")
        assert journey.stage == "trial_review"
        journey.do(PHYSICIAN, lambda w, r: trials.record_outcome(w, r, outcome="equivocal"))
        assert journey.stage == "trial_review"
