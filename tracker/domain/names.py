"""Names and numbers as they are written, and folded for search: without case, accents and punctuation, word by word.

Signs that nobody sees come along when text is copied. Those that mean nothing, a zero-width space or a mark of
direction, are taken out without a word: nothing is lost, and the same patient is found. The two joiners stay in a name,
because some scripts spell with them; folding leaves them out. Control signs and letters that are blank are asked back.
"""

import re
import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


_JOINERS = frozenset("\u200c\u200d")
#: Letters, to Unicode, that show as nothing.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def plain_digits(text: str) -> str:
    """``text`` with the decimal digits of every script as 0 to 9, and without signs that nobody sees."""
    return "".join(
        letter if (digit := unicodedata.decimal(letter, None)) is None else str(digit)
        for letter in text
        if unicodedata.category(letter) != "Cf"
    )


def record_number(text: str) -> str:
    """A record number as it is stored and compared: wide and other scripts' letters and digits as the plain ones."""
    return plain_digits(unicodedata.normalize("NFKC", text)).strip()


def spelled(name: str) -> str:
    """A name as it is stored: without the signs that nobody sees and that no script spells with."""
    return "".join(each for each in name if each in _JOINERS or unicodedata.category(each) != "Cf").strip()


def holds_unseen(text: str) -> bool:
    """Whether a text holds control signs, ends of lines, or letters that show as nothing."""
    return any(each in _BLANKS or unicodedata.category(each) in {"Cc", "Zl", "Zp", "Co", "Cn", "Cs"} for each in text)


def fold(text: str) -> str:
    """``text`` in lower case, without accents, apostrophes and hyphens, with single spaces. Other scripts stay."""
    # Twice: some letters have a plain form only in capitals, others only after folding.
    plain = plain_digits(unicodedata.normalize("NFKD", text)).casefold().translate(_LETTERS)
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
    return "".join(letter for letter in plain_digits(number) if letter in "0123456789")
