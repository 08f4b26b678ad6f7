"""Where the pump is out the stage says so at once, and a physician decides what comes next."""

from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tracker.domain.words import Role
from tracker.services import pumps

At = Callable[[str], Journey]


@pytest.mark.parametrize("stage", ["recovering", "maintained"])
def test_a_removed_pump_puts_the_case_under_device_review(at: At, stage: str) -> None:
    journey = at(stage)
    case = journey.look()
    pump = case.snapshot.pump
    assert pump is not None
    catheter = next(each for each in case.snapshot.devices_in_place if each.device != pump.device)
    said = {"second_by": journey.user_ids[Role.NURSE], "document_seq": None, "removed_at": None}
    journey.do(Role.PHYSICIAN, lambda w, r: pumps.remove_device(w, r, device=catheter.device, **said))
    assert journey.stage == stage
    journey.do(Role.PHYSICIAN, lambda w, r: pumps.remove_device(w, r, device=pump.device, **said))
    assert journey.stage == "device_review"
    assert case.pathway.stages["device_review"].label == "Device review"
