"""The words of a reminder, filled in: shipped with the program as a file for each language, template, channel and
version, or a clinic's own, with the few fields a message may carry.

A message can be read by others on its way and at home. It names the first name at most, the day and time, the clinic's
name and telephone number, and in a mail a link to answer by: never a drug, a diagnosis, a procedure or a number of the
chart (docs/hazards, 23). A version that was sent is never edited; a change is a new file, or a clinic's new row. A
language more is a folder more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_skeleton, format_time

from tracker.domain.message_words import Fields, Which, Wording
from tracker.domain.sms import plain_for_sms, sms_units
from tracker.domain.ways import EMAIL, LETTER, SMS

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "messages"
#: By what words can go, in the order of lists.
CHANNELS = (EMAIL, SMS, LETTER)
#: In the place of the link that a mail gets when it is sent, and that nobody else has.
OWN_LINK = "[the patient's own link]"
#: In the place of the clinic's words on how to prepare, where a message is only shown.
OWN_SHEET = "[the preparation sheet]"
#: A first name as long as most are, and an invented patient's visit.
LONG_FIRST_NAME = "Maria Guadalupe"
_EXAMPLE_NAME, _EXAMPLE_WALL = "Maria", datetime(2026, 9, 23, 12, 30)  # noqa: DTZ001  # a wall time
#: Spaces of the calendar's tables that a telephone shows as a box.
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it is sent, in plain text; a text message has no ``subject``. In which language, from which version
    of its template."""

    subject: str
    body: str
    language: str
    version: int


@dataclass(frozen=True, slots=True)
class Words:
    """The words that new messages of a clinic are written with: its ``own`` where it has some, else the shipped.
    ``sheets``: its own on how to prepare, by language."""

    own: Mapping[Which, Wording]
    sheets: Mapping[str, str] = field(default_factory=dict)

    def of(self, which: Which) -> Wording:
        """The current words of a message.

        :raises KeyError: for a template that does not exist
        """
        return self.own.get(which) or shipped(which)


@cache
def languages() -> frozenset[str]:
    """The codes of the languages that messages can be written in."""
    return frozenset(each.name for each in FOLDER.iterdir() if each.is_dir())


@cache
def shipped_messages() -> tuple[Which, ...]:
    """Every message that words are shipped for: by name, then by language and channel."""
    names = ((path.parent.name, *path.name.split(".")[:2]) for path in FOLDER.glob("*/*.txt"))
    found = {Which(template, language, channel) for language, template, channel in names}
    return tuple(sorted(found, key=lambda each: (each.template, each.language, CHANNELS.index(each.channel))))


@cache
def shipped_versions(which: Which) -> tuple[int, ...]:
    """The versions of a message that are shipped, the first one first."""
    files = (FOLDER / which.language).glob(f"{which.template}.{which.channel}.*.txt")
    return tuple(sorted(int(each.name.split(".")[2]) for each in files))


@cache
def shipped(which: Which, version: int | None = None) -> Wording:
    """The words of a message as they are shipped, in a version, or in the latest.

    :raises KeyError: for a message or version that does not exist
    """
    versions = shipped_versions(which)
    if not versions or version not in {None, *versions}:
        raise KeyError(f"{which.template}.{which.channel} in {which.language}")
    number = versions[-1] if version is None else version
    name = f"{which.template}.{which.channel}.{number}.txt"
    text = (FOLDER / which.language / name).read_text(encoding="utf-8")
    subject, _, body = text.partition("\n\n") if which.has_subject else ("", "", text)
    return Wording(which, number, subject.removeprefix("Subject: ").strip(), body.strip())


def fields_of(
    *,
    first_name: str,
    wall: datetime,
    clinic: str,
    phone: str,
    language: str,
    channel: str,
    link: str = "",
    preparation: str = "",
) -> Fields:
    """The fields of a message about a visit at a wall time: its day and hour as the language writes them. A text
    message has them short, and names without the letters that would make it two."""
    if channel == SMS:
        first_name, clinic = plain_for_sms(first_name), plain_for_sms(clinic)
    return Fields(
        first_name=first_name,
        date=_day(wall.date(), language, channel),
        time=_hour(wall.time(), language, channel),
        clinic=clinic,
        phone=phone,
        link=link,
        preparation=preparation,
    )


@cache
def longest_fields(language: str, channel: str, clinic: str, phone: str) -> Fields:
    """The longest that patients of a clinic get: a long first name, and the day and hour that are longest to write."""
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    hours = [time(hour, 30) for hour in range(24)]
    first_name, name = (plain_for_sms(each) if channel == SMS else each for each in (LONG_FIRST_NAME, clinic))
    return Fields(
        first_name=first_name,
        date=max((_day(each, language, channel) for each in year), key=sms_units),
        time=max((_hour(each, language, channel) for each in hours), key=sms_units),
        clinic=name,
        phone=phone or "+1 303-555-0142",
    )


def example_fields(which: Which, clinic: str, phone: str) -> Fields:
    """The fields for an invented patient."""
    link = OWN_LINK if which.channel == EMAIL else ""
    return values_of(
        which,
        given_name=_EXAMPLE_NAME,
        wall=_EXAMPLE_WALL,
        clinic=clinic,
        phone=phone,
        link=link,
        preparation=OWN_SHEET,
    )


def fill_in(wording: Wording, values: Fields) -> Text:
    """The words with their fields filled in.

    :raises KeyError: for words that ask for anything but the allowed fields
    """
    subject, body = wording.filled(values)
    return Text(subject, body, wording.which.language, wording.version)


def write_text(template: str, language: str, channel: str, version: int, values: Fields) -> Text:
    """Fill in shipped words of a version.

    :raises KeyError: for a template or version that does not exist
    """
    return fill_in(shipped(Which(template, language, channel), version), values)


def write_current(
    words: Words,
    which: Which,
    *,
    given_name: str,
    wall: datetime,
    clinic: str,
    phone: str,
    link: str = "",
) -> Text:
    """A message about a visit in today's words of a clinic: what is sent is what the preview shows.

    :raises KeyError: for a template that does not exist
    """
    values = values_of(
        which,
        given_name=given_name,
        wall=wall,
        clinic=clinic,
        phone=phone,
        link=link,
        preparation=words.sheets.get(which.language, ""),
    )
    return fill_in(words.of(which), values)


def values_of(
    which: Which,
    *,
    given_name: str,
    wall: datetime,
    clinic: str,
    phone: str,
    link: str = "",
    preparation: str = "",
) -> Fields:
    """The fields for a patient: of the given names the first alone."""
    return fields_of(
        first_name=(given_name.split() or [""])[0],
        wall=wall,
        clinic=clinic,
        phone=phone,
        language=which.language,
        channel=which.channel,
        link=link,
        preparation=preparation,
    )


def _day(day: date, language: str, channel: str) -> str:
    locale = f"{language}_US"
    if channel == SMS:
        at = datetime.combine(day, time())
        return plain_for_sms(format_skeleton("MMMEd", at, locale=locale)).translate(_SPACES)
    return format_date(day, "full", locale=locale).translate(_SPACES)


def _hour(at: time, language: str, channel: str) -> str:
    said = format_time(at, "short", locale=f"{language}_US")
    return (said.replace(".", "") if channel == SMS else said).translate(_SPACES)
