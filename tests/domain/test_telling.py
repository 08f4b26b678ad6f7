"""Sentences as clinics type them, in both languages: what no message may carry, and what it may."""

from collections.abc import Iterator

import pytest

from tracker.domain.message_words import problems_of_telling
from tracker.domain.neutral import words_not_to_tell
from tracker.domain.telling import addresses_in
from tracker.queries.reminder_texts import shipped, shipped_messages, shipped_versions

#: What is typed, and what the sentence at the field names.
REFUSED = {
    # Drugs and pumps by name.
    "Your SynchroMed reservoir and Lioresal": "synchromed",
    "We fill your Gablofen": "gablofen",
    "Prialt": "prialt",
    "ziconotide": "ziconotid",
    "hydromorphone": "hydromorphon",
    "hidromorfona": "hidromorfon",
    "clonidine": "clonidin",
    "a narcotic": "narcot",
    "the reservoir is empty": "reservoir",
    "El reservorio está vacío": "reservori",
    "signs of withdrawal": "withdraw",
    "síndrome de abstinencia": "abstinen",
    "su catéter": "cateter",
    # Diagnoses.
    "multiple sclerosis": "scleros",
    "esclerosis múltiple": "scleros",
    "cerebral palsy": "cerebral",
    "parálisis cerebral": "cerebral",
    "paraplegia": "plegi",
    "distonía": "distoni",
    # Amounts.
    "5mg": "5mg",
    "take 0.5 mL": "0.5 ml",
    "10 unidades": "10 unidades",
    "50 units daily": "50 units",
    "500 µg": "500 μg",
    "500 μg/day": "500 μg",
    "250 mcg": "mcg",
    "２ｍｇ": "2mg",
    # Words in disguise.
    "\u0440ump": "\u0440ump",
    "\u0440\u0443\u043c\u0440": "\u0440\u0443\u043c\u0440",
    "b\u03bfmba": "b\u03bfmba",
    "p\u0251mp": "p\u0251mp",
    "pu-mp": "pump",
    "pu\u2011mp": "pump",
    "pu\u2010mp": "pump",
    "pu\u00admp": "pump",
    "pu\u200bmp": "pump",
    "pu\u034fmp": "pump",
    "pu-\nmp": "pump",
    "p.u.m.p": "pump",
    "p u m p": "pump",
    "ｐｕｍｐ": "pump",
    # Addresses.
    "evil.example/login": "evil.example/login",
    "See https://x.example": "http",
    "Sign in at EVIL.COM": "EVIL.COM",
    "t.co/abc": "t.co/abc",
    "evil\u200b.com": "evil.com",
    "write to me@evil.com": "evil.com",
    "evil。com": "evil.com",
    # Whose it is.
    "DOB 01/02/1950": "dob",
    "D.O.B. 1950": "dob",
    "Date of birth": "birth",
    "fecha de nacimiento": "nacim",
    "Fecha de nac.": "fecha de nac",
    "MRN 12": "mrn",
    "Record number 12": "record num",
    "Número de expediente": "numero de expediente",
    # What to do with a medicine.
    "Do not take your warfarin for five days": "warfarin",
    "No tome aspirina": "aspirin",
    "Take half of your oral Lioresal": "lioresal",
    "Stop clopidogrel": "clopidogrel",
    "apixaban, rivaroxaban, heparin": "apixaban",
    "Halve your insulin": "insulin",
    "metformina": "metformin",
    "Hold your pills": "hold … pills",
    "STOP your medicines": "stop … medicines",
    "Do not\ntake your\nmedicines": "take … medicines",
    "Do not take:\n\n- food\n- blood thinners": "take … thinners",
    "Stop eating and taking your medicines": "taking … medicines",
    "Your medicine must be stopped": "medicine … stopped",
    "Double the tablets": "double … tablets",
    "Skip the morning medication": "skip … medication",
    "No medicines in the morning": "no … medicines",
    "Come without medicines": "without … medicines",
    "Suspenda sus medicinas": "suspenda … medicinas",
    "Deje de tomar sus pastillas": "deje … pastillas",
    "No tome sus medicamentos": "tome … medicamentos",
    "Duplique la medicina": "duplique … medicina",
    "Tome la mitad de su pastilla": "tome … pastilla",
    "Sáltese los comprimidos": "saltese … comprimidos",
    "Do not stop taking it": "stop … taking",
    "No deje de tomarlo": "deje … tomarlo",
    "Venga sin medicinas": "sin … medicinas",
}
ALLOWED = (
    "Stop eating at midnight",
    "Stop eating at midnight, and bring your medicine list.",
    "Bring your medicine list",
    "You may call us with questions about your medicines",
    "Do not eat after midnight. You may drink water until 6:00 AM.",
    "Take a shower in the morning\nBring your medicine list",
    "- Take the elevator\n- Wear wide clothes\n- Take off your rings",
    "Bring a pillow, and hold the rail.",
    "We start at 9:30 a.m. Somebody must take you home.",
    "Pre- and post-visit papers, a check-in at desk 5, unit 12",
    "Call 555.010.0200 or +1 303-555-0142.",
    "Reply STOP to end",
    "Industrial Way 4, thank you for cooperating, household, threshold",
    "Deje de comer a medianoche",
    "No coma nada después de la medianoche.",
    "No tome agua después de las 6:00. Traiga la lista de sus medicinas.",
    "Puede llamarnos si tiene preguntas sobre sus medicinas",
    "Venga acompañado: alguien tiene que llevarlo a casa. Año nuevo, señor Núñez.",
    "Ms. O'Neill, 2.ª planta",
)


@pytest.mark.parametrize(("text", "named"), REFUSED.items())
def test_what_no_message_may_carry_is_refused_by_name(text: str, named: str) -> None:
    assert named in words_not_to_tell(text)
    assert f"“{named}” may not stand in a message" in " ".join(problems_of_telling(text))


@pytest.mark.parametrize("text", ALLOWED)
def test_what_patients_need_to_know_is_allowed(text: str) -> None:
    assert list(problems_of_telling(text)) == []


def all_shipped() -> Iterator[str]:
    for which in shipped_messages():
        for number in shipped_versions(which):
            words = shipped(which, number)
            yield f"{words.subject}\n\n{words.body}"


def test_what_is_shipped_is_allowed() -> None:
    texts = [text.replace("$", "") for text in all_shipped()]
    assert len(texts) > 50
    assert [found for text in texts if (found := list(problems_of_telling(text)))] == []


def test_a_word_without_an_end_is_looked_at_once() -> None:
    """Looked at from each of its letters it would take hours."""
    assert list(addresses_in("x" * 1_000_000)) == []
