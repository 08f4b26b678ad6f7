"""Words of a test dose: what is measured and asked after it, and what a physician finds."""

from enum import StrEnum


class Instrument(StrEnum):
    ASHWORTH = "ashworth"
    PENN = "penn"
    PENN_SEVERITY = "penn_severity"
    NRS = "nrs"


class AdverseKind(StrEnum):
    """What is asked after a test dose, one by one; ``OTHER`` is what nobody asked for."""

    HEADACHE = "headache"
    NAUSEA = "nausea"
    DROWSINESS = "drowsiness"
    HYPOTENSION = "hypotension"
    URINARY_RETENTION = "urinary_retention"
    SEIZURE = "seizure"
    RESPIRATORY_DEPRESSION = "respiratory_depression"
    OTHER = "other"


#: What must have an answer before an observation is closed.
ASKED_ADVERSE = tuple(each for each in AdverseKind if each is not AdverseKind.OTHER)


class Happened(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"  # could not be asked or seen; the note says why


class Severity(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Alertness(StrEnum):
    AWAKE = "awake"
    DROWSY = "drowsy"  # wakes when spoken to
    HARD_TO_WAKE = "hard_to_wake"
    NOT_WAKING = "not_waking"


class Occasion(StrEnum):
    BASELINE = "baseline"
    AFTER_DOSE = "after_dose"


class Outcome(StrEnum):
    POSITIVE = "positive"
    POSITIVE_FUNCTION_LOST = "positive_function_lost"
    NEGATIVE_REPEATABLE = "negative_repeatable"
    NEGATIVE_FINAL = "negative_final"
    EQUIVOCAL = "equivocal"
    NOT_ASSESSABLE = "not_assessable"
    ABORTED = "aborted"
