"""What a case that stands beside another may hold. All else belongs to the case of the pump: its devices, fills and
readings, the death of the patient, a transfer."""

from tracker.domain.facts import (
    Appointment,
    Authorization,
    ChecklistItem,
    Consent,
    Correction,
    Determination,
    Document,
    Fact,
    FollowUp,
)
from tracker.domain.words import DeterminationKind

_FACTS: frozenset[type[Fact]] = frozenset(
    {Appointment, Authorization, ChecklistItem, Consent, Correction, Document, FollowUp}
)
_DETERMINED = frozenset(
    {
        DeterminationKind.DEVIATION,
        DeterminationKind.DEVIATION_REVIEWED,
        DeterminationKind.HOLD,
        DeterminationKind.NOT_BEFORE,
        DeterminationKind.REOPERATION,
        DeterminationKind.REOPERATION_DONE,
        DeterminationKind.REOPERATION_ENDED,
        DeterminationKind.WAIVER,
    }
)


def is_of_reoperation(fact_class: type[Fact], kind: object) -> bool:
    """Whether a fact may be recorded in a reoperation; ``kind`` is that of a determination."""
    return fact_class in _FACTS or (fact_class is Determination and kind in _DETERMINED)
