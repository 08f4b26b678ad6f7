"""Every pair of a stage and a step: listed here by hand, or absent from the file.

Copied from what the clinic agreed on, not from the file, so that a changed arrow is seen. ``*`` marks what may only be
recorded as a deviation. Death leads out of every open stage and is left out of the lists.
"""

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import offered
from tracker.domain.words import Role

OPEN = {
    "referred": "evaluation_booked→evaluation_booked pump_already_in→pump_intake not_a_candidate→not_a_candidate "
    "not_covered→not_covered declined→declined unreachable→unreachable transferred→transferred "
    "entered_in_error→entered_in_error",
    "evaluation_booked": "evaluation_begun→evaluating evaluation_lost→referred not_a_candidate→not_a_candidate "
    "declined→declined unreachable→unreachable transferred→transferred entered_in_error→entered_in_error",
    "evaluating": "candidate→trial_authorization trial_waived→implant_authorization pump_found→pump_intake "
    "not_a_candidate→not_a_candidate declined→declined transferred→transferred entered_in_error→entered_in_error",
    "trial_authorization": "trial_authorized→trial_to_book *dose_given→trial_observation "
    "not_a_candidate→not_a_candidate not_covered→not_covered declined→declined unreachable→unreachable "
    "transferred→transferred entered_in_error→entered_in_error",
    "trial_to_book": "trial_booked→trial_booked *dose_given→trial_observation not_a_candidate→not_a_candidate "
    "declined→declined unreachable→unreachable transferred→transferred",
    "trial_booked": "trial_day→trial_day trial_visit_lost→trial_to_book *dose_given→trial_observation "
    "declined→declined transferred→transferred",
    "trial_day": "dose_given→trial_observation catheter_placed→trial_catheter_in trial_aborted→trial_review "
    "trial_visit_lost→trial_to_book",
    "trial_observation": "observation_closed→trial_review",
    "trial_catheter_in": "catheter_out→trial_review catheter_kept→trial_review",
    "trial_review": "trial_positive→implant_decision another_dose→trial_to_book units_used_up→trial_authorization "
    "trial_unsuccessful→trial_unsuccessful declined→declined transferred→transferred",
    "implant_decision": "implant_accepted→implant_authorization implant_declined→declined "
    "result_too_old→trial_authorization ground_lost→trial_review *implanted_unplanned→implant_day "
    "unreachable→unreachable transferred→transferred",
    "implant_authorization": "implant_authorized→implant_to_book result_too_old→trial_authorization "
    "ground_lost→trial_review *implanted_unplanned→implant_day not_covered→not_covered declined→declined "
    "unreachable→unreachable transferred→transferred",
    "implant_to_book": "implant_booked→implant_booked coverage_changed→implant_authorization "
    "result_too_old→trial_authorization ground_lost→trial_review *implanted_unplanned→implant_day "
    "declined→declined unreachable→unreachable transferred→transferred",
    "implant_booked": "implant_day→implant_day implant_visit_lost→implant_to_book "
    "coverage_changed→implant_authorization result_too_old→trial_authorization ground_lost→trial_review "
    "*implanted_unplanned→implant_day declined→declined transferred→transferred",
    "implant_day": "implant_discharged→recovering implant_incomplete→device_review implant_visit_lost→implant_to_book",
    "recovering": "first_refill→maintained device_review→device_review pump_out→device_review "
    "therapy_stopped→therapy_stopped transferred→transferred",
    "pump_intake": "intake_done→maintained device_review→device_review transferred→transferred "
    "entered_in_error→entered_in_error",
    "maintained": "device_review→device_review pump_out→device_review "
    "therapy_stopped→therapy_stopped transferred→transferred",
    "device_review": "device_in_order→maintained replacement_needed→implant_authorization "
    "therapy_stopped→therapy_stopped device_removed→device_removed transferred→transferred",
    "therapy_stopped": "device_review→device_review pump_out→device_review transferred→transferred",
}
CLOSED = {
    "not_a_candidate": "reopened→evaluating",
    "trial_unsuccessful": "reopened→evaluating",
    "not_covered": "reopened→evaluating",
    "declined": "reopened→evaluating",
    "unreachable": "reopened→evaluating",
    "device_removed": "reopened→evaluating returned→pump_intake",
    "transferred": "reopened→evaluating returned→pump_intake",
    "deceased": "reopened→evaluating returned→pump_intake",
    "entered_in_error": "",
}
STEPS = {name: [*steps.split(), "deceased→deceased"] for name, steps in OPEN.items()} | {
    name: steps.split() for name, steps in CLOSED.items()
}
#: Role, stage and step: who takes the steps that facts do not take.
ASKED_OF = {
    ("evaluating", "candidate"): {Role.PHYSICIAN},
    ("evaluating", "trial_waived"): {Role.PHYSICIAN},
    ("trial_observation", "observation_closed"): {Role.NURSE, Role.PHYSICIAN},
    ("trial_review", "another_dose"): {Role.PHYSICIAN, Role.COORDINATOR, Role.LEAD_COORDINATOR},
    ("trial_review", "trial_unsuccessful"): {Role.PHYSICIAN},
    ("implant_day", "implant_discharged"): {Role.NURSE, Role.PHYSICIAN},
    ("implant_day", "implant_incomplete"): {Role.PHYSICIAN},
    ("device_review", "device_in_order"): {Role.PHYSICIAN},
    ("device_review", "device_removed"): {Role.PHYSICIAN},
    ("maintained", "therapy_stopped"): {Role.PHYSICIAN},
    ("referred", "entered_in_error"): {Role.LEAD_COORDINATOR, Role.ADMINISTRATOR},
}


def told(pathway: Pathway, stage: str) -> list[str]:
    return [f"{'*' * edge.is_deviation}{edge.name}→{edge.target}" for edge in pathway.leaving(stage)]


def test_every_stage_is_listed(itb: Pathway) -> None:
    assert set(STEPS) == set(itb.stages)
    assert set(OPEN) == {stage.name for stage in itb.stages.values() if stage.is_open}


@pytest.mark.parametrize("stage", STEPS)
def test_a_step_is_listed_or_absent(itb: Pathway, stage: str) -> None:
    names = {edge.name for edge in itb.transitions}
    listed = {step.lstrip("*").split("→")[0] for step in STEPS[stage]}
    assert sorted(told(itb, stage)) == sorted(STEPS[stage])
    for name in names - listed:
        assert itb.transition(name, stage) is None


@pytest.mark.parametrize("stage", STEPS)
def test_what_is_offered_is_what_is_listed_as_planned(itb: Pathway, stage: str) -> None:
    found = offered(itb, Case(stage).snapshot, NOW)
    planned = {step.split("→")[0] for step in STEPS[stage] if not step.startswith("*")}
    assert {offer.transition.name for offer in found.offers} == planned
    assert (found.next is None) is (stage in CLOSED)


@pytest.mark.parametrize(("stage", "step"), ASKED_OF)
def test_a_step_is_asked_of_its_roles_and_of_no_others(itb: Pathway, stage: str, step: str) -> None:
    offer = offered(itb, Case(stage).snapshot, NOW).named(step)
    assert offer is not None
    assert {role for role in Role if offer.may_be_taken_by((role,))} == ASKED_OF[stage, step]


def test_nobody_asks_for_an_automatic_step(itb: Pathway) -> None:
    for stage in itb.stages:
        for offer in offered(itb, Case(stage).snapshot, NOW).offers:
            assert offer.may_be_taken_by(Role) is not offer.transition.is_automatic
