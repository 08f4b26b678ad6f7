"""The words of a message before they are filled in: what a clinic may change of them, and what must stay.

The shipped words of a message are the measure of a clinic's own: they hold the same fields, so that no field is lost
and no clock time comes into a message about a day that has none, and every sentence about emergencies, word for word.
A text fits into one message also for a long name on a long day.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from string import Template

from tracker.domain.names import holds_unseen
from tracker.domain.neutral import words_not_to_tell
from tracker.domain.own_words import LAST_SHIPPED
from tracker.domain.sms import MOST_SEPTETS, is_gsm7, sms_units
from tracker.domain.ways import SMS

LONGEST_SUBJECT, LONGEST_BODY = 100, 2000

_FIELD = re.compile(r"\$(?:(?P<bare>[a-z][a-z0-9_]*)|\{(?P<braced>[a-z][a-z0-9_]*)\})", re.IGNORECASE | re.ASCII)
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_KEYWORD = re.compile(r"\bSTOP\b")
#: Sentences with it must stay, in every language.
_EMERGENCY = "emergenc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Everything a message may say."""

    first_name: str
    date: str
    time: str
    clinic: str
    phone: str
    link: str = ""
    preparation: str = ""


FIELDS = tuple(each.name for each in fields(Fields))
#: The one field that has lines.
_SHEET = "preparation"


@dataclass(frozen=True, slots=True)
class Which:
    """Which message: by its name, in one language and by one channel."""

    template: str
    language: str
    channel: str

    @property
    def has_subject(self) -> bool:
        """Whether it has a subject or heading: a text message is its words alone."""
        return self.channel != SMS


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a message with its fields. A text message has no ``subject``."""

    which: Which
    version: int
    subject: str
    body: str

    @property
    def is_own(self) -> bool:
        """Whether these are a clinic's own."""
        return self.version > LAST_SHIPPED

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the words, in the order of ``FIELDS``."""
        named = set(_names(self.body))
        return tuple(name for name in FIELDS if name in named)

    def filled(self, values: Fields) -> tuple[str, str]:
        """Subject and body. Line breaks in a value cannot add a header or a paragraph, but the lines of the preparation
        sheet stay in a body; a value that ends with a full stop ("a.m.") ends its sentence.

        :raises KeyError: for words that ask for anything but the allowed fields
        """
        subject, body = (_template(text, said).substitute(said).strip() for text, said in self._with_said(values))
        return subject, body

    def shown(self, values: Fields) -> tuple[str, str]:
        """The same for words that are still being typed: what cannot be filled in stands there as it was typed."""
        subject, body = (_template(text, said).safe_substitute(said).strip() for text, said in self._with_said(values))
        return subject, body

    def _with_said(self, values: Fields) -> Iterator[tuple[str, Mapping[str, str]]]:
        said = {name: " ".join(str(getattr(values, name)).split()) for name in FIELDS}
        yield self.subject, said
        # A text message is one line, whatever it carries.
        yield self.body, {**said, _SHEET: tidied_lines(values.preparation)} if self.which.has_subject else said


def _template(text: str, said: Mapping[str, str]) -> Template:
    for name, value in said.items():
        if value.endswith("."):
            text = text.replace(f"${name}.", f"${name}")
    return Template(text)


def tidied(wording: Wording) -> Wording:
    """As they are stored: lines end in one way, nothing trails, a subject is one line."""
    body = tidied_lines(wording.body)
    if not wording.which.has_subject:
        return replace(wording, subject="", body=" ".join(body.split()))
    return replace(wording, subject=" ".join(wording.subject.split()), body=body)


def tidied_lines(text: str) -> str:
    """Text in lines that end in one way; nothing trails, and one empty line parts paragraphs."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def problems_of(typed: Wording, shipped: Wording, longest: Fields) -> dict[str, str]:
    """What stands against these words, as sentences by field; nothing where they may be sent.

    ``longest``: the longest that patients get, for the length of a text.
    """
    found = {"body": list(_problems_of_body(typed, shipped, longest))}
    if typed.which.has_subject:
        found["subject"] = list(_problems_of_subject(typed, shipped))
    return {name: " ".join(sentences) for name, sentences in found.items() if sentences}


def _problems_of_subject(typed: Wording, shipped: Wording) -> Iterator[str]:
    if not typed.subject:
        yield "Give it a subject."
    elif len(typed.subject) > LONGEST_SUBJECT:
        yield f"Use at most {LONGEST_SUBJECT} characters."
    # A subject shows on a locked screen, and a heading through the window of an envelope.
    allowed = tuple(name for name in shipped.fields if name in {"date", "clinic"})
    yield from _problems_of_text(typed.subject, allowed)


def _problems_of_body(typed: Wording, shipped: Wording, longest: Fields) -> Iterator[str]:
    if not typed.body:
        yield "Give it words."
        return
    if len(typed.body) > LONGEST_BODY:
        yield f"Use at most {LONGEST_BODY} characters."
    text_problems = list(_problems_of_text(typed.body, shipped.fields))
    yield from text_problems
    for name in shipped.fields:
        if name not in typed.fields:
            yield f"${name} is missing: the message must say it."
    for sentence in fixed_sentences(shipped):
        if sentence not in " ".join(typed.body.split()):
            yield f"This sentence must stay, word for word: “{sentence}”"
    if _KEYWORD.search(shipped.body) and not _KEYWORD.search(typed.body):
        yield "The word STOP must stay, in capitals: it is how patients end text messages."
    if typed.which.channel == SMS and not text_problems:
        yield from _problems_of_length(typed, longest)


def _problems_of_text(text: str, allowed: tuple[str, ...]) -> Iterator[str]:
    may = " ".join(f"${name}" for name in allowed)
    rest = _FIELD.sub(" ", text)
    for name in dict.fromkeys(_names(text)):
        if name not in FIELDS:
            yield f"There is no field ${name}. Here may stand: {may}."
        elif name not in allowed:
            yield f"${name} may not stand here. Here may stand: {may}."
    if "$" in rest:
        yield "A $ must be followed by the name of a field, as in $date."
    yield from problems_of_telling(rest)


def problems_of_telling(text: str) -> Iterator[str]:
    """What stands against words that others read on their way and at home, as sentences. ``text``: without fields."""
    if holds_unseen(text.replace("\n", " ")):
        yield "It holds a sign that nobody sees, as copying brings along: type that place anew."
    for word in words_not_to_tell(text):
        yield f"“{word}” may not stand in a message: others read it on its way and at home."


def _problems_of_length(typed: Wording, longest: Fields) -> Iterator[str]:
    words = _FIELD.sub("", typed.body)
    if not is_gsm7(words):
        odd = "".join(sorted({letter for letter in words if not is_gsm7(letter)}))
        yield f"Text messages have no “{odd}”: write it in another way, else one message becomes two."
        return
    units = sms_units(typed.filled(longest)[1])
    if units > MOST_SEPTETS:
        yield (
            f"With a long first name ({longest.first_name}) on a long day it has {units} characters, and one text "
            f"message holds {MOST_SEPTETS}: take out {units - MOST_SEPTETS}."
        )


def fixed_sentences(shipped: Wording) -> tuple[str, ...]:
    """What a clinic's own words must repeat: that nobody reads answers for emergencies, and what to do in one."""
    return tuple(
        " ".join(sentence.split())
        for sentence in _SENTENCE_ENDS.split(shipped.body)
        if _EMERGENCY in sentence.casefold()
    )


def _names(text: str) -> Iterator[str]:
    return (found["bare"] or found["braced"] for found in _FIELD.finditer(text))
