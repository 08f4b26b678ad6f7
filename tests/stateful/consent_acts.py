"""Consents: signed on paper or on the tablet, by whom it may be and by whom not, taken back, and void."""

from datetime import timedelta

from tests.stateful.clinic import Act, Seen
from tests.stateful.dice import REASONS, Dice
from tracker.services import consents
from tracker.services.consents import Signing, TextRef


def sign_consent(seen: Seen, dice: Dice, purpose: str = "") -> Act:
    signing = Signing(signed_by="patient", relation="self") if purpose else by_whom(dice)
    purpose = purpose or dice.choice(("trial", "implant", "surgery"))
    day, until = seen.today, dice.choice((None, None, seen.today + timedelta(days=4)))
    return lambda work, ref: consents.record_consent(
        work, ref, purpose=purpose, signed_on=day, signing=signing, valid_to=until
    )


def sign_on_tablet(_seen: Seen, dice: Dice) -> Act:
    purpose = dice.choice(("trial", "implant", "surgery"))
    text, signing = TextRef(dice.choice(("en", "es", "fr")), dice.choice((1, 1, 1, 7))), by_whom(dice)
    strokes = dice.choice(("0,0 90,90", "0,0 90,90", "5,5", "<script>"))
    return lambda work, ref: consents.sign_consent(
        work, ref, purpose=purpose, text=text, signing=signing, strokes=strokes
    )


def void_consent(_seen: Seen, dice: Dice) -> Act:
    purpose, reason = dice.choice(("trial", "implant")), dice.choice(REASONS)
    return lambda work, ref: consents.void_consent(work, ref, purpose=purpose, reason=reason)


def by_whom(dice: Dice) -> Signing:
    """Mostly the patient, who is grown up in these stories."""
    return Signing(
        signed_by="patient",
        relation=dice.choice(("self", "self", "self", "representative", "parent", "")),
        interpreter=dice.choice(("", "Ana")),
    )


def withdraw_consent(seen: Seen, dice: Dice) -> Act:
    purpose, reason = dice.choice(("trial", "implant")), dice.choice(REASONS)
    return lambda work, ref: consents.withdraw_consent(work, ref, purpose=purpose, reason=reason)
