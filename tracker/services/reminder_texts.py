"""The words of a reminder: a file for each template and version, with the few fields a message may carry.

An e-mail can be read by others on its way and at home. It names the first name at most, the day and time, and the
clinic's name and telephone number: never a drug, a diagnosis, a procedure or a number of the chart
(docs/hazards, 23). A version that was sent is never edited; a change is a new file.
"""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "messages"
#: The version that new reminders are made with.
CURRENT = {"consent": 1, "arrival": 1, "refill": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Everything a message may say."""

    first_name: str
    date: str
    time: str
    clinic: str
    phone: str


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it is sent, in plain text."""

    subject: str
    body: str


def current_version(template: str) -> int:
    """The version of a template that new reminders are made with.

    :raises KeyError: for a template that does not exist
    """
    return CURRENT[template]


def write_text(template: str, version: int, values: Fields) -> Text:
    """Fill in a template. Line breaks in a value cannot add a header or a paragraph.

    :raises FileNotFoundError: for a template or version that does not exist
    :raises KeyError: for a template that asks for anything but the allowed fields
    """
    said = {each.name: " ".join(str(getattr(values, each.name)).split()) for each in fields(values)}
    subject, _, body = _file(template, version).partition("\n\n")
    return Text(
        Template(subject.removeprefix("Subject: ").strip()).substitute(said), Template(body).substitute(said).strip()
    )


@cache
def _file(template: str, version: int) -> str:
    return (FOLDER / f"{template}.{version}.txt").read_text(encoding="utf-8")
