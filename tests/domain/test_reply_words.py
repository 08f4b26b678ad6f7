"""What a patient is answered with, in every language alike, in one text message."""

import pytest

from tracker.domain.languages import code_of
from tracker.domain.reply_words import ANSWERS, CHART_NAMES, OWN_NAMES, PAGE, Answer, text_of
from tracker.domain.sms import fits_one_sms, is_gsm7
from tracker.queries.reminder_texts import languages

DENIED = ("baclofen", "pump", "bomba", "trial", "implant", "refill", "dose", "dosis", "diagnos", "medic", "surg")


def test_every_language_of_messages_says_everything() -> None:
    assert set(ANSWERS) == set(PAGE) == set(OWN_NAMES) == set(CHART_NAMES) == languages()
    assert all(set(said) == set(Answer) for said in ANSWERS.values())
    assert {frozenset(words) for words in PAGE.values()} == {frozenset(PAGE["en"])}
    assert {language: code_of(name) for language, name in CHART_NAMES.items()} == {each: each for each in languages()}


@pytest.mark.parametrize("language", sorted(ANSWERS))
@pytest.mark.parametrize("answer", list(Answer))
def test_an_answer_is_one_text_with_name_number_and_what_is_not_read(answer: Answer, language: str) -> None:
    said = text_of(answer, language, clinic="Riverside Associates", phone="+1 303-555-0142")
    assert is_gsm7(said) and fits_one_sms(said), f"{len(said)}: {said}"
    assert "Riverside Associates" in said and "+1 303-555-0142" in said and "emergenc" in said


def test_an_answer_of_no_known_clinic_names_none() -> None:
    assert text_of(Answer.UNKNOWN, "en", clinic="", phone="") == (
        "We do not know this number. Please call your clinic. Not read for emergencies."
    )


def test_no_answer_and_no_page_says_what_is_treated() -> None:
    said = " ".join([*(text for each in (*ANSWERS.values(), *PAGE.values()) for text in each.values())]).casefold()
    assert [word for word in DENIED if word in said] == []
