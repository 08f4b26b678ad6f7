"""What is measured and answered after a test dose, where a test does not care what exactly."""

from tracker.domain.words import ASKED_ADVERSE
from tracker.services.observing import EventAnswer, Measured, Score


def a_score(value: str, occasion: str) -> Measured:
    """One Ashworth score, taken now."""
    return Measured(occasion=occasion, scores=(Score("ashworth", value, "Knee flexors", "left"),))


def none_happened() -> tuple[EventAnswer, ...]:
    """Each adverse event was asked about now, and did not happen."""
    return tuple(EventAnswer(event=each, happened="no") for each in ASKED_ADVERSE)
