"""What all vocabularies have in common."""

from enum import StrEnum


def is_word(text: str, vocabulary: type[StrEnum]) -> bool:
    """Whether a text is a word of a vocabulary."""
    return any(text == word for word in vocabulary)
