"""The words of a reminder: a file for each language, template, channel and version, with the few fields a message may
carry.

A message can be read by others on its way and at home. It names the first name at most, the day and time, the clinic's
name and telephone number, and in a mail a link to answer by: never a drug, a diagnosis, a procedure or a number of the
chart (docs/hazards, 23). A version that was sent is never edited; a change is a new file. A language more is a folder
more.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template

from babel.dates import format_date, format_skeleton, format_time

from tracker.domain.sms import plain_for_sms
from tracker.domain.ways import SMS

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "messages"
#: Spaces of the calendar's tables that a telephone shows as a box.
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Everything a message may say."""

    first_name: str
    date: str
    time: str
    clinic: str
    phone: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it is sent, in plain text; a text message has no ``subject``. In which language, from which version
    of its template."""

    subject: str
    body: str
    language: str
    version: int


@cache
def languages() -> frozenset[str]:
    """The codes of the languages that messages can be written in."""
    return frozenset(each.name for each in FOLDER.iterdir() if each.is_dir())


@cache
def current_version(template: str, language: str, channel: str) -> int:
    """The version of a template that new messages are written with.

    :raises KeyError: for a template that does not exist
    """
    found = [int(each.name.split(".")[2]) for each in (FOLDER / language).glob(f"{template}.{channel}.*.txt")]
    if not found:
        raise KeyError(f"{template}.{channel} in {language}")
    return max(found)


def fields_of(
    *, first_name: str, wall: datetime, clinic: str, phone: str, language: str, channel: str, link: str = ""
) -> Fields:
    """The fields of a message about a visit at a wall time: its day and hour as the language writes them. A text
    message has them short, and names without the letters that would make it two."""
    locale = f"{language}_US"
    day = format_skeleton("MMMEd", wall, locale=locale) if channel == SMS else format_date(wall, "full", locale=locale)
    hour = format_time(wall, "short", locale=locale)
    if channel == SMS:
        day, hour = plain_for_sms(day), hour.replace(".", "")
        first_name, clinic = plain_for_sms(first_name), plain_for_sms(clinic)
    return Fields(
        first_name=first_name,
        date=day.translate(_SPACES),
        time=hour.translate(_SPACES),
        clinic=clinic,
        phone=phone,
        link=link,
    )


def write_text(template: str, language: str, channel: str, version: int, values: Fields) -> Text:
    """Fill in a template. Line breaks in a value cannot add a header or a paragraph.

    :raises FileNotFoundError: for a template or version that does not exist
    :raises KeyError: for a template that asks for anything but the allowed fields
    """
    said = {each.name: " ".join(str(getattr(values, each.name)).split()) for each in fields(values)}
    found = _file(language, f"{template}.{channel}.{version}.txt")
    subject, _, body = ("", "", found) if channel == SMS else found.partition("\n\n")
    return Text(
        Template(subject.removeprefix("Subject: ").strip()).substitute(said),
        Template(body).substitute(said).strip(),
        language,
        version,
    )


def write_current(
    template: str,
    language: str,
    channel: str,
    *,
    given_name: str,
    wall: datetime,
    clinic: str,
    phone: str,
    link: str = "",
) -> Text:
    """A message about a visit in today's version of its words: what is sent is what the preview shows."""
    values = fields_of(
        first_name=(given_name.split() or [""])[0],
        wall=wall,
        clinic=clinic,
        phone=phone,
        language=language,
        channel=channel,
        link=link,
    )
    return write_text(template, language, channel, current_version(template, language, channel), values)


@cache
def _file(language: str, name: str) -> str:
    return (FOLDER / language / name).read_text(encoding="utf-8")
