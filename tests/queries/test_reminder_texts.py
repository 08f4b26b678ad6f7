"""What a reminder says in each language and by each channel, and what it can never say."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.source import ROOT
from tracker.domain.neutral import ADVISING, TELLING
from tracker.domain.sms import fits_one_sms
from tracker.pathways.catalogue import CURRENT, current
from tracker.queries.reminder_texts import FOLDER, Fields, Text, current_version, fields_of, languages, write_text

ADA = Fields(first_name="Ada", date="Monday, April 20, 2026", time="9:00 AM", clinic="Riverside", phone="555-0100")
FILES = sorted(FOLDER.glob("*/*.txt"))
SENT = sorted(
    {
        (rule.template, language, channel)
        for name in CURRENT
        for rule in current(name).reminders
        if not rule.is_call
        for channel in rule.channels
        for language in languages()
    }
)
#: As long as names are: a first name of fifteen letters, a clinic's name of twenty, a number with its country.
LONG = {"first_name": "Maria Guadalupes", "clinic": "Riverside Associates", "phone": "+1 303-555-0142"}


def written(template: str, language: str, channel: str, **values: str) -> Text:
    usual = {"first_name": "Ada", "clinic": "Riverside", "phone": "555-0100"}
    filled = fields_of(
        wall=datetime.fromisoformat("2026-09-23T10:30"), language=language, channel=channel, **{**usual, **values}
    )
    return write_text(template, language, channel, current_version(template, language, channel), filled)


class TestTexts:
    def test_stand_in_their_folder(self) -> None:
        assert FOLDER == ROOT / "templates" / "messages"
        assert languages() == {"en", "es"}

    @pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
    def test_say_nothing_of_drug_procedure_or_diagnosis(self, path: object) -> None:
        # The word that ends messages is said as it is to be typed; "stop" in any other spelling stays denied.
        said = re.sub(r"\bSTOP\b", "", Path(str(path)).read_text(encoding="utf-8")).lower()
        assert [word for word in TELLING + ADVISING if word in said] == []

    @pytest.mark.parametrize(("template", "language", "channel"), SENT)
    def test_are_filled_in_with_the_allowed_fields_alone(self, template: str, language: str, channel: str) -> None:
        text = written(template, language, channel)
        assert "$" not in text.subject + text.body
        assert "\n" not in text.subject
        assert "Ada" in text.body and "Riverside" in text.body and "555-0100" in text.body
        assert (text.subject == "") is (channel == "sms")
        assert (text.language, text.version) == (language, current_version(template, language, channel))

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
            assert template == "consent" or {" C ", " N "} <= set(re.findall(r" [CN] ", text.body))

    def test_cannot_be_given_another_line_by_a_name(self) -> None:
        text = written("arrival", "en", "email", first_name="Ada\r\n\r\nBcc: eve@example.org")
        assert "Hello Ada Bcc: eve@example.org," in text.body
        assert "\n" not in text.subject

    def test_of_a_version_that_never_was_cannot_be_sent(self) -> None:
        with pytest.raises(FileNotFoundError):
            write_text("arrival", "en", "email", 99, ADA)
        with pytest.raises(KeyError):
            current_version("farewell", "en", "email")
