"""What no message may tell: a drug, a device, a procedure, a diagnosis or a result, or what to do with a medicine.

A message is read by others on its way and at home. The words are stems: in a clinic's name whatever begins with one is
meant, in the words of a message whatever holds one. The clinic's own name is part of every message, so a clinic whose
name tells the treatment goes by another one there. What stands in a message beside its stems is in ``telling.py``.
"""

import re

from tracker.domain.names import fold
from tracker.domain.telling import (
    NAMED,
    PHRASES,
    WHOLE,
    addresses_in,
    advice_in,
    amounts_in,
    foreign_words_in,
    joined,
)

#: Stems that tell what somebody is treated with or for, in every language that messages are written in.
TELLING = (
    "baclofen", "pump", "bomba", "intrathecal", "intratecal", "spastic", "espastic", "implant", "refill", "relleno",
    "recarga", "trial", "ensayo", "neuro", "dose", "dosis", "dosag", "diagnos", "inject", "inyec", "surg", "cirug",
    "operat", "drug", "droga", "farmac", "pharmac", "catheter", "cateter", "opioid", "morphin", "morfin", "bolus",
)  # fmt: skip
#: Whole words that tell it too; names of people and places begin with some of them.
_WORDS = frozenset({"itb", "pain", "dolor", "spine", "spinal"})
#: Words that hold a stem and tell nothing; they are looked at no further.
_INNOCENT = re.compile(r"\b(?:industrial|cooperat|cooperac)\w*")
LONGEST_NAME = 20
#: What a message calls a clinic whose name tells the treatment, until it has chosen another, by language.
_SOMEWHERE = {"en": "your clinic", "es": "su clínica"}


def telling_word(name: str) -> str:
    """The first word of a name that tells the treatment, folded; empty where none does."""
    words = fold(name).split()
    return next((word for word in words if word in _WORDS or word.startswith(TELLING)), "")


def words_not_to_tell(text: str) -> tuple[str, ...]:
    """What no message may say and this one does, as a sentence can name it: stems in the order of their lists, whole
    words, then amounts, addresses, words in another script's letters, and advice as ``stop … medicine``.

    Stricter than :func:`telling_word`: a stem counts wherever in a word it stands, however the word is broken up.
    """
    plain = _INNOCENT.sub(" ", joined(text))
    words = {*plain.split(), *fold(text).split()}
    stems = (stem for stem in (*TELLING, *NAMED) if stem in plain)
    phrases = (phrase for phrase in PHRASES if f" {phrase}" in f" {plain}")
    found = (
        *stems,
        *sorted((_WORDS | WHOLE) & words),
        *phrases,
        *amounts_in(text),
        *addresses_in(text),
        *foreign_words_in(text),
        *advice_in(text),
    )
    return tuple(dict.fromkeys(found))


def name_in_messages(chosen: str, name: str, language: str) -> str:
    """What messages call a clinic: the name ``chosen`` for them, else its own ``name`` where that tells nothing."""
    if chosen:
        return chosen
    return _SOMEWHERE.get(language, _SOMEWHERE["en"]) if telling_word(name) else name
