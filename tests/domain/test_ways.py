"""By which ways a patient can be reached, and why there is none."""

from dataclasses import replace

import pytest

from tracker.domain.languages import code_of
from tracker.domain.ways import Address, Preferences, Way

BOTH = ("sms", "email")
ADA = Address(7, "patient", is_possible=True, is_opted_out=False)
MOBILE = Address(8, "patient", is_possible=True, is_opted_out=False, kind="phone", takes_texts=True)
REACHED = Preferences(addresses=(ADA, MOBILE), sends_texts=True)


def ways(preferences: Preferences, to: str = "patient", channels: tuple[str, ...] = BOTH) -> list[Way]:
    return list(preferences.ways(to, channels)[0])


def reason(preferences: Preferences, to: str = "patient") -> str:
    found, why = preferences.ways(to, BOTH)
    assert (found == ()) is (why != "")
    return why


@pytest.mark.parametrize(
    ("preferences", "expected"),
    [
        (Preferences(), "no_address"),
        (Preferences(addresses=(replace(ADA, is_possible=False),)), "no_address"),
        (Preferences(addresses=(replace(MOBILE, takes_texts=False),), sends_texts=True), "no_address"),
        (Preferences(addresses=(MOBILE,)), "no_address"),
        (Preferences(addresses=(replace(ADA, is_opted_out=True),)), "opted_out"),
        (Preferences(addresses=(replace(MOBILE, is_opted_out=True), ADA), sends_texts=True), "opted_out"),
        (
            Preferences(addresses=(replace(ADA, is_opted_out=True), replace(ADA, point_id=9, owner="caregiver"))),
            "opted_out",
        ),
        (Preferences(addresses=(replace(ADA, owner="caregiver", is_opted_out=True),)), "opted_out"),
        (replace(REACHED, prefers="phone"), "prefers_call"),
        (replace(REACHED, prefers="letter"), "prefers_letter"),
        (replace(REACHED, prefers="letter", language=""), "no_language"),
        (replace(REACHED, language=""), "no_language"),
    ],
)
def test_that_are_missing_say_why(preferences: Preferences, expected: str) -> None:
    assert reason(preferences) == expected


def test_come_in_the_order_of_the_rule_unless_the_patient_prefers_another() -> None:
    assert ways(REACHED) == [Way("sms", 8), Way("email", 7)]
    assert ways(replace(REACHED, prefers="email")) == [Way("email", 7), Way("sms", 8)]
    assert ways(replace(REACHED, prefers="sms"), channels=("email", "sms")) == [Way("sms", 8), Way("email", 7)]
    assert ways(REACHED, channels=("email",)) == [Way("email", 7)]


def test_lead_to_the_patient_before_a_caregiver_and_to_the_newest_address() -> None:
    addresses = (replace(ADA, point_id=9, owner="facility"), replace(ADA, point_id=6, owner="caregiver"), ADA)
    older = replace(ADA, point_id=3)
    assert ways(Preferences(addresses=(*addresses, older))) == [Way("email", 7)]
    assert ways(Preferences(addresses=addresses[:2])) == [Way("email", 6)]


def test_of_a_copy_lead_to_nobody_else() -> None:
    caregiver = replace(ADA, point_id=9, owner="caregiver")
    assert ways(Preferences(addresses=(ADA, caregiver)), to="caregiver") == [Way("email", 9)]
    assert ways(REACHED, to="caregiver") == []
    # Whom to call is the patient's wish about messages to the patient.
    for wish in ("phone", "letter"):
        assert ways(Preferences(addresses=(caregiver,), prefers=wish), to="caregiver") == [Way("email", 9)]


def test_a_call_is_open_to_everybody() -> None:
    assert ways(replace(Preferences(), prefers="phone", language=""), channels=("phone",)) == [Way("phone", None)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "en"), ("en", "en"), ("EN-us", "en"), ("Spanish", "es"), ("español", "es"), ("es", "es"), ("es_MX", "es"),
     ("vi", "vi"), ("Vietnamese", "vietnamese")],
)  # fmt: skip
def test_a_language_is_known_by_its_code_or_its_name(typed: str, code: str) -> None:
    assert code_of(typed) == code
