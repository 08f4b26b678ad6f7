"""A daily dose above what the pathway's file says is asked back; what is on record already is not."""

from decimal import Decimal

import pytest

from tracker.domain.doses import unusual_dose
from tracker.pathways.catalogue import current


@pytest.mark.parametrize(
    ("drug", "dose", "last", "is_asked"),
    [
        ("baclofen", "1000", None, False),
        ("baclofen", "1000.1", None, True),
        ("baclofen", "40000", "100", True),
        ("baclofen", "1200", "1200.0", False),
        ("another", "40000", None, False),
        ("baclofen", None, None, False),
    ],
)
def test_asks_above_the_limit_of_the_drug_alone(drug: str, dose: str | None, last: str | None, is_asked: bool) -> None:
    asked = unusual_dose(
        current("itb"), drug, Decimal(dose) if dose else None, last_mcg=Decimal(last) if last else None
    )
    assert bool(asked) is is_asked


def test_says_what_was_typed_and_proposes_nothing() -> None:
    (asked,) = unusual_dose(current("itb"), "baclofen", Decimal("40000.00"))
    assert asked.code == "daily_dose_mcg:40000"
    assert asked.sentence.startswith("40000 mcg a day is more than 1000")
