"""Words of who does what: roles, whom a ladder names, and what is followed up."""

from enum import StrEnum


class Role(StrEnum):
    COORDINATOR = "coordinator"
    LEAD_COORDINATOR = "lead_coordinator"
    NURSE = "nurse"
    PHYSICIAN = "physician"
    THERAPIST = "therapist"
    FRONT_DESK = "front_desk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Told(StrEnum):
    """Whom a rung of a ladder names: a role of the clinic, or whoever is on call that day."""

    COORDINATOR = "coordinator"
    NURSE = "nurse"
    LEAD_COORDINATOR = "lead_coordinator"
    PHYSICIAN = "physician"
    ON_CALL = "on_call"


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
