"""What is proved of a file whose cases stand beside others: each fault planted, with its counter-example."""

import pytest

from tracker.domain.pathway.check import check_pathway
from tracker.domain.pathway.loader import load_pathway
from tracker.pathways import catalogue

TEXT = catalogue.text_of("itb_reoperation")
AGREED = ("reoperation_decided", "reoperation_authorization", "reoperation_to_book")
DONE = '{ kind = "determination", determination = "reoperation_done" }'
SUTURES = 'rule = "sutures_out", results = ["out", "nothing to take out"]'
HEALED = ("reoperation_decided", "reoperation_day", "reoperation_recovering", "reoperation_done")

#: What is written instead of what, the property that it breaks, and the way that shows it.
FAULTS = {
    "an act that nobody recorded": (
        f'part = "all"\nneeds = [{DONE}]', 'part = "all"', "procedure_day",
        ("reoperation_decided", "reoperation_day", "reoperation_recovering"),
    ),
    "a device asked for": (
        '{ kind = "appointment", purpose = "reoperation" },', '{ kind = "device", device = "pump", in_place = true },',
        "beside_without_device", (*AGREED, "reoperation_booked"),
    ),
    "a phase of the other file": (
        'recovery    = "Wound"', 'recovery    = "Wound"\nmaintenance = "Refills"', "phases_known", ()
    ),
    "a stage that outlives its ground": (
        'from = ["reoperation_day", "reoperation_recovering"]', 'from = ["reoperation_day"]', "beside_ends",
        ("reoperation_decided", "reoperation_day", "reoperation_recovering"),
    ),
    "a result that no follow-up has": (SUTURES, SUTURES.replace('"out"', '"gone"'), "rule_anchored", HEALED),
    "a to-do without a rule": ("[obligations.arrival]", "[obligations.refill]", "todo_has_rule", ()),
}  # fmt: skip


def test_the_file_in_use_is_proved() -> None:
    assert check_pathway(catalogue.current("itb_reoperation")) == ()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_gives_the_shortest_counter_example(name: str) -> None:
    old, new, broken, path = FAULTS[name]
    assert TEXT.count(old) == 1
    found = [each for each in check_pathway(load_pathway(TEXT.replace(old, new))) if each.property == broken]
    assert [each.path for each in found][:1] == [path]
