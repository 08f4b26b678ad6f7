"""What a task asks for, in the clinic's words."""

from collections.abc import Mapping

from tracker.web.common.case_lines import missing

TASKS = {
    "alarm_obligation_vanished": "A to-do ended without a cause: look at the case",
    "nobody_named": "Nobody is named to answer: name somebody",
    "import_doubts": "Doubts from the import, to be put right",
    "pump_call_unknown": "Pump call of somebody who was not found: call back now",
    "referred_again": "Referred again: read what came in",
}
#: What a further referral said, in the order in which it is read.
REFERRED = {
    "mrn": "another MRN",
    "received_on": "received", "urgency": "urgency", "referred_by": "from", "specialty": "specialty",
    "indication": "indication", "diagnosis_code": "code", "diagnosis": "diagnosis", "spasticity_origin": "origin",
    "payer": "payer", "notes": "notes", "allergies": "allergies", "sex": "sex", "language": "language",
    "city": "city", "prefers": "prefers",
}  # fmt: skip
CALLS = {"consent": "consent", "arrival": "visit and the arrival", "refill": "refill"}
CALL_REASONS = {
    "no_email": "no e-mail address",
    "opted_out": "does not want messages",
    "prefers_call": "prefers a call",
    "rejected": "the address was rejected",
    "unavailable": "the mail server was not there in time",
    "undelivered": "the message came back",
    "unknown": "not known whether the message arrived",
}


def task_words(kind: str, given: Mapping[str, object]) -> tuple[str, str]:
    """What a task asks for, and why."""
    params = {name: str(value) for name, value in given.items()}
    if kind == "call":
        about = CALLS.get(params.get("about", ""), "next visit")
        return f"Call about the {about}", CALL_REASONS.get(params.get("why", ""), "no message can reach the patient")
    if kind == "nobody_named":
        return TASKS[kind], params.get("who", "").replace("_", " ")
    if kind == "import_doubts":
        return TASKS[kind], " · ".join(params.values())
    if kind == "pump_call_unknown":
        return TASKS[kind], " · ".join(params[name] for name in ("phone", "caller", "words") if params.get(name))
    if kind == "referred_again":
        return TASKS[kind], " · ".join(f"{label}: {params[name]}" for name, label in REFERRED.items() if name in params)
    return TASKS.get(kind, missing(kind, {})), ""
