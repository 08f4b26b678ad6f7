"""Text messages: what they cost in length, and what they lose to stay short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.sms import (
    DEFAULT_ALPHABET,
    EXTENSION,
    fits_one_sms,
    is_gsm7,
    plain_for_sms,
    sms_units,
)

#: Every code of the default alphabet but the escape.
CODES = 127
NO_COUNTERPART = "µ"


class TestLength:
    def test_counts_from_a_whole_alphabet(self) -> None:
        assert len(set(DEFAULT_ALPHABET)) == len(DEFAULT_ALPHABET) == CODES
        assert len(set(EXTENSION)) == len(EXTENSION) == 10
        assert not set(DEFAULT_ALPHABET) & set(EXTENSION)

    @pytest.mark.parametrize(
        ("code", "letter"),
        [
            (0x00, "@"),
            (0x09, "Ç"),
            (0x10, "Δ"),
            (0x1A, "Ξ"),
            (0x24, "¤"),
            (0x40, "¡"),
            (0x5F, "§"),
            (0x60, "¿"),
            (0x7F, "à"),
        ],
    )
    def test_has_the_alphabet_in_the_order_of_its_codes(self, code: int, letter: str) -> None:
        # One place earlier after the escape at 0x1B, which is no character.
        assert DEFAULT_ALPHABET[code - (code > 0x1B)] == letter

    @pytest.mark.parametrize(
        ("text", "units", "fits"),
        [
            ("", 0, True),
            ("a" * 160, 160, True),
            ("a" * 161, 161, False),
            ("ñ" * 160, 160, True),
            ("a" * 158 + "€", 160, True),
            ("a" * 159 + "€", 161, False),
            ("[" * 80, 160, True),
            ("á" * 70, 70, True),
            ("á" * 71, 71, False),
            ("a" * 70 + "á", 71, False),
            ("😀" * 35, 70, True),
            ("😀" * 36, 72, False),
        ],
    )
    def test_is_counted_in_the_alphabet_that_is_needed(self, text: str, units: int, fits: bool) -> None:
        assert (sms_units(text), fits_one_sms(text)) == (units, fits)

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_is_that_of_utf_16_beyond_the_default_alphabet(self, text: str) -> None:
        if not is_gsm7(text):
            assert sms_units(text) == len(text.encode("utf-16-le")) // 2


class TestPlain:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("María José Núñez", "Maria José Nuñez"),
            ("Ángel Íñigo Úrsula Óscar", "Angel Iñigo Ursula Oscar"),
            ("¿Mañana, Agüero?", "¿Mañana, Agüero?"),
            ("Jose\u0301 Nun\u0303ez", "José Nuñez"),
            ("França", "Franca"),
            ("“O’Brien” – 9:30\u202fAM…", '"O\'Brien" - 9:30 AM...'),
            ("«Łódź»", '"Lodz"'),
            ("1.º ½", "1.o 1/2"),
            ("Straße Ærø", "Straße Ærø"),
            ("zero\u200bwidth\u00adhyphen", "zerowidthhyphen"),
            ("王 €5 [x]", "王 €5 [x]"),
        ],
    )
    def test_keeps_what_the_alphabet_has_and_replaces_what_it_has_not(self, text: str, plain: str) -> None:
        assert plain_for_sms(text) == plain

    def test_makes_a_spanish_reminder_fit(self) -> None:
        text = "José María: su cita es el miércoles 17 de marzo, 9:30. Clínica del Río – si no puede venir, llame al "
        assert not fits_one_sms(text)
        assert fits_one_sms(plain_for_sms(text))

    def test_finds_something_for_nearly_every_letter_of_european_names(self) -> None:
        letters = [chr(code) for code in range(0x20, 0x17F) if chr(code).isalpha()]
        assert [each for each in letters if not is_gsm7(plain_for_sms(each))] == list(NO_COUNTERPART)

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_changes_nothing_more_the_second_time(self, text: str) -> None:
        once = plain_for_sms(text)
        assert plain_for_sms(once) == once

    @given(st.text(st.sampled_from(DEFAULT_ALPHABET + EXTENSION)))
    def test_changes_nothing_that_the_alphabet_has(self, text: str) -> None:
        assert plain_for_sms(text) == text
