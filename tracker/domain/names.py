"""Folding names for search: without case, accents and punctuation, word by word."""

import re
import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


def fold(text: str) -> str:
    """``text`` in lower case, without accents, apostrophes and hyphens, with single spaces. Other scripts stay."""
    # Twice: some letters have a plain form only in capitals, others only after folding.
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    joined = re.sub(r"['’`´.]", "", plain)
    return re.sub(r"[\W_]+", " ", joined).strip()


def words_of(*texts: str) -> frozenset[str]:
    """Every folded word of some texts, and every text's words run together, for searching by a prefix."""
    folded = [fold(text) for text in texts]
    together = {each.replace(" ", "") for each in folded if each}
    return frozenset(word for each in folded for word in each.split()) | together


def digits_of(number: str) -> str:
    """The digits of a telephone number."""
    return "".join(letter for letter in number if letter in "0123456789")
