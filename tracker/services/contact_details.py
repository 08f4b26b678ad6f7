"""Telephone numbers and addresses as people type them: what was typed is kept, what is possible is used."""

from collections.abc import Sequence

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from tracker.domain.names import plain_digits, spelled
from tracker.services.patients import Reach

#: Where a number without a country code is from.
HOME_COUNTRY = "US"
_WRONG = {"phone": "“{}” cannot be a telephone number.", "email": "“{}” is not an e-mail address."}


def phone(typed: str, owner: str = "patient") -> Reach:
    """A telephone number. ``is_possible``: of a length that its country has, which is enough."""
    try:
        number = phonenumbers.parse(plain_digits(typed), HOME_COUNTRY)
    except phonenumbers.NumberParseException:
        return Reach("phone", typed.strip(), typed, owner, is_possible=False)
    possible = phonenumbers.is_possible_number(number)
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else typed.strip()
    return Reach("phone", value, typed, owner, is_possible=possible)


def email(typed: str, owner: str = "patient") -> Reach:
    """An e-mail address. ``is_possible``: well formed; nobody is asked whether it exists."""
    try:
        value = validate_email(spelled(typed), check_deliverability=False).normalized
    except EmailNotValidError:
        return Reach("email", typed.strip(), typed, owner, is_possible=False)
    return Reach("email", value, typed, owner, is_possible=True)


def doubts_about(reach: Sequence[Reach]) -> tuple[tuple[str, str], ...]:
    """What is doubtful about the ways to reach a patient, as kind and sentence, wherever they were typed."""
    if not reach:
        return (("phone", "There is no telephone number and no e-mail address."),)
    return tuple((each.kind, _WRONG[each.kind].format(each.as_typed)) for each in reach if not each.is_possible)


def call_back_doubt(typed: str, *, none_known: bool = False) -> str:
    """What is doubtful about the number to call somebody back, as a sentence; empty where it is possible, or where it
    was said that ``none_known``."""
    if not typed.strip():
        return "" if none_known else "No number to call back is written down."
    return "" if phone(typed).is_possible else _WRONG["phone"].format(typed.strip())
