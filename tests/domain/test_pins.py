"""Which PINs are refused: what everybody tries first, and what colleagues know."""

import pytest

from tracker.domain.pins import bound, pin_problem

FIRST_IDEAS = (
    "0000", "1234", "4321", "7890", "8901", "2109", "1212", "1122", "1001", "2580", "112233", "123123", "123456",
    "98765432", "147258",
)  # fmt: skip
DATES = ("1984", "2010", "2409", "0924", "240984", "092484", "840924", "24091984", "19840924", "09241984")
TAKEN = ("4711", "7352", "9031", "3141", "904173", "73529061")


@pytest.mark.parametrize("pin", ["", "123", "471", "123456789", "47 11", "47a1", "٤٧١١", "-471", "4711\n"])
def test_it_is_four_to_eight_digits(pin: str) -> None:
    assert pin_problem(pin) == "Use 4 to 8 digits."


@pytest.mark.parametrize("pin", FIRST_IDEAS)
def test_it_is_not_what_anybody_would_try_first(pin: str) -> None:
    assert "one of the first" in str(pin_problem(pin))


@pytest.mark.parametrize("pin", DATES)
def test_it_is_no_date(pin: str) -> None:
    assert "birth year or a date" in str(pin_problem(pin))


@pytest.mark.parametrize("pin", TAKEN)
def test_others_are_taken(pin: str) -> None:
    assert pin_problem(pin) is None


def test_what_is_hashed_is_no_two_members() -> None:
    assert len({bound("4711", clinic_id=c, user_id=u) for c, u in ((1, 2), (2, 1), (1, 21), (12, 1), (11, 2))}) == 5
