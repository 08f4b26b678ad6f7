"""Comparing a PIN: counted before it is compared, outside of every write transaction, and told in one sentence."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import Length

from tracker.domain.pins import LONGEST, TRIES, bound
from tracker.queries.pins import PinState, find_pin
from tracker.services import pins
from tracker.web.common.current import now, runtime
from tracker.web.common.database import read_session, writing

NOBODY = "Choose somebody of this clinic."


class PinField(PasswordField):
    """A PIN: opens the keypad of digits, and is neither shown again nor kept by the browser. ``is_first``: the page
    asks for nothing else, and typing begins there."""

    def __init__(
        self, label: str, validators: list[Any] | None = None, *, is_first: bool = False, **kwargs: Any
    ) -> None:
        keypad = {"inputmode": "numeric", "autocomplete": "off", "maxlength": LONGEST, "autofocus": is_first}
        super().__init__(label, [*(validators or ()), Length(max=LONGEST)], render_kw=keypad, **kwargs)


def pin_refused(clinic_id: int, user_id: int, pin: str, *, by: int | None, place: str) -> str:
    """Compare what was typed with this member's PIN; return why it does not count, or nothing where it is right.

    ``by``: who is signed in where it is typed; ``place``: ``tablet`` or ``second_person``, for the history.
    """
    state = find_pin(read_session(), clinic_id, user_id)
    if state is None:
        return NOBODY
    with writing() as session:
        tried = pins.reserve_try(session, clinic_id=clinic_id, user_id=user_id, by=by, place=place)
    if tried is None:
        return _not_usable(state)
    is_right = runtime().passwords.matches(tried.pin_hash, bound(pin, clinic_id=clinic_id, user_id=user_id))
    with writing() as session:
        if is_right:
            pins.accept_try(session, tried)
        else:
            pins.refuse_try(session, tried, at=now())
    return "" if is_right else _wrong(state, TRIES - tried.failures)


def _not_usable(state: PinState) -> str:
    if state.set_at is None:
        return f"{state.name} has no PIN yet. It is chosen under My account."
    return _locked(state)


def _locked(state: PinState) -> str:
    return f"The PIN of {state.name} is locked after {TRIES} wrong tries. Signing in with the password opens it again."


def _wrong(state: PinState, left: int) -> str:
    if not left:
        return _locked(state)
    return f"This is not the PIN of {state.name}. {left} more {'try' if left == 1 else 'tries'}, then it is locked."
