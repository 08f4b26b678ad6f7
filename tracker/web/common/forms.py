"""The base of every form, and the guard that no text reaches a form which no database can store."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, abort, request
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older
from wtforms.widgets import CheckboxInput, ListWidget


def options(labels: Mapping[Any, str]) -> list[Any]:
    """Return the choices of a select or of check boxes, from values and their labels, in this order."""
    return [SelectChoice(value=value, label=label) for value, label in labels.items()]


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TrackerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form that checks the shape of what was typed; rules are the services' matter."""

    def show_problems(self, problems: dict[str, str]) -> None:
        """Put a service's sentences beside the fields they speak of; others above the form."""
        for name, sentence in problems.items():
            if name in self._fields:
                self._fields[name].errors = [*self._fields[name].errors, sentence]
            else:
                self.form_errors.append(sentence)


def _refuse_unstorable_text() -> None:
    """Refuse NUL: PostgreSQL cannot store it, and nobody types it."""
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            if "\x00" in name or "\x00" in value:
                abort(400)


def init_forms(app: Flask) -> None:
    """Look at every request's text before a view does."""
    app.before_request(_refuse_unstorable_text)
