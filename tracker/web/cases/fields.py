"""Fields that take what a clinic writes, and refuse what cannot be with a sentence, before any rule looks at it.

No field has a default that a hurried person could send by mistake: doses, results and dates begin empty.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from wtforms import DateField, DateTimeLocalField, Field, RadioField, SelectField, StringField, TimeField
from wtforms.validators import Length, Optional
from wtforms.widgets import TextArea

from tracker.web.common.forms import TrackerForm, options

_EARLIEST, _LATEST = 1900, 2100


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form: its heading, and rows of field names that stand side by side."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section with its fields, as the template shows it."""

    title: str
    rows: tuple[tuple[Field, ...], ...]


class CaseForm(TrackerForm):
    """A form about one case. Without ``SECTIONS`` its fields stand one below the other, in the order declared."""

    SECTIONS: ClassVar[tuple[Section, ...]] = ()
    #: Shown only beside the list of what is missing.
    APART: ClassVar[frozenset[str]] = frozenset({"deviation_reason"})
    #: Whether a label of a device can be scanned into it.
    READS_LABELS: ClassVar[bool] = False

    @property
    def sections(self) -> tuple[FormSection, ...]:
        """The parts that the template shows; a field that was taken out is not asked."""
        if not self.SECTIONS:
            shown = (each for each in self if each.type not in {"CSRFTokenField", "HiddenField"})
            return (FormSection("", tuple((each,) for each in shown if each.short_name not in self.APART)),)
        return tuple(FormSection(section.title, tuple(self._rows(section))) for section in self.SECTIONS)

    def show_problems(self, problems: dict[str, str]) -> None:
        """Put a service's sentences beside the fields they speak of. A service knows when something happened, but not
        by which name a form asks for it: the latest time that was typed is the one that is in the future."""
        typed = [each for each in self if isinstance(each, MomentField) and each.data is not None]
        if typed and "effective_at" in problems and "effective_at" not in self:
            latest = max(typed, key=lambda each: each.data)
            problems = {latest.short_name if name == "effective_at" else name: why for name, why in problems.items()}
        super().show_problems(problems)

    def _rows(self, section: Section) -> Iterator[tuple[Field, ...]]:
        """A field that is not asked this time was taken out of the form."""
        for row in section.rows:
            fields = tuple(self[name] for name in row if name in self)
            if fields:
                yield fields


class TextField(StringField):
    """One line of text, trimmed, of a bounded length. Never ``None``."""

    data: str

    def __init__(self, label: str, validators: list[Any] | None = None, *, longest: int = 200, **kwargs: Any) -> None:
        super().__init__(
            label,
            [*(validators or ()), Length(max=longest, message=f"At most {longest} characters.")],
            filters=[_trimmed],
            **kwargs,
        )


class NoteField(TextField):
    """Several lines of text."""

    widget = TextArea()

    def __init__(self, label: str, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, longest=4000, **kwargs)


class DayField(DateField):
    """A civil date, typed or picked."""

    data: Any  # a ``date``; ``None`` only where the field does not require one

    def __init__(self, label: str, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators or [Optional()], **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read ``2026-12-04``."""
        text = " ".join(valuelist).strip()
        if not text:
            self.data, self.raw_data = None, []
            return
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.data = None
            raise ValueError("Type a date as year-month-day, for example 2026-12-04.") from None
        if not _EARLIEST <= day.year <= _LATEST:
            self.data = None
            raise ValueError("This year cannot be right.")
        self.data = day


class MomentField(DateTimeLocalField):
    """A wall time at the clinic, to the minute."""

    data: Any  # a naive ``datetime``; ``None`` only where the field does not require one

    def __init__(self, label: str, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators or [Optional()], format="%Y-%m-%dT%H:%M", **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read ``2026-12-04T07:30`` or ``2026-12-04 07:30``."""
        text = " ".join(valuelist).strip()
        if not text:
            self.data, self.raw_data = None, []
            return
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.data = None
            raise ValueError("Type day and time, for example 2026-12-04 07:30.") from None
        if moment.tzinfo is not None or not _EARLIEST <= moment.year <= _LATEST:
            self.data = None
            raise ValueError("This time cannot be right.")
        self.data = moment.replace(second=0, microsecond=0)


class HourField(TimeField):
    """A wall time of a day that is known."""

    data: Any  # a ``time``; ``None`` only where the field does not require one

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read ``07:30``."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Type the time, for example 07:30.") from None


def optional_id(value: object) -> int | None:
    """The id that an option stands for; the empty option is nobody."""
    return int(str(value)) if value not in (None, "") else None


class PersonField(SelectField):
    """Somebody, some room or some payer out of a list; the first option is nobody."""

    def __init__(self, label: str, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, coerce=optional_id, choices=[], **kwargs)

    def offer(self, people: Iterable[tuple[int, str]], nobody: str = "–") -> None:
        """Set the options."""
        self.choices = options({"": nobody, **dict(people)})


class YesNoField(RadioField):
    """A question that may stay unanswered: nothing is preselected."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, [Optional()], choices=options({"yes": "Yes", "no": "No"}), **kwargs)

    @property
    def answer(self) -> bool | None:
        """What was answered; ``None``: nothing."""
        return {"yes": True, "no": False}.get(str(self.data))


def with_blank(labels: Mapping[Any, str], blank: str = "Choose…") -> list[Any]:
    """Options that begin with none, so that nothing is chosen by accident."""
    return options({"": blank, **labels})


def _trimmed(value: str | None) -> str:
    return (value or "").strip()
