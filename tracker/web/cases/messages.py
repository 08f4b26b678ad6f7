"""The messages of a case: those to come, and those that went or did not, with the way, the words and the reason."""

from collections.abc import Sequence

from tracker.domain.message_words import version_words
from tracker.domain.reminder_words import CHANNELS, KINDS, REASONS
from tracker.queries.case_detail import Message
from tracker.web.cases.sections import PageSection, Row, Table
from tracker.web.cases.words import REMINDER_STATES, REMINDER_TONES, first_upper
from tracker.web.common.filters import at

_TO_COME = frozenset({"planned", "due", "claimed", "in_flight"})
_LANGUAGES = {"en": "English", "es": "Spanish"}


def messages(found: Sequence[Message]) -> PageSection:
    """What will be sent, the next first, and what became of the others, the latest first."""
    to_come = [each for each in reversed(found) if each.state in _TO_COME]
    over = [each for each in found if each.state not in _TO_COME]
    tables = [
        Table(
            title="Messages to come",
            headers=("About", "When", "How", "State"),
            rows=tuple(_row(each) for each in to_come),
            empty="No message is planned. Reminders are planned when a visit is booked.",
        )
    ]
    if over:
        tables.append(
            Table(
                title="Messages so far",
                headers=("About", "When", "How", "Words", "State"),
                rows=tuple(_row(each, _words(each)) for each in over),
                empty="",
            )
        )
    return PageSection(id="messages", label="Messages", tables=tuple(tables))


def _row(message: Message, *more: str) -> Row:
    state = REMINDER_STATES.get(message.standing, message.standing)
    reason = REASONS.get(message.closed_reason, "") if message.standing not in {"accepted", "delivered"} else ""
    return Row(
        cells=(
            KINDS.get(message.kind, message.kind),
            at(message.wanted_at),
            first_upper(CHANNELS.get(message.channel, message.channel)),
            *more,
        ),
        badge=first_upper(f"{state}: {reason}" if reason else state),
        tone=REMINDER_TONES.get(message.standing, "quiet"),
    )


def _words(message: Message) -> str:
    """Which words were sent: a version is never edited, so this says what was said."""
    if not message.template_version:
        return "–"
    return f"{_LANGUAGES.get(message.language, message.language)}, {version_words(message.template_version)}"
