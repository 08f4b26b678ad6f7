"""An operation that is broken off accounts for each device that was opened and not put in, or says that none was."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.support.devices import a_catheter, a_pump
from tests.support.journey import Journey
from tests.support.reoperating import anew
from tests.support.visit_days import asked, confirm
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import DeviceLabel
from tracker.domain.pathway.engine import offered
from tracker.domain.words import DeterminationKind, Role
from tracker.services import appointments
from tracker.services.device_labels import record_label
from tracker.services.implants import Implanted, record_implant
from tracker.services.opened_before import moment_words
from tracker.services.opened_devices import Opened
from tracker.services.visit_losses import Loss
from tracker.services.work import CaseRef, Work, Written

At = Callable[[str], Journey]
OperatingDay = Callable[[str], tuple[Journey, Journey]]
COORDINATOR, NURSE = Role.COORDINATOR, Role.NURSE
#: How an implant ends with the catheter alone in.
PART_IN = {"pump": None, "filling": None, "deviation_reason": "no flow"}


def ready(at: At) -> Journey:
    """Everything is there for the implant."""
    journey = at("implant_day")
    journey.tick(journey.visit_for("implant"), "before")
    return journey


def broken_off(journey: Journey, purpose: str = "implant", **said: object) -> Callable[[Work, CaseRef], Written]:
    """Nothing was put in."""
    loss = Loss("broken_off", "nothing", opened=Opened(**said))
    return partial(appointments.cancel, appointment=journey.visit_for(purpose), reason="bled", loss=loss)


def implanting(journey: Journey, **values: object) -> Callable[[Work, CaseRef], Written]:
    """An implant as a page records it."""
    return partial(record_implant, implanted=Implanted(**{"catheter": a_catheter(), **values}))


def problems(run: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        run()
    return caught.value.problems


def read(journey: Journey, use: str) -> Written:
    label = partial(record_label, kind="pump", part=a_pump(), use=use, reason="fell down" if use == "not_used" else "")
    return journey.do(NURSE, label)


def aside(journey: Journey) -> list[tuple[str, str, str]]:
    """What is recorded as opened and not used, and why."""
    labels = journey.look().snapshot.of(DeviceLabel)
    return [(each.kind, each.serial or each.lot, each.reason) for each in labels if each.use == "not_used"]


def word(journey: Journey) -> str:
    """What was said of all of them."""
    said = journey.look().snapshot.determination(DeterminationKind.DEVICES_OPENED)
    return said.value if said else ""


class TestWithNothingIn:
    def test_asks_for_each_device_or_that_none_was_opened(self, at: At) -> None:
        journey = ready(at)
        assert set(problems(lambda: journey.do(NURSE, broken_off(journey)))) == {"opened"}
        assert set(problems(lambda: journey.do(NURSE, broken_off(journey, said="some")))) == {"opened"}
        assert set(problems(lambda: journey.do(NURSE, broken_off(journey, said="perhaps")))) == {"opened"}
        assert journey.stage == "implant_day"
        journey.do(NURSE, broken_off(journey, said="none"))
        assert (word(journey), aside(journey), journey.stage) == ("none", [], "implant_to_book")

    def test_writes_each_down_with_serial_or_lot(self, at: At) -> None:
        journey = ready(at)
        both = {"pump": a_pump(), "catheter": a_catheter()}
        assert set(problems(lambda: journey.do(NURSE, broken_off(journey, said="none", **both)))) == {"opened"}
        nameless = {"pump": a_pump(serial=""), "catheter": a_catheter(model="")}
        found = problems(lambda: journey.do(NURSE, broken_off(journey, said="some", **nameless)))
        assert set(found) == {"unused_pump_serial", "unused_catheter_model"}
        journey.do(NURSE, broken_off(journey, said="some", **both))
        assert aside(journey) == [("pump", "NGP123", "bled"), ("catheter", "A-77", "bled")]
        assert word(journey) == "some"

    def test_counts_what_was_written_down_before(self, at: At) -> None:
        journey = ready(at)
        read(journey, "not_used")
        assert set(problems(lambda: journey.do(NURSE, broken_off(journey, said="none")))) == {"opened"}
        again = {"said": "some", "pump": a_pump(serial="ngp 123")}
        assert set(problems(lambda: journey.do(NURSE, broken_off(journey, **again)))) == {"unused_pump_serial"}
        journey.do(NURSE, broken_off(journey, said="some"))
        assert aside(journey) == [("pump", "NGP123", "fell down")]

    def test_asks_back_about_a_device_whose_label_was_read(self, at: At) -> None:
        journey = ready(at)
        read(journey, "read")
        (question,) = asked(journey, NURSE, broken_off(journey, said="none"))
        assert question.field == "opened" and "SynchroMed II, NGP123" in question.sentence
        confirm(journey, NURSE, broken_off(journey, said="none"), question.code)
        assert word(journey) == "none"

    def test_asks_nothing_about_one_that_is_written_down(self, at: At) -> None:
        journey = ready(at)
        read(journey, "read")
        confirm(journey, NURSE, broken_off(journey, said="some", pump=a_pump(), reason="dropped"))
        assert aside(journey) == [("pump", "NGP123", "dropped")]

    def test_reads_the_label_as_any_other(self, at: At) -> None:
        journey = ready(at)
        scanned = a_pump(udi="(01)51022222233336(21)NGP9", serial="NGP8", expires_on=None)
        found = problems(lambda: journey.do(NURSE, broken_off(journey, said="some", pump=scanned)))
        assert found == {"unused_pump_serial": "The label says NGP9. Empty this field, or scan the label again."}

    def test_names_the_device_that_speaks_against_none_and_when_it_was_recorded(self, at: At) -> None:
        journey = ready(at)
        read(journey, "not_used")
        when = moment_words(journey.calendar, journey.clock.now())
        found = problems(lambda: journey.do(NURSE, broken_off(journey, said="none", catheter=a_catheter())))
        assert f"SynchroMed II, serial NGP123, recorded on {when}" in found["opened"]
        assert "Ascenda 8780, lot A-77, in this form" in found["opened"]

    def test_counts_what_was_written_down_before_the_visit_was_put_back(self, at: At) -> None:
        journey = ready(at)
        number = journey.visit_for("implant")
        journey.do(NURSE, broken_off(journey, said="some", pump=a_pump()))
        journey.do(COORDINATOR, partial(appointments.reinstate, appointment=number, reason="wrong patient"))
        journey.do(NURSE, partial(appointments.arrive, appointment=number))
        assert set(problems(lambda: journey.do(NURSE, broken_off(journey, said="none")))) == {"opened"}
        journey.do(NURSE, broken_off(journey, said="some"))
        assert aside(journey) == [("pump", "NGP123", "bled")]

    def test_of_a_reoperation_stands_in_the_case_of_the_pump(self, operating_day: OperatingDay) -> None:
        pump, beside = operating_day("replacement")
        assert set(problems(lambda: beside.do(NURSE, broken_off(beside, "reoperation")))) == {"opened"}
        new = a_pump(serial="NGV900")
        beside.do(NURSE, broken_off(beside, "reoperation", said="some", pump=new))
        assert (aside(beside), word(beside)) == ([], "some")
        assert aside(anew(pump)) == [("pump", "NGV900", "bled")]


class TestWithAPartIn:
    def test_asks_the_same(self, at: At) -> None:
        journey = ready(at)
        assert set(problems(lambda: journey.implant(**PART_IN))) == {"opened"}
        journey.implant(**PART_IN, opened=Opened(said="some", pump=a_pump()))
        assert aside(journey) == [("pump", "NGP123", "no flow")] and word(journey) == "some"

    def test_leads_first_to_the_step_that_says_so_and_asks_nobody_to_book_a_refill(self, at: At) -> None:
        journey = ready(at)
        journey.implant(**PART_IN, opened=Opened(said="none"))
        case = journey.look()
        found = offered(case.pathway, case.snapshot, journey.clock.now())
        assert found.next_name == "implant_incomplete"
        assert found.next is not None and "refill_not_booked" not in {each.code for each in found.next.blockers}

        whole = ready(at)
        whole.implant()
        case = whole.look()
        assert offered(case.pathway, case.snapshot, whole.clock.now()).next_name == "implant_discharged"

    def test_takes_no_part_for_unused_that_was_put_in(self, at: At) -> None:
        journey = ready(at)
        given = Opened(said="some", catheter=a_catheter(serial="C-1"))
        assert set(
            problems(lambda: journey.implant(**{**PART_IN, "catheter": a_catheter(serial="c1")}, opened=given))
        ) == {"unused_catheter_serial"}

    def test_asks_back_about_another_of_the_lot_that_was_put_in(self, at: At) -> None:
        """A lot is not one piece."""
        journey = ready(at)
        record = implanting(journey, **PART_IN, opened=Opened(said="some", catheter=a_catheter(lot="a77")))
        (question,) = asked(journey, NURSE, record)
        assert question.field == "unused_catheter_lot" and "the one that was put in" in question.sentence
        confirm(journey, NURSE, record, question.code)
        assert aside(journey) == [("catheter", "a77", "no flow")]

    def test_asks_back_about_another_of_a_lot_that_was_set_aside(self, at: At) -> None:
        journey = ready(at)
        first = partial(record_label, kind="catheter", part=a_catheter(), use="not_used", reason="fell down")
        journey.do(NURSE, first)
        again = broken_off(journey, said="some", catheter=a_catheter())
        (question,) = asked(journey, NURSE, again)
        assert question.field == "unused_catheter_lot" and "recorded already" in question.sentence
        confirm(journey, NURSE, again, question.code)
        assert [each[:2] for each in aside(journey)] == [("catheter", "A-77")] * 2

    def test_asks_nothing_of_a_whole_implant_and_takes_what_is_written(self, at: At) -> None:
        journey = ready(at)
        spare = a_pump(serial="NGP999")
        found = problems(lambda: journey.implant(opened=Opened(pump=spare)))
        assert set(found) == {"unused_reason"}
        journey.implant(opened=Opened(pump=spare, reason="fell down"))
        assert aside(journey) == [("pump", "NGP999", "fell down")] and word(journey) == ""
