"""What will happen when a patient is to be reached, as sentences, from the same rules that send the messages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.pathway.definition import ReminderRule
from tracker.domain.typed_text import isolated
from tracker.domain.ways import EMAIL, OWNERS, SMS, Preferences, Way
from tracker.persistence.vocabulary import ContactChange
from tracker.queries.reach import PatientReach, Point, ReachChange
from tracker.services.contact_changes import ANSWERED_CALL, ANSWERED_MESSAGE
from tracker.web.common.languages import language_name

HOW = {ANSWERED_CALL: "answered by telephone", ANSWERED_MESSAGE: "answered a message"}
OWNER_WORDS = {"patient": "patient", "caregiver": "caregiver", "facility": "facility"}
_ABOUT = {
    "arrival": "a visit", "refill": "a visit", "after": "a visit", "consent": "a form to sign",
    "preparation": "how to prepare",
}  # fmt: skip
_DONE = {
    ContactChange.ADDED: "added",
    ContactChange.REWRITTEN: "written in another way",
    ContactChange.ENDED: "ended",
    ContactChange.TEXTS_AGREED: "agreed to text messages",
    ContactChange.TEXTS_WITHDRAWN: "no longer agrees to text messages",
    ContactChange.VERIFIED: "verified",
    ContactChange.STOPPED: "messages stopped",
    ContactChange.ALLOWED: "messages allowed again",
    ContactChange.PREFERS: "preferred way",
    ContactChange.LANGUAGE: "language",
    ContactChange.ZONE: "time zone",
    ContactChange.POSTAL_ADDRESS: "address for letters",
}
_PREFERS = {"": "not said", "email": "e-mail", "sms": "text message", "phone": "a call", "letter": "a letter"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens now, the first sentence first. ``is_call``: nobody is written to."""

    sentences: tuple[str, ...]
    is_call: bool


def plan_of(rules: Iterable[ReminderRule], wants: Preferences, reach: PatientReach, language: str) -> Plan:
    """How messages go, by what they are about, and who calls where none can."""
    rules = [each for each in rules if not each.is_call]
    points = {each.id: each for each in reach.standing}
    by_ways: dict[tuple[Way, ...], list[str]] = {}
    why = ""
    for rule in (each for each in rules if each.to == OWNERS[0]):
        ways, reason = wants.ways(rule.to, rule.channels)
        why = why or reason
        about = by_ways.setdefault(ways, [])
        if _ABOUT[rule.kind] not in about:
            about.append(_ABOUT[rule.kind])
    copies = tuple(_copies(rules, wants, points))
    if why:
        return Plan((_call(why, wants, reach, language), *copies), is_call=True)
    night = _night(reach)
    # What most messages are about comes first.
    ordered = sorted(by_ways.items(), key=lambda each: "a visit" not in each[1])
    said = [(_ways(ways, points), about) for ways, about in ordered]
    if len(said) == 1:
        return Plan((f"{_capital(said[0][0])}; {night}.", *copies), is_call=False)
    parts = "; ".join(f"about {' and '.join(about)}: {words}" for words, about in said)
    return Plan((f"{_capital(parts)}; {night}.", *copies), is_call=False)


def _ways(ways: Sequence[Way], points: dict[int, Point]) -> str:
    return ", then ".join(_way(each, points) for each in ways)


def _way(way: Way, points: dict[int, Point]) -> str:
    point = points[way.point or 0]
    whose = "" if point.owner == OWNERS[0] else f"the {point.owner}'s "
    if way.channel == SMS:
        return f"text message to {whose}…{point.value[-4:]}"
    return f"e-mail to {whose}{isolated(point.value)}" if way.channel == EMAIL else "a call"


def _copies(rules: Iterable[ReminderRule], wants: Preferences, points: dict[int, Point]) -> Iterable[str]:
    for rule in rules:
        ways, _ = wants.ways(rule.to, rule.channels)
        if rule.to != OWNERS[0] and ways:
            yield f"A copy about a refill goes to the {rule.to}: {_ways(ways, points)}."


def _call(why: str, wants: Preferences, reach: PatientReach, language: str) -> str:
    if why == "no_language":
        return f"An interpreter calls: there are no messages in {isolated(language_name(language))}."
    if why == "prefers_call":
        return "A person calls: that is what the patient wants."
    if why == "prefers_letter":
        missing = "" if reach.postal_address else " No address for it is recorded: ask for it, and add it below."
        return f"A person prints a letter: that is what the patient wants.{missing}"
    if why == "opted_out":
        own = [each for each in reach.standing if each.opted_out_at and each.owner == OWNERS[0]]
        at = f" at {isolated(own[0].as_typed)}, and that holds for every way" if own else ""
        return f"A person calls: messages were stopped{at}."
    no_text = "no number takes texts" if wants.sends_texts else "the clinic sends no text messages"
    return f"A person calls: {no_text} and there is no e-mail address."


def _night(reach: PatientReach) -> str:
    if reach.quiet_from == reach.quiet_until:
        return "at any hour"
    zone = reach.zone or reach.clinic_zone
    return f"nobody is written to from {reach.quiet_from} to {reach.quiet_until} ({zone})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def change_words(change: ReachChange, points: dict[int, Point]) -> str:
    """One line of the history: which number or address, and what was done."""
    done, detail = _DONE[ContactChange(change.what)], isolated(change.detail)
    if change.what == ContactChange.PREFERS:
        return f"{_capital(done)}: {_PREFERS.get(change.detail, detail)}"
    if change.what == ContactChange.LANGUAGE:
        return f"{_capital(done)}: {isolated(language_name(change.detail)) or 'not said'}"
    if change.what == ContactChange.ZONE:
        return f"{_capital(done)}: {detail or 'as the clinic'}"
    if change.what == ContactChange.POSTAL_ADDRESS:
        return f"{_capital(done)}: {detail or 'none'}"
    point = points.get(change.point_id or 0)
    which = isolated(point.as_typed) if point else "A number or address"
    more = HOW.get(change.detail, detail)
    return f"{which}: {done}{f', {more}' if more else ''}"


def recorded_by(change: ReachChange | None) -> str:
    """Who did it, in words that end a sentence; empty where nobody wrote it down."""
    if change is None:
        return ""
    return f"recorded by {isolated(change.by)}" if change.by else "by their own answer to a message"
