"""The base of every form, and the guards of what is written: no text that no database can store or that turns what
follows it, and nothing of a form that its sender has to read once more.
"""

from collections.abc import Mapping
from typing import Any, cast

from flask import Flask, abort, g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.domain.errors import AskedBack, InvalidInput, Unready
from tracker.domain.typed_text import without_turning_signs

#: How the names of fields begin whose text is only ever compared: it is taken as it was typed.
_SECRETS = ("password", "current", "again", "pin")
#: How the names of fields begin that are never shown again: secrets, and what a page says of itself.
_NEVER_REPEATED = ("csrf_token", "form_of", "kept_form", "keep_only", *_SECRETS)
#: What stands beside a field that held a NUL: it comes from a damaged copy, and is not seen.
_UNSTORABLE = "This held a sign that cannot be stored; it was taken out. Read it again, then save."


def options(labels: Mapping[Any, str]) -> list[Any]:
    """Return the choices of a select or of check boxes, from values and their labels, in this order."""
    return [SelectChoice(value=value, label=label) for value, label in labels.items()]


class ReadAgain(Exception):
    """What was sent must be read by its sender and sent once more before anything of it is written."""


class SomebodyElses(Exception):
    """What was sent was typed by another person than the one who is signed in: nothing of it is shown or written.

    ``is_kept``: whether it waits for whoever typed it.
    """

    def __init__(self, *, is_kept: bool) -> None:
        super().__init__("typed by somebody else")
        self.is_kept = is_kept


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TrackerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form that checks the shape of what was typed; rules are the services' matter."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that nothing had to be taken out of them."""
        is_fine = bool(super().validate(extra_validators))
        unstorable = sorted(g.get("unstorable", frozenset()))
        self.show_problems(dict.fromkeys(unstorable, _UNSTORABLE))
        if why := read_again_because():
            self["csrf_token"].errors = []
            self.form_errors.append(why)
        return is_fine and not unstorable and not why

    @property
    def meant(self) -> frozenset[str]:
        """The codes of what was asked back and said yes to, in this answer or one before."""
        return meant()

    def show_refusal(self, error: InvalidInput) -> None:
        """Put a service's sentences beside their fields, and where it only asks back, what to say yes to."""
        if not isinstance(error, AskedBack):
            self.show_problems(error.problems)
        for question in error.questions if isinstance(error, AskedBack | Unready) else ():
            self.show_problems({question.field: question.sentence})
            if question.field in self._fields:
                asked = self._fields[question.field]
                asked.asked = [*getattr(asked, "asked", ()), question]

    def show_problems(self, problems: dict[str, str]) -> None:
        """Put a service's sentences beside the fields they speak of; others above the form."""
        for name, sentence in problems.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, sentence]
            else:
                self.form_errors.append(sentence)


def meant() -> frozenset[str]:
    """The codes of the questions that this request says yes to."""
    return frozenset(request.form.getlist("meant"))


def typed_fields(sent: MultiDict[str, str]) -> tuple[tuple[str, str], ...]:
    """What a person typed, in order: neither passwords nor what the page itself put into the form."""
    return tuple((name, value) for name, value in sent.items(multi=True) if not name.startswith(_NEVER_REPEATED))


def _clean_what_was_sent() -> None:
    """Take out of what was sent what must never be stored.

    NUL: PostgreSQL cannot store it. A form says so beside the field (``validate``); what is not asked by a form is
    refused when it is to be written (``refuse_what_was_set_aside``). Signs that turn the direction of text: nobody sees
    them, and no letter is lost with them.
    """
    if any("\x00" in name or "\x00" in value for name, value in request.args.items(multi=True)):
        abort(400)
    sent = list(request.form.items(multi=True))
    if any("\x00" in name for name, _value in sent):
        abort(400)
    g.as_sent = tuple(sent)
    g.unstorable = frozenset(name for name, value in sent if "\x00" in value)
    cleaned = [(name, _cleaned(name, value)) for name, value in sent]
    if cleaned != sent:
        request.form = ImmutableMultiDict(cleaned)


def _cleaned(name: str, value: str) -> str:
    storable = value.replace("\x00", "")
    return storable if name.startswith(_SECRETS) else without_turning_signs(storable)


def as_sent() -> tuple[tuple[str, str], ...]:
    """The fields of this request as they came, for a signature over them; ``request.form`` is what may be stored."""
    return cast("tuple[tuple[str, str], ...]", g.as_sent)


def take_without_unstorable() -> None:
    """Let what could not be stored be left out: a machine cannot read again what it sent."""
    g.unstorable = frozenset()


def have_read_again(why: str) -> None:
    """Let this request show what was sent, and write nothing of it. ``why``: the sentence above the form."""
    g.read_again = why


def read_again_because() -> str:
    """Why this request's sender has to read it once more; empty: it may be written."""
    return str(g.get("read_again", ""))


def refuse_what_was_set_aside() -> None:
    """Refuse to write what is not what was sent, or must be read again first. A form that was checked has said so.

    :raises ReadAgain: where nothing of this request may be written
    """
    if g.get("unstorable"):
        abort(400)
    if read_again_because():
        raise ReadAgain


def init_forms(app: Flask) -> None:
    """Look at every request's text before a view does."""
    app.before_request(_clean_what_was_sent)
