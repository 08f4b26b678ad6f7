"""Every pair of a stage and a step of the reoperation file: listed here by hand, or absent. See ``test_steps``."""

import pytest

from tests.domain.builders import NOW, Case
from tests.domain.test_steps import told
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import offered
from tracker.domain.words import Role

STEPS = {
    "reoperation_decided": "reoperation_confirmed→reoperation_authorization *reoperated_unplanned→reoperation_day "
    "reoperation_cancelled→reoperation_cancelled reoperation_declined→reoperation_declined "
    "entered_in_error→entered_in_error no_longer_needed→no_longer_needed",
    "reoperation_authorization": "reoperation_authorized→reoperation_to_book *reoperated_unplanned→reoperation_day "
    "reoperation_cancelled→reoperation_cancelled reoperation_declined→reoperation_declined not_covered→not_covered "
    "entered_in_error→entered_in_error no_longer_needed→no_longer_needed",
    "reoperation_to_book": "reoperation_booked→reoperation_booked coverage_changed→reoperation_authorization "
    "*reoperated_unplanned→reoperation_day reoperation_cancelled→reoperation_cancelled "
    "reoperation_declined→reoperation_declined entered_in_error→entered_in_error no_longer_needed→no_longer_needed",
    "reoperation_booked": "reoperation_day→reoperation_day reoperation_visit_lost→reoperation_to_book "
    "coverage_changed→reoperation_authorization *reoperated_unplanned→reoperation_day "
    "reoperation_cancelled→reoperation_cancelled reoperation_declined→reoperation_declined "
    "no_longer_needed→no_longer_needed",
    "reoperation_day": "reoperation_visit_lost→reoperation_to_book reoperation_discharged→reoperation_recovering "
    "no_longer_needed→no_longer_needed recovery_ended→reoperation_done",
    "reoperation_recovering": "reoperation_healed→reoperation_done wound_followed_otherwise→reoperation_done "
    "recovery_ended→reoperation_done",
    "reoperation_done": "",
    "reoperation_cancelled": "",
    "reoperation_declined": "",
    "not_covered": "",
    "no_longer_needed": "",
    "entered_in_error": "",
}
ASKED_OF = {
    ("reoperation_decided", "reoperation_confirmed"): {Role.PHYSICIAN},
    ("reoperation_day", "reoperation_discharged"): {Role.NURSE, Role.PHYSICIAN},
    ("reoperation_booked", "reoperation_cancelled"): {Role.PHYSICIAN},
    ("reoperation_recovering", "wound_followed_otherwise"): {Role.PHYSICIAN},
}


@pytest.mark.parametrize("stage", STEPS)
def test_a_step_is_listed_or_absent(reoperation: Pathway, stage: str) -> None:
    assert set(STEPS) == set(reoperation.stages)
    assert sorted(told(reoperation, stage)) == sorted(STEPS[stage].split())


@pytest.mark.parametrize(("stage", "step"), ASKED_OF)
def test_a_step_is_asked_of_its_roles_and_of_no_others(reoperation: Pathway, stage: str, step: str) -> None:
    offer = offered(reoperation, Case(stage).snapshot, NOW).named(step)
    assert offer is not None
    assert {role for role in Role if offer.may_be_taken_by((role,))} == ASKED_OF[stage, step]
