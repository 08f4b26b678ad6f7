"""The second person confirms with their own PIN, on the same screen: compared here, once, for whatever form it is in.

A form that names a second person (``second_by``) has a field ``pin`` beside it. What came of it goes into the ``Work``
of the request, and the use case asks for it (``tracker/services/named.py``): a request without it is refused there,
whatever page it pretends to come from.

A form that comes back with a sentence carries along that they confirmed, while what they read stays as it was and the
case is at the same version: the second person need not be called back because the first one left a field out.

Where two read before something is done and one records it afterwards, the page in between carries the confirmation
along (``sealed``): for the very words that were read, for whoever was signed in, for half an hour.
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from cryptography.fernet import InvalidToken
from flask import Flask, g, request
from wtforms import ValidationError
from wtforms.validators import InputRequired

from tracker.domain.calendar import ClinicCalendar
from tracker.services.work import Confirmation
from tracker.web.common.current import actor, clinic, now
from tracker.web.common.forms import read_again_because
from tracker.web.common.pins import PinField, pin_refused
from tracker.web.common.sealing import box

#: As long as what was read may wait for its record.
KEEPS = timedelta(minutes=30)
CARRIED = "confirmed"

_NEEDED = "The second person types their own PIN."


class SecondPinField(PinField):
    """The PIN of whoever is chosen in ``second_by``; ``is_needed`` where there always is a second person.

    ``may_come_before``: the page may carry along that they confirmed the same before.
    """

    def __init__(
        self, label: str = "Their own PIN", *, is_needed: bool = True, may_come_before: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, [InputRequired(_NEEDED)] if is_needed and not may_come_before else [], **kwargs)
        self.is_needed = is_needed
        self._may_come_before = may_come_before

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Say what is wrong with the PIN beside it, also where another field is refused too."""
        given = confirmation()
        if given is not None and given.problem:
            raise ValidationError(given.problem)
        if self.is_needed and self._may_come_before and not self.data and not request.form.get(CARRIED):
            raise ValidationError(_NEEDED)


def confirmation() -> Confirmation | None:
    """What came of the PIN in this request; ``None``: there was none, or nobody else was named."""
    return cast("Confirmation | None", g.get("second"))


def sealed(what: str) -> str:
    """What came of the PIN in this request, for a form that is sent again with ``what`` unchanged; empty: nothing."""
    given = confirmation()
    if given is None or given.problem:
        return ""
    said = {"of": _bound(given.user_id, what), "by": given.user_id, "at": given.at.isoformat()}
    return box("second person").encrypt(json.dumps(said).encode()).decode()


def open_sealed(what: str) -> None:
    """Take what an earlier page carried along for the confirmation of this request, unless a PIN was typed.

    What is too old, was sealed for other words, for another case, by or for somebody else counts for nothing.
    """
    if confirmation() is not None:
        return
    try:
        said = json.loads(box("second person").decrypt(request.form.get(CARRIED, "").encode()))
    except InvalidToken:
        return
    at = datetime.fromisoformat(said["at"])
    if said["of"] == _bound(said["by"], what) and timedelta() <= now() - at <= KEEPS:
        g.second = Confirmation(said["by"], at)


def say_confirmed(form: Any) -> None:
    """Say at the PIN that it was typed and need not be typed again, while what was confirmed stays as it is. The PIN
    itself is on no page."""
    given = confirmation()
    if given is None or given.problem:
        return
    names = {str(each.value): each.label for each in form.second_by.choices}
    at = ClinicCalendar(clinic().zone).wall(given.at)
    by = names.get(str(given.user_id), "the second person")
    form.pin.description = f"Confirmed by {by} {at:%H:%M}. Typed again only where what they read is changed."
    form.pin.flags.required = False


def _bound(user_id: int, what: str) -> str:
    return sha256(f"{actor().clinic_id} {actor().user_id} {user_id} {what}".encode()).hexdigest()


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
