"""Every use case is refused to every role whose work it is not, before anything else is looked at."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import pytest

from tests.support.journey import Journey
from tracker import services
from tracker.domain.access import Permission, roles_that_may
from tracker.domain.errors import NotPermitted
from tracker.domain.words import Role
from tracker.services.work import CaseRef, Work, Written

At = Callable[[str], Journey]

COORDINATE = {Role.COORDINATOR, Role.LEAD_COORDINATOR}
TREAT = {Role.NURSE, Role.PHYSICIAN}
CARE = COORDINATE | TREAT
PHYSICIAN = {Role.PHYSICIAN}
TRACE = {Role.LEAD_COORDINATOR, Role.PHYSICIAN, Role.ADMINISTRATOR}
RECEIVE = COORDINATE | {Role.NURSE, Role.FRONT_DESK}
RUN_THE_CLINIC = {Role.MANAGER, Role.ADMINISTRATOR}
#: Whom a ladder tells first books the visit; nobody plans away what stands with themselves.
PLAN = {Role.LEAD_COORDINATOR, Role.PHYSICIAN}
COMPARE = COORDINATE | PHYSICIAN | {Role.MANAGER}
NAME_PEOPLE = RUN_THE_CLINIC | {Role.LEAD_COORDINATOR}

#: Of a correction the kind of fact decides whose work it is: see ``test_corrections.py``.
BY_THE_FACT = {"corrections.strike"}

#: Whose work each use case is.
ON_A_CASE: dict[str, set[Role]] = {
    "advisories.record_advisory": TRACE,
    "advisories.settle_advisory": TREAT,
    "appointments.arrive": RECEIVE,
    "appointments.book": COORDINATE | {Role.NURSE},
    "appointments.cancel": COORDINATE | {Role.NURSE},
    "appointments.confirm": COORDINATE | {Role.NURSE},
    "appointments.move": COORDINATE | {Role.NURSE},
    "appointments.no_show": RECEIVE,
    "appointments.reinstate": CARE,
    "authorizations.ask_authorization": COORDINATE,
    "authorizations.change_authorization": COORDINATE,
    "checklists.answer_item": TREAT,
    "consents.record_consent": CARE,
    "consents.sign_consent": CARE,
    "consents.void_consent": CARE,
    "consents.withdraw_consent": CARE,
    "decisions.document_earlier_benefit": PHYSICIAN,
    "decisions.record_decision": COORDINATE | PHYSICIAN,
    "decisions.review_deviation": PHYSICIAN,
    "decisions.waive": PHYSICIAN | {Role.MANAGER},
    "device_labels.record_label": TREAT,
    "device_orders.order_devices": PHYSICIAN,
    "evaluations.record_document": CARE,
    "evaluations.record_evaluation": PHYSICIAN,
    "final_times.mark_time_final": COORDINATE | {Role.NURSE},
    "follow_ups.record_follow_up": CARE,
    "implants.record_implant": TREAT,
    "interrogations.record_interrogation": TREAT,
    "observing.record_adverse_events": TREAT,
    "observing.record_measurements": TREAT | {Role.THERAPIST},
    "pump_calls.record_pump_call": CARE | {Role.THERAPIST, Role.FRONT_DESK},
    "pump_calls.settle_pump_call": TREAT,
    "pumps.remove_device": TREAT,
    "pumps.switch_off_pump": PHYSICIAN,
    "refills.confirm_alarm_date": TREAT,
    "refills.plan_refill": PLAN,
    "refills.record_drug_stock": COORDINATE | {Role.NURSE},
    "refills.record_refill": TREAT,
    "reoperations.begin_reoperation": COORDINATE | PHYSICIAN,
    "reoperations.record_catheter_revision": TREAT,
    "reoperations.record_explant": TREAT,
    "reoperations.record_pocket_revision": TREAT,
    "reoperations.record_replacement": TREAT,
    "scans.decide_scan": PHYSICIAN,
    "scans.plan_scan": CARE,
    "scans.record_scan_task": TREAT,
    "steps.ask_transfer": COORDINATE | PHYSICIAN,
    "steps.assign": CARE | {Role.MANAGER},
    "steps.close_withdrawal_watch": PHYSICIAN,
    "steps.hold": CARE,
    "steps.record_death": COORDINATE | PHYSICIAN,
    "steps.record_therapy_stopped": PHYSICIAN,
    "steps.record_transfer": COORDINATE | PHYSICIAN,
    "steps.resume": CARE,
    "steps.take_step": CARE,
    "trials.abort_trial": TREAT,
    "trials.end_observation": TREAT,
    "trials.give_dose": TREAT,
    "trials.order_dose": PHYSICIAN,
    "trials.place_trial_catheter": TREAT,
    "trials.record_outcome": PHYSICIAN,
    "trials.remove_trial_catheter": TREAT,
    "visit_day.arrange": RECEIVE | PHYSICIAN,
    "visit_day.record_moment": TREAT,
    "visit_day.take_turn": RECEIVE,
    "walk_ins.walk_in": RECEIVE,
}

IN_A_CLINIC: dict[str, set[Role]] = {
    "advisories.open_for_all": TRACE,
    "clinic_setup.add_clinician": RUN_THE_CLINIC,
    "clinic_setup.add_payer": RUN_THE_CLINIC,
    "clinic_setup.add_room": RUN_THE_CLINIC,
    "clinic_setup.change_clinic": RUN_THE_CLINIC,
    "clinic_setup.change_clinician": RUN_THE_CLINIC,
    "clinic_setup.change_payer": RUN_THE_CLINIC,
    "clinic_setup.change_room": RUN_THE_CLINIC,
    "clinic_setup.close_day": RUN_THE_CLINIC,
    "clinic_setup.open_day": RUN_THE_CLINIC,
    "contact_points.add_point": RECEIVE,
    "contact_points.end_point": RECEIVE,
    "contact_points.set_messages": RECEIVE,
    "contact_points.set_texts": RECEIVE,
    "contact_points.set_wishes": RECEIVE,
    "contact_points.verify_point": RECEIVE,
    "downtime.kits.ask_for_kit": {Role.LEAD_COORDINATOR, Role.ADMINISTRATOR},
    "escalating.answers.acknowledge": CARE,
    "escalating.duties.add_absence": NAME_PEOPLE,
    "escalating.duties.end_absence": NAME_PEOPLE,
    "escalating.duties.name_people": NAME_PEOPLE,
    "escalating.duties.put_on_call": NAME_PEOPLE,
    "escalating.duties.take_off_call": NAME_PEOPLE,
    "message_settings.change_messages": RUN_THE_CLINIC,
    "preparation_sheets.change_sheets": RUN_THE_CLINIC,
    "patients.change_patient": RECEIVE,
    "pump_calls.record_call_of_unknown": CARE | {Role.THERAPIST, Role.FRONT_DESK},
    "pump_calls.put_number_right": CARE | {Role.THERAPIST, Role.FRONT_DESK},
    "pump_comparisons.open_tasks": COMPARE,
    "pump_comparisons.record_comparison": COMPARE,
    "pumps.take_over_pump": CARE,
    "referrals.refer": CARE,
    "safety.ask_for_check": {Role.LEAD_COORDINATOR, Role.PHYSICIAN, Role.MANAGER, Role.ADMINISTRATOR},
    "sending.set_sending": RUN_THE_CLINIC | {Role.LEAD_COORDINATOR},
    "wall_view.end_wall_address": RUN_THE_CLINIC,
    "wall_view.make_wall_address": RUN_THE_CLINIC,
    "task_endings.end_task": CARE | {Role.THERAPIST, Role.MANAGER},
}


def use_case(name: str) -> Callable[..., Any]:
    module, _, function = name.rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"{services.__name__}.{module}"), function)
    return found


def what_it_needs(function: Callable[..., Any], *given: str) -> dict[str, Mock]:
    parameters = inspect.signature(function).parameters.values()
    return {each.name: Mock() for each in parameters if each.name not in given and each.default is each.empty}


def use_cases_on_a_case() -> Iterator[str]:
    for module in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            signature = inspect.signature(function)
            is_public = function.__module__ == module.name and not name.startswith("_")
            if is_public and signature.return_annotation is Written and {"work", "ref"} <= signature.parameters.keys():
                yield f"{module.name.removeprefix(f'{services.__name__}.')}.{name}"


def test_every_use_case_on_a_case_is_in_the_table() -> None:
    assert set(use_cases_on_a_case()) == set(ON_A_CASE) | BY_THE_FACT


@pytest.mark.parametrize("name", ON_A_CASE)
def test_on_a_case_it_is_refused_to_everybody_else(at: At, name: str) -> None:
    journey, function = at("evaluating"), use_case(name)
    values = what_it_needs(function, "work", "ref")

    def call(work: Work, ref: CaseRef) -> Written:
        written: Written = function(work, ref, **values)
        return written

    for role in set(Role) - ON_A_CASE[name]:
        with pytest.raises(NotPermitted) as caught:
            journey.do(role, call)
        assert set(roles_that_may(Permission(*caught.value.args))) == ON_A_CASE[name]


@pytest.mark.parametrize("name", IN_A_CLINIC)
def test_in_a_clinic_it_is_refused_to_everybody_else(at: At, name: str) -> None:
    journey, function = at("evaluating"), use_case(name)
    values = what_it_needs(function, "work")
    for role in set(Role) - IN_A_CLINIC[name]:
        with journey.database.writing() as session, pytest.raises(NotPermitted) as caught:
            function(Work(session, journey.actor(role), journey.ids, journey.clock.now()), **values)
        assert set(roles_that_may(Permission(*caught.value.args))) == IN_A_CLINIC[name]
