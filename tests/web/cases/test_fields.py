"""Fields refuse what cannot be with one sentence, and take what a clinic writes."""

from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import InputRequired, NumberRange

from tracker.web.common.number_fields import AmountField, CountField


class Measured(Form):
    """A length and a dose."""

    minutes = CountField("Length", [InputRequired("How long?"), NumberRange(5, 1440, "Between 5 minutes and a day.")])
    dose = AmountField("Dose", [InputRequired("Type the number."), NumberRange(1, 200, "Between 1 and 200.")])


class TestANumber:
    @pytest.mark.parametrize(
        ("minutes", "said"),
        [
            ("half an hour", ["Type a whole number."]),
            ("٣٠", ["Type the number with the digits 0 to 9, for example 30."]),
            ("2", ["Between 5 minutes and a day."]),
            ("", ["How long?"]),
            ("30", []),
        ],
    )
    def test_that_cannot_be_gets_one_sentence(self, minutes: str, said: list[str]) -> None:
        form = Measured(MultiDict({"minutes": minutes, "dose": "50"}))
        assert form.validate() == (not said)
        assert list(form.minutes.errors) == said

    @pytest.mark.parametrize("dose", ["٥٠", "５０", "৫০.৫"])
    def test_is_written_with_the_digits_that_everybody_reads(self, dose: str) -> None:
        form = Measured(MultiDict({"minutes": "30", "dose": dose}))
        assert not form.validate()
        assert list(form.dose.errors) == ["Type the number with the digits 0 to 9, for example 0.5."]

    def test_is_exact(self) -> None:
        form = Measured(MultiDict({"minutes": "30", "dose": "50.25"}))
        assert form.validate()
        assert form.dose.data == Decimal("50.25")
