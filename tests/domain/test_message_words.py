"""What a clinic may change of the words of a message, and what must stay."""

from dataclasses import replace

import pytest

from tracker.domain.message_words import (
    Fields,
    Which,
    Wording,
    fixed_sentences,
    problems_of,
    tidied,
)
from tracker.domain.own_words import LAST_SHIPPED, version_words

LONGEST = Fields(
    first_name="Maria Guadalupe", date="Wed, Sep 23", time="12:30 PM", clinic="Riverside", phone="555-0100"
)
TEXT = Which("arrival", "en", "sms")
SMS = Wording(
    TEXT, 2, "", "$first_name: $clinic $date, $time. Reply STOP to end. Not read for emergencies. Call $phone."
)
MAIL = Wording(
    Which("arrival", "en", "email"), 2, "Your visit on $date",
    "Hello $first_name,\n\ncome to $clinic on $date at $time, or call $phone:\n$link\n\nIn an emergency\ncall 911.",
)  # fmt: skip


def of_text(body: str) -> str:
    return problems_of(tidied(replace(SMS, body=body)), SMS, LONGEST).get("body", "")


def of_subject(subject: str) -> str:
    return problems_of(tidied(replace(MAIL, subject=subject)), MAIL, LONGEST).get("subject", "")


class TestWords:
    def test_that_are_shipped_are_fine(self) -> None:
        assert problems_of(SMS, SMS, LONGEST) == problems_of(MAIL, MAIL, LONGEST) == {}

    @pytest.mark.parametrize(
        ("was", "becomes", "sentence"),
        [
            ("$date", "$day", "There is no field $day. Here may stand: $first_name $date $time $clinic $phone."),
            ("$date", "$Date", "There is no field $Date."),
            ("$date", "$date $link", "$link may not stand here."),
            ("$date", "$", "A $ must be followed by the name of a field"),
            ("$date", "$date $5", "A $ must be followed by the name of a field"),
            ("$date", "$date $$", "A $ must be followed by the name of a field"),
            ("$date", "${date", "A $ must be followed by the name of a field"),
            ("$date, ", "", "$date is missing: the message must say it."),
            ("$phone", "us", "$phone is missing"),
            ("$clinic", "us", "$clinic is missing"),
            ("$first_name", "You", "$first_name is missing"),
            ("$time", "noon", "$time is missing"),
            ("Not read for emergencies.", "", "must stay, word for word: “Not read for emergencies.”"),
            ("Not read", "Read", "must stay, word for word: “Not read for emergencies.”"),
            ("STOP", "stop", "The word STOP must stay"),
            ("$clinic", "$clinic for your pump", "“pump” may not stand in a message"),
            ("$clinic", "$clinic\u200b\x07", "It holds a sign that nobody sees"),
            ("Reply", "Responda sí o", "Text messages have no “í”"),
            ("Reply", "“Reply”", "Text messages have no ““”"),
        ],
    )
    def test_that_cannot_be_sent_are_told_why(self, was: str, becomes: str, sentence: str) -> None:
        assert was in SMS.body
        assert sentence in of_text(SMS.body.replace(was, becomes))

    def test_are_needed(self) -> None:
        assert of_text(" \n ") == "Give it words."

    def test_may_name_a_field_in_braces_and_often(self) -> None:
        assert of_text(SMS.body.replace("$date", "${date}").replace("Reply", "${date}")) == ""

    def test_of_a_text_fit_into_one_for_the_longest_name_and_day(self) -> None:
        room = 160 - len(SMS.filled(LONGEST)[1])
        assert of_text(SMS.body + "x" * room) == ""
        assert "has 161 characters, and one text message holds 160: take out 1." in of_text(SMS.body + "x" * (room + 1))
        # A sign of the extension counts twice.
        assert of_text(SMS.body + "x" * (room - 2) + "€") == ""
        assert "take out 1." in of_text(SMS.body + "x" * (room - 1) + "€")

    def test_of_a_message_without_a_clock_time_get_none(self) -> None:
        day_only = replace(SMS, body=SMS.body.replace(", $time", ""))
        assert "$time may not stand here" in problems_of(SMS, day_only, LONGEST)["body"]

    def test_of_a_mail_keep_their_sentences_however_lines_are_broken(self) -> None:
        assert fixed_sentences(MAIL) == ("In an emergency call 911.",)
        other = replace(MAIL, body=MAIL.body.replace("emergency\ncall", "emergency call"))
        assert problems_of(other, MAIL, LONGEST) == {}

    def test_of_a_mail_have_an_end(self) -> None:
        assert problems_of(replace(MAIL, body=MAIL.body + "x" * 2000), MAIL, LONGEST) == {
            "body": "Use at most 2000 characters."
        }


class TestASubject:
    @pytest.mark.parametrize(
        ("subject", "sentence"),
        [
            (" ", "Give it a subject."),
            ("x" * 101, "Use at most 100 characters."),
            ("For $first_name", "$first_name may not stand here. Here may stand: $date $clinic."),
            ("At $time", "$time may not stand here."),
            ("Your implant", "“implant” may not stand in a message"),
        ],
    )
    def test_that_cannot_be_sent_is_told_why(self, subject: str, sentence: str) -> None:
        assert sentence in of_subject(subject)

    def test_is_one_line(self) -> None:
        typed = tidied(replace(MAIL, subject="Your visit\r\nBcc: eve@example.org"))
        assert typed.subject == "Your visit Bcc: eve@example.org"
        assert of_subject("Your visit at $clinic") == ""

    def test_is_none_of_a_texts(self) -> None:
        assert tidied(replace(SMS, subject="x", body="a\r\n\r\nb ")) == replace(SMS, body="a b")


def test_a_number_says_whose_the_words_are() -> None:
    assert (version_words(2), version_words(LAST_SHIPPED + 3)) == ("version 2", "own words, version 3")
    assert not SMS.is_own and replace(SMS, version=LAST_SHIPPED + 1).is_own


def test_values_add_no_line() -> None:
    subject, body = MAIL.filled(replace(LONGEST, first_name="Ada\r\n\r\nBcc: eve@example.org", date="d\ne"))
    assert "Hello Ada Bcc: eve@example.org," in body and subject == "Your visit on d e"


def test_the_preparation_sheet_keeps_its_lines_in_a_body_alone() -> None:
    sheet = "Bring:\r\n- papers\n- somebody\n\n\nEat nothing. "
    words = replace(MAIL, subject="$preparation", body="So:\n\n$preparation\n\nEnd")
    values = replace(LONGEST, preparation=sheet)
    said = ("Bring: - papers - somebody Eat nothing.", "So:\n\nBring:\n- papers\n- somebody\n\nEat nothing.\n\nEnd")
    assert words.filled(values) == words.shown(values) == said
    assert replace(SMS, body="$preparation").filled(values) == ("", said[0])


def test_a_value_that_ends_with_a_full_stop_ends_the_sentence() -> None:
    words = replace(SMS, body="A las $time. Llame a $clinic.")
    assert words.filled(replace(LONGEST, time="9:00 a.m.", clinic="R Inc."))[1] == "A las 9:00 a.m. Llame a R Inc."
    assert words.filled(LONGEST)[1] == "A las 12:30 PM. Llame a Riverside."
