"""Calendar files: read back by the rules of RFC 5545, whatever stands in them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.domain.invitation import LONGEST_LINE, calendar_text, invitation
from tracker.queries.reminder_texts import languages

DENVER = ZoneInfo("America/Denver")
STAMP = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STARTS = datetime(2026, 3, 17, 9, 30, tzinfo=DENVER)
#: A control sign may not stand in a text, and half a surrogate pair is no text.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\\;,"), max_size=300)


def written(title: str = "Appointment", place: str = "", uid: str = "0123abcd@clinic.example") -> str:
    return calendar_text(
        uid=uid, starts_at=STARTS, ends_at=STARTS + timedelta(minutes=45), title=title, place=place, stamp=STAMP
    )


def read_back(text: str) -> dict[str, str]:
    """Every property of the calendar, unfolded and unescaped."""
    lines = re.sub("\r\n ", "", text).removesuffix("\r\n").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    return {name: re.sub(r"\\(.)", unescape, value) for name, _, value in pairs}


def unescape(found: re.Match[str]) -> str:
    """RFC 5545, 3.3.11."""
    assert found[1] in "\\;,nN"
    return "\n" if found[1] in "nN" else found[1]


class TestCalendarText:
    def test_is_one_event_in_utc(self) -> None:
        assert written(place="Riverside Clinic, Entrance B").split("\r\n") == [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Clinic//Appointments//EN",
            "METHOD:PUBLISH",
            "BEGIN:VEVENT",
            "UID:0123abcd@clinic.example",
            "DTSTAMP:20260301T120000Z",
            "DTSTART:20260317T153000Z",
            "DTEND:20260317T161500Z",
            "SUMMARY:Appointment",
            "LOCATION:Riverside Clinic\\, Entrance B",
            "CLASS:PRIVATE",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]

    @given(title=TEXTS, place=TEXTS)
    def test_says_what_it_was_given(self, title: str, place: str) -> None:
        found = read_back(written(title, place))
        assert (found["SUMMARY"], found.get("LOCATION", "")) == (title, place)

    @given(title=TEXTS, place=TEXTS)
    @example(title="a" * 400, place="é" * 400)
    @example(title="a" * 66 + "€" * 100, place="😀" * 100)
    def test_has_no_line_too_long_and_no_character_torn_apart(self, title: str, place: str) -> None:
        lines = written(title, place).encode().split(b"\r\n")
        assert max(map(len, lines)) <= LONGEST_LINE
        assert all(b"\n" not in line and b"\r" not in line for line in lines)
        for line in lines:
            line.decode()

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_takes_no_property_from_a_text(self, end: str) -> None:
        text = written(f"Appointment{end}ATTENDEE:eve@example.org\x00\x1b")
        assert not re.search("^ATTENDEE", text, re.MULTILINE)
        assert read_back(text)["SUMMARY"] == "Appointment\nATTENDEE:eve@example.org"

    def test_tells_the_two_hours_apart_when_the_clocks_go_back(self) -> None:
        first, second = (datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=DENVER) for fold in (0, 1))
        text = [
            calendar_text(uid="u", starts_at=at, ends_at=at + timedelta(hours=4), title="t", place="", stamp=STAMP)
            for at in (first, second)
        ]
        assert [read_back(each)["DTSTART"] for each in text] == ["20261101T073000Z", "20261101T083000Z"]

    @pytest.mark.parametrize(
        ("starts_at", "ends_at"),
        [
            (STARTS, STARTS),
            (STARTS, STARTS - timedelta(minutes=1)),
            (STARTS.replace(tzinfo=None), STARTS.replace(tzinfo=None) + timedelta(minutes=1)),
            (STARTS, STARTS.replace(tzinfo=None) + timedelta(minutes=1)),
            # On the clock half an hour later, in truth half an hour earlier.
            (datetime(2026, 11, 1, 1, 0, fold=1, tzinfo=DENVER), datetime(2026, 11, 1, 1, 30, tzinfo=DENVER)),
        ],
    )
    def test_refuses_what_is_no_span_of_time(self, starts_at: datetime, ends_at: datetime) -> None:
        with pytest.raises(ValueError, match=r"an (appointment|instant)"):
            calendar_text(uid="u", starts_at=starts_at, ends_at=ends_at, title="t", place="", stamp=STAMP)


class TestInvitation:
    def test_is_written_in_every_language_that_messages_are(self) -> None:
        names = {}
        for language in languages():
            file = invitation(uid="0123", starts_at=STARTS, clinic="Riverside", language=language, stamp=STAMP)
            names[language] = file.filename, read_back(file.content)["SUMMARY"]
        assert names == {
            "en": ("appointment.ics", "Appointment at Riverside"),
            "es": ("cita.ics", "Cita en Riverside"),
        }

    def test_says_when_to_be_there_and_not_for_how_long(self) -> None:
        file = invitation(uid="0123", starts_at=STARTS, clinic="Riverside", language="en", stamp=STAMP)
        said = read_back(file.content)
        assert said["DTSTART"] == "20260317T153000Z"
        assert {"DTEND", "DURATION", "LOCATION", "DESCRIPTION"} & set(said) == set()
