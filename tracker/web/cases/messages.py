"""The messages of a case: those to come, with the words they would have now, and what became of those so far."""

from collections.abc import Sequence
from datetime import date, datetime

from tracker.domain.own_words import version_words
from tracker.domain.reminder_words import CHANNELS, CHOSEN, KINDS, OWNERS, REASONS, when_sent
from tracker.persistence.vocabulary import WAITING_REMINDER
from tracker.queries.case_detail import Message
from tracker.queries.reminder_preview import Worded
from tracker.web.cases.tables import Folded, PageSection, Row, Table
from tracker.web.cases.words import REMINDER_STATES, REMINDER_TONES, first_upper
from tracker.web.common.filters import at

#: A person has it: until it was to go it stands among what is to come.
_LEFT_TO_PEOPLE = frozenset({"tasked", "held"})
_LANGUAGES = {"en": "English", "es": "Spanish"}


def messages(coming: Sequence[Worded], found: Sequence[Message], *, now: datetime, today: date) -> PageSection:
    """What will be sent, the next first, and what became of the others, the latest first."""
    over = [each for each in found if not _waits(each, now)]
    tables = [
        Table(
            title="Messages to come",
            headers=("About", "When", "How", "Words", "State"),
            rows=tuple(_coming(each, today) for each in coming),
            empty="No message is planned. Reminders are planned when a visit is booked.",
        )
    ]
    if over:
        tables.append(
            Table(
                title="Messages so far",
                headers=("About", "When", "How", "Words", "State"),
                rows=tuple(_row(each, today) for each in over),
                empty="",
            )
        )
    return PageSection(id="messages", label="Messages", tables=tuple(tables))


def _waits(message: Message, now: datetime) -> bool:
    return message.state in {*WAITING_REMINDER, "claimed"} or (
        message.state in _LEFT_TO_PEOPLE and message.wanted_at > now
    )


def _coming(worded: Worded, today: date) -> Row:
    planned, text = worded.planned, worded.text
    foreseen = planned.foreseen
    how = CHANNELS[foreseen.way.channel] if foreseen.way else "no message"
    why = (OWNERS.get(planned.owner, ""), CHOSEN.get(planned.chosen, ""))
    language = _LANGUAGES.get(text.language, text.language) if text is not None else ""
    return Row(
        cells=(
            f"{KINDS.get(foreseen.rule.kind, foreseen.rule.kind)}, {when_sent(foreseen.rule, foreseen.visit, today)}",
            at(foreseen.wanted_at if foreseen.why_not else foreseen.at, None, today),
            ", ".join(part for part in (first_upper(how), *why) if part),
        ),
        folded=Folded(language, text.subject, text.body) if text is not None else Folded("–"),
        badge=first_upper(REASONS.get(foreseen.why_not, foreseen.why_not)) if foreseen.why_not else "Planned",
        tone="warn" if foreseen.why_not else "quiet",
    )


def _row(message: Message, today: date) -> Row:
    state = REMINDER_STATES.get(message.standing, message.standing)
    reason = REASONS.get(message.closed_reason, "") if message.standing not in {"accepted", "delivered"} else ""
    return Row(
        cells=(
            KINDS.get(message.kind, message.kind),
            at(message.wanted_at, None, today),
            first_upper(CHANNELS.get(message.channel, message.channel)),
            _words(message),
        ),
        badge=first_upper(f"{state}: {reason}" if reason else state),
        tone=REMINDER_TONES.get(message.standing, "quiet"),
    )


def _words(message: Message) -> str:
    """Which words were sent: a version is never edited, so this says what was said."""
    if not message.template_version:
        return "–"
    return f"{_LANGUAGES.get(message.language, message.language)}, {version_words(message.template_version)}"
