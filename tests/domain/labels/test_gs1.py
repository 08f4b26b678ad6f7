"""GS1 labels: published examples, what biip reads, and everything that is no label."""

import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.domain.labels.writing import GS, gs1_scanned, gtin
from tracker.domain.labels.label import read_label
from tracker.domain.labels.reading import Reading, UnreadableLabel

READ_ON = date(2026, 11, 29)
GOLDEN = Path(__file__).parents[2] / "data" / "gs1_by_biip.json"
#: From "UDI formats by FDA-accredited issuing agency", version 1.3 (27 January 2017).
FDA = Reading(
    device_identifier="51022222233336", lot="A213B1", serial="1234", expires_on=date(2015, 7, 7),
    made_on=date(2014, 12, 31),
)  # fmt: skip
FDA_PRINTED = "(01)51022222233336(11)141231(17)150707(10)A213B1(21)1234"
FDA_SCANNED = f"0151022222233336111412311715070710A213B1{GS}211234"

PUBLISHED = {
    "FDA, printed": (FDA_PRINTED, FDA),
    "FDA, as a GS1 DataMatrix is scanned": (f"]d2{FDA_SCANNED}", FDA),
    "FDA, as a GS1-128 is scanned": (f"]C1{FDA_SCANNED}", FDA),
    "FDA, with the leading FNC1": (f"{GS}{FDA_SCANNED}", FDA),
    "FDA, without any symbology": (FDA_SCANNED, FDA),
    "FDA, in two codes": (f"]C10151022222233336\n]C1111412311715070710A213B1{GS}211234\n", FDA),
    "FDA, typed with blanks": ("(01) 5102 2222 2333 36 (11) 141231 (17) 150707 (10) A213B1 (21) 1234", FDA),
    "FHIR and HL7 v2": (
        "(01)00643169001763(17)160712(21)21A11F4855",
        Reading(device_identifier="00643169001763", serial="21A11F4855", expires_on=date(2016, 7, 12)),
    ),
    "AccessGUDID, device without a piece": ("(01)00643169001763", Reading(device_identifier="00643169001763")),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_examples(name: str) -> None:
    text, said = PUBLISHED[name]
    assert read_label(text, READ_ON) == said


def test_everything_that_another_reader_reads() -> None:
    """biip 5.2, an independent reader, was asked about the same strings (tests/data/gs1_by_biip.py)."""
    cases = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert len(cases) == 400
    for text, said in cases:
        found = read_label(text, READ_ON)
        expires_on = found.expires_on.isoformat() if found.expires_on else ""
        mine = {
            "device_identifier": found.device_identifier, "lot": found.lot, "serial": found.serial,
            "expires_on": expires_on,
        }  # fmt: skip
        assert {name: value for name, value in mine.items() if value} == said, text


@pytest.mark.parametrize(
    ("digits", "day"),
    [
        ("290200", date(2029, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("291200", date(2029, 12, 31)),
        ("290430", date(2029, 4, 30)),
        ("761231", date(2076, 12, 31)),
        ("771231", date(1977, 12, 31)),
    ],
)
def test_the_day_of_expiry(digits: str, day: date) -> None:
    """Day 00 is the last day of the month; the century is the one within fifty years."""
    assert read_label(f"(01)51022222233336(17){digits}", READ_ON).expires_on == day


def test_a_day_of_manufacture_that_is_left_out_is_the_first() -> None:
    assert read_label("(01)51022222233336(11)260200", READ_ON).made_on == date(2026, 2, 1)


UNREADABLE = {
    "a wrong check digit": "(01)51022222233337(17)290707",
    "a day in no calendar": "(01)51022222233336(17)290231",
    "a month in no calendar": "(01)51022222233336(17)291331",
    "a short date": "(01)51022222233336(17)2907",
    "an identifier that GS1 does not have": "0151022222233336" + "64001",
    "an empty lot": "(01)51022222233336(10)",
    "a lot that is too long": "(01)51022222233336(10)" + "L" * 21,
    "two lots that differ": f"015102222223333610A1{GS}10A2",
    "a short device identifier": "]d2015102222",
    "a number that was typed": "51022222233336",
    "a lot that was typed": "10A213B1",
    "words": "SynchroMed II",
    "a letter beyond the 82 characters": "(01)51022222233336(10)LÖT",
    "digits of another script": "(01)5102222223333６",
    "the codes of two devices": "(01)51022222233336(10)A\n(01)00643169001763(10)A",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_label(name: str) -> None:
    with pytest.raises(UnreadableLabel, match=r"[Ss]can"):
        read_label(UNREADABLE[name], READ_ON)


@pytest.mark.parametrize("text", ["", " ", "\n", GS, "\r\n\t"])
def test_nothing_scanned_says_nothing(text: str) -> None:
    assert read_label(text, READ_ON) == Reading()


LOT = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.", min_size=1, max_size=20)


@given(
    identifier=gtin(),
    lot=LOT,
    serial=LOT,
    expires_on=st.dates(date(1980, 1, 1), date(2075, 12, 31)),
    made_on=st.dates(date(1980, 1, 1), date(2075, 12, 31)),
    begins=st.sampled_from(["", GS, "]d2", "]C1", "]Q3"]),
    order=st.permutations(range(4)),
)
def test_what_is_written_is_read_again(  # noqa: PLR0917  # one value for each thing that a label says
    identifier: str, lot: str, serial: str, expires_on: date, made_on: date, begins: str, order: list[int]
) -> None:
    said = Reading(device_identifier=identifier, lot=lot, serial=serial, expires_on=expires_on, made_on=made_on)
    assert read_label(begins + gs1_scanned(said, order), READ_ON) == said


ANY = st.text(st.characters(codec="utf-8"), max_size=60)
NEARLY = st.text(f"01(17){GS}2]dC+$/9AB \n", max_size=60)


@given(text=ANY | NEARLY | st.builds("(01)51022222233336{}".format, ANY | NEARLY))
def test_whatever_is_scanned_is_read_or_refused(text: str) -> None:
    with suppress(UnreadableLabel):
        assert isinstance(read_label(text, READ_ON), Reading)


@given(at=st.integers(2, 15), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_of_the_device_is_never_another_device(at: int, digit: str) -> None:
    assume(FDA_SCANNED[at] != digit)
    with pytest.raises(UnreadableLabel):
        read_label(FDA_SCANNED[:at] + digit + FDA_SCANNED[at + 1 :], READ_ON)
