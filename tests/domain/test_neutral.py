"""A clinic's name in messages tells nothing of what patients are treated for."""

import pytest

from tracker.domain.neutral import name_in_messages, telling_word, words_not_to_tell


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Front Range Pump Clinic", "pump"),
        ("PUMPS of Denver", "pumps"),
        ("Neurology Associates", "neurology"),
        ("Clínica de Cirugía", "cirugia"),
        ("Pain Center", "pain"),
        ("ITB-Team", "itb"),
        ("Spinal Care", "spinal"),
        ("Riverside Medical Center", ""),
        ("Holden Household Clinic", ""),
        ("Spain Street Clinic", ""),
        ("Cooperative Care", ""),
        ("Painter Dolores MD", ""),
        ("", ""),
    ],
)
def test_a_word_that_tells_the_treatment_is_found(name: str, word: str) -> None:
    assert telling_word(name) == word


@pytest.mark.parametrize(
    ("chosen", "name", "language", "said"),
    [
        ("Riverside", "Riverside Pump Clinic", "en", "Riverside"),
        ("", "Riverside Clinic", "es", "Riverside Clinic"),
        ("", "Riverside Pump Clinic", "en", "your clinic"),
        ("", "Riverside Pump Clinic", "es", "su clínica"),
    ],
)
def test_messages_carry_the_chosen_name_or_one_that_tells_nothing(
    chosen: str, name: str, language: str, said: str
) -> None:
    assert name_in_messages(chosen, name, language) == said


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("Your drug is ready", ("drug",)),
        ("Nueva bomba", ("bomba",)),
        ("El fármaco", ("farmac",)),
        ("Ihr Reimplantat", ("implant",)),
        ("p.u.m.p", ("pump",)),
        ("Reply STOP to end", ()),
        ("Do not stop taking it", ("stop … taking",)),
        ("Results: https://x.example", ("result", "http")),
        ("3 days  left", ("days left",)),
        ("Your spine", ("spine",)),
        ("Industrial Way 4, thank you for cooperating, household, threshold", ()),
        ("trial", ("trial",)),
        ("", ()),
    ],
)
def test_what_no_message_may_say_is_found_wherever_it_stands(text: str, stems: tuple[str, ...]) -> None:
    assert words_not_to_tell(text) == stems
