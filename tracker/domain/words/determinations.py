"""Words of what people determine."""

from enum import StrEnum


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
    DEVICES_OPENED = "devices_opened"  # about_seq: the visit; value: an Opened, of devices that were not put in


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
