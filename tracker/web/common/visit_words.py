"""The clinic's words for the day of a visit: where it stands, and what is arranged."""

from tracker.domain.visit_day import DayState
from tracker.domain.words import Anaesthesia, Escort, HeldMedicines, Interpreter, MomentKind

#: Tone and words of where a visit stands.
STATE_WORDS = {
    DayState.EXPECTED: ("quiet", "Expected"),
    DayState.ARRIVED: ("ready", "Arrived"),
    DayState.PREPARATION: ("ready", "In preparation"),
    DayState.PROCEDURE: ("ready", "In procedure"),
    DayState.OBSERVATION: ("ready", "Observing"),
    DayState.READY: ("ready", "Ready for discharge"),
    DayState.DISCHARGED: ("quiet", "Discharged"),
    DayState.ADMITTED: ("warn", "Admitted"),
    DayState.TRANSFERRED: ("warn", "Transferred"),
    DayState.CANCELLED: ("quiet", "Cancelled"),
    DayState.NO_SHOW: ("warn", "Did not come"),
}
#: The same for whoever sees no clinical detail: here with a nurse, or not here any more.
PLAIN_STATE_WORDS = {
    **STATE_WORDS,
    DayState.PREPARATION: ("ready", "With a nurse"),
    DayState.PROCEDURE: ("ready", "With a nurse"),
    DayState.OBSERVATION: ("ready", "With a nurse"),
    DayState.READY: ("ready", "May go"),
    DayState.DISCHARGED: ("quiet", "Left"),
    DayState.ADMITTED: ("quiet", "Left"),
    DayState.TRANSFERRED: ("quiet", "Left"),
}
MOMENT_WORDS = {
    MomentKind.PREPARATION: "In preparation",
    MomentKind.PROCEDURE: "In procedure",
    MomentKind.OBSERVATION: "Observing",
    MomentKind.READY: "Ready for discharge",
    MomentKind.DISCHARGED: "Discharged",
    MomentKind.ADMITTED: "Admitted to this hospital",
    MomentKind.TRANSFERRED: "Transferred to another hospital",
}
ESCORT_WORDS = {
    Escort.NAMED: "named",
    Escort.NOBODY: "nobody comes along",
    Escort.NOT_NEEDED: "not needed",
}
ANAESTHESIA_WORDS = {
    Anaesthesia.NONE: "none",
    Anaesthesia.LOCAL: "local",
    Anaesthesia.SEDATION: "sedation",
    Anaesthesia.GENERAL: "general",
}
INTERPRETER_WORDS = {
    Interpreter.NOT_NEEDED: "not needed",
    Interpreter.NEEDED: "needed, not booked yet",
    Interpreter.BOOKED: "booked",
    Interpreter.HERE: "here",
}
HELD_WORDS = {
    HeldMedicines.NOTHING: "Nothing was held",
    HeldMedicines.TELLER: "Somebody tells the patient",
    HeldMedicines.UNKNOWN: "Not known: a nurse finds out and tells the patient",
}
