"""An MRI stands on Today in words, each line with the form that clears it."""

import html
from datetime import timedelta

from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN
from tests.support.milestones import Milestones
from tracker.services import scans
from tracker.services.interrogations import Reading, record_interrogation


def test_an_mri_of_a_pump_whose_alarm_sounded_is_told_on_today_and_on_the_case(milestones: Milestones) -> None:
    world, journey = milestones.at("maintained")
    journey.clock.advance(hours=1)
    journey.do(NURSE, lambda w, r: record_interrogation(w, r, Reading(cause="alarm")))
    day = journey.today + timedelta(days=1)
    journey.do(COORDINATOR, lambda w, r: scans.plan_scan(w, r, scan_on=day, place="County Hospital"))
    browser = world.sign_in(PHYSICIAN)
    today = html.unescape(browser.get("/today").text)
    case = html.unescape(browser.get(f"/cases/{journey.public_id}").text)
    for text in (today, case):
        assert "a physician decides first (the alarm sounded)" in text
        assert "the pump is read after it, the same day" in text
        assert "/decide" in text and "/interrogation" in text
    assert "County Hospital" in case
    assert browser.get(f"/cases/{journey.public_id}/scan").status_code == 200
