"""The closed vocabularies that facts use. Stored in lower case and never renamed; labels live on the pages."""

from enum import StrEnum


def is_word(text: str, vocabulary: type[StrEnum]) -> bool:
    """Whether a text is a word of a vocabulary."""
    return any(text == word for word in vocabulary)


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


class MomentKind(StrEnum):
    """What a person says of where a visit stands during its day; what other facts say already is not said again."""

    PREPARATION = "preparation"
    PROCEDURE = "procedure"
    OBSERVATION = "observation"
    READY = "ready"  # may go home, and is still here
    DISCHARGED = "discharged"
    ADMITTED = "admitted"  # to a bed of this hospital
    TRANSFERRED = "transferred"  # to another hospital


#: The patient is not in the unit any more.
LEFT = frozenset({MomentKind.DISCHARGED, MomentKind.ADMITTED, MomentKind.TRANSFERRED})


class Escort(StrEnum):
    """Who takes the patient home. Empty: nobody has asked."""

    NAMED = "named"
    NOBODY = "nobody"
    NOT_NEEDED = "not_needed"


class Anaesthesia(StrEnum):
    """What is planned. Empty: nobody has said."""

    NONE = "none"
    LOCAL = "local"
    SEDATION = "sedation"
    GENERAL = "general"


#: After which somebody must take the patient home.
NEEDS_ESCORT = frozenset({Anaesthesia.SEDATION, Anaesthesia.GENERAL})


class Interpreter(StrEnum):
    """Whether somebody interprets. Empty: nobody has asked."""

    NOT_NEEDED = "not_needed"
    NEEDED = "needed"
    BOOKED = "booked"
    HERE = "here"


class LossCause(StrEnum):
    """Why a visit was lost on its very day, in the groups that studies of day-of-surgery cancellation count.

    Beirut 2013, 261 cancellations (BMC Health Serv Res 2016;16:259, table 2): no financial clearance 43, incomplete
    medical evaluation 34, change in medical status 31, did not show up 29, OR behind schedule 23, no bed 21, staff
    miscommunication 13, patient refused, postponed or changed their mind 13, papers 7, equipment or implants 7, surgeon
    not available 7, scheduling error 5, abnormal test 5, instructions not followed 4, emergency 3. An Australian
    referral hospital 2002 (Schofield, Med J Aust 2005;182:612): over-run, no bed, cancelled by the patient, change in
    clinical status. Helsinki 2013 (J Plast Reconstr Aesthet Surg Open 2018;18:38): acute infection, change in condition
    and operation no longer needed are 63.5 % of what patients cause. ``NO_WAY_HERE`` is our own: who is sedated needs
    somebody to take them home.
    """

    DID_NOT_COME = "did_not_come"
    ILL = "ill"
    CONDITION_CHANGED = "condition_changed"
    NOT_PREPARED = "not_prepared"  # instructions not followed: food, drink, medicines
    DECLINED = "declined"
    NO_WAY_HERE = "no_way_here"
    NO_LONGER_NEEDED = "no_longer_needed"
    EVALUATION_INCOMPLETE = "evaluation_incomplete"
    NO_AUTHORIZATION = "no_authorization"
    PAPERS_MISSING = "papers_missing"
    BEHIND_SCHEDULE = "behind_schedule"
    NO_BED = "no_bed"
    EQUIPMENT_MISSING = "equipment_missing"
    STAFF_MISSING = "staff_missing"
    EMERGENCY = "emergency"
    SCHEDULING_ERROR = "scheduling_error"
    OTHER = "other"


#: What keeps somebody from coming; the others keep a patient who is here, or was about to come.
NO_SHOW_CAUSES = frozenset(
    {
        LossCause.DID_NOT_COME,
        LossCause.ILL,
        LossCause.DECLINED,
        LossCause.NO_WAY_HERE,
        LossCause.NO_LONGER_NEEDED,
        LossCause.SCHEDULING_ERROR,
        LossCause.OTHER,
    }
)


class HeldMedicines(StrEnum):
    """What is said of medicines that were held for a procedure that is lost. Empty: not asked, it was no procedure."""

    NOTHING = "nothing"
    TELLER = "teller"  # somebody of the clinic tells the patient what to do now
    UNKNOWN = "unknown"  # whoever said so does not know: a nurse finds out, and tells


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


class ItemState(StrEnum):
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    OVERRIDDEN = "overridden"


class DocumentKind(StrEnum):
    HISTORY_AND_PHYSICAL = "history_and_physical"
    LABORATORY = "laboratory"
    PSYCHOLOGICAL_EVALUATION = "psychological_evaluation"
    PROGRAMMER_PRINTOUT = "programmer_printout"
    REFERRAL_LETTER = "referral_letter"
    OTHER = "other"


class Told(StrEnum):
    """Whom a rung of a ladder names: a role of the clinic, or whoever is on call that day."""

    COORDINATOR = "coordinator"
    NURSE = "nurse"
    LEAD_COORDINATOR = "lead_coordinator"
    PHYSICIAN = "physician"
    ON_CALL = "on_call"


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


class Instrument(StrEnum):
    ASHWORTH = "ashworth"
    PENN = "penn"
    NRS = "nrs"


class Occasion(StrEnum):
    BASELINE = "baseline"
    AFTER_DOSE = "after_dose"


class DeterminationKind(StrEnum):
    """What people determine. ``value`` holds the word listed beside each."""

    DOSE_ORDER = "dose_order"  # value: dose in mcg, as text
    OUTCOME = "outcome"  # value: an Outcome
    TRIAL_ABORTED = "trial_aborted"  # value: "failed_puncture" or "adverse_event"
    OBSERVATION_ENDED = "observation_ended"  # value: "early"; reason is why
    DECISION = "decision"  # value: "accepted" or "declined"
    WAIVER = "waiver"  # value: the waived requirement, e.g. "trial_result"
    EARLIER_BENEFIT = "earlier_benefit"  # value: "documented"; reason is the physician's finding
    HOLD = "hold"  # until_on is the review date
    DEATH = "death"
    TRANSFER = "transfer"  # value: "completed" once the first refill was done there
    THERAPY_STOPPED = "therapy_stopped"
    WITHDRAWAL_WATCH_CLOSED = "withdrawal_watch_closed"
    REFILL_PLAN = "refill_plan"  # a named person's dated plan; until_on is its date
    DRUG_STOCK = "drug_stock"  # value: a DrugStock; about_seq is the fill after which it is needed
    DEVIATION = "deviation"  # value: codes of what was missing; reason is why it was done all the same
    DEVIATION_REVIEWED = "deviation_reviewed"  # about_seq is the deviation; reason is what the review found
    NOT_BEFORE = "not_before"  # until_on: no new date before this day
    PUMP_CALL_SETTLED = "pump_call_settled"  # about_seq: the call; value: "document:<seq>" or "decided"; reason is why
    ADVISORY_SETTLED = "advisory_settled"  # about_seq: the advisory; reason is what was done
    PUMP_SWITCHED_OFF = "pump_switched_off"  # of somebody who died; about_seq: the pump; reason is what was done
    SCAN_DECIDED = "scan_decided"  # about_seq: the scan; reason is what a physician decided
    SCAN_TASK_DONE = "scan_task_done"  # about_seq: the scan; value: the task of the file; reason is what was done
    REOPERATION = "reoperation"  # value: the ReoperationKind that was decided; reason is why
    REOPERATION_DONE = "reoperation_done"  # value: the ReoperationKind that was done; reason is what was seen
    REOPERATION_ENDED = "reoperation_ended"  # value: a ReoperationEnd; reason is what took its ground away
    TIME_FINAL = "time_final"  # about_seq: the visit; value: the arrival's wall time; empty once the visit was moved
    PUMP_ORDER = "pump_order"  # reason: the model of pump that is to be implanted
    CATHETER_ORDER = "catheter_order"  # reason: the model of catheter that is to be implanted


class ReoperationKind(StrEnum):
    """What is done to a pump that is in."""

    REPLACEMENT = "replacement"
    CATHETER_REVISION = "catheter_revision"
    POCKET_REVISION = "pocket_revision"
    EXPLANT = "explant"


class ReoperationEnd(StrEnum):
    """What takes the ground of a reoperation away."""

    DEATH = "death"
    REMOVED = "removed"  # the pump was taken out otherwise, or struck out
    TRANSFERRED = "transferred"


class DrugStock(StrEnum):
    """Where the drug for the next refill is."""

    ORDERED = "ordered"
    HERE = "here"


class Outcome(StrEnum):
    POSITIVE = "positive"
    POSITIVE_FUNCTION_LOST = "positive_function_lost"
    NEGATIVE_REPEATABLE = "negative_repeatable"
    NEGATIVE_FINAL = "negative_final"
    EQUIVOCAL = "equivocal"
    NOT_ASSESSABLE = "not_assessable"
    ABORTED = "aborted"


class DeviceKind(StrEnum):
    PUMP = "pump"
    CATHETER = "catheter"
    TRIAL_CATHETER = "trial_catheter"


class DeviceOrigin(StrEnum):
    IMPLANTED_HERE = "implanted_here"
    ALREADY_IN = "already_in"
    REOPERATION = "reoperation"  # put in at a reoperation, which the device names


class LabelUse(StrEnum):
    """What became of a device whose label was read."""

    READ = "read"  # before it was opened
    NOT_USED = "not_used"  # opened, and not put in


class Side(StrEnum):
    """Of the abdomen, as the patient has it."""

    LEFT = "left"
    RIGHT = "right"


class InfusionMode(StrEnum):
    """How a pump gives its daily dose."""

    CONSTANT = "constant"
    VARYING = "varying"  # several rates over the day or the week
    BOLUSES = "boluses"  # at intervals
    MINIMUM = "minimum"  # the least rate, so that it does not stand still


class FillKind(StrEnum):
    IMPLANT = "implant"
    REFILL = "refill"
    ELSEWHERE = "elsewhere"
    TAKEN_OVER = "taken_over"


class InterrogationCause(StrEnum):
    """Why a pump was read with the programmer."""

    ROUTINE = "routine"
    DOSE = "dose"  # a new daily dose
    BOLUS = "bolus"  # patient boluses, or a programme that changes over the day
    ALARM_VOLUME = "alarm_volume"
    STOPPED = "stopped"  # it stood still: a motor stall, or stopped by hand
    MRI = "mri"  # after a scan, and it had not stood still
    ALARM = "alarm"  # it sounded


#: What changes how fast a pump empties, or when it calls: the printed date before it no longer holds.
VOIDS_ALARM_DATE = frozenset(
    {
        InterrogationCause.DOSE,
        InterrogationCause.BOLUS,
        InterrogationCause.ALARM_VOLUME,
        InterrogationCause.STOPPED,
    }
)


class CallTone(StrEnum):
    """What the caller hears of the pump."""

    ONE = "one"
    TWO = "two"
    UNSURE = "unsure"


class FollowedFact(StrEnum):
    """What a follow-up can come after; ``PROCEDURE`` is one that is booked, which it comes before."""

    TRIAL_DOSE = "trial_dose"
    IMPLANT = "implant"
    TRIAL_CATHETER = "trial_catheter"
    POSITIVE_OUTCOME = "positive_outcome"
    EXPLANT = "explant"
    REOPERATION = "reoperation"
    PROCEDURE = "procedure"
    NO_SHOW = "no_show"
    HELD_MEDICINES = "held_medicines"  # a visit lost on its day, for which medicines may have been held


class Role(StrEnum):
    COORDINATOR = "coordinator"
    LEAD_COORDINATOR = "lead_coordinator"
    NURSE = "nurse"
    PHYSICIAN = "physician"
    THERAPIST = "therapist"
    FRONT_DESK = "front_desk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
