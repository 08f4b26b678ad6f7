"""A device out of date or of another model is a hard stop: it stops the next step, and can be recorded all the same.

Everything is tried on the services, as a crafted request would reach them: no page stands in between.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.support.devices import IN_DATE, a_catheter, a_filling, a_pump
from tests.support.journey import Journey
from tests.support.reoperating import replaced
from tests.support.todos import codes, next_blockers, open_todos
from tracker.domain.errors import AskedBack, InvalidInput, NotFound, Refused
from tracker.domain.facts import Device, DeviceLabel
from tracker.domain.words import DeterminationKind, Role
from tracker.services import appointments, decisions, implants
from tracker.services.device_labels import record_label
from tracker.services.device_orders import order_devices
from tracker.services.implants import Implanted
from tracker.services.opened_devices import Opened
from tracker.services.visit_losses import Loss
from tracker.services.work import CaseRef, Work, Written

At = Callable[[str], Journey]
OperatingDay = Callable[[str], tuple[Journey, Journey]]
NURSE, PHYSICIAN = Role.NURSE, Role.PHYSICIAN


def label(expires_on: date, serial: str = "NGP123") -> str:
    return f"(01)51022222233336(17){expires_on:%y%m%d}(21){serial}"


def ready(at: At) -> Journey:
    """Everything is there for the implant."""
    journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    return journey


def read(journey: Journey, use: str = "read", reason: str = "", kind: str = "pump", **values: object) -> Written:
    part = (a_pump if kind == "pump" else a_catheter)(**values)
    return journey.do(NURSE, lambda w, r: record_label(w, r, kind=kind, part=part, use=use, reason=reason))


def refused(journey: Journey, **values: object) -> set[str]:
    """Why an implant is refused; nothing is written."""
    before = journey.look().snapshot.facts
    with pytest.raises(Refused) as caught:
        journey.implant(**values)
    assert journey.look().snapshot.facts == before
    return codes(caught.value.blockers)


class TestAHardStop:
    @pytest.mark.parametrize("part", ["pump", "catheter"])
    def test_an_expired_device(self, at: At, part: str) -> None:
        journey = ready(at)
        make = a_pump if part == "pump" else a_catheter
        assert refused(journey, **{part: make(expires_on=journey.today - timedelta(days=1))}) == {"device_expired"}
        journey.implant(**{part: make(expires_on=journey.today)})

    def test_the_label_counts_whatever_the_request_claims(self, at: At) -> None:
        journey = ready(at)
        yesterday = journey.today - timedelta(days=1)
        assert refused(journey, pump=a_pump(udi=label(yesterday), expires_on=None)) == {"device_expired"}
        with pytest.raises(InvalidInput) as caught:
            journey.implant(pump=a_pump(udi=label(yesterday), expires_on=IN_DATE))
        assert "The label says" in caught.value.problems["pump_expires_on"]

    def test_a_date_that_nobody_read(self, at: At) -> None:
        assert refused(ready(at), pump=a_pump(expires_on=None)) == {"device_expiry_unknown"}

    def test_a_time_typed_too_early_does_not_make_a_device_good(self, at: At) -> None:
        journey = ready(at)
        yesterday = journey.today - timedelta(days=1)
        alarm_on = journey.today + timedelta(days=80)
        filling = a_filling(alarm_on=alarm_on, alarm_on_again=alarm_on, second_by=journey.user_ids[PHYSICIAN])
        parts = Implanted(a_pump(expires_on=yesterday), a_catheter(), filling)
        at_then = journey.clock.now() - timedelta(days=2)
        with pytest.raises(Refused) as caught:
            journey.do(NURSE, lambda w, r: implants.record_implant(w, r, parts, implanted_at=at_then))
        assert "device_expired" in codes(caught.value.blockers)

    def test_another_model_than_the_physician_ordered(self, at: At) -> None:
        journey = ready(at)
        journey.do(PHYSICIAN, lambda w, r: order_devices(w, r, pump="8637-40", catheter="8781"))
        assert refused(journey, pump=a_pump(model="SynchroMed II 8637-20")) == {"device_differs"}
        journey.do(PHYSICIAN, lambda w, r: order_devices(w, r, pump="8637-20", catheter="8780"))
        journey.implant(pump=a_pump(model="Synchromed II, 8637 20"))

    def test_a_catheter_of_no_known_length(self, at: At) -> None:
        assert refused(ready(at), catheter=a_catheter(trimmed_cm=None)) == {"catheter_length_unknown"}

    def test_of_what_was_shown_alone_a_reason_speaks(self, at: At) -> None:
        journey = ready(at)
        expired = a_pump(expires_on=journey.today - timedelta(days=1))
        seen = frozenset({"consent_missing"})
        assert refused(journey, pump=expired, deviation_reason="x", deviation_seen=seen) == {"device_expired"}

    @pytest.mark.parametrize("part", ["pump", "catheter"])
    def test_at_a_replacement_too(self, operating_day: OperatingDay, part: str) -> None:
        _, beside = operating_day("replacement")
        make = a_pump if part == "pump" else a_catheter
        with pytest.raises(Refused) as caught:
            replaced(beside, **{part: make(serial="N2", expires_on=beside.today - timedelta(days=1))})
        assert codes(caught.value.blockers) == {"device_expired"}


class TestImplantedAllTheSame:
    def test_is_recorded_with_its_reason_and_a_physician_reviews_it(self, at: At) -> None:
        journey = ready(at)
        expired = a_pump(udi=label(journey.today - timedelta(days=1)), expires_on=None)
        journey.implant(pump=expired, deviation_reason="The only one here; the sterile barrier was whole")
        snapshot = journey.look().snapshot
        deviation = snapshot.determination(DeterminationKind.DEVIATION)
        assert deviation is not None and "devices_fit" in deviation.value.split()
        assert "The pump expired" in deviation.reason
        assert snapshot.pump is not None and snapshot.pump.deviation_seq == deviation.seq
        assert "deviation_review" in open_todos(journey)
        journey.do(PHYSICIAN, lambda w, r: decisions.review_deviation(w, r, seq=deviation.seq, finding="ok"))
        assert "deviation_review" not in open_todos(journey)

    def test_does_not_wait_for_a_fitting_device_for_ever(self, at: At) -> None:
        journey = ready(at)
        visit = journey.visit_for("implant")
        journey.implant(pump=a_pump(expires_on=journey.today - timedelta(days=1)), deviation_reason="at night")
        journey.tick(visit, "after")
        journey.book("refill", journey.in_days(76))
        journey.step("implant_discharged", NURSE)
        assert journey.stage == "recovering"


class TestALabelThatIsRead:
    def test_stands_as_it_was_scanned_with_what_it_says(self, at: At) -> None:
        journey = ready(at)
        scanned = f"]d20151022222233336\x1d17{IN_DATE:%y%m%d}10A1\x1d21NGP123"
        read(journey, udi=f"{scanned}\r\n", serial="", expires_on=None, model="8637-20", reservoir_ml=None)
        found = journey.look().snapshot.of(DeviceLabel)[-1]
        assert (found.scanned, found.device_identifier, found.serial, found.lot) == (
            scanned, "51022222233336", "NGP123", "A1",
        )  # fmt: skip
        assert (found.model, found.expires_on) == ("SynchroMed II 8637-20", IN_DATE)

    def test_stops_the_next_step_until_another_one_is_read(self, at: At) -> None:
        journey = ready(at)
        read(journey, expires_on=journey.today - timedelta(days=1))
        assert "device_expired" in next_blockers(journey)
        read(journey, serial="NGP124")
        assert "device_expired" not in next_blockers(journey)

    def test_is_set_aside_with_a_reason(self, at: At) -> None:
        journey = ready(at)
        expired = {"expires_on": journey.today - timedelta(days=1)}
        read(journey, **expired)
        with pytest.raises(InvalidInput) as caught:
            read(journey, "not_used", **expired)
        assert set(caught.value.problems) == {"reason"}
        read(journey, "not_used", "out of date", **expired)
        assert "device_expired" not in next_blockers(journey)

    def test_of_another_device_does_not_stop_the_one_that_is_implanted(self, at: At) -> None:
        journey = ready(at)
        read(journey, serial="OLD", expires_on=journey.today - timedelta(days=1))
        journey.implant()

    def test_that_cannot_be_read_is_asked_back_and_kept(self, at: At) -> None:
        journey = ready(at)
        part = a_pump(udi="(01)51022222233337(21)X")

        def save(meant: frozenset[str]) -> Callable[[Work, CaseRef], Written]:
            def in_work(work: Work, ref: CaseRef) -> Written:
                asked = replace(work, meant=meant)
                return record_label(asked, ref, kind="pump", part=part, use="read")

            return in_work

        with pytest.raises(AskedBack) as caught:
            journey.do(NURSE, save(frozenset()))
        assert "check digit" in caught.value.problems["pump_label"]
        journey.do(NURSE, save(frozenset(each.code for each in caught.value.questions)))
        found = journey.look().snapshot.of(DeviceLabel)[-1]
        assert (found.scanned, found.device_identifier, found.serial) == (part.udi, "", "NGP123")

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"udi": label(IN_DATE, "OTHER")}, "pump_serial"),
            ({"udi": label(IN_DATE), "model": ""}, "pump_model"),
            ({"model": "SynchroMed II 8637-40"}, "pump_reservoir_ml"),
            ({"serial": "", "lot": ""}, "pump_serial"),
            ({"model": "  "}, "pump_model"),
        ],
    )
    def test_that_contradicts_what_was_typed(self, at: At, values: dict[str, object], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            read(ready(at), **values)
        assert set(caught.value.problems) == {field}

    def test_names_the_model_that_was_chosen_for_it_before(self, at: At) -> None:
        journey = ready(at)
        read(journey, udi=label(IN_DATE), model="8637-20")
        read(journey, udi=label(IN_DATE, "NGP2"), model="", serial="")
        assert journey.look().snapshot.of(DeviceLabel)[-1].model == "SynchroMed II 8637-20"

    @pytest.mark.parametrize("kind", ["trial_catheter", "stent", ""])
    def test_of_nothing_that_is_implanted(self, at: At, kind: str) -> None:
        with pytest.raises(NotFound):
            ready(at).do(NURSE, lambda w, r: record_label(w, r, kind=kind, part=a_pump(), use="read"))

    def test_of_a_use_that_nobody_knows(self, at: At) -> None:
        with pytest.raises(InvalidInput):
            read(ready(at), "sold", "x")


class TestBrokenOff:
    @pytest.mark.parametrize("left_out", ["pump", "catheter"])
    def test_with_a_part_in_is_recorded_with_a_reason(self, at: At, left_out: str) -> None:
        journey = ready(at)
        values: dict[str, object] = {left_out: None} | ({"filling": None} if left_out == "pump" else {})
        assert refused(journey, opened=Opened(said="none"), **values) == {"implant_incomplete"}
        values["opened"] = Opened(said="none")
        journey.implant(deviation_reason="No flow of CSF; the anaesthetist asked to end it", **values)
        kinds = {each.kind for each in journey.look().snapshot.devices_in_place}
        assert kinds == {"pump", "catheter"} - {left_out}
        journey.step(
            "implant_incomplete", reason="catheter in, no pump" if left_out == "pump" else "pump in, no catheter"
        )
        assert journey.stage == "device_review"

    def test_with_nothing_in_goes_back_to_the_booking(self, at: At) -> None:
        journey = ready(at)
        read(journey, "not_used", "The implant was broken off")
        visit = journey.visit_for("implant")
        loss = Loss("condition_changed", "nothing")
        journey.do(NURSE, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="no access", loss=loss))
        assert journey.stage == "implant_to_book"
        assert journey.look().snapshot.of(Device) == ()
        assert journey.look().snapshot.of(DeviceLabel)[-1].use == "not_used"

    def test_says_what_was_put_in(self, at: At) -> None:
        with pytest.raises(InvalidInput) as caught:
            ready(at).implant(pump=None, catheter=None, filling=None, deviation_reason="x")
        assert set(caught.value.problems) == {"put_in"}

    def test_leaves_no_pump_unfilled(self, at: At) -> None:
        with pytest.raises(InvalidInput) as caught:
            ready(at).implant(filling=None, deviation_reason="x")
        assert set(caught.value.problems) == {"drug"}


def test_nothing_ordered_is_nothing_recorded(at: At) -> None:
    journey = ready(at)
    with pytest.raises(InvalidInput):
        journey.do(PHYSICIAN, lambda w, r: order_devices(w, r, pump=" ", catheter=""))


def test_what_was_put_in_stands_on_the_device(at: At) -> None:
    journey = ready(at)
    journey.implant(pump=a_pump(pocket_side="left"), catheter=a_catheter(tip_level="T10"))
    pump, catheter = journey.look().snapshot.devices_in_place
    assert (pump.pocket_side, pump.expires_on) == ("left", IN_DATE)
    assert (catheter.tip_level, catheter.implanted_cm, catheter.trimmed_cm) == ("T10", 62, 14)
