"""The second person confirms with their own PIN, on the same screen: compared here, once, for whatever form it is in.

A form that names a second person (``second_by``) has a field ``pin`` beside it. What came of it goes into the ``Work``
of the request, and the use case asks for it (``tracker/services/named.py``): a request without it is refused there,
whatever page it pretends to come from.
"""

from typing import Any, cast

from flask import Flask, g, request
from wtforms import ValidationError
from wtforms.validators import InputRequired

from tracker.services.work import Confirmation
from tracker.web.common.current import actor, now
from tracker.web.common.forms import read_again_because
from tracker.web.common.pins import PinField, pin_refused

_NEEDED = "The second person types their own PIN."


class SecondPinField(PinField):
    """The PIN of whoever is chosen in ``second_by``; ``is_needed`` where there always is a second person.

    ``but_for``: a button of the form that goes without.
    """

    def __init__(
        self, label: str = "Their own PIN", *, is_needed: bool = True, but_for: str = "", **kwargs: Any
    ) -> None:
        super().__init__(label, [InputRequired(_NEEDED)] if is_needed and not but_for else [], **kwargs)
        self._but_for = but_for

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Say what is wrong with the PIN beside it, also where another field is refused too."""
        given = confirmation()
        if given is not None and given.problem:
            raise ValidationError(given.problem)
        if self._but_for and not self.data and self._but_for not in request.form:
            raise ValidationError(_NEEDED)


def confirmation() -> Confirmation | None:
    """What came of the PIN in this request; ``None``: there was none, or nobody else was named."""
    return cast("Confirmation | None", g.get("second"))


def _compare() -> None:
    """Compare the PIN before a view opens its transaction: it takes long, and nobody may wait for it."""
    named, pin = request.form.get("second_by", ""), request.form.get("pin", "")
    if "actor" not in g or not pin or read_again_because():
        return
    if not (named.isascii() and named.isdigit() and len(named) < 19) or int(named) == actor().user_id:
        return  # the form and the use case say that somebody else must be chosen
    problem = pin_refused(actor().clinic_id, int(named), pin, by=actor().user_id, place="second_person")
    g.second = Confirmation(int(named), now(), problem)


def init_second_person(app: Flask) -> None:
    """Compare after it is known who acts, and that the form is one of ours."""
    app.before_request(_compare)
