"""Words of what comes before a procedure: who is referred and why, what is agreed and signed, and the visits."""

from enum import StrEnum


class Indication(StrEnum):
    SPASTICITY = "spasticity"
    PAIN = "pain"


class SpasticityOrigin(StrEnum):
    SPINAL = "spinal"
    CEREBRAL = "cerebral"


class Condition(StrEnum):
    """What the patient has. The first five are those the clinic's page names."""

    SPINAL_CORD_INJURY = "spinal_cord_injury"
    MULTIPLE_SCLEROSIS = "multiple_sclerosis"
    COMPLEX_REGIONAL_PAIN = "complex_regional_pain"
    CANCER_PAIN = "cancer_pain"
    FAILED_BACK_SURGERY = "failed_back_surgery"
    CEREBRAL_PALSY = "cerebral_palsy"
    BRAIN_INJURY = "brain_injury"
    STROKE = "stroke"
    OTHER = "other"


class AuthorizationState(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    NOT_REQUIRED = "not_required"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class ConsentState(StrEnum):
    """``VOID``: the patient did not take it back, but what was consented to is not what is planned any more."""

    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Signer(StrEnum):
    """Who signed a consent, in relation to the patient. ``REPRESENTATIVE``: of a grown-up, by a court or by proxy."""

    SELF = "self"
    PARENT = "parent"
    GUARDIAN = "guardian"
    REPRESENTATIVE = "representative"
    EMANCIPATED_MINOR = "emancipated_minor"


class Assent(StrEnum):
    """What a child said for whom somebody else signs. ``NOT_ABLE``: it could not be asked."""

    GIVEN = "given"
    DECLINED = "declined"
    NOT_ABLE = "not_able"


class DocumentKind(StrEnum):
    HISTORY_AND_PHYSICAL = "history_and_physical"
    LABORATORY = "laboratory"
    PSYCHOLOGICAL_EVALUATION = "psychological_evaluation"
    PROGRAMMER_PRINTOUT = "programmer_printout"
    REFERRAL_LETTER = "referral_letter"
    REFERRER_LETTER = "referrer_letter"
    OTHER = "other"


class AppointmentState(StrEnum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


#: A visit that still holds its place: the room, the patient and the clinician are taken.
LIVE_APPOINTMENT = frozenset({AppointmentState.BOOKED, AppointmentState.CONFIRMED, AppointmentState.ARRIVED})
#: Of those, the ones that the patient has still to come to.
APPOINTMENT_TO_COME = frozenset({AppointmentState.BOOKED, AppointmentState.CONFIRMED})
#: A visit that did not take place.
LOST_APPOINTMENT = frozenset({AppointmentState.CANCELLED, AppointmentState.NO_SHOW})


class Purpose(StrEnum):
    """What a visit is for."""

    EVALUATION = "evaluation"
    TRIAL = "trial"
    IMPLANT = "implant"
    REFILL = "refill"
    FOLLOW_UP = "follow_up"
    REOPERATION = "reoperation"
    CONSENT = "consent"  # to talk it over and sign
    WOUND_CHECK = "wound_check"
    TITRATION = "titration"
    DECISION = "decision"
