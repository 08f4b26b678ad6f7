"""Allergies as the patient's record has them: free text, in which people also write that there are none."""

#: What people write where there is none.
_NONE = frozenset({"", "none", "no", "nkda", "none known", "no known allergies"})


def named_allergies(text: str) -> str:
    """The text where it names an allergy; empty where it says that there is none, or says nothing."""
    text = text.strip()
    return "" if text.casefold().rstrip(".") in _NONE else text
