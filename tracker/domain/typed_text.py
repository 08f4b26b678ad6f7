"""Text as people type and paste it, in any script, beside words that run from left to right.

Letters of a right-to-left script bring their direction along. The signs that turn text explicitly (embeddings,
overrides, isolates) are not seen, and turn whatever follows them: pasted into a reason they scramble the line of the
history that it stands in. They are taken out without a word: no letter is lost. What is right-to-left by its letters is
shown set apart, so that the words and dates around it keep their order.
"""

import re
import unicodedata

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SET_APART, _TO_HERE = "\u2068", "\u2069"
#: Letters of right-to-left scripts, and the digits of Arabic.
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def without_turning_signs(text: str) -> str:
    """The text without the signs that turn what follows them. Marks that only say where a letter belongs stay."""
    return text if text.isascii() else _TURNING.sub("", text)


def isolated(text: str) -> str:
    """The text as it is put into a sentence: set apart, where its letters run from right to left."""
    if text.isascii():
        return text
    plain = without_turning_signs(text)
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in plain):
        return f"{_SET_APART}{plain}{_TO_HERE}"
    return plain
