"""Numbers in forms: kept as they were typed, and where they cannot be read, with what to type instead.

They are text to the browser, not ``type=number``: that sends nothing at all where something else was typed, and what
was typed would be lost.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import TextInput

from tracker.domain.numbers import read_amount, read_whole


class _NumberField(Field):
    """A number. One that could not be read says so and nothing else: a range speaks of a number, and there is none."""

    data: Any  # the number; ``None`` only where the field does not require one
    widget = TextInput()

    def pre_validate(self, _form: object) -> None:
        """Stop where the text could not be read."""
        if self.process_errors:
            raise StopValidation

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{Decimal(self.data):f}"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; nothing is no number."""
        self.data = None
        text = "".join(valuelist).strip()
        if not text:
            self.raw_data = []
            return
        self.data = self._read(text)

    def _read(self, text: str) -> object:
        raise NotImplementedError


class AmountField(_NumberField):
    """An exact number with a unit. Nothing is rounded."""

    def __init__(self, label: str, validators: list[Any] | None = None, *, unit: str = "", **kwargs: Any) -> None:
        super().__init__(label, validators or [Optional()], render_kw={"inputmode": "decimal"}, **kwargs)
        self.unit = unit

    def _read(self, text: str) -> object:
        return read_amount(text)


class CountField(_NumberField):
    """A whole number, of so few digits that a range can be asked of it."""

    def __init__(self, label: str, validators: list[Any] | None = None, *, most_digits: int = 6, **kwargs: Any) -> None:
        super().__init__(label, validators or [Optional()], render_kw={"inputmode": "numeric"}, **kwargs)
        self.most_digits = most_digits

    def _read(self, text: str) -> object:
        return read_whole(text, most_digits=self.most_digits)
