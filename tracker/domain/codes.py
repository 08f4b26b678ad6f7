"""ICD-10-CM codes this field uses, by the days on which they may be used.

Only the families that bring patients to a pump are listed (spasticity of spinal or cerebral origin, and the pains the
clinic's page names). Any other code is accepted with a doubt: it may be right, and nobody is turned away for a code.
Sources: ICD-10-CM tables of the CDC; multiple sclerosis was split on 1 October 2025 (G35 → G35.A, B-, C-, D).
"""

import re
from dataclasses import dataclass
from datetime import date

SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")
MS_SPLIT_ON = date(2025, 10, 1)


@dataclass(frozen=True, slots=True)
class Family:
    """Codes that match ``pattern`` and may be used from ``from_on`` until the day before ``until_on``."""

    pattern: str
    label: str
    from_on: date = date(2015, 10, 1)
    until_on: date = date.max


FAMILIES = (
    Family(r"G35", "multiple sclerosis", until_on=MS_SPLIT_ON),
    Family(r"G35\.(A|B[0-2]|C[0-2]|D)", "multiple sclerosis", from_on=MS_SPLIT_ON),
    Family(r"G80\.[0-489]", "cerebral palsy"),
    Family(r"G81\.1[0-4]", "spastic hemiplegia"),
    Family(r"G82\.2[0-2]", "paraplegia"),
    Family(r"G82\.5[0-4]", "quadriplegia"),
    Family(r"I69\.[15]5[1-9]|I69\.35[1-9]", "hemiplegia after stroke"),
    Family(r"S[123]4\.[0-9A-Z]{2,3}S", "spinal cord injury, sequela"),
    Family(r"S06\.[0-9A-Z]{2,3}S", "brain injury, sequela"),
    Family(r"G93\.1", "anoxic brain damage"),
    Family(r"G11\.4", "hereditary spastic paraplegia"),
    Family(r"R25\.2", "cramp and spasm"),
    Family(r"G24\.[0-9]{1,2}", "dystonia"),
    Family(r"G90\.5(0|1[1239]|2[1239]|9)", "complex regional pain syndrome I"),
    Family(r"G56\.4[0-3]|G57\.7[0-3]", "complex regional pain syndrome II"),
    Family(r"G89\.3", "pain of cancer"),
    Family(r"M96\.1", "pain after back surgery"),
)


def doubt_about(code: str, on: date) -> str | None:
    """What is doubtful about a diagnosis code on a day, in a sentence; ``None`` if nothing is."""
    plain = code.strip().upper()
    if not plain:
        return "No diagnosis code."
    if not SHAPE.fullmatch(plain):
        return f"“{code.strip()}” does not look like an ICD-10-CM code."
    families = [family for family in FAMILIES if re.fullmatch(family.pattern, plain)]
    if any(family.from_on <= on < family.until_on for family in families):
        return None
    if families:
        return f"{plain} could not be used on {on.isoformat()} ({families[0].label}): choose the code in force."
    return f"{plain} is not among the codes this clinic usually treats."


#: Two-letter language codes of ISO 639-1.
LANGUAGES = frozenset(
    [
        "aa",
        "ab",
        "ae",
        "af",
        "ak",
        "am",
        "an",
        "ar",
        "as",
        "av",
        "ay",
        "az",
        "ba",
        "be",
        "bg",
        "bi",
        "bm",
        "bn",
        "bo",
        "br",
        "bs",
        "ca",
        "ce",
        "ch",
        "co",
        "cr",
        "cs",
        "cu",
        "cv",
        "cy",
        "da",
        "de",
        "dv",
        "dz",
        "ee",
        "el",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fa",
        "ff",
        "fi",
        "fj",
        "fo",
        "fr",
        "fy",
        "ga",
        "gd",
        "gl",
        "gn",
        "gu",
        "gv",
        "ha",
        "he",
        "hi",
        "ho",
        "hr",
        "ht",
        "hu",
        "hy",
        "hz",
        "ia",
        "id",
        "ie",
        "ig",
        "ii",
        "ik",
        "io",
        "is",
        "it",
        "iu",
        "ja",
        "jv",
        "ka",
        "kg",
        "ki",
        "kj",
        "kk",
        "kl",
        "km",
        "kn",
        "ko",
        "kr",
        "ks",
        "ku",
        "kv",
        "kw",
        "ky",
        "la",
        "lb",
        "lg",
        "li",
        "ln",
        "lo",
        "lt",
        "lu",
        "lv",
        "mg",
        "mh",
        "mi",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "mt",
        "my",
        "na",
        "nb",
        "nd",
        "ne",
        "ng",
        "nl",
        "nn",
        "no",
        "nr",
        "nv",
        "ny",
        "oc",
        "oj",
        "om",
        "or",
        "os",
        "pa",
        "pi",
        "pl",
        "ps",
        "pt",
        "qu",
        "rm",
        "rn",
        "ro",
        "ru",
        "rw",
        "sa",
        "sc",
        "sd",
        "se",
        "sg",
        "si",
        "sk",
        "sl",
        "sm",
        "sn",
        "so",
        "sq",
        "sr",
        "ss",
        "st",
        "su",
        "sv",
        "sw",
        "ta",
        "te",
        "tg",
        "th",
        "ti",
        "tk",
        "tl",
        "tn",
        "to",
        "tr",
        "ts",
        "tt",
        "tw",
        "ty",
        "ug",
        "uk",
        "ur",
        "uz",
        "ve",
        "vi",
        "vo",
        "wa",
        "wo",
        "xh",
        "yi",
        "yo",
        "za",
        "zh",
        "zu",
    ]
)
