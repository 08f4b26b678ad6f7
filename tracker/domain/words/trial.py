"""Words of a test dose: what is measured and asked after it, and what a physician finds."""

from enum import StrEnum


class Instrument(StrEnum):
    ASHWORTH = "ashworth"
    PENN = "penn"
    NRS = "nrs"


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
