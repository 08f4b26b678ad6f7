"""The text of a consent: what a clinic may write, and how it is shown."""

from dataclasses import replace
from datetime import date

import pytest

from tracker.domain.consent_texts import (
    LONGEST_BODY,
    LONGEST_TITLE,
    Block,
    ConsentText,
    WhichText,
    blocks,
    hash_of,
    problems_of,
    tidied,
)
from tracker.domain.own_words import LAST_SHIPPED

TODAY = date(2026, 3, 17)
OWN = ConsentText(
    which=WhichText("trial", "en"),
    version=LAST_SHIPPED + 1,
    title="Consent",
    body="# What\n\nA dose at $clinic.\n\n- one\n- two",
    approved_by="Dr Haddad",
    approved_on=TODAY,
)


def test_a_text_that_somebody_approved_is_fine() -> None:
    assert problems_of(OWN, TODAY) == {}


@pytest.mark.parametrize(("values", "field"), [
    ({"title": ""}, "title"),
    ({"title": "x" * (LONGEST_TITLE + 1)}, "title"),
    ({"body": ""}, "body"),
    ({"body": "x" * (LONGEST_BODY + 1)}, "body"),
    ({"body": "a\x07b"}, "body"),
    ({"body": "It costs $100."}, "body"),
    ({"body": "$patient"}, "body"),
    ({"approved_by": ""}, "approved_by"),
    ({"approved_on": None}, "approved_on"),
    ({"approved_on": date(2026, 3, 18)}, "approved_on"),
])  # fmt: skip
def test_what_cannot_be_signed_gets_a_sentence_at_its_field(values: dict[str, object], field: str) -> None:
    assert set(problems_of(replace(OWN, **values), TODAY)) == {field}  # type: ignore[arg-type]  # values of the table


@pytest.mark.parametrize("values", [{"title": "x" * LONGEST_TITLE}, {"body": "x" * LONGEST_BODY}])
def test_the_longest_may_be_signed(values: dict[str, str]) -> None:
    assert problems_of(replace(OWN, **values), TODAY) == {}  # type: ignore[arg-type]  # values of the table


def test_is_tidied_before_it_is_stored() -> None:
    typed = replace(OWN, title=" Consent \n now", body="one  \r\ntwo\r\n\r\n\r\n\r\nthree\n")
    assert (tidied(typed).title, tidied(typed).body) == ("Consent now", "one\ntwo\n\nthree")


def test_is_shown_in_pieces() -> None:
    assert blocks(OWN.body) == (
        Block("heading", ("What",)),
        Block("paragraph", ("A dose at $clinic.",)),
        Block("list", ("one", "two")),
    )
    assert blocks("- one\nand on") == (Block("paragraph", ("- one and on",)),)


def test_names_the_clinic_in_what_is_signed() -> None:
    shown = OWN.for_clinic("Riverside $clinic")
    assert "A dose at Riverside $clinic." in shown.body and "$clinic" in OWN.body


def test_its_hash_changes_with_every_letter() -> None:
    assert len({hash_of("a", "b"), hash_of("a", "c"), hash_of("b", "b"), hash_of("a ", "b")}) == 4
