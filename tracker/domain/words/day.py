"""Words of the day of a visit: where the patient is, what is arranged, answered, and lost."""

from enum import StrEnum


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
    BROKEN_OFF = "broken_off"  # an operation that had begun and put nothing in; with a part in it is an implant
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


class ItemState(StrEnum):
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    OVERRIDDEN = "overridden"
