"""What a reminder says in each language and by each channel, and what it can never say."""

import re
from datetime import UTC, datetime

import pytest

from tests.support.source import ROOT
from tracker.domain.invitation import invitation
from tracker.domain.mail_html import html_of
from tracker.domain.message_words import Fields, Which, Wording, problems_of, tidied
from tracker.domain.neutral import words_not_to_tell
from tracker.domain.own_words import LAST_SHIPPED
from tracker.domain.sms import fits_one_sms
from tracker.pathways.catalogue import CURRENT, current
from tracker.queries.reminder_texts import (
    CHANNELS,
    FOLDER,
    Text,
    Words,
    fields_of,
    languages,
    longest_fields,
    shipped,
    shipped_messages,
    shipped_versions,
    write_current,
    write_text,
)

ADA = Fields(first_name="Ada", date="Monday, April 20, 2026", time="9:00 AM", clinic="Riverside", phone="555-0100")
FILES = [shipped(which, version) for which in shipped_messages() for version in shipped_versions(which)]
LATEST = [shipped(which) for which in shipped_messages()]
#: What the rules of the pathways can send.
ASKED = sorted(
    {
        (template, language, channel)
        for name in CURRENT
        for rule in current(name).reminders
        if not rule.is_call
        for template in rule.templates
        for channel in (*rule.channels, "letter")
        for language in languages()
    }
)
SENT = [each for each in ASKED if each[2] != "letter"]
#: As long as names are: a first name of fifteen letters, a clinic's name of twenty, a number with its country.
LONG = {"first_name": "Maria Guadalupes", "clinic": "Riverside Associates", "phone": "+1 303-555-0142"}


def named(wording: Wording) -> str:
    return f"{wording.which.language}-{wording.which.template}-{wording.which.channel}-{wording.version}"


def written(template: str, language: str, channel: str, **values: str) -> Text:
    usual = {"first_name": "Ada", "clinic": "Riverside", "phone": "555-0100", "preparation": "Come with somebody."}
    filled = fields_of(
        wall=datetime.fromisoformat("2026-09-23T10:30"), language=language, channel=channel, **{**usual, **values}
    )
    version = shipped(Which(template, language, channel)).version
    return write_text(template, language, channel, version, filled)


class TestTexts:
    def test_stand_in_their_folder(self) -> None:
        assert FOLDER == ROOT / "templates" / "messages"
        assert languages() == {"en", "es"}

    def test_are_there_for_whatever_the_rules_can_send_and_for_a_letter(self) -> None:
        assert [each for each in ASKED if Which(*each) not in shipped_messages()] == []

    @pytest.mark.parametrize("wording", FILES, ids=named)
    def test_say_nothing_of_drug_procedure_or_diagnosis(self, wording: Wording) -> None:
        # The fields go first: "$link" is an address, and no words.
        said = re.sub(r"\$\w+", " ", f"{wording.subject}\n{wording.body}")
        assert words_not_to_tell(said) == ()
        assert wording.version <= LAST_SHIPPED and wording.which.channel in CHANNELS

    @pytest.mark.parametrize("wording", LATEST, ids=named)
    def test_keep_what_a_clinics_own_words_are_held_to(self, wording: Wording) -> None:
        which = wording.which
        longest = longest_fields(which.language, which.channel, "Riverside Associates", "+1 303-555-0142")
        assert problems_of(tidied(wording), wording, longest) == {}
        assert {"first_name", "date", "clinic", "phone"} <= set(wording.fields)
        assert ("link" in wording.fields) is (which.channel == "email")

    @pytest.mark.parametrize("wording", LATEST, ids=named)
    def test_say_as_little_in_html_and_in_a_calendar_file(self, wording: Wording) -> None:
        subject, body = wording.filled(ADA)
        page = html_of(body, language=wording.which.language, link="https://visits.example/r/token")
        assert words_not_to_tell(re.sub(r"<[^>]*>", " ", page)) == ()
        file = invitation(
            uid="0123abcd", starts_at=datetime(2026, 4, 20, 13, tzinfo=UTC), clinic=ADA.clinic,
            language=wording.which.language, stamp=datetime(2026, 4, 1, tzinfo=UTC),
        )  # fmt: skip
        # DTSTART is the standard's word; what a person reads is the title.
        (title,) = re.findall(r"SUMMARY:(.*)", file.content)
        assert words_not_to_tell(f"{title} {file.filename.removesuffix('.ics')} {subject}") == ()
        assert "Ada" not in file.content and "555-0100" not in file.content

    @pytest.mark.parametrize(("template", "language", "channel"), ASKED)
    def test_are_filled_in_with_the_allowed_fields_alone(self, template: str, language: str, channel: str) -> None:
        text = written(template, language, channel)
        assert "$" not in text.subject + text.body
        assert "\n" not in text.subject
        assert "Ada" in text.body and "Riverside" in text.body and "555-0100" in text.body
        assert (text.subject == "") is (channel == "sms")
        assert (text.language, text.version) == (language, shipped(Which(template, language, channel)).version)

    @pytest.mark.parametrize(("template", "language", "channel"), [each for each in SENT if each[2] == "sms"])
    def test_fit_into_one_text_message(self, template: str, language: str, channel: str) -> None:
        text = written(template, language, channel, **LONG)
        assert fits_one_sms(text.body), text.body

    @pytest.mark.parametrize(("template", "language", "channel"), [each for each in SENT if each[2] == "sms"])
    def test_fit_into_one_text_message_with_accents_too(self, template: str, language: str, channel: str) -> None:
        text = written(template, language, channel, **{**LONG, "first_name": "María José", "clinic": "Clínica del Río"})
        assert fits_one_sms(text.body), text.body
        assert "Maria José" in text.body and "Clinica del Rio" in text.body

    def test_keep_accents_where_there_is_room(self) -> None:
        assert "Hello María," in written("arrival", "en", "email", first_name="María").body

    def test_tell_the_day_and_hour_as_the_language_does(self) -> None:
        assert "on Wednesday, September 23, 2026. Please arrive at 10:30 AM." in written("arrival", "en", "email").body
        assert "el miércoles, 23 de septiembre de 2026." in written("arrival", "es", "email").body
        assert "Riverside Wed, Sep 23, 10:30 AM." in written("arrival", "en", "sms").body

    @pytest.mark.parametrize(("template", "language", "channel"), SENT)
    def test_tell_how_to_answer_and_that_it_is_not_for_emergencies(
        self, template: str, language: str, channel: str
    ) -> None:
        text = written(template, language, channel, link="https://visits.example/r/token")
        assert "emergenc" in text.body.partition("$phone")[0]
        assert ("https://visits.example/r/token" in text.body.splitlines()) is (channel == "email")
        if channel == "sms":
            assert "STOP" in text.body
            assert template in {"consent", "after", "preparation"} or {" C ", " N "} <= set(
                re.findall(r" [CN] ", text.body)
            )

    def test_cannot_be_given_another_line_by_a_name(self) -> None:
        text = written("arrival", "en", "email", first_name="Ada\r\n\r\nBcc: eve@example.org")
        assert "Hello Ada Bcc: eve@example.org," in text.body
        assert "\n" not in text.subject

    def test_of_a_version_that_never_was_cannot_be_sent(self) -> None:
        with pytest.raises(KeyError):
            write_text("arrival", "en", "email", 99, ADA)
        with pytest.raises(KeyError):
            shipped(Which("farewell", "en", "email"))

    def test_are_a_clinics_own_where_it_has_some(self) -> None:
        which = Which("arrival", "en", "sms")
        own = Wording(which, LAST_SHIPPED + 1, "", "Come, $first_name.")
        given = {
            "given_name": "Ada Bea",
            "wall": datetime.fromisoformat("2026-09-23T10:30"),
            "clinic": "R",
            "phone": "1",
        }
        assert write_current(Words({which: own}), which, **given) == Text("", "Come, Ada.", "en", LAST_SHIPPED + 1)
        assert write_current(Words({}), which, **given).body.startswith("Ada: R Wed, Sep 23, 10:30 AM.")
