"""Words of what is implanted: where it came from, what it is filled with, how it is read and heard."""

from enum import StrEnum


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


class Opened(StrEnum):
    """What is said of devices that were opened and not put in."""

    NONE = "none"
    SOME = "some"  # each stands with its serial number or lot


class Side(StrEnum):
    """Of the body, as the patient has it."""

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
