"""What a text tells that a name of a clinic would not hold: drugs and pumps by name, diagnoses, amounts, addresses,
birth dates, and what to do with a medicine. Messages are in English and Spanish, so the lists are in both.

The lists are for what people type without thinking of it, not against somebody who means to deceive. A letter of
another script, and a word broken by a hyphen or a sign that nobody sees, are found: copying brings them.
"""

import re
import unicodedata
from collections.abc import Iterator

from tracker.domain.names import fold

#: Drugs of pumps, pumps and catheters, diagnoses that lead to one, common medicines, numbers of a chart, results.
NAMED = (
    "lioresal", "gablofen", "lyflex", "prialt", "ziconotid", "infumorph", "duramorph", "mitigo", "hydromorphon",
    "hidromorfon", "dilaudid", "fentanyl", "fentanil", "clonidin", "bupivacain", "narcot", "opiat", "opiace",
    "analges", "synchromed", "sincromed", "prometra", "medtronic", "flowonix", "medstream", "codman", "ascenda",
    "isomed", "tricumed", "siromed", "reservoir", "reservori", "infus", "withdraw", "abstinen", "titrat", "titulaci",
    "lumbar", "epidural", "raquid", "scleros", "cerebral", "palsy", "dystoni", "distoni", "plegi", "plejia", "spasm",
    "medula", "parkinson", "cancer", "tumor",
    "warfarin", "coumadin", "aspirin", "clopidogrel", "plavix", "prasugrel", "ticagrelor", "apixaban", "eliquis",
    "rivaroxaban", "xarelto", "dabigatran", "pradaxa", "edoxaban", "heparin", "enoxaparin", "lovenox", "ibuprofen",
    "advil", "motrin", "naproxen", "aleve", "acetaminophen", "acetaminofen", "paracetamol", "tylenol", "insulin",
    "metformin", "semaglutid", "ozempic", "tizanidin", "diazepam", "gabapentin", "pregabalin", "oxycod", "oxicod",
    "hydrocod", "hidrocod", "methadon", "metadon", "tramadol", "dantrolen", "botox", "botulin",
    "result", "http", "www", "mrn", "birth", "nacim",
)  # fmt: skip
WHOLE = frozenset({
    "dob", "brain", "stroke", "ictus", "crps", "pains", "painful", "sonda", "sondas", "mg", "mcg", "ug",
})  # fmt: skip
#: Beginnings of several words.
PHRASES = (
    "days left", "dias restantes", "record num", "record no", "chart num", "fecha de nac", "numero de historia",
    "numero de expediente",
)  # fmt: skip

_AMOUNT = re.compile(
    r"\d+(?:[.,]\d+)*\s*(?:mg|mcg|[uμ]g|ml|cc|iu|ui|units?|unidad(?:es)?|(?:milli|micro)(?:gram|liter)s?"
    r"|(?:mili|micro)(?:gramo|litro)s?)(?![^\W\d_])"
)
#: A name with a dot in it, with letters on both sides: "a.m." is none, and no "911." with a blank forgotten.
_ADDRESS = re.compile(
    r"(?<![\w-])(?:[\w-]+\.)*(?:(?=[\w-]*[^\W\d_])[\w-]{2,}\.[^\W\d_]{2,}(?!\w)|[\w-]+\.[^\W\d_]{2,}/)\S*"
)
_DOTS = str.maketrans("。", ".")

_MEDICINE = re.compile(
    r"medicin|medicat|medicament|meds$|pills?$|tablet|capsul|pastilla|comprimid|thinner|anticoag|antibiot"
    r"|prescription|receta|vitamin|suplement|supplement|remedio|treatment|tratamient|therap|terapia"
)
_DOING = re.compile(
    r"(?:tak(?:e|es|en|ing)|took|cut|half|quit|omit|miss|use|using|change|adjust|avoid|wean|taper|crush|swallow"
    r"|tom(?:e|es|en|ar|ando|arlas?|arlos?)|dej(?:e|es|en|ar|ando)|par(?:e|en|ar)|sig(?:a|an)|seguir|baj(?:e|ar)"
    r"|sub(?:a|ir)|us(?:e|ar)|mitad)$"
    r"|(?:stop|start|hold|held|skip|halv|doubl|reduc|increas|lower|rais(?:e|ing)|paus|resum|continu|discontinu|suspend"
    r"|interrump|empiec|empez|comienc|comenz|inici|salt(?:e|ar)|dupli[cq]|dobl|reduz|aument|disminu|retir|evit|cambi)"
)
#: What a verb may be about without being about a medicine.
_HARMLESS = re.compile(
    r"\b(?:stop|start|deje de|dejen de|dejar de|pare de) (?:eating|drinking|smoking|fasting|comer|beber|fumar)\b"
    r"|\btake (?:off|care|part|place|(?:a |the |your )?(?:shower|bath|seat|elevator|bus|taxi))\b"
)
_WITHOUT = frozenset({"no", "without", "sin"})
#: What is taken is a medicine right after another verb: "stop taking it", "deje de tomarlo".
_TAKING = frozenset({"taking", "tomarlo", "tomarla", "tomarlos", "tomarlas"})
#: How many words a verb and the medicine may be apart.
_NEAR = 8
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|(?<!:)\n\s*\n")


def joined(text: str) -> str:
    """The text folded, each word without what breaks it up: hyphens, dots, signs that nobody sees, blanks between
    single letters."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(?<=\w)[-\u2010-\u2015]\s*\n\s*(?=\w)", "", plain)
    words = (fold(word).replace(" ", "") for word in plain.split())
    return re.sub(r"\b([^\W\d]) (?=[^\W\d]\b)", r"\1", " ".join(filter(None, words)))


def amounts_in(text: str) -> Iterator[str]:
    """Numbers with a unit of a dose, as they stand there."""
    return (found[0] for found in _AMOUNT.finditer(unicodedata.normalize("NFKC", text).casefold()))


def addresses_in(text: str) -> Iterator[str]:
    """Addresses of the web or of mail, as they stand there."""
    plain = unicodedata.normalize("NFKC", _unseen_taken_out(text)).translate(_DOTS)
    return (found[0] for found in _ADDRESS.finditer(plain))


def foreign_words_in(text: str) -> Iterator[str]:
    """Words with a letter that is none of the Latin alphabet, or only looks like one of it."""
    plain = unicodedata.normalize("NFKC", _unseen_taken_out(text))
    return (
        word
        for word in re.findall(r"[^\W\d_]+", plain)
        # The sign of micro stands before a unit, and that is an amount.
        if not word.startswith("μ") and not fold(word).isascii()
    )


def advice_in(text: str) -> Iterator[str]:
    """What is said of doing with a medicine, as ``verb … medicine``, once for each sentence."""
    for sentence in _SENTENCE_ENDS.split(text):
        words = _HARMLESS.sub(" ", fold(sentence)).split()
        doing = [at for at, word in enumerate(words) if _DOING.match(word)]
        medicines = [at for at, word in enumerate(words) if _MEDICINE.match(word)]
        pairs = ((verb, at) for at in medicines for verb in doing if abs(verb - at) <= _NEAR)
        bare = ((at - 1, at) for at in medicines if at and words[at - 1] in _WITHOUT)
        taking = ((verb, at) for at in doing if words[at] in _TAKING for verb in doing if 0 < at - verb <= 2)
        for first, last in sorted(sorted(pair) for pair in (*pairs, *bare, *taking))[:1]:
            yield f"{words[first]} … {words[last]}"


def _unseen_taken_out(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
