"""What no message may tell: a drug, a device, a procedure, a diagnosis or a result, or what to do with a medicine.

A message is read by others on its way and at home. The words are stems: in a clinic's name whatever begins with one is
meant, in the words of a message whatever holds one. The clinic's own name is part of every message, so a clinic whose
name tells the treatment goes by another one there.
"""

import re

from tracker.domain.names import fold

#: Stems that tell what somebody is treated with or for, in every language that messages are written in.
TELLING = (
    "baclofen", "pump", "bomba", "intrathecal", "intratecal", "spastic", "espastic", "implant", "refill", "relleno",
    "recarga", "trial", "ensayo", "neuro", "dose", "dosis", "dosag", "diagnos", "inject", "inyec", "surg", "cirug",
    "operat", "drug", "droga", "farmac", "pharmac", "catheter", "cateter", "opioid", "morphin", "morfin", "bolus",
)  # fmt: skip
#: Stems that only a text would hold: results, links, numbers, what to do with a medicine.
ADVISING = (
    "result", "http", "www", "mrn", "medic", "start", "stop", "hold", "suspend", "empie", "birth", "nacim", "days left",
)  # fmt: skip
#: Whole words that tell it too; names of people and places begin with some of them.
_WORDS = frozenset({"itb", "pain", "dolor", "spine", "spinal"})
#: Words that hold a stem and tell nothing; they are looked at no further.
_INNOCENT = re.compile(r"\b(?:industrial|cooperat|cooperac|household|threshold)\w*")
#: What ends text messages is said as it is to be typed.
_KEYWORD = re.compile(r"\bSTOP\b")
LONGEST_NAME = 20
#: What a message calls a clinic whose name tells the treatment, until it has chosen another, by language.
_SOMEWHERE = {"en": "your clinic", "es": "su clínica"}


def telling_word(name: str) -> str:
    """The first word of a name that tells the treatment, folded; empty where none does."""
    words = fold(name).split()
    return next((word for word in words if word in _WORDS or word.startswith(TELLING)), "")


def words_not_to_tell(text: str) -> tuple[str, ...]:
    """What no message may say and this one does, as stems in the order of their list; ``STOP`` in capitals is allowed.

    Stricter than :func:`telling_word`: a stem counts wherever in a word it stands, and advice counts too.
    """
    plain = _INNOCENT.sub(" ", fold(_KEYWORD.sub(" ", text)))
    stems = [stem for stem in (*TELLING, *ADVISING) if stem in plain]
    return (*stems, *sorted(_WORDS & set(plain.split())))


def name_in_messages(chosen: str, name: str, language: str) -> str:
    """What messages call a clinic: the name ``chosen`` for them, else its own ``name`` where that tells nothing."""
    if chosen:
        return chosen
    return _SOMEWHERE.get(language, _SOMEWHERE["en"]) if telling_word(name) else name
