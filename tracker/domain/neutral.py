"""What no message may tell: a drug, a device, a procedure, a diagnosis or a result, or what to do with a medicine.

A message is read by others on its way and at home. The words are stems: whatever begins with one is meant. The clinic's
own name is part of every message, so a clinic whose name tells the treatment goes by another one there.
"""

from tracker.domain.names import fold

#: Stems that tell what somebody is treated with or for, in every language that messages are written in.
TELLING = (
    "baclofen", "pump", "bomba", "intrathecal", "intratecal", "spastic", "espastic", "implant", "refill", "relleno",
    "recarga", "trial", "ensayo", "neuro", "dose", "dosis", "diagnos", "inject", "inyec", "surg", "cirug", "operat",
)  # fmt: skip
#: Stems that only a text would hold: results, links, numbers, what to do with a medicine.
ADVISING = (
    "result", "http", "mrn", "medic", "start", "stop", "hold", "suspend", "empie", "birth", "nacim", "days left",
)  # fmt: skip
#: Whole words that tell it too; names of people and places begin with some of them.
_WORDS = frozenset({"itb", "pain", "dolor", "spine", "spinal"})
LONGEST_NAME = 20
#: What a message calls a clinic whose name tells the treatment, until it has chosen another, by language.
_SOMEWHERE = {"en": "your clinic", "es": "su clínica"}


def telling_word(name: str) -> str:
    """The first word of a name that tells the treatment, folded; empty where none does."""
    words = fold(name).split()
    return next((word for word in words if word in _WORDS or word.startswith(TELLING)), "")


def name_in_messages(chosen: str, name: str, language: str) -> str:
    """What messages call a clinic: the name ``chosen`` for them, else its own ``name`` where that tells nothing."""
    if chosen:
        return chosen
    return _SOMEWHERE.get(language, _SOMEWHERE["en"]) if telling_word(name) else name
