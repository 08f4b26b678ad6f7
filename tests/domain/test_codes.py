"""Diagnosis codes by the day on which they were used. A doubt never turns anybody away."""

from datetime import date

import pytest

from tracker.domain.codes import LANGUAGES, MS_SPLIT_ON, doubt_about

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "code",
    [
        "G80.0", "G80.9", "G81.10", "G81.14", "G82.20", "G82.54", "I69.351", "I69.151", "G35.A", "G35.B0", "G35.C2",
        "G35.D", "S14.115S", "S24.103S", "S06.2X9S", "S34.01XS", "G93.1", "G11.4", "R25.2", "G24.1", "G90.50",
        "G90.511", "G90.529", "G90.59", "G56.41", "G57.73", "G89.3", "M96.1", " g89.3 ",
    ],
)  # fmt: skip
def test_the_codes_of_this_field_are_beyond_doubt(code: str) -> None:
    assert doubt_about(code, TODAY) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "No diagnosis code."),
        ("  ", "No diagnosis code."),
        ("ZZ9", "does not look like"),
        ("G82.50; G83.1", "does not look like"),
        ("spasticity", "does not look like"),
        ("G35", "could not be used on 2026-11-22"),
        ("G35.B3", "not among"),
        ("G80.5", "not among"),
        ("G90.514", "not among"),
        ("E11.9", "not among"),
    ],
)
def test_others_are_doubtful_in_a_sentence(code: str, words: str) -> None:
    assert words in (doubt_about(code, TODAY) or "")


class TestMultipleSclerosis:
    """ICD-10-CM split G35 on 1 October 2025."""

    def test_was_one_code_until_the_day_before(self) -> None:
        day_before = date(2025, 9, 30)
        assert doubt_about("G35", day_before) is None
        assert doubt_about("G35.B0", day_before) is not None

    def test_is_several_from_that_day_on(self) -> None:
        assert doubt_about("G35", MS_SPLIT_ON) is not None
        assert doubt_about("G35.B0", MS_SPLIT_ON) is None


def test_languages_are_the_codes_of_the_standard() -> None:
    assert {"en", "es", "zh", "pt", "ht", "vi"} <= LANGUAGES
    assert not {"xx", "EN", "eng", ""} & LANGUAGES
    assert all(len(code) == 2 and code.islower() for code in LANGUAGES)
