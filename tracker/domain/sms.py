"""How long a text message is, and how to keep it short.

A text message carries 140 octets: 160 characters of the GSM 7-bit default alphabet, or 70 of UCS-2 as soon as one
character is outside it (3GPP TS 23.038, 6.2.1 and 6.2.3). What is longer goes as several, which cost more, arrive out
of order, and may arrive in part.
"""

import unicodedata

#: Septets of the default alphabet that one message holds (3GPP TS 23.038, 6.1.2.1.1).
MOST_SEPTETS = 160
#: 16-bit units of UCS-2 that one message holds (3GPP TS 23.038, 6.2.3).
MOST_UCS2_UNITS = 70
#: 3GPP TS 23.038, 6.2.1, in the order of its codes, without 0x1B, the escape to the extension table.
DEFAULT_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: 3GPP TS 23.038, 6.2.1.1: each takes the escape and itself, two septets.
EXTENSION = "\f^{}\\[~]|€"

_ONE, _TWO = frozenset(DEFAULT_ALPHABET), frozenset(EXTENSION)
_REPLACED = str.maketrans(
    dict.fromkeys("‘’‚‛′´`ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‹", "<")
    | dict.fromkeys("›", ">")
    | dict.fromkeys("‐‑‒–—―−•·", "-")
    | dict.fromkeys("\t\u2028\u2029", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f", "")
    | {"×": "x", "⁄": "/", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D"}
    | {"þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ŋ": "n", "Ŋ": "N", "ĸ": "k", "ı": "i"}
)


def is_gsm7(text: str) -> bool:
    """Whether the GSM 7-bit default alphabet and its extension table hold every character."""
    return set(text) <= _ONE | _TWO


def sms_units(text: str) -> int:
    """The length of ``text`` in units of the alphabet that it needs.

    Septets where :func:`is_gsm7`, with a character of the extension table counted twice; else 16-bit units, with a
    character beyond the basic plane counted twice, because phones read UCS-2 as UTF-16.
    """
    if is_gsm7(text):
        return len(text) + sum(letter in _TWO for letter in text)
    return sum(2 if letter > "\uffff" else 1 for letter in text)


def fits_one_sms(text: str) -> bool:
    """Whether one message holds it: 160 septets, or 70 units where the default alphabet does not do."""
    return sms_units(text) <= (MOST_SEPTETS if is_gsm7(text) else MOST_UCS2_UNITS)


def plain_for_sms(text: str) -> str:
    """``text`` with every character that the GSM 7-bit alphabet lacks replaced by what it has, where it has something.

    Typographic quotes, dashes and spaces become plain ones. A letter stays as it is where the alphabet has it (é, ñ,
    ü), and else loses its accent (á, í, ó, ú, ç). What has no counterpart stays, and so costs the longer alphabet.
    """
    return "".join(map(_plain, unicodedata.normalize("NFC", text)))


def _plain(letter: str) -> str:
    if letter in _ONE or letter in _TWO:
        return letter
    # Translated again: some characters come apart into typographic ones, as a fraction into its bar.
    apart = unicodedata.normalize("NFKD", letter.translate(_REPLACED)).translate(_REPLACED)
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return bare if is_gsm7(bare) else letter
