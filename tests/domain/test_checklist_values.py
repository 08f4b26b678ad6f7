"""What is typed into an item is read without guessing: the possible is kept in one form, the impossible is refused."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.values import UnreadableValue, read_value


def rule(value: str, **values: object) -> ChecklistItemRule:
    """An item that asks for a value."""
    return ChecklistItemRule(key="k", label="Item", stop="hard", part="before", value=value, **values)


DAY = date(2026, 3, 17)
AT_NIGHT = {"day": DAY, "now": datetime.combine(DAY, time(23, 59))}
RESIDUAL = {"unit": "mL", "least": Decimal(0), "most": Decimal(50)}


@pytest.mark.parametrize(
    ("value", "typed", "kept"),
    [
        ("time", "7:40", "07:40"),
        ("time", "0740", "07:40"),
        ("time", "00:00", "00:00"),
        ("time", "23:59", "23:59"),
        ("number", "0", "0"),
        ("number", "50", "50"),
        ("number", "2.10", "2.1"),
        ("temperature", "36.8", "36.8 °C"),
        ("temperature", "98.6", "98.6 °F"),
        ("temperature", "30", "30 °C"),
        ("temperature", "113 °F", "113 °F"),
        ("lot", " B-40117/2 ", "B-40117/2"),
        ("expiry", "2027-05", "2027-05-31"),
        ("expiry", "02/2028", "2028-02-29"),
        ("expiry", "31 May 2027", "2027-05-31"),
        ("expiry", "2020-01-01", "2020-01-01"),
        ("date", "2026-12-04", "2026-12-04"),
        ("text", " L3  /L4 ", "L3 /L4"),
        ("vital_signs", "120/80, 72, 98, 14", "120/80, 72, 98, 14"),
        ("vital_signs", "120 / 80; 72 98 % 14", "120/80, 72, 98, 14"),
        ("vital_signs", "120/80", "120/80"),
        ("vital_signs", "120/80 - 98", "120/80, –, 98"),
        ("vital_signs", "– 72 - -", "–, 72"),
        ("vital_signs", "300/250, 300, 100, 90", "300/250, 300, 100, 90"),
    ],
)
def test_is_kept_in_one_form(value: str, typed: str, kept: str) -> None:
    assert read_value(rule(value, **(RESIDUAL if value == "number" else {})), typed, **AT_NIGHT) == kept


@pytest.mark.parametrize(
    ("value", "typed", "said"),
    [
        ("time", "24:00", "24-hour clock"),
        ("time", "7:60", "24-hour clock"),
        ("time", "8 am", "24-hour clock"),
        ("number", "-0.1", "At least 0 mL"),
        ("number", "50.1", "At most 50 mL"),
        ("number", "two", "Type a number"),
        ("temperature", "29.9", "30 to 45 °C"),
        ("temperature", "60", "30 to 45 °C"),
        ("temperature", "113.1", "86 to 113 °F"),
        ("temperature", "36.8 F", "30 to 45 °C"),
        ("lot", "?", "Type the lot"),
        ("lot", "x" * 41, "Type the lot"),
        ("expiry", "2027-13", "Type the expiry"),
        ("expiry", "soon", "cannot be read as a date"),
        ("date", "03/07/2026", "could be two different days"),
        ("vital_signs", "fine", "Type pressure, pulse"),
        ("vital_signs", "BP 120/80", "Type pressure, pulse"),
        ("vital_signs", "120", "Type pressure, pulse"),
        ("vital_signs", "120/80, 72, 98, 14, 36", "Type pressure, pulse"),
        ("vital_signs", "- -", "Type pressure, pulse"),
        ("vital_signs", "80/120", "The lower pressure must be below the upper one"),
        ("vital_signs", "120/120", "The lower pressure must be below the upper one"),
        ("vital_signs", "301/80", "Systolic: at most 300"),
        ("vital_signs", "120/80, 301", "Pulse: at most 300"),
        ("vital_signs", "120/80, 72, 101", "Saturation: at most 100"),
        ("vital_signs", "120/80, 72, 98, 91", "Breaths: at most 90"),
        ("text", "  ", "Write down what was read or measured."),
    ],
)
def test_of_the_impossible_is_refused_with_a_sentence(value: str, typed: str, said: str) -> None:
    with pytest.raises(UnreadableValue, match=said.replace("°", ".")):
        read_value(rule(value, **(RESIDUAL if value == "number" else {})), typed, **AT_NIGHT)


def test_of_a_list_is_one_of_it() -> None:
    side = rule("choice", choices=("left", "right"))
    assert read_value(side, "left", **AT_NIGHT) == "left"
    for typed, said in (("up", "Choose one of the list."), ("", "Choose what it was.")):
        with pytest.raises(UnreadableValue, match=said):
            read_value(side, typed, **AT_NIGHT)


@pytest.mark.parametrize(
    ("day", "typed", "is_taken"), [(17, "12:52", True), (17, "12:53", False), (17, "23:59", False), (16, "23:59", True)]
)
def test_of_a_time_has_come(day: int, typed: str, is_taken: bool) -> None:
    now = {"day": date(2026, 3, day), "now": datetime.combine(DAY, time(12, 50))}
    if is_taken:
        assert read_value(rule("time"), typed, **now) == typed
        return
    with pytest.raises(UnreadableValue, match=f"It is 12:50: {typed} is in the future"):
        read_value(rule("time"), typed, **now)
