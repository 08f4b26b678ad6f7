"""The clinic's words for stored values on the pages of a case. What is missing is worded in the domain."""

from tracker.domain.pathway.device_wording import DEVICE_WORDS
from tracker.domain.pathway.wording import DOCUMENT_WORDS, OUTCOME_WORDS, PURPOSE_WORDS, TONE_WORDS

INDICATIONS = {"spasticity": "spasticity", "pain": "pain"}
CONDITIONS = {
    "spinal_cord_injury": "spinal cord injury",
    "multiple_sclerosis": "multiple sclerosis",
    "complex_regional_pain": "complex regional pain syndrome",
    "cancer_pain": "cancer pain",
    "failed_back_surgery": "failed back surgery",
    "cerebral_palsy": "cerebral palsy",
    "brain_injury": "brain injury",
    "stroke": "stroke",
    "other": "other",
}
ORIGINS = {"spinal": "spinal", "cerebral": "cerebral"}
AUTHORIZATION_STATES = {
    "requested": "asked for",
    "granted": "granted",
    "not_required": "not required",
    "denied": "denied",
    "withdrawn": "withdrawn",
}
AUTHORIZATION_TONES = {
    "requested": "warn",
    "granted": "ready",
    "not_required": "ready",
    "denied": "critical",
    "withdrawn": "critical",
}
VISIT_STATES = {
    "booked": "booked",
    "confirmed": "confirmed",
    "arrived": "arrived",
    "completed": "completed",
    "cancelled": "cancelled",
    "no_show": "did not come",
}
VISIT_TONES = {
    "booked": "quiet",
    "confirmed": "ready",
    "arrived": "ready",
    "completed": "ready",
    "cancelled": "warn",
    "no_show": "warn",
}
INSTRUMENTS = {
    "ashworth": "Ashworth",
    "penn": "Penn spasm frequency",
    "penn_severity": "Penn spasm severity",
    "nrs": "Pain (NRS)",
}
ALERTNESS = {
    "awake": "Awake",
    "drowsy": "Drowsy, wakes when spoken to",
    "hard_to_wake": "Hard to wake",
    "not_waking": "Does not wake",
}
HAPPENED = {"no": "No", "yes": "Yes", "not_known": "Not known"}
SEVERITIES = {"mild": "Mild", "moderate": "Moderate", "severe": "Severe"}
OCCASIONS = {"baseline": "baseline", "after_dose": "after the test dose"}
ABORTED = {"failed_puncture": "failed puncture", "adverse_event": "adverse event"}
FILL_KINDS = {
    "implant": "at implant",
    "refill": "refill",
    "elsewhere": "refilled elsewhere",
    "taken_over": "as found at take-over",
}
INTERROGATION_CAUSES = {
    "routine": "a look, nothing changed",
    "dose": "new daily dose",
    "bolus": "boluses or a flex programme set or changed",
    "alarm_volume": "new alarm volume",
    "stopped": "it stood still: stall, or stopped by hand",
    "mri": "after an MRI, and it had not stood still",
    "alarm": "its alarm sounded",
}
CALL_CONDITIONS = {
    "drowsy": "drowsy",
    "feverish": "feverish",
    "itching": "itching",
    "stiff": "stiff",
    "wound": "something about the wound",
}
LABEL_USES = {"read": "Is to be put in", "not_used": "Was opened and not used"}
SIDES = {"left": "Left", "right": "Right"}
MODES = {
    "constant": "one rate all day",
    "varying": "several rates over the day or week",
    "boluses": "boluses at intervals",
    "minimum": "least rate",
}
ROUTES = {"lumbar_puncture": "lumbar puncture", "trial_catheter": "trial catheter"}
REOPERATIONS = {
    "replacement": "replacement of the pump",
    "catheter_revision": "catheter revision",
    "pocket_revision": "pocket revision",
    "explant": "explant",
}
REOPERATION_ENDS = {
    "death": "the patient has died",
    "removed": "the pump is out",
    "transferred": "another clinic follows the pump",
}
REMINDER_STATES = {
    "planned": "planned",
    "due": "due",
    "claimed": "being sent",
    "in_flight": "being sent",
    "accepted": "sent",
    "delivered": "delivered",
    "undelivered": "not delivered",
    "unknown": "not known whether it was sent",
    "expired": "too late, not sent",
    "cancelled": "cancelled",
    "tasked": "a person calls",
    "passed_on": "went on another way",
    "held": "held back, a person decides",
}
REMINDER_TONES = {"held": "warn", "undelivered": "critical", "unknown": "critical", "expired": "warn", "tasked": "warn"}
URGENCIES = {"routine": "routine", "soon": "soon", "urgent": "urgent"}

__all__ = ["DEVICE_WORDS", "DOCUMENT_WORDS", "OUTCOME_WORDS", "PURPOSE_WORDS", "TONE_WORDS"]


def first_upper(text: str) -> str:
    """A sentence begins with a capital letter; the rest stays."""
    return text[:1].upper() + text[1:]


#: For whom a consent was signed, where it was not the patient.
SIGNED_AS = {
    "parent": " (parent)",
    "guardian": " (guardian)",
    "representative": " (representative)",
    "emancipated_minor": " (emancipated minor)",
}
