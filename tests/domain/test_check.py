"""The pathway check: clean on what is in use, and the shortest counter-example for each planted fault."""

import re
from dataclasses import dataclass

import pytest

from tracker.domain.pathway.check import Violation, check_pathway
from tracker.domain.pathway.check.graph import Graph
from tracker.domain.pathway.check.replay import witnesses
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.loader import load_pathway
from tracker.pathways import catalogue

TEXT = catalogue.text_of("itb")
TRIAL_WAIVED = ("referred", "evaluation_booked", "evaluating", "implant_authorization")


@dataclass(frozen=True)
class Fault:
    """One edit of the file, ``old`` to ``new`` within a table, and the counter-example that it must give."""

    table: str
    old: str
    new: str
    property: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.table}-{self.property}"

    def planted(self) -> str:
        start = TEXT.index(f"[{self.table}]\n")
        end = TEXT.find("\n[", start + 1)
        table = TEXT[start : end if end > 0 else len(TEXT)]
        assert self.old in table, f"{self.old!r} is not in {self.table}"
        return TEXT.replace(table, table.replace(self.old, self.new, 1), 1)


FAULTS = (
    Fault("holds", 'waiver_for = ["pain"]', 'waiver_for = ["pain", "spasticity"]', "waiver_allowed", TRIAL_WAIVED),
    Fault("holds", '{ kind = "trial_result", max_age_days = "trial_result_days", waiver_for = ["pain"], '
          "earlier_benefit = true }", "", "implant_after_trial", TRIAL_WAIVED),
    Fault("procedures.implant", '{ kind = "consent", purpose = "implant", max_age_days = "consent_days", '
          'of_age_years = "of_age_years", assent_years = "assent_years" },', "",
          "procedure_covered", (*TRIAL_WAIVED, "implant_day", "recovering")),
    Fault("procedures.trial", 'max_age_days = "consent_days"', 'max_age_days = "consent_days", '
          'waivable_by = ["physician"]', "waiver_allowed",
          ("referred", "evaluation_booked", "evaluating", "trial_authorization", "trial_observation")),
    Fault("transitions.transferred", 'determination = "transfer", value = "completed", second_person = true',
          'determination = "transfer"', "closed_without_device", ("referred", "transferred")),
    Fault("transitions.intake_done", '{ kind = "refill_booked" },', "", "maintained_with_plan",
          ("referred", "pump_intake", "maintained")),
    Fault("stages.maintained", "target_days = 365", "target_days = 365\nrefill_pending = true", "maintained_with_plan",
          ("referred", "pump_intake", "maintained", "device_review", "maintained")),
    Fault("transitions.evaluation_lost", 'state = "none"', 'state = "booked"', "automatic_one_at_a_time",
          ("referred", "evaluation_booked")),
    Fault("transitions.evaluation_lost", 'state = "none"', 'state = "booked"', "automatic_without_circle",
          ("referred", "evaluation_booked", "referred")),
    Fault("transitions.another_dose", 'begins = ["trial"]', "", "new_attempt",
          ("referred", "evaluation_booked", "evaluating", "trial_authorization", "trial_to_book", "trial_booked",
           "trial_day", "trial_review", "trial_to_book", "trial_booked", "trial_day")),
    Fault("transitions.candidate", 'roles = ["physician"]', "automatic = true", "automatic_by_facts",
          ("referred", "evaluation_booked", "evaluating", "trial_authorization")),
    Fault("transitions.catheter_out", 'needs = [{ kind = "catheter_out" }]', "", "automatic_by_facts",
          ("referred", "evaluation_booked", "evaluating", "trial_authorization", "trial_to_book", "trial_booked",
           "trial_day", "trial_catheter_in", "trial_review")),
    Fault("transitions.implant_day", 'state = "arrived"', 'state = "booked"', "procedure_day",
          (*TRIAL_WAIVED, "implant_to_book", "implant_booked", "implant_day")),
    Fault("transitions.implant_incomplete", 'part = "before"', 'part = "none"', "procedure_day",
          (*TRIAL_WAIVED, "implant_day", "device_review")),
    Fault("transitions.dose_given", '{ kind = "dose" },', "", "deviation_records_act",
          ("referred", "evaluation_booked", "evaluating", "trial_authorization", "trial_observation")),
    Fault("transitions.pump_already_in", 'in_place = true', "in_place = false", "maintained_with_device",
          ("referred", "pump_intake")),
    Fault("transitions.pump_already_in", 'purpose = "evaluation", state = "none"', 'purpose = "trial", state = "none"',
          "automatic_one_at_a_time", ("referred",)),
    Fault("transitions.device_removed", 'kind = "determination", determination = "withdrawal_watch_closed"',
          'kind = "device", device = "pump", in_place = true', "step_possible",
          ("referred", "pump_intake", "device_review", "device_removed")),
    Fault("stages.trial_booked", 'target = "trial"', 'target = "someday"', "stage_complete",
          ("referred", "evaluation_booked", "evaluating", "trial_authorization", "trial_to_book", "trial_booked")),
    Fault("stages.implant_day", 'phase = "implant"', 'phase = "maintenance"', "phases_known",
          (*TRIAL_WAIVED, "implant_day")),
    Fault("obligations.refill", 'anchor = "latest_refill_date"', 'anchor = "full_moon"', "rule_anchored", ()),
    Fault("obligations.refill", 'closed_by = ["fill", "device_removed", "transfer_completed", "death"]',
          "closed_by = []", "rule_anchored", ()),
    Fault("obligations.refill", 'who = "physician", days = 0, plan = true', 'who = "coordinator", days = 0',
          "ladder_ends_in_person", ()),
    Fault("obligations.refill", 'coordinator", days = -28', 'coordinator", days = -12', "ladder_ends_in_person", ()),
    Fault("obligations.refill", 'who = "lead_coordinator", days = -7', 'who = "nurse", days = -7',
          "ladder_ends_in_person", ()),
    Fault("obligations.refill", "acknowledge_days = 7", "", "ladder_ends_in_person", ()),
    Fault("obligations.refill", "days = 0, plan = true", "days = 3, plan = true", "ladder_ends_in_person", ()),
    Fault("obligations.refill", "due_days = -10", "due_days = -10\nopen_days = true", "ladder_ends_in_person", ()),
    Fault("follow_ups.withdrawal_watch", '{ who = "on_call", days = 1 },', '{ who = "on_call" },',
          "ladder_ends_in_person", ()),
    Fault("reminders.refill_week", 'purposes = ["refill"]', 'purposes = ["party"]', "rule_anchored", ()),
    Fault("reminders.arrival_eve", 'day_template = "arrival_day"', "", "rule_anchored", ()),
    Fault("reminders.arrival_eve", 'day_template = "arrival_day"', 'day_template = "checkup"', "rule_anchored", ()),
    Fault("reminders.arrival_eve", 'template = "arrival"', 'template = "farewell"', "rule_anchored", ()),
    Fault("reminders.arrival_week", 'kind = "arrival"', 'kind = "after"', "rule_anchored", ()),
    Fault("reminders.day_after", 'kind = "after"', 'kind = "arrival"', "rule_anchored", ()),
    Fault("reminders.refill_week", 'template = "refill"', 'template = "refill"\nvisit_template = "consent_visit"',
          "rule_anchored", ()),
    Fault("obligations.arrival", "due_days = -2", 'due_days = -2\nfrom_time = "15:00"', "rule_anchored", ()),
    Fault("parameters.consent_days", "value  = 90", "value  = 0", "parameter_sourced", ()),
)  # fmt: skip


class TestTheFileInUse:
    def test_is_proved(self, itb: Pathway) -> None:
        assert check_pathway(itb) == ()

    def test_has_a_witness_for_every_stage(self, itb: Pathway) -> None:
        assert set(witnesses(Graph(itb))) == set(itb.stages)


class TestPlantedFaults:
    @pytest.mark.parametrize("fault", FAULTS, ids=str)
    def test_give_the_shortest_counter_example(self, fault: Fault) -> None:
        found = [each for each in check_pathway(load_pathway(fault.planted())) if each.property == fault.property]
        assert found and found[0].path == fault.path

    def test_are_told_with_the_step_that_fails(self) -> None:
        text = TEXT.replace('{ kind = "refill_booked" },', "")
        violation = next(v for v in check_pathway(load_pathway(text)) if v.path[-2:] == ("pump_intake", "maintained"))
        assert violation == Violation(
            "maintained_with_plan",
            "intake_done (pump_intake → maintained): enters without a pump, its alarm date and a planned refill",
            ("referred", "pump_intake", "maintained"),
        )


def _without_transition(name: str) -> str:
    return re.sub(rf"\[transitions\.{name}\]\n.*?\n\n(?=[\[#])", "", TEXT, count=1, flags=re.DOTALL)


class TestLooseEnds:
    def test_a_stage_that_nothing_leads_to_is_reported(self) -> None:
        gone = _without_transition("therapy_stopped")
        found = check_pathway(load_pathway(gone))
        assert ("stage_reachable", ("therapy_stopped",)) in {(v.property, v.path) for v in found}

    def test_a_stage_that_only_death_closes_is_reported(self) -> None:
        text = _without_transition("observation_closed").replace('next = "observation_closed"', 'next = "deceased"')
        found = check_pathway(load_pathway(text))
        assert {v.property for v in found} == {"stage_closes_alive"}
        assert found[0].path[-1] == "trial_observation"

    def test_a_stage_that_nothing_closes_is_reported(self) -> None:
        text = TEXT.replace('from = ["*open"]', 'from = ["referred"]')
        text = text.replace(
            'from = ["trial_observation"]\nto = "trial_review"', 'from = ["trial_observation"]\nto = "trial_day"'
        )
        text = text.replace(
            'from = ["trial_day"]\nto = "trial_review"', 'from = ["trial_day"]\nto = "trial_observation"'
        )
        text = text.replace('from = ["trial_booked", "trial_day"]', 'from = ["trial_booked"]')
        text = text.replace(
            'from = ["trial_catheter_in"]\nto = "trial_review"', 'from = ["trial_catheter_in"]\nto = "trial_day"'
        )
        closed = [v for v in check_pathway(load_pathway(text)) if v.property == "stage_closes"]
        assert {v.path[-1] for v in closed} == {"trial_day", "trial_observation", "trial_catheter_in"}


def test_a_time_is_provisional_only_of_visits_that_there_are() -> None:
    text = TEXT.replace('needs_final_time = ["trial", "implant"]', 'needs_final_time = ["trial", "reoperation"]', 1)
    found = check_pathway(load_pathway(text))
    assert [each.property for each in found] == ["rule_anchored"]
    assert "'reoperation'" in found[0].message
