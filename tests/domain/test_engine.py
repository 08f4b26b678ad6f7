"""The engine: all blockers, never only the first; death before anything, what was done before what was planned."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.domain.builders import NOW, STARTS, Case, for_implant, for_trial, with_pump
from tracker.domain.facts import Appointment, Consent
from tracker.domain.obligations import obligations
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import act_blockers, automatic_step, offered


def step(pathway: Pathway, case: Case, now: datetime = NOW) -> str | None:
    edge = automatic_step(pathway, case.snapshot, now)
    return edge.name if edge else None


class TestOffers:
    def test_list_everything_that_is_missing(self, itb: Pathway) -> None:
        case = Case("trial_booked").visit("trial")
        found = offered(itb, case.snapshot, NOW).next
        assert found is not None and not found.is_allowed
        assert [blocker.code for blocker in found.blockers] == [
            "not_arrived",
            "consent_missing",
            "authorization_missing",
            "evaluation_missing",
        ]

    def test_say_once_what_two_needs_miss(self, itb: Pathway) -> None:
        found = offered(itb, Case("evaluating").snapshot, NOW).named("candidate")
        assert found is not None
        assert [blocker.code for blocker in found.blockers].count("evaluation_missing") == 1

    def test_say_what_is_met(self, itb: Pathway) -> None:
        case = for_trial("trial_booked", "booked", itb)
        found = offered(itb, case.snapshot, NOW).next
        assert found is not None
        assert [need.key for need in found.met] == [
            "consent.trial",
            "authorization.trial",
            "contraindications",
            "age",
        ]

    def test_name_the_next_instant_at_which_time_changes_one(self, itb: Pathway) -> None:
        given = NOW - timedelta(hours=1)
        case = for_trial("trial_observation", "arrived", itb).dosed(given)
        assert offered(itb, case.snapshot, NOW).next_change_at == given + timedelta(hours=4)
        assert offered(itb, case.at_stage("trial_review").snapshot, NOW).next_change_at is None


class TestTheNextStep:
    @pytest.mark.parametrize(
        ("outcome", "name"),
        [
            ("positive", "trial_positive"),
            ("negative_repeatable", "another_dose"),
            ("positive_function_lost", "another_dose"),
            ("negative_final", "trial_unsuccessful"),
        ],
    )
    def test_follows_the_outcome_that_is_recorded(self, itb: Pathway, outcome: str, name: str) -> None:
        case = for_trial("trial_review", "arrived", itb).dosed().outcome(outcome)
        assert offered(itb, case.snapshot, NOW).next_name == name

    def test_is_the_outcome_while_none_is_recorded(self, itb: Pathway) -> None:
        case = for_trial("trial_review", "arrived", itb).dosed()
        assert offered(itb, case.snapshot, NOW).next_name == "trial_positive"

    @pytest.mark.parametrize(("stage", "name"), [("device_review", "device_removed"), ("pump_intake", "device_review")])
    def test_waits_for_no_pump_that_was_taken_out(self, itb: Pathway, stage: str, name: str) -> None:
        case = with_pump(stage)
        assert offered(itb, case.snapshot, NOW).next_name != name
        assert offered(itb, case.removed("pump").snapshot, NOW).next_name == name

    def test_is_that_of_the_to_do(self, itb: Pathway) -> None:
        case = for_trial("trial_review", "arrived", itb).dosed().outcome("negative_repeatable")
        (due,) = obligations(itb, case.snapshot, NOW).of("next_step")
        assert dict(due.params)["step"] == "another_dose"


class TestAutomaticSteps:
    def test_wait_for_their_facts(self, itb: Pathway) -> None:
        assert step(itb, Case("referred")) is None
        assert step(itb, Case("referred").visit("evaluation")) == "evaluation_booked"

    def test_death_comes_first(self, itb: Pathway) -> None:
        assert step(itb, Case("referred").visit("evaluation").determined("death")) == "deceased"

    def test_what_was_done_comes_before_what_was_planned(self, itb: Pathway) -> None:
        case = for_trial("trial_booked", "arrived", itb).without(Consent).dosed()
        assert step(itb, case) is None
        assert step(itb, case.deviated("trial", "consent.trial")) == "dose_given"

    def test_a_dose_that_was_given_is_observed_even_if_the_trial_was_broken_off(self, itb: Pathway) -> None:
        case = for_trial("trial_day", "arrived", itb).determined("trial_aborted", "adverse_event", attempt=1)
        assert step(itb, case) == "trial_aborted"
        assert step(itb, case.dosed()) == "dose_given"

    def test_a_dose_keeps_a_cancelled_visit_from_being_lost(self, itb: Pathway) -> None:
        case = Case("trial_day").visit("trial", "cancelled")
        assert step(itb, case) == "trial_visit_lost"
        assert step(itb, case.dosed()) is None

    def test_a_catheter_keeps_a_cancelled_visit_from_being_lost(self, itb: Pathway) -> None:
        assert step(itb, Case("trial_day").visit("trial", "cancelled").placed("trial_catheter")) is None

    def test_a_part_in_the_patient_keeps_an_implant_from_being_lost(self, itb: Pathway) -> None:
        case = Case("implant_day").outcome("positive").visit("implant", "cancelled")
        assert step(itb, case) == "implant_visit_lost"
        assert step(itb, case.placed("catheter")) is None

    def test_the_age_of_a_result_never_moves_a_case(self, itb: Pathway) -> None:
        case = Case("implant_authorization").outcome("positive").authorized("implant")
        assert step(itb, case) == step(itb, case, NOW + timedelta(days=4000)) == "implant_authorized"

    def test_a_booked_day_past_the_results_end_does(self, itb: Pathway) -> None:
        case = for_implant("implant_to_book", "booked", itb)
        assert step(itb, case) == "implant_booked"
        late = case.without(Appointment).visit("implant", starts=datetime(2027, 3, 18, 14, tzinfo=UTC))
        assert step(itb, late) is None

    def test_the_first_refill_makes_a_pump_active(self, itb: Pathway) -> None:
        assert step(itb, with_pump("recovering")) is None
        assert step(itb, with_pump("recovering").filled("refill")) == "first_refill"


class TestTheAct:
    def test_asks_the_day_again_with_the_first_part_of_the_checklist(self, itb: Pathway) -> None:
        case = for_trial("trial_day", "arrived", itb)
        assert act_blockers(itb, case.snapshot, "trial", NOW) == ()
        bare = Case("trial_day").visit("trial", "arrived", starts=STARTS)
        assert [blocker.code for blocker in act_blockers(itb, bare.snapshot, "trial", NOW)] == [
            "consent_missing",
            "authorization_missing",
            "evaluation_missing",
            "checklist_open",
        ]

    def test_of_an_implant_asks_the_checklist_too(self, itb: Pathway) -> None:
        bare = Case("implant_day").outcome("positive").visit("implant", "arrived")
        codes = [blocker.code for blocker in act_blockers(itb, bare.snapshot, "implant", NOW)]
        assert "checklist_open" in codes
