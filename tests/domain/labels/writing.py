"""Labels as manufacturers write them, for tests that read them again."""

from collections.abc import Sequence

from hypothesis import strategies as st

from tracker.domain.labels.reading import Reading

GS = "\x1d"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


@st.composite
def gtin(draw: st.DrawFn) -> str:
    """Fourteen digits, the last of which is the check digit."""
    digits = draw(st.lists(st.integers(0, 9), min_size=13, max_size=13))
    total = sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(digits))
    return "".join(map(str, (*digits, -total % 10)))


def gs1_scanned(said: Reading, order: Sequence[int] = (0, 1, 2, 3)) -> str:
    """What a scanner sends: fields of variable length end with the separator unless they come last."""
    assert said.expires_on and said.made_on
    parts = [
        (f"10{said.lot}", GS), (f"21{said.serial}", GS), (f"17{said.expires_on:%y%m%d}", ""),
        (f"11{said.made_on:%y%m%d}", ""),
    ]  # fmt: skip
    whole = "".join(text + end for text, end in (parts[place] for place in order))
    return f"01{said.device_identifier}{whole.removesuffix(GS)}"


def mod43(text: str) -> str:
    """The code with its check character."""
    return text + _ALPHABET[sum(_ALPHABET.index(each) for each in text) % 43]
