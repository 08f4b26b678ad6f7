"""A device that was recorded as opened and not used is not put in without a question."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from tests.services.use_cases.test_opened_devices import PART_IN, broken_off, ready
from tests.support.devices import a_catheter, a_filling, a_pump
from tests.support.journey import NURSE, PHYSICIAN, Journey
from tests.support.reoperating import NEW_PUMP, anew
from tests.support.visit_days import asked, confirm
from tracker.domain.errors import AskedBack, Question, Unready
from tracker.domain.facts import Device
from tracker.services.device_labels import record_label
from tracker.services.implants import Implanted, record_implant
from tracker.services.opened_devices import Opened
from tracker.services.refills import Filling
from tracker.services.reoperations import Operation, record_catheter_revision, record_replacement
from tracker.services.work import CaseRef, Work, Written

At = Callable[[str], Journey]
OperatingDay = Callable[[str], tuple[Journey, Journey]]
ASKED = "was recorded as opened and not used on"


def set_aside(journey: Journey, kind: str = "pump", **values: object) -> None:
    part = a_pump(**values) if kind == "pump" else a_catheter(**values)
    journey.do(NURSE, partial(record_label, kind=kind, part=part, use="not_used", reason="fell down"))


def fill(journey: Journey) -> Filling:
    alarm_on = journey.in_days(90).date()
    return a_filling(alarm_on=alarm_on, alarm_on_again=alarm_on, second_by=journey.user_ids[PHYSICIAN])


def implant(journey: Journey, **values: object) -> Callable[[Work, CaseRef], Written]:
    usual = {"pump": a_pump(), "catheter": a_catheter(), "filling": fill(journey), "deviation_reason": ""}
    return partial(record_implant, implanted=Implanted(**{**usual, **values}))


def devices(journey: Journey) -> list[str]:
    return [each.kind for each in journey.look().snapshot.of(Device)]


def fields(found: list[Question]) -> list[str]:
    return [each.field for each in found if ASKED in each.sentence]


class TestAPump:
    @pytest.mark.parametrize("typed", ["NGP123", "ngp 123", "NGP-123"])
    def test_is_asked_back_however_its_serial_is_typed(self, at: At, typed: str) -> None:
        journey = ready(at)
        set_aside(journey)
        (question,) = asked(journey, NURSE, implant(journey, pump=a_pump(serial=typed)))
        assert question.field == "pump_serial" and question.sentence.startswith(f"This pump {ASKED} ")
        assert "not sterile any more. Put in all the same?" in question.sentence and " at " in question.sentence
        assert devices(journey) == []
        confirm(journey, NURSE, implant(journey, pump=a_pump(serial=typed)), question.code)
        assert devices(journey) == ["pump", "catheter"]

    def test_of_another_serial_is_not(self, at: At) -> None:
        journey = ready(at)
        set_aside(journey, serial="NGP124")
        confirm(journey, NURSE, implant(journey))

    def test_opened_at_an_operation_that_was_broken_off(self, at: At) -> None:
        journey = ready(at)
        journey.do(NURSE, broken_off(journey, said="some", pump=a_pump()))
        late = implant(journey, deviation_reason="the visit was put back later")
        assert fields(asked(journey, NURSE, late)) == ["pump_serial"]

    def test_is_not_said_yes_to_by_a_yes_to_the_serial_of_another_patient(self, at: At) -> None:
        journey = ready(at)
        set_aside(journey)
        with pytest.raises(AskedBack, match=ASKED):
            confirm(journey, NURSE, implant(journey), "pump_serial:NGP123")

    def test_that_had_expired_by_its_record_stays_expired(self, at: At) -> None:
        journey = ready(at)
        set_aside(journey, expires_on=date(2020, 1, 31))
        with pytest.raises(Unready) as caught:
            confirm(journey, NURSE, implant(journey))
        assert "device_expired" in [each.code for each in caught.value.blockers]
        found = asked(journey, NURSE, implant(journey, deviation_reason="the only one"))
        assert [each.field for each in found] == ["pump_serial", "pump_expires_on"]
        assert "Fri 31 Jan 2020 was read on its label" in found[1].sentence
        codes = [each.code for each in found]
        confirm(journey, NURSE, implant(journey, deviation_reason="the only one"), *codes)

    def test_of_which_another_date_is_typed_that_is_no_stop_is_asked_about_it(self, at: At) -> None:
        journey = ready(at)
        set_aside(journey, expires_on=date(2060, 1, 31))
        found = asked(journey, NURSE, implant(journey))
        assert [each.field for each in found] == ["pump_serial", "pump_expires_on"]


class TestACatheter:
    def test_of_the_same_lot_may_be_another_one(self, at: At) -> None:
        journey = ready(at)
        set_aside(journey, "catheter")
        (question,) = asked(journey, NURSE, implant(journey, catheter=a_catheter(lot="a 77")))
        assert question.field == "catheter_lot" and f"A catheter of this lot {ASKED}" in question.sentence

    def test_of_another_serial_in_the_same_lot_is_another_one(self, at: At) -> None:
        journey = ready(at)
        set_aside(journey, "catheter", serial="C1")
        confirm(journey, NURSE, implant(journey, catheter=a_catheter(serial="C2")))

    def test_put_in_alone_is_asked_back_too(self, at: At) -> None:
        journey = ready(at)
        set_aside(journey, "catheter", serial="C1")
        given = {**PART_IN, "catheter": a_catheter(serial="c1"), "opened": Opened(said="some")}
        assert fields(asked(journey, NURSE, implant(journey, **given))) == ["catheter_serial"]


class TestAReoperation:
    def test_asks_back_about_a_pump(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        set_aside(anew(pump), serial=NEW_PUMP.serial)
        replace = partial(
            record_replacement, operation=Operation(note="x"), pump=NEW_PUMP, filling=fill(beside), catheter=None
        )
        assert fields(asked(beside, NURSE, replace)) == ["pump_serial"]

    def test_asks_back_about_a_catheter(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("catheter_revision")
        set_aside(anew(pump), "catheter", serial="C1")
        new = a_catheter(serial="C1")
        revise = partial(record_catheter_revision, operation=Operation(note="kinked"), catheter=new)
        (question,) = asked(beside, NURSE, revise)
        assert question.field == "catheter_serial"
