"""A form of an implant says all that is wrong at once, and keeps a PIN that was confirmed while what was read stays."""

import html
import re
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from tests.support.journey import Journey
from tests.support.web import Browser, WebWorld
from tests.web.cases.forms import filling, implant
from tests.web.cases.scene import NURSE, PHYSICIAN, Scene
from tracker.domain.facts import Device, Fill
from tracker.persistence.models import Event
from tracker.services import evaluations

At = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture
def scene(at: At) -> Scene:
    """Everything is there for the implant."""
    world, journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    return Scene(world, journey)


@pytest.fixture
def nurse(scene: Scene) -> Browser:
    return scene.world.sign_in(NURSE)


def send(browser: Browser, scene: Scene, form: str = "implant", **typed: object) -> tuple[int, str]:
    """Send the form; the status and the page."""
    usual = implant(scene) if form == "implant" else {"kind": "elsewhere", **filling(scene)}
    data = {**usual, "expected_version": scene.journey.look().head.version, **typed}
    response = browser.post(f"/cases/{scene.journey.public_id}/{form}", data)
    return response.status_code, html.unescape(response.get_data(as_text=True))


def carried(page: str) -> str:
    """What the page keeps of the confirmation; empty: nothing."""
    found = re.search(r'name="confirmed" value="([^"]+)"', page)
    return found[1] if found else ""


class TestAllThatIsWrong:
    def test_is_said_at_once_where_fields_were_left_out(self, scene: Scene, nurse: Browser) -> None:
        wrong = {"pump_expires_on": scene.day(-1), "catheter_implanted_cm": "-3", "volume_ml": "30", "lot": ""}
        wrong |= {"alarm_on": "", "alarm_on_again": ""}
        nurse.get("/day")
        status, page = send(nurse, scene, pin="", **wrong)
        assert status == 422
        for said in (
            "Write down the lot.",
            "The reservoir holds 20 mL.",
            "Type the printed date, or tick that it is not known.",
            "Length left in: Must be more than zero.",
            "The pump expired",
            "Something is missing. Say why it was done all the same.",
            "The second person types their own PIN.",
        ):
            assert said in page, said
        assert page.count("The second person") == 2, "at the field and above, and nothing else about it"

    def test_is_said_at_once_where_every_field_can_be_read(self, scene: Scene, nurse: Browser) -> None:
        wrong = {
            "pump_expires_on": scene.day(-1),
            "daily_dose_mcg": "5000",
            "catheter_model": "",
            "alarm_volume_ml": "20",
        }
        nurse.get("/day")
        status, page = send(nurse, scene, **wrong)
        assert status == 422
        for said in (
            "Write down the catheter.",
            "The alarm volume must be less than what was filled.",
            "5000 mcg a day is more than",
            "5000 mcg a day is right",
            "The pump expired",
            "Something is missing. Say why it was done all the same.",
        ):
            assert said in page, said

    def test_and_put_right_at_once_is_taken(self, scene: Scene, nurse: Browser) -> None:
        wrong = {"pump_expires_on": scene.day(-1), "daily_dose_mcg": "5000", "lot": ""}
        nurse.get("/day")
        _, page = send(nurse, scene, **wrong)
        code = re.findall(r'type="checkbox" name="meant" value="([^"]+)"', page)
        seen = re.findall(r'name="deviation_seen" value="([^"]+)"', page)[0]
        right = {**wrong, "lot": "L-9", "meant": code, "deviation_seen": seen, "deviation_reason": "The only one"}
        status, page = send(nurse, scene, **right)
        assert status == 303, page

    def test_leaves_nothing_behind(self, scene: Scene, nurse: Browser) -> None:
        before = scene.journey.look().head.version
        nurse.get("/day")
        send(nurse, scene, lot="", volume_ml="30")
        assert scene.journey.look().head.version == before and not scene.journey.look().snapshot.of(Device)


class TestAPin:
    def test_that_was_right_is_not_asked_for_again(self, scene: Scene, nurse: Browser) -> None:
        nurse.get("/day")
        pin = scene.world.give_pin(PHYSICIAN)
        status, page = send(nurse, scene, catheter_implanted_cm="-3")
        assert status == 422 and carried(page)
        assert f'"{pin}"' not in page and re.search(r'name="pin"[^>]*value=""', page)
        assert "Confirmed by Physician Person 09:00. Typed again only where what they read is changed." in page
        # Again refused, for another thing: it is carried on.
        status, page = send(nurse, scene, pin="", confirmed=carried(page), tip_level="x" * 30)
        assert status == 422 and carried(page) and "types their own PIN" not in page
        status, page = send(nurse, scene, pin="", confirmed=carried(page))
        assert status == 303, page
        with scene.world.database.reading() as session:
            body = session.scalars(select(Event.body).where(Event.kind == "pump_implanted")).one()
        assert str(scene.world.user_ids[PHYSICIAN]) in str(body) and "second_by_pin" in str(body)

    @pytest.mark.parametrize(
        "changed", [{"lot": "L-8"}, {"concentration_mcg_ml": "1000"}, {"volume_ml": "19"}, {"expires_on": "2031-01-01"}]
    )
    def test_is_asked_for_again_where_what_was_read_is_changed(
        self, scene: Scene, nurse: Browser, changed: dict[str, str]
    ) -> None:
        nurse.get("/day")
        _, page = send(nurse, scene, catheter_implanted_cm="-3")
        status, page = send(nurse, scene, pin="", confirmed=carried(page), **changed)
        assert status == 422 and "The second person confirms with their own PIN." in page and not carried(page)

    def test_of_another_person_is_asked_for(self, scene: Scene, nurse: Browser) -> None:
        nurse.get("/day")
        _, page = send(nurse, scene, catheter_implanted_cm="-3")
        physician = scene.world.sign_in(PHYSICIAN)
        physician.get("/day")
        named = {"second_by": scene.world.user_ids[NURSE], "pin": ""}
        assert send(physician, scene, confirmed=carried(page), **named)[0] == 422
        assert not scene.journey.look().snapshot.of(Device)

    def test_is_kept_for_half_an_hour(self, scene: Scene, nurse: Browser) -> None:
        nurse.get("/day")
        _, page = send(nurse, scene, catheter_implanted_cm="-3")
        scene.world.clock.advance(minutes=10)
        # What is carried on is as old as the PIN.
        _, page = send(nurse, scene, pin="", confirmed=carried(page), tip_level="x" * 30)
        scene.world.clock.advance(minutes=10)
        _, page = send(nurse, scene, pin="", confirmed=carried(page), tip_level="x" * 30)
        scene.world.clock.advance(minutes=10, seconds=1)
        status, page = send(nurse, scene, pin="", confirmed=carried(page))
        assert status == 422 and "The second person confirms with their own PIN." in page

    def test_that_is_wrong_is_kept_nowhere(self, scene: Scene, nurse: Browser) -> None:
        nurse.get("/day")
        _, page = send(nurse, scene, pin="0001", catheter_implanted_cm="-3")
        assert not carried(page)

    def test_of_another_case_or_form_is_asked_for(self, scene: Scene, nurse: Browser) -> None:
        nurse.get("/day")
        _, page = send(nurse, scene, catheter_implanted_cm="-3")
        kept = carried(page)
        scene.journey.implant()
        status, page = send(nurse, scene, "refill", pin="", confirmed=kept, printout="letter")
        assert status == 422 and "The second person confirms with their own PIN." in page

    def test_serves_one_record(self, scene: Scene, nurse: Browser) -> None:
        """The same fill once more is another one, and read again."""
        scene.journey.implant()
        scene.world.clock.advance(minutes=1)
        nurse.get("/day")
        _, page = send(nurse, scene, "refill", residual_expected_ml="99")
        kept = carried(page)
        assert send(nurse, scene, "refill", pin="", confirmed=kept)[0] == 303
        fills = len(scene.journey.look().snapshot.of(Fill))
        status, page = send(nurse, scene, "refill", pin="", confirmed=kept)
        assert status == 422 and "The second person confirms with their own PIN." in page
        assert len(scene.journey.look().snapshot.of(Fill)) == fills

    def test_stays_where_somebody_changed_the_case_meanwhile(self, scene: Scene, nurse: Browser) -> None:
        nurse.get("/day")
        version = scene.journey.look().head.version
        note = partial(evaluations.record_document, kind="other", dated_on=scene.journey.today, title="Letter")
        scene.journey.do(NURSE, note)
        status, page = send(nurse, scene, expected_version=version)
        assert status == 409 and carried(page)
        status, page = send(nurse, scene, pin="", confirmed=carried(page))
        assert status == 303, page
