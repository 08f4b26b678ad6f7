"""What the pages about the words of messages show: sentences made from versions, and how words read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import url_for

from tracker.domain.message_words import Which, Wording
from tracker.domain.neutral import name_in_messages
from tracker.domain.own_words import version_words
from tracker.domain.reminder_words import CHANNELS, KINDS
from tracker.domain.sms import MOST_SEPTETS, is_gsm7, sms_units
from tracker.domain.typed_text import isolated
from tracker.domain.ways import SMS
from tracker.queries.clinic import MessageSettings
from tracker.queries.message_words import WordsVersion
from tracker.queries.reminder_texts import example_fields, longest_fields
from tracker.services.message_words import problems_with
from tracker.web.common.filters import at

LANGUAGES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How words read for an invented patient. ``length``: of a text message, as a sentence; ``problems`` by field."""

    subject: str
    body: str
    length: str
    problems: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """The words of a message in the list."""

    url: str
    language: str
    channel: str
    subject: str
    body: str
    version: str
    is_own: bool
    is_behind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version. ``why_not``: why its words may not be sent again, where they may not."""

    number: int
    version: str
    written: str
    subject: str
    body: str
    is_current: bool
    why_not: str


def template_label(template: str) -> str:
    """What a message is about, in words."""
    return KINDS.get(template, template.replace("_", " ").capitalize())


def heading_of(which: Which) -> str:
    """What a message is called: what it is about, by what it goes, in which language."""
    channel = CHANNELS[which.channel]
    return f"{template_label(which.template)}: {channel} in {LANGUAGES.get(which.language, which.language)}"


def groups_of(found: Sequence[WordsVersion]) -> list[tuple[str, list[MessageLine]]]:
    """The lines of the list, by what they are about."""
    return [
        (template_label(template), [_line(each) for each in several])
        for template, several in groupby(found, key=lambda each: each.wording.which.template)
    ]


def preview_of(typed: Wording, settings: MessageSettings) -> Preview:
    """How words read, complete or not, and what stands against them."""
    which = typed.which
    name = name_in_messages(settings.message_name, settings.name, which.language)
    subject, body = typed.shown(example_fields(which, name, settings.phone))
    longest = typed.shown(longest_fields(which.language, which.channel, name, settings.phone))[1]
    return Preview(
        subject=subject,
        body=body,
        length=_length(body, longest) if which.channel == SMS else "",
        problems=problems_with(settings.name, settings.message_name, settings.phone, typed),
    )


def version_lines(versions: Sequence[WordsVersion], settings: MessageSettings, zone: str) -> list[VersionLine]:
    """Every version, the one that counts first."""
    return [_version_line(each, versions[0], settings, zone) for each in versions]


def _line(each: WordsVersion) -> MessageLine:
    wording, which = each.wording, each.wording.which
    return MessageLine(
        url=url_for("admin.message", template=which.template, language=which.language, channel=which.channel),
        language=LANGUAGES.get(which.language, which.language),
        channel=CHANNELS[which.channel].capitalize(),
        subject=wording.subject,
        body=wording.body,
        version=version_words(wording.version),
        is_own=wording.is_own,
        is_behind=each.is_behind,
    )


def _version_line(each: WordsVersion, current: WordsVersion, settings: MessageSettings, zone: str) -> VersionLine:
    wording = each.wording
    problems = problems_with(settings.name, settings.message_name, settings.phone, wording)
    return VersionLine(
        number=wording.version,
        version=version_words(wording.version),
        written="shipped" if each.written_at is None else f"{isolated(each.by)}, {at(each.written_at, zone)}",
        subject=wording.subject,
        body=wording.body,
        is_current=each is current,
        why_not=" ".join(problems.values()),
    )


def _length(body: str, longest: str) -> str:
    if not is_gsm7(longest):
        return ""
    return (
        f"{sms_units(body)} characters here, {sms_units(longest)} with a long name on a long day; "
        f"one message holds {MOST_SEPTETS}."
    )
