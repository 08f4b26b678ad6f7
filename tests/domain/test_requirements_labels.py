"""The label of a device that is to be put in: in date on the day of the implant, and of the model ordered."""

from datetime import date, timedelta

import pytest

from tests.domain.builders import DAY, NOW, STARTS, Case, for_implant
from tracker.domain.facts import Determination, Device, DeviceLabel
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import act_blockers, offered
from tracker.domain.pathway.requirements.labels import DevicesFit

FITS = DevicesFit(of_procedure="implant")
BEFORE = DAY - timedelta(days=1)


def read(case: Case, expires_on: date | None = DAY, **values: object) -> Case:
    return case.record(DeviceLabel, expires_on=expires_on, **values)


def codes(case: Case) -> list[str]:
    return [blocker.code for blocker in FITS.blockers(case.snapshot, NOW)]


@pytest.fixture
def case() -> Case:
    return Case("implant_day").visit("implant", "arrived")


@pytest.mark.parametrize(
    ("expires_on", "said"),
    [
        (DAY, []),
        (DAY + timedelta(days=1), []),
        (BEFORE, ["device_expired"]),
        (None, ["device_expiry_unknown"]),
    ],
)
def test_the_last_day_of_use_is_a_day_of_use(case: Case, expires_on: date | None, said: list[str]) -> None:
    assert codes(read(case, expires_on)) == said


def test_it_is_the_day_of_the_implant_that_counts() -> None:
    """Read in good time in the store, and out of date when the day comes."""
    case = read(Case("implant_booked").visit("implant", starts=STARTS + timedelta(days=40)))
    assert codes(case) == ["device_expired"]


def test_without_a_date_for_the_implant_the_day_of_reading_counts() -> None:
    assert codes(read(Case("implant_to_book"))) == []
    assert codes(read(Case("implant_to_book"), BEFORE)) == ["device_expired"]


@pytest.mark.parametrize(
    ("ordered", "model", "said"),
    [
        ("", "SynchroMed II 8637-40", []),
        ("SynchroMed II 8637-40", "Synchromed II 8637 40", []),
        ("SynchroMed II 8637-20", "SynchroMed II 8637-40", ["device_differs"]),
        ("SynchroMed II 8637-20", "", ["device_differs"]),
    ],
)
def test_another_model_than_ordered(case: Case, ordered: str, model: str, said: list[str]) -> None:
    if ordered:
        case.record(Determination, kind="pump_order", value="", reason=ordered)
    assert codes(read(case, model=model)) == said


def test_each_kind_of_device_is_judged_for_itself(case: Case) -> None:
    case.record(Determination, kind="pump_order", value="", reason="P20")
    assert codes(read(read(case), BEFORE, kind="catheter", model="Ascenda 8780")) == ["device_expired"]


def test_the_next_device_on_the_table_takes_its_place(case: Case) -> None:
    assert codes(read(read(case, BEFORE), serial="S-2")) == []


@pytest.mark.parametrize(("serial", "said"), [("S-1", []), ("S-2", ["device_expired"])])
def test_one_that_was_opened_and_not_used_counts_no_more(case: Case, serial: str, said: list[str]) -> None:
    assert codes(read(read(case, BEFORE), DAY, serial=serial, use="not_used", reason="fell down")) == said


def test_another_day_begins_anew(case: Case) -> None:
    assert codes(read(case, BEFORE).next_attempt("implant").visit("implant")) == []


def test_what_is_in_the_patient_was_judged_when_it_was_recorded(case: Case) -> None:
    assert codes(read(case, BEFORE).placed()) == []


def test_stops_the_next_step_and_the_act(itb: Pathway) -> None:
    case = read(for_implant("implant_day", "arrived", itb), BEFORE)
    assert "device_expired" in {each.code for each in act_blockers(itb, case.snapshot, "implant", NOW)}
    following = offered(itb, case.snapshot, NOW).named("implant_discharged")
    assert following is not None and "device_expired" in {each.code for each in following.blockers}


def test_what_was_implanted_all_the_same_does_not_wait_for_ever(case: Case) -> None:
    assert codes(read(case, BEFORE).deviated("implant", "devices_fit", "consent.implant")) == []


def test_once_it_is_struck_out_it_excuses_nothing(case: Case) -> None:
    done = read(case, BEFORE).deviated("implant", "devices_fit")
    (catheter,) = done.snapshot.of(Device)
    done.snapshot = done.snapshot.without(catheter.seq)
    assert codes(done) == ["device_expired"]
