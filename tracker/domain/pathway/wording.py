"""What is missing, in the words of the clinic: one sentence for each blocker, and one for each requirement that is met.

Blockers are stored by code and parameters; here alone they become sentences, so that the case, the board, the day and
the command line say the same. Parameters are text: dates in ISO form, numbers, and words of the closed vocabularies.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.words import Role

ROLE_WORDS: dict[Role, str] = {
    Role.COORDINATOR: "coordinator",
    Role.LEAD_COORDINATOR: "lead coordinator",
    Role.NURSE: "nurse",
    Role.PHYSICIAN: "physician",
    Role.THERAPIST: "therapist",
    Role.FRONT_DESK: "front desk",
    Role.MANAGER: "manager",
    Role.ADMINISTRATOR: "administrator",
}
PURPOSE_WORDS = {
    "evaluation": "evaluation",
    "trial": "trial",
    "implant": "implant",
    "refill": "refill",
    "follow_up": "follow-up",
}
DOCUMENT_WORDS = {
    "history_and_physical": "H&P",
    "laboratory": "lab results",
    "psychological_evaluation": "psychological evaluation",
    "programmer_printout": "programmer print-out",
    "referral_letter": "referral letter",
    "other": "document",
}
DEVICE_WORDS = {"pump": "pump", "catheter": "catheter", "trial_catheter": "trial catheter", "any": "device"}
OUTCOME_WORDS = {
    "positive": "positive",
    "positive_function_lost": "positive, but function lost",
    "negative_repeatable": "negative, may be repeated",
    "negative_final": "negative, final",
    "equivocal": "equivocal",
    "not_assessable": "not assessable",
    "aborted": "aborted",
}
QUESTION_WORDS = {
    "hypersensitivity": "hypersensitivity to baclofen",
    "active_infection": "active infection",
    "anticoagulated": "blood thinners",
    "body_too_small": "body size",
    "spinal_anomaly": "spinal anomaly",
}
EVALUATION_WORDS = {
    "spasticity_origin": "whether the spasticity is spinal or cerebral",
    "oral_therapy": "that oral therapy failed or was not tolerated",
    "off_label_reason": "the physician's reason for treating pain off the label",
}
DETERMINED_WORDS = {
    "decision.accepted": "The patient's decision for the implant is not recorded",
    "decision.declined": "The patient has not declined",
    "trial_aborted": "The trial was not broken off",
    "transfer.completed": "The transfer is not confirmed by a second person",
    "death": "No death is recorded",
    "therapy_stopped": "Stopping the therapy is not recorded and confirmed",
    "withdrawal_watch_closed": "The watch for withdrawal is not closed",
}

Params = Mapping[str, str]


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{day:%a} {day.day} {day:%b %Y}"


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment:%a} {moment.day} {moment:%b} {moment:%H:%M}"


def _purpose(params: Params) -> str:
    name = params.get("purpose") or params.get("stage") or ""
    return PURPOSE_WORDS.get(name, name)


def _named(words: Mapping[str, str], params: Params, name: str) -> str:
    value = params.get(name, "")
    return words.get(value, value.replace("_", " "))


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _authorization(rest: str) -> Callable[[Params], str]:
    return lambda params: f"Prior auth for the {_purpose(params)} {rest}"


def _out_of_date(params: Params) -> str:
    starts, ends, on = params.get("starts", ""), params.get("ends", ""), params.get("on", "")
    if starts and starts > on:
        return f"Prior auth for the {_purpose(params)} begins {_day(starts)}, the procedure is {_day(on)}"
    return f"Prior auth for the {_purpose(params)} ends {_day(ends)}, the procedure is {_day(on)}"


def _document_out_of_date(params: Params) -> str:
    name, dated, on = _named(DOCUMENT_WORDS, params, "document"), params.get("dated", ""), params.get("on", "")
    if not on or not dated:
        return f"{_first(name)} of {_day(dated)} is too old"
    days = (date.fromisoformat(on) - date.fromisoformat(dated)).days
    if days < 0:
        return f"{_first(name)} is dated {_day(dated)}, after the procedure"
    return f"{_first(name)} will be {days} days old on {_day(on)}"


def _consent_out_of_date(params: Params) -> str:
    ends, on = params.get("ends", ""), params.get("on", "")
    if ends < on:
        return f"Consent for the {_purpose(params)} ends {_day(ends)}, the procedure is {_day(on)}"
    return f"Consent for the {_purpose(params)} was signed after the day of the procedure"


def _checklist_open(params: Params) -> str:
    part = "before the procedure " if params.get("part") == "before" else ""
    count = params.get("left", "")
    items = "item" if count == "1" else "items"
    return f"Checklist {part}has {count} open {items}, first: {params.get('first', '')}"


def _not_determined(params: Params) -> str:
    what, value = params.get("what", ""), params.get("value", "")
    key = f"{what}.{value}" if value else what
    return DETERMINED_WORDS.get(key, f"{_first(what.replace('_', ' '))} is not recorded")


#: One sentence for each code of the requirements and services.
SENTENCES: dict[str, Callable[[Params], str]] = {
    "alarm_date_unknown": lambda _: "Low-reservoir alarm date is not known",
    "authorization_denied": _authorization("was denied"),
    "authorization_missing": _authorization("is not asked for"),
    "authorization_out_of_date": _out_of_date,
    "authorization_requested": _authorization("is asked for, not answered"),
    "authorization_used_up": _authorization("is used up"),
    "authorization_withdrawn": _authorization("was withdrawn"),
    "baseline_missing": lambda _: "No baseline score",
    "catheter_in": lambda _: "Trial catheter is not out with its tip intact",
    "checklist_open": _checklist_open,
    "consent_missing": lambda p: f"Consent for the {_purpose(p)} is not signed",
    "consent_out_of_date": _consent_out_of_date,
    "consent_withdrawn": lambda p: f"Consent for the {_purpose(p)} was withdrawn",
    "contraindicated": lambda p: f"Contraindicated: {_named(QUESTION_WORDS, p, 'what')}",
    "contraindication_without_plan": lambda _: "A contraindication is present without the physician's plan",
    "day_not_begun": lambda p: f"The patient is not marked as arrived for the {_purpose(p)}",
    "determined": lambda p: f"{_first(p.get('what', '').replace('_', ' '))} is recorded",
    "device_in_place": lambda p: f"A {_named(DEVICE_WORDS, p, 'device')} is still in the patient",
    "document_missing": lambda p: f"{_first(_named(DOCUMENT_WORDS, p, 'document'))} missing",
    "document_out_of_date": _document_out_of_date,
    "dose_differs": lambda p: f"The physician ordered {p.get('ordered', '')} mcg",
    "dose_missing": lambda _: "No test dose is recorded",
    "dose_not_ordered": lambda _: "Next test dose is not ordered",
    "dose_was_given": lambda _: "A test dose was given",
    "evaluation_lacks": lambda p: f"Evaluation does not say {_named(EVALUATION_WORDS, p, 'what')}",
    "evaluation_missing": lambda _: "Evaluation is not recorded",
    "no_date_yet": lambda p: f"No date yet for the {_purpose(p)}",
    "no_device": lambda p: f"No {_named(DEVICE_WORDS, p, 'device')} is recorded as in place",
    "no_positive_trial": lambda _: "No positive trial stands",
    "not_answered": lambda p: f"Not answered: {_named(QUESTION_WORDS, p, 'what')}",
    "not_arrived": lambda p: f"Patient has not arrived for the {_purpose(p)} on {_day(p.get('on', ''))}",
    "not_booked": lambda p: f"{_first(_purpose(p))} is not booked",
    "not_determined": _not_determined,
    "observation_running": lambda p: f"Observation runs until {_moment(p.get('until', ''))}",
    "outcome_is": lambda p: f"The outcome is {_named(OUTCOME_WORDS, p, 'outcome')}",
    "outcome_missing": lambda _: "Outcome of the trial is not recorded",
    "refill_not_booked": lambda _: "Next refill is not booked or planned",
    "refill_not_done": lambda _: "First refill is not done",
    "result_in_date": lambda _: "The trial result is still in date",
    "score_missing": lambda p: f"No score {p.get('from_hours', '')} to {p.get('to_hours', '')} h after the test dose",
    "series_full": lambda p: f"All {p.get('most', '')} test doses of this series are given",
    "too_soon": lambda p: f"Next test dose not before {_moment(p.get('free', ''))} ({p.get('hours', '')} h apart)",
    "too_young": lambda p: f"Patient is younger than {p.get('years', '')} years",
    "trial_result_too_old": lambda p: (
        f"Trial result counts until {_day(p.get('ends', ''))}, the implant is {_day(p.get('on', ''))}"
    ),
    "visit_stands": lambda p: f"A visit for the {_purpose(p)} still stands",
}

#: What a requirement that is met says for itself; the part after the dot of its key is worded by ``_MET_PARTS``.
_MET = {
    "age": "old enough",
    "alarm_date": "alarm date known",
    "appointment": "{} booked",
    "assessment": "{} score",
    "authorization": "prior auth for {}",
    "catheter_out": "trial catheter out",
    "checklist": "checklist of {}",
    "consent": "consent for {}",
    "contraindications": "contraindications answered",
    "device": "{} as it must be",
    "document": "{}",
    "dose": "test dose",
    "dose_order": "test dose ordered",
    "evaluation": "evaluation complete",
    "minimum_interval": "far enough from the last test dose",
    "observed": "observed long enough",
    "outcome": "outcome recorded",
    "refill_booked": "next refill planned",
    "refill_done": "refill done",
    "trial_result": "positive trial in date",
}
_MET_PARTS = PURPOSE_WORDS | DOCUMENT_WORDS | DEVICE_WORDS | {"baseline": "baseline", "after_dose": "after-dose"}


def sentence(code: str, params: Params) -> str:
    """What is missing, without a full stop. An unknown code (of an older version) reads as its own words."""
    say = SENTENCES.get(code)
    return say(params) if say else _first(code.replace("_", " "))


def sentence_of(blocker: Blocker) -> str:
    """What is missing, as a blocker says it."""
    return sentence(blocker.code, dict(blocker.params))


def people(roles: Iterable[Role]) -> str:
    """Who can clear it: "nurse or physician"; empty where nobody can but time."""
    words = [ROLE_WORDS[role] for role in roles]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def met_sentence(need: Requirement) -> str:
    """A requirement that is met, in a few words."""
    kind, _, part = need.key.partition(".")
    text = _MET.get(kind)
    if text is None:
        return f"{need.key.replace('_', ' ').replace('.', ': ')} recorded"
    part = part.partition(".")[0]
    return text.format(_MET_PARTS.get(part, part.replace("_", " ")))
