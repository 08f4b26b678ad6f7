"""Reminders in words: what they are about, by what they go, why one comes when it does, and why somebody gets none."""

from datetime import date

from tracker.domain.dates import in_words
from tracker.domain.facts import Appointment
from tracker.domain.pathway.definition import ReminderRule
from tracker.domain.pathway.wording import PURPOSE_WORDS

KINDS = {
    "consent": "Consent to be signed", "arrival": "Visit and arrival", "refill": "Refill", "after": "After the visit",
    "preparation": "How to prepare",
}  # fmt: skip
CHANNELS = {"email": "e-mail", "sms": "text message", "phone": "call", "letter": "letter", "": "no message"}
OWNERS = {"patient": "", "caregiver": "to the caregiver", "facility": "to the facility", "": ""}
#: Why nobody is written to, or why it did not work. Those of a copy stand for whoever was to get it.
REASONS = {
    "no_address": "no address or number that it can go to",
    "no_language": "no message in their language: with an interpreter",
    "opted_out": "does not want messages: call, or write a letter",
    "prefers_call": "prefers a call",
    "prefers_letter": "prefers a letter",
    "call_due": "called to hear whether they come",
    "quiet_hours": "it would have come at night",
    "other_way": "another way is open",
    "no_way_left": "it failed by every way there is",
    "rejected": "the address was rejected",
    "unavailable": "the message could not go out in time",
    "undelivered": "the message came back",
    "parked": "it cannot be sent for a fault in the program: tell the administrator",
    "unknown": "not known whether it was sent",
    "no_receipt": "it was taken; there is no receipt",
    "held": "its message was held back",
    "released": "was held back, and released",
    "too_late": "its time had passed",
    "superseded": "a later reminder of the same kind is due already",
    "paused": "sending is paused",
    "burst": "more at once than was foreseen: it would be held for a person to decide",
    "died": "the patient has died",
    "case_closed": "the case is closed",
    "confirmed": "the visit is confirmed already",
    "consent_valid": "the consent is valid on that day already",
    "no_refill_due": "no refill is due",
    "no_sheet": "the clinic has no preparation sheet in their language",
    "visit_before": "the visit to sign comes before, with reminders of its own",
    "no_visit": "no visit is booked",
    "called_anyway": "no message can reach them: they are called the day after anyway",
    "copy_no_address": "nobody has an address for a copy",
    "copy_opted_out": "whoever would get the copy wants none",
    "copy_no_language": "no message in their language",
}
#: Reasons that leave the patient without a word unless a person calls.
CALLED = frozenset(
    {"held", "no_address", "no_language", "opted_out", "prefers_call", "prefers_letter", "call_due", "quiet_hours",
     "no_way_left", "rejected", "unavailable", "undelivered", "unknown", "parked"}
)  # fmt: skip
#: Those, and what is held up before it was tried.
UNREACHED = CALLED | {"paused", "too_late", "burst", "no_visit"}
#: Why a message goes by the channel it does.
CHOSEN = {
    "preferred": "as they prefer", "first": "", "other": "the first way is not open", "failed": "the way before failed",
}  # fmt: skip


def rule_named(rule: ReminderRule) -> str:
    """A rule so that it can be told from others: ``Visit and arrival (decision), 2 days before at 10:00 by …``."""
    kind = KINDS.get(rule.kind, rule.kind)
    purposes = ", ".join(sorted(PURPOSE_WORDS.get(each, each) for each in rule.purposes))
    about = kind if rule.purposes == {rule.kind} else f"{kind} ({purposes})"
    to = f", copy {OWNERS[rule.to]}" if rule.to != "patient" else ""
    return f"{about}, {rule_times(rule)}{to}"


def rule_times(rule: ReminderRule) -> str:
    """When and by what a rule goes: ``2 days before at 10:00 by text message, else e-mail``."""
    ways = ", else ".join(CHANNELS[each] for each in rule.channels)
    return f"{_distance(rule)} at {rule.wall_time:%H:%M} by {ways}"


def _distance(rule: ReminderRule) -> str:
    if rule.days_before == 0:
        return "on the day"
    days, count = "open day" if rule.counts_open_days else "day", abs(rule.days_before)
    return f"{count} {days}{'s' * (count != 1)} {'after' if rule.is_after else 'before'}"


def when_sent(rule: ReminderRule, visit: Appointment, today: date) -> str:
    """Why it comes when it does: ``2 days before the visit of Thu 26 Mar``."""
    on = in_words(date.fromisoformat(visit.wall[:10]), today)
    return f"{_distance(rule)}{' of' * (rule.days_before == 0)} the visit of {on}"
