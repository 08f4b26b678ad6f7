"""What a case that stands beside another may hold. All else belongs to the case of the pump: its devices, fills and
readings, the death of the patient, a transfer."""

from tracker.domain.access import Permission
from tracker.domain.facts import (
    Appointment,
    Arrangement,
    Authorization,
    ChecklistItem,
    Consent,
    Correction,
    Determination,
    Document,
    Fact,
    FollowUp,
    VisitLoss,
    VisitMoment,
)
from tracker.domain.words import DeterminationKind

#: What is done in the case of the pump alone.
NOT_BESIDE = frozenset(
    {
        Permission.CLOSE,
        Permission.EVALUATE,
        Permission.GIVE_DOSE,
        Permission.PUMP_CALL,
        Permission.RECORD_DECISION,
        Permission.REFILL,
        Permission.REOPERATE,
        Permission.SCORE,
        Permission.STOCK_DRUG,
        Permission.TAKE_OVER_PUMP,
    }
)
_FACTS: frozenset[type[Fact]] = frozenset(
    {
        Appointment,
        Arrangement,
        Authorization,
        ChecklistItem,
        Consent,
        Correction,
        Document,
        FollowUp,
        VisitLoss,
        VisitMoment,
    }
)
_DETERMINED = frozenset(
    {
        DeterminationKind.DEVIATION,
        DeterminationKind.DEVIATION_REVIEWED,
        DeterminationKind.DEVICES_OPENED,
        DeterminationKind.HOLD,
        DeterminationKind.NOT_BEFORE,
        DeterminationKind.REOPERATION,
        DeterminationKind.REOPERATION_DONE,
        DeterminationKind.REOPERATION_ENDED,
        DeterminationKind.TIME_FINAL,
        DeterminationKind.WAIVER,
    }
)


def is_of_reoperation(fact_class: type[Fact], kind: object) -> bool:
    """Whether a fact may be recorded in a reoperation; ``kind`` is that of a determination."""
    return fact_class in _FACTS or (fact_class is Determination and kind in _DETERMINED)
