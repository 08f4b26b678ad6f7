"""Devices on the pages: what a scanned label says, what a crafted request cannot do, and what the case then tells."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.device_forms import new_catheter, new_pump
from tests.web.cases.forms import filling, implant
from tests.web.cases.scene import COORDINATOR, NURSE, PHYSICIAN, Scene
from tests.web.cases.test_asked_back import send, text_of
from tracker.domain.facts import Device, DeviceLabel
from tracker.domain.words import DeterminationKind
from tracker.services.device_orders import order_devices

At = Callable[[str], tuple[WebWorld, Journey]]


def label(expires_on: date, serial: str = "NGP9") -> str:
    return f"]d2015102222223333617{expires_on:%y%m%d}21{serial}"


@pytest.fixture
def scene(at: At) -> Scene:
    """Everything is there for the implant."""
    world, journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    return Scene(world, journey)


def yesterday(scene: Scene) -> date:
    return scene.journey.today - timedelta(days=1)


def try_implant(scene: Scene, **typed: object) -> tuple[int, str]:
    return send(scene.world.sign_in(NURSE), scene.journey, "implant", {**implant(scene), **typed})


def devices(scene: Scene) -> tuple[Device, ...]:
    return scene.journey.look().snapshot.devices_in_place


class TestACraftedRequest:
    """Posted straight to the server: no page has shown anything before."""

    @pytest.mark.parametrize("part", ["pump", "catheter"])
    def test_cannot_record_an_expired_device_as_an_ordinary_one(self, scene: Scene, part: str) -> None:
        typed = {f"{part}_expires_on": yesterday(scene).isoformat(), "meant": f"{part}_expires_on:x"}
        status, page = try_implant(scene, **typed)
        assert status == 422 and f"The {part} expired" in page
        status, page = try_implant(scene, **typed, deviation_reason="x", deviation_seen="consent_missing")
        assert status == 422, "a reason for something else"
        assert devices(scene) == ()

    def test_cannot_talk_the_label_away(self, scene: Scene) -> None:
        scanned = {"pump_label": label(yesterday(scene)), "pump_expires_on": scene.day(300)}
        status, page = try_implant(scene, **scanned)
        assert status == 422 and "The label says" in page
        status, page = try_implant(scene, **{**scanned, "pump_expires_on": ""})
        assert status == 422 and "The pump expired" in page
        assert devices(scene) == ()

    @pytest.mark.parametrize("left_out", ["pump_expires_on", "catheter_expires_on"])
    def test_cannot_leave_the_date_out(self, scene: Scene, left_out: str) -> None:
        status, page = try_implant(scene, **{left_out: ""})
        assert status == 422 and "Nobody has read until when" in page and devices(scene) == ()

    def test_cannot_put_the_implant_before_the_date(self, scene: Scene) -> None:
        typed = {"pump_expires_on": yesterday(scene).isoformat(), "implanted_at": scene.moment(-3)}
        status, page = try_implant(scene, **typed)
        assert status == 422 and "The pump expired" in page and devices(scene) == ()

    def test_cannot_record_another_model_than_ordered(self, scene: Scene) -> None:
        scene.journey.do(PHYSICIAN, lambda w, r: order_devices(w, r, pump="8637-40", catheter=""))
        status, page = try_implant(scene, pump_model="SynchroMed II 8637-20")
        assert status == 422 and "ordered is SynchroMed II 8637-40" in page and devices(scene) == ()

    @pytest.mark.parametrize(
        ("field", "value"),
        [("mode", "fast"), ("pump_pocket_side", "middle"), ("put_in", "nothing"), ("catheter_implanted_cm", "-3")],
    )
    def test_cannot_say_what_cannot_be(self, scene: Scene, field: str, value: str) -> None:
        assert try_implant(scene, **{field: value})[0] == 422
        assert devices(scene) == ()


class TestAnImplant:
    def test_is_filled_in_from_its_labels_without_scripts(self, scene: Scene) -> None:
        labels = {
            "pump_label": f"{label(scene.journey.today)}\r\n",
            "pump_model": "8637-20",
            "catheter_label": "+A123BJC5D6E71G\r\n+$$710X3G7\r\n",
        }
        typed = {**new_pump(scene), **new_catheter(scene), **filling(scene), **labels, "mode": "constant"}
        for name in ("pump_serial", "pump_expires_on", "pump_reservoir_ml"):
            typed[name] = ""
        status, page = send(scene.world.sign_in(NURSE), scene.journey, "implant", typed)
        assert status == 303, page
        pump = scene.journey.look().snapshot.pump
        assert pump is not None
        assert (pump.serial, pump.expires_on, pump.reservoir_ml) == ("NGP9", scene.journey.today, 20)
        assert (pump.model, pump.manufacturer) == ("SynchroMed II 8637-20", "Medtronic")
        assert pump.udi == label(scene.journey.today), "to the letter"
        told = text_of(scene.world.sign_in(PHYSICIAN).get(f"/cases/{scene.journey.public_id}"))
        assert "62 cm left in, 14 cm cut off" in told and "one rate all day" in told

    def test_of_an_expired_device_is_recorded_with_its_reason(self, scene: Scene) -> None:
        typed = {"pump_label": label(yesterday(scene)), "pump_expires_on": ""}
        status, page = try_implant(scene, **typed)
        assert status == 422 and 'name="deviation_seen" value="device_expired"' in page
        why = {"deviation_reason": "The only one", "deviation_seen": "device_expired"}
        status, page = try_implant(scene, **typed, **why)
        assert status == 303, page
        deviation = scene.journey.look().snapshot.determination(DeterminationKind.DEVIATION)
        assert deviation is not None and deviation.reason.startswith("The only one")
        told = text_of(scene.world.sign_in(PHYSICIAN).get(f"/cases/{scene.journey.public_id}"))
        assert "Review" in told and "The pump expired" in told

    def test_that_was_broken_off_asks_for_no_fill(self, scene: Scene) -> None:
        typed = {**new_catheter(scene), "put_in": "catheter", "opened": "none"}
        status, page = send(scene.world.sign_in(NURSE), scene.journey, "implant", typed)
        assert status == 422 and "Only the catheter was put in" in page and "Choose the drug." not in page
        why = {"deviation_reason": "no flow", "deviation_seen": "implant_incomplete"}
        status, page = send(scene.world.sign_in(NURSE), scene.journey, "implant", {**typed, **why})
        assert status == 303, page
        assert [each.kind for each in devices(scene)] == ["catheter"]

    def test_that_was_broken_off_says_what_is_in_and_of_which_lot(self, scene: Scene) -> None:
        browser = scene.world.sign_in(NURSE)
        why = {"deviation_reason": "no flow", "deviation_seen": "implant_incomplete"}
        typed = {**new_catheter(scene), "catheter_lot": "LOT-55", "put_in": "catheter", "opened": "none", **why}
        assert send(browser, scene.journey, "implant", typed)[0] == 303
        told = text_of(browser.get(f"/cases/{scene.journey.public_id}"))
        assert "Recorded: catheter in, no pump." in told and "first fill" not in told
        assert told.count("lot LOT-55") == 2, "under Devices and in the history"
        assert "book-visit?purpose=refill" not in told, "there is no pump to fill"
        assert told.index("Implant incomplete: a part is in") < told.index("Discharged after implant")

    def test_of_one_part_asks_everything_in_one_round_and_takes_the_answers_in_the_next(self, scene: Scene) -> None:
        """Also about a device whose label was read: what is missing stands there as before."""
        browser = scene.world.sign_in(NURSE)
        read = {**new_pump(scene), "use": "read"}
        del read["pump_reservoir_ml"]
        assert send(browser, scene.journey, "device-label/pump", read)[0] == 303
        scene.journey.version = scene.journey.look().head.version
        typed = {**new_catheter(scene), "put_in": "catheter"}
        status, page = send(browser, scene.journey, "implant", typed)
        asked = (
            "Only the catheter was put in",
            "Say whether a device was opened",
            "Was it opened?",
            "Say why it was done",
        )
        assert status == 422 and [each for each in asked if each not in page] == []
        code = re.findall(r'type="checkbox" name="meant" value="([^"]+)"', page)
        seen = re.findall(r'name="deviation_seen" value="([^"]+)"', page)[0]
        right = {**typed, "opened": "none", "deviation_reason": "no flow", "deviation_seen": seen}
        status, page = send(browser, scene.journey, "implant", right)
        assert status == 422 and "Was it opened?" in page and "Only the catheter was put in" in page
        assert re.findall(r'name="deviation_seen" value="([^"]+)"', page) == [seen]
        status, page = send(browser, scene.journey, "implant", {**right, "meant": code})
        assert status == 303, page

    def test_of_a_pump_that_was_opened_before_asks_back_at_its_serial_number_and_stops_where_it_had_expired(
        self, scene: Scene
    ) -> None:
        browser = scene.world.sign_in(NURSE)
        aside = {"pump_model": "SynchroMed II", "pump_serial": "ngp 9", "use": "not_used", "reason": "fell down"}
        aside["pump_expires_on"] = yesterday(scene).isoformat()
        assert send(browser, scene.journey, "device-label/pump", aside)[0] == 303
        scene.journey.version = scene.journey.look().head.version
        status, page = try_implant(scene)
        assert status == 422 and "Put in all the same?" in page and "The pump expired" in page
        code = re.findall(r'type="checkbox" name="meant" value="([^"]+)"', page)
        assert [each.partition(":")[0] for each in code] == ["pump_serial", "pump_expires_on"]
        assert try_implant(scene, meant=code)[0] == 422 and devices(scene) == (), "why, is asked too"
        why = {"deviation_reason": "The only one", "deviation_seen": "device_expired"}
        status, page = try_implant(scene, meant=code, **why)
        assert status == 303, page


class TestLeaving:
    def test_waits_for_the_first_refill_to_be_booked(self, scene: Scene) -> None:
        """Also for a request that no page has offered."""
        journey = scene.journey
        visit = journey.visit_for("implant")
        journey.implant()
        journey.tick(visit, "after")
        browser = scene.world.sign_in(NURSE)
        status, page = send(browser, journey, "take-step?step=implant_discharged", {})
        assert status == 422 and "Next refill is not booked or planned" in page and journey.stage == "implant_day"
        journey.book("refill", journey.in_days(76))
        assert send(browser, journey, "take-step?step=implant_discharged", {})[0] == 303
        assert journey.stage == "recovering"


class TestALabel:
    def test_that_forbids_it_says_stop_and_stands_in_the_way(self, scene: Scene) -> None:
        browser = scene.world.sign_in(NURSE)
        typed = {"pump_label": label(yesterday(scene)), "pump_model": "8637-20", "use": "read"}
        status, page = send(browser, scene.journey, "device-label/pump", typed)
        assert status == 303, page
        told = text_of(browser.get(f"/cases/{scene.journey.public_id}"))
        assert "Stop, do not open it. The pump expired" in told
        assert f"/cases/{scene.journey.public_id}/device-label/pump" in told, "the way to read another one"

    def test_of_a_device_that_was_not_used_is_told(self, scene: Scene) -> None:
        browser = scene.world.sign_in(NURSE)
        typed = {**new_catheter(scene), "catheter_lot": "A1", "use": "not_used", "reason": "Fell down"}
        assert send(browser, scene.journey, "device-label/catheter", typed)[0] == 303
        told = text_of(browser.get(f"/cases/{scene.journey.public_id}"))
        assert "Catheter opened and not used: Ascenda 8780, lot A1" in told and "Fell down" in told

    def test_that_cannot_be_read_is_asked_back_with_all_that_was_typed(self, scene: Scene) -> None:
        browser = scene.world.sign_in(NURSE)
        typed = {**new_pump(scene), "pump_label": "(01)51022222233337", "use": "read"}
        status, page = send(browser, scene.journey, "device-label/pump", typed)
        assert status == 422 and "The check digit of the device identifier is wrong" in page
        code = html.unescape(page.partition('name="meant" value="')[2].partition('"')[0])
        assert code.startswith("pump_label:")
        assert send(browser, scene.journey, "device-label/pump", {**typed, "meant": code})[0] == 303
        assert scene.journey.look().snapshot.of(DeviceLabel)[-1].scanned == "(01)51022222233337"


class TestReadingALabel:
    def read(self, scene: Scene, text: str, kind: str = "pump") -> dict[str, object]:
        browser = scene.world.sign_in(NURSE)
        browser.get(f"/cases/{scene.journey.public_id}/implant")
        answer = browser.post(f"/cases/{scene.journey.public_id}/read-label/{kind}", {"label": text})
        assert answer.status_code == 200, text_of(answer)
        said: dict[str, object] = answer.get_json()
        return said

    def test_says_what_stands_on_it_and_records_nothing(self, scene: Scene) -> None:
        version = scene.journey.look().head.version
        said = self.read(scene, label(scene.journey.today))
        assert said["fields"] == {"pump_serial": "NGP9", "pump_expires_on": scene.day()}
        assert said["is_whole"] is True and said["stops"] == []
        assert "a model that is not known here" in str(said["said"])
        assert scene.journey.look().head.version == version

    def test_says_stop(self, scene: Scene) -> None:
        said = self.read(scene, label(yesterday(scene)))
        assert len(said["stops"]) == 1 and "Stop, do not open it. The pump expired" in str(said["stops"])

    def test_asks_for_the_second_code(self, scene: Scene) -> None:
        said = self.read(scene, "+A123BJC5D6E71G\n", "catheter")
        assert said["is_whole"] is False and "second code" in str(said["said"])
        said = self.read(scene, "+A123BJC5D6E71G\n+$$710X3G7\n", "catheter")
        assert said["is_whole"] is True and said["fields"] == {"catheter_lot": "10X3"}

    @pytest.mark.parametrize("text", ["no label", "(01)51022222233337", "\x1d" * 500, "", "😀"])
    def test_never_breaks(self, scene: Scene, text: str) -> None:
        assert self.read(scene, text)["fields"] == {}

    def test_is_for_those_who_implant(self, scene: Scene) -> None:
        browser = scene.world.sign_in(COORDINATOR)
        browser.get("/account/password")
        path = f"/cases/{scene.journey.public_id}/read-label/pump"
        assert browser.post(path, {"label": "x"}).status_code == 403
        assert scene.world.sign_in(NURSE).post(path, {"label": "x"}).status_code == 400, "without the form's token"
        stranger = scene.world.sign_in(NURSE, "north")
        stranger.get("/account/password")
        assert stranger.post(path, {"label": "x"}).status_code == 404
