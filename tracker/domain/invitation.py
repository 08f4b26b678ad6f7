"""An appointment as a calendar file (RFC 5545), for whoever wants it in their own calendar.

The file lies in phones and shared calendars, so that it says no more than the message it comes with: its title and
place are given by the caller and must be neutral.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from tracker.domain.mail import Attachment

#: Octets of one line without its end (RFC 5545, 3.1).
LONGEST_LINE = 75
#: The type to attach it under.
MEDIA_TYPE = "text/calendar; method=PUBLISH"

#: By language: what the event and its file are called. They stand on locked screens and in shared calendars.
TITLES = {"en": "Appointment at {clinic}", "es": "Cita en {clinic}"}
FILE_NAMES = {"en": "appointment.ics", "es": "cita.ics"}

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def invitation(*, uid: str, starts_at: datetime, clinic: str, language: str, stamp: datetime) -> Attachment:
    """The file that goes along with a message about a visit. It says when to be there, at which clinic, and no more:
    how long the visit lasts would tell what is done.

    :raises KeyError: for a language that there are no words in
    """
    text = calendar_text(
        uid=uid, starts_at=starts_at, ends_at=None, title=TITLES[language].format(clinic=clinic), place="", stamp=stamp
    )
    return Attachment(FILE_NAMES[language], MEDIA_TYPE, text)


def calendar_text(
    *, uid: str, starts_at: datetime, ends_at: datetime | None, title: str, place: str, stamp: datetime
) -> str:
    """One event, with lines that end in CRLF. All instants are aware and written in UTC, to the second.

    ``uid`` stays the same when the appointment moves, and ``stamp``, when this was written, grows: a calendar then
    replaces the event that it has. An empty ``place`` is left out, and so is the end where it is not to be told.

    :raises ValueError: an instant is without a zone, or the end is not after the start
    """
    # In UTC, where an appointment over the change of the clocks is as long as it is.
    start, end = _utc(starts_at), _utc(ends_at) if ends_at is not None else None
    if end is not None and end <= start:
        raise ValueError("an appointment ends after it starts")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Clinic//Appointments//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{_basic(_utc(stamp))}",
        f"DTSTART:{_basic(start)}",
        *([f"DTEND:{_basic(end)}"] if end is not None else []),
        f"SUMMARY:{_escaped(title)}",
        *([f"LOCATION:{_escaped(place)}"] if place else []),
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(UTC)


def _basic(at: datetime) -> str:
    """RFC 5545, 3.3.5, form 2. Not %Y: some machines write years before 1000 with fewer than four digits."""
    return f"{at.year:04}{at:%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11. Control signs may not stand in a text; only ends of lines and tabs mean anything."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = _CONTROLS.sub("", lines)
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """RFC 5545, 3.1: no line longer than it may be, counted in octets of UTF-8, and no character torn apart."""
    part, octets = "", 0
    for letter in line:
        size = len(letter.encode())
        if octets + size > LONGEST_LINE:
            yield part
            # The space that marks a continuation counts.
            part, octets = " ", 1
        part, octets = part + letter, octets + size
    yield part
