"""What a task asks for, in the clinic's words: on the pages and on paper."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tracker.domain.pathway.wording import sentence
from tracker.domain.reminder_words import REASONS
from tracker.domain.reply_words import OWN_NAMES
from tracker.domain.typed_text import isolated

#: What became of an answer that a tablet sent later: it stands beside another one, or could not be taken.
TWO_ANSWERS, NOT_TAKEN = "two_answers", "answer_not_taken"
#: What was seen after a test dose that a physician must look at now.
AFTER_DOSE_ALARM = "after_dose_alarm"
#: The same of the vital signs in a checklist.
CHECKLIST_ALARM = "checklist_alarm"
TASKS = {
    AFTER_DOSE_ALARM: "After the test dose: look at the patient now",
    CHECKLIST_ALARM: "Vital signs of the checklist are alarming: look at the patient now",
    "alarm_obligation_vanished": "A to-do ended without a cause: look at the case",
    "held_burst": "More messages at once than were foreseen: send them, or have the patients called",
    "nobody_named": "Nobody is named to answer: name somebody",
    "import_doubts": "Doubts from the import, to be put right",
    "preparation_sheet": "No preparation sheet: have it written under Administration, Messages",
    "pump_call_unknown": "Pump call of somebody who was not found: call back now",
    "reach_doubts": "A number or an address cannot be right: ask for it",
    TWO_ANSWERS: "Two answers to one item of a checklist: the first stands, find out which one is right",
    NOT_TAKEN: "Answer to a checklist that was not taken: read it, and enter what holds",
    "serial_twice": "The serial number of this pump stands with another patient too: read both again",
    "referred_again": "Referred again: read what came in",
    "reply_call": "Asks for a call: call back",
    "reply_cannot": "Cannot come: call, then move or cancel the visit",
    "reply_off": "Answered about a visit that is cancelled or at another time: make sure that they know",
    "reply_shared": "Reply from a number of several patients: find out whose it is",
    "reply_unclear": "Reply that was not understood: read it, then call",
    "reply_unknown": "Text from a number that nobody has here: find out who it is",
}
#: What a comparison of pump lists found, and what is known here of whoever it is about.
PUMP_LISTS = {
    "not_listed": "Pump followed here, not on the other list: find out why",
    "not_followed": "Pump on the other list, not followed here: find out whether there is one",
    "different": "The pump list and another one differ: put the wrong one right",
    "unreadable": "Row of another pump list cannot be read: find out who it is",
}
STANDINGS = {
    "unknown": "no such patient here", "no_pump": "no pump on record", "case_closed": "case closed, no pump on record",
    "removed": "pump taken out", "died": "died", "transferred": "transferred",
}  # fmt: skip
LISTED = {"name": "name", "mrn": "MRN", "born": "born", "serial": "serial", "row": "row of the other list", "why": ""}
#: What a further referral said, in the order in which it is read.
REFERRED = {
    "mrn": "another MRN",
    "received_on": "received", "urgency": "urgency", "referred_by": "from", "specialty": "specialty",
    "indication": "indication", "diagnosis_code": "code", "diagnosis": "diagnosis", "spasticity_origin": "origin",
    "payer": "payer", "notes": "notes", "allergies": "allergies", "sex": "sex", "language": "language",
    "city": "city", "prefers": "prefers",
}  # fmt: skip
CALLS = {
    "consent": "consent", "arrival": "visit and the arrival", "refill": "refill", "preparation": "preparation",
}  # fmt: skip


def _call_of_unknown(params: Mapping[str, str]) -> str:
    first = f"first given: {params['first']}" if params.get("first") else ""
    said = (params.get(name, "") for name in ("caller", "words"))
    return " · ".join(filter(None, (params.get("phone"), params.get("doubt"), first, *said)))


def _reply(params: Mapping[str, str]) -> str:
    """The visit, the words, and how they came; ``how`` is the number itself where nobody has it."""
    said, visit, how = (params.get(name, "") for name in ("said", "visit", "how"))
    parts = (
        f"visit of {_wall(visit)}" if visit else "",
        f"“{said}”" if said else "",
        how if how.startswith("+") else f"by {how}",
    )
    return " · ".join(filter(None, parts))


def _wall(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%b %Y, %H:%M}"


def _kept_answer(params: Mapping[str, str]) -> str:
    """An answer that a tablet sent later, beside the one that stands or with why it was not taken."""
    stands = f"stands: {params['stands']}" if params.get("stands") else ""
    entered = f"entered: {params.get('entered', '')}"
    return " · ".join(filter(None, (params.get("item"), stands, entered, params.get("why"))))


_WHY: Mapping[str, Callable[[dict[str, str]], str]] = {
    **dict.fromkeys((AFTER_DOSE_ALARM, CHECKLIST_ALARM), lambda p: f"{p.get('at', '')} {p.get('signs', '')}".strip()),
    "held_burst": lambda p: f"{p.get('messages', '')} messages are held back",
    "nobody_named": lambda p: p.get("who", "").replace("_", " "),
    "preparation_sheet": lambda p: f"in {OWN_NAMES.get(p.get('language', ''), p.get('language', ''))}",
    "reach_doubts": lambda p: " · ".join(p.values()),
    "import_doubts": lambda p: " · ".join(p.values()),
    "pump_call_unknown": _call_of_unknown,
    **dict.fromkeys(
        ("reply_call", "reply_cannot", "reply_off", "reply_shared", "reply_unclear", "reply_unknown"), _reply
    ),
    "referred_again": lambda p: " · ".join(f"{label}: {p[name]}" for name, label in REFERRED.items() if name in p),
    TWO_ANSWERS: _kept_answer,
    NOT_TAKEN: _kept_answer,
    "serial_twice": lambda p: f"{p.get('serial', '')} · also MRN {p.get('mrn', '')}",
}


def task_words(kind: str, given: Mapping[str, object]) -> tuple[str, str]:
    """What a task asks for, and why."""
    params = {name: isolated(str(value)) for name, value in given.items()}
    if kind == "call":
        about = CALLS.get(params.get("about", ""), "next visit")
        what = "Write a letter" if params.get("why") == "prefers_letter" else "Call"
        return f"{what} about the {about}", REASONS.get(params.get("why", ""), "no message can reach the patient")
    if kind == "pump_list":
        return PUMP_LISTS.get(params.get("finding", ""), sentence(kind, {})), _pump_list(params)
    why = _WHY.get(kind)
    return TASKS.get(kind, sentence(kind, {})), why(params) if why else ""


def _pump_list(params: Mapping[str, str]) -> str:
    known = STANDINGS.get(params.get("standing", ""), "")
    said = [f"{label} {params[name]}".strip() for name, label in LISTED.items() if params.get(name)]
    return " · ".join(each for each in (known, *said) if each)
