"""Luck that belongs to a name, so that two simulated years can be compared."""

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def _mixed(state: int) -> int:
    """Steele's, Lea's and Flood's mix of 64 bits (SplitMix, 2014)."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


class Stream:
    """Chance that belongs to a name: the same numbers for the same keys, whatever was drawn elsewhere before.

    Two simulated years that differ in one rule draw the same luck for the same patient in the same stage, so that they
    differ by the rule alone (common random numbers). SplitMix64; not for secrets.
    """

    __slots__ = ("_state",)

    def __init__(self, *keys: int) -> None:
        state = 0
        for key in keys:
            state = _mixed((state + _GOLDEN * (key + 1)) & _MASK)
        self._state = state

    def random(self) -> float:
        """Evenly from 0 up to, but not including, 1."""
        self._state = (self._state + _GOLDEN) & _MASK
        return (_mixed(self._state) >> 11) / 9007199254740992.0
