"""Patients of the demonstration clinic sign on its tablet."""

from math import cos, sin

from tracker.demo.telling import Teller
from tracker.domain.languages import code_of
from tracker.domain.pathway.requirements.person import age_on
from tracker.domain.signature import HEIGHT, WIDTH, written
from tracker.services import consents
from tracker.services.consents import Signing, TextRef

#: The shipped texts, which the demonstration clinic uses.
_VERSION, _LANGUAGES = 1, ("en", "es")
_OF_AGE, _ASKED_FROM = 18, 7


def signs(teller: Teller, purpose: str) -> None:
    """The patient reads the text and signs; for a child a parent does, and the child is asked."""
    person = teller.person
    spoken = code_of(person.language)
    language = spoken if spoken in _LANGUAGES else _LANGUAGES[0]
    age = age_on(person.birth_on, teller.day)
    is_child = age < _OF_AGE
    signing = Signing(
        signed_by=f"Chris {person.family_name}" if is_child else f"{person.given_name} {person.family_name}",
        relation="parent" if is_child else "self",
        assent="given" if is_child and age >= _ASKED_FROM else "",
        interpreter="" if language == spoken else "interpreter of the hospital",
        witness="Dr Avery Linden",
    )
    teller.does(
        "nurse",
        consents.sign_consent,
        purpose=purpose,
        text=TextRef(language, _VERSION),
        signing=signing,
        strokes=_scribble(teller),
    )


def _scribble(teller: Teller) -> str:
    """A line with loops, another one for each patient."""
    number = int(teller.person.mrn)
    pace, height = 0.25 + number % 20 / 100, 25 + number % 35
    points = []
    for step in range(80):
        x = 60 + step * 5.5 + 14 * sin(step * pace * 2)
        y = HEIGHT / 2 + height * cos(step * pace) * (1 - step / 140)
        points.append((min(WIDTH, max(0, round(x))), min(HEIGHT, max(0, round(y)))))
    return written((tuple(points),))
