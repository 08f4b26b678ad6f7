"""What is missing, in the words of the clinic: one sentence for each blocker, and one for each requirement that is met.

Blockers are stored by code and parameters; here alone they become sentences, so that the case, the board, the day and
the command line say the same. Parameters are text: dates in ISO form, numbers, and words of the closed vocabularies.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from tracker.domain.dates import told_day as _day
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.checklist_wording import CHECKLIST_SENTENCES
from tracker.domain.pathway.consent_wording import of_signers
from tracker.domain.pathway.device_wording import DEVICE_SENTENCES, DEVICE_WORDS
from tracker.domain.pathway.requirements import Requirement
from tracker.domain.pathway.requirements.aftercare import FollowedUp
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.pathway.requirements.device import (
    AlarmDateKnown,
    DeviceRemoved,
    DeviceState,
    RefillDone,
    RefillPlanned,
)
from tracker.domain.pathway.requirements.labels import DevicesFit
from tracker.domain.pathway.requirements.person import (
    ContraindicationsAnswered,
    Determined,
    EvaluationComplete,
    MinimumAge,
)
from tracker.domain.pathway.requirements.trial import (
    AdverseEventsAnswered,
    AssessmentRecorded,
    DoseGiven,
    DoseOrdered,
    MinimumInterval,
    Observed,
    OutcomeIs,
    TrialResult,
)
from tracker.domain.pathway.requirements.visit import (
    AppointmentMade,
    AuthorizationGranted,
    ChecklistDone,
    DocumentInDate,
)
from tracker.domain.pathway.trial_wording import TRIAL_SENTENCES
from tracker.domain.typed_text import isolated
from tracker.domain.words import Occasion, Outcome, Role

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
    "reoperation": "reoperation",
    "refill": "refill",
    "follow_up": "follow-up",
    "consent": "consent visit",
    "wound_check": "wound check",
    "titration": "titration",
    "decision": "decision visit",
}
DOCUMENT_WORDS = {
    "history_and_physical": "H&P",
    "laboratory": "lab results",
    "psychological_evaluation": "psychological evaluation",
    "programmer_printout": "programmer print-out",
    "referral_letter": "referral letter",
    "referrer_letter": "letter to who referred",
    "other": "document",
}
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
    "reoperation_done": "What was done is not recorded",
    "reoperation_ended": "The reoperation is still needed",
}

#: What a caller hears of the pump.
TONE_WORDS = {"one": "one tone", "two": "two tones", "unsure": "not sure what is heard"}

#: What speaks against an MRI.
SCAN_WORDS = {
    "alarm": "the alarm sounded",
    "indicator": "the replacement indicator is on",
    "model": "nothing is known of this model",
    "refill": "the refill is near, or its date unknown",
}

#: A determination that stands, by its kind and, where that matters, its value.
MET_WORDS = {
    "death": "patient deceased",
    "decision.accepted": "implant accepted",
    "decision.declined": "implant declined",
    "deviation": "deviation with its reason",
    "outcome": "outcome recorded",
    "reoperation_done": "reoperation done",
    "reoperation_ended": "the pump is out, the patient deceased or transferred",
    "therapy_stopped": "therapy stopped",
    "transfer.completed": "transfer completed",
    "trial_aborted": "trial broken off",
    "withdrawal_watch_closed": "watch for withdrawal closed",
}
#: That none stands, where there is a plainer word for it.
ABSENT_WORDS = {"reoperation_ended": "pump in the patient and followed here"}

Params = Mapping[str, str]


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


def _said(params: Params) -> str:
    return f": {params['why']}" if params.get("why") else ""


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


def _not_determined(params: Params) -> str:
    what, value = params.get("what", ""), params.get("value", "")
    key = f"{what}.{value}" if value else what
    return DETERMINED_WORDS.get(key, f"{_first(what.replace('_', ' '))} is not recorded")


def _scan_decision(params: Params) -> str:
    why = ", ".join(SCAN_WORDS.get(word, word) for word in params.get("why", "").split())
    return f"MRI on {_day(params.get('on', ''))}: a physician decides first{f' ({why})' if why else ''}"


def _end_of_service(why: str) -> Callable[[Params], str]:
    return lambda p: f"The pump ends {_day(p.get('ends', ''))} ({why})"


#: One sentence for each code of the requirements and services.
SENTENCES: dict[str, Callable[[Params], str]] = {
    **DEVICE_SENTENCES,
    **TRIAL_SENTENCES,
    "advisory": lambda p: f"Advisory {p.get('number', '')}: {p.get('text', '')}",
    "alarm_date_unknown": lambda _: "Low-reservoir alarm date is not known",
    "alarm_date_unconfirmed": lambda _: "A second person must read the alarm date",
    "alarm_date_void": lambda _: "The pump was set anew: a new alarm date must be printed",
    "authorization_denied": _authorization("was denied"),
    "authorization_missing": _authorization("is not asked for"),
    "authorization_out_of_date": _out_of_date,
    "authorization_requested": _authorization("is asked for, not answered"),
    "authorization_used_up": _authorization("is used up"),
    "authorization_withdrawn": _authorization("was withdrawn"),
    **CHECKLIST_SENTENCES,
    "consent_missing": lambda p: f"Consent for the {_purpose(p)} is not signed",
    "consent_other_surgeon": lambda p: f"Consent for the {_purpose(p)} names another surgeon than is booked",
    "consent_out_of_date": _consent_out_of_date,
    "consent_taken_back": lambda p: f"The patient took the consent for the {_purpose(p)} back{_said(p)}",
    "consent_visit_not_booked": lambda p: f"No visit is booked to sign the consent for the {_purpose(p)}",
    "consent_withdrawn": lambda p: f"Consent for the {_purpose(p)} was withdrawn",
    "contraindicated": lambda p: f"Contraindicated: {_named(QUESTION_WORDS, p, 'what')}",
    "contraindication_without_plan": lambda _: "A contraindication is present without the physician's plan",
    "day_not_begun": lambda p: f"The patient is not marked as arrived for the {_purpose(p)}",
    "determined": lambda p: f"{_first(p.get('what', '').replace('_', ' '))} is recorded",
    "death_struck_out": lambda _: "The death was struck out: open the case again, and book what was cancelled with it",
    "document_missing": lambda p: f"{_first(_named(DOCUMENT_WORDS, p, 'document'))} missing",
    "document_out_of_date": _document_out_of_date,
    "end_of_service_by_age": _end_of_service("by its age"),
    "end_of_service_by_battery": _end_of_service("by its battery"),
    "end_of_service_indicated": _end_of_service("its replacement indicator is on"),
    "end_of_service_printed": _end_of_service("as printed"),
    "end_of_service_unknown": lambda _: "Nobody knows when the pump ends: read it, or record its day",
    "drug_not_in_stock": lambda p: f"{_first(p.get('drug') or 'drug')} for the next refill is not in stock",
    "drug_ordered": lambda p: f"{_first(p.get('drug') or 'drug')} for the next refill is ordered and not here yet",
    "evaluation_lacks": lambda p: f"Evaluation does not say {_named(EVALUATION_WORDS, p, 'what')}",
    "evaluation_missing": lambda _: "Evaluation is not recorded",
    "follow_up": lambda p: p.get("label", "Follow-up"),
    "follow_up_missing": lambda p: f"{_first(p.get('rule', '').replace('_', ' '))} is not recorded as well",
    "lot_expired": lambda p: f"The lot expired {_day(p.get('expired', ''))}",
    "no_date_yet": lambda p: f"No date yet for the {_purpose(p)}",
    "no_positive_trial": lambda _: "No positive trial stands",
    "not_answered": lambda p: f"Not answered: {_named(QUESTION_WORDS, p, 'what')}",
    "not_arrived": lambda p: f"Patient has not arrived for the {_purpose(p)} on {_day(p.get('on', ''))}",
    "not_booked": lambda p: f"{_first(_purpose(p))} is not booked",
    "not_determined": _not_determined,
    "observation_running": lambda p: f"Observation runs until {_moment(p.get('until', ''))}",
    "outcome_is": lambda p: f"The outcome is {_named(OUTCOME_WORDS, p, 'outcome')}",
    "outcome_missing": lambda _: "Outcome of the trial is not recorded",
    "pump_call": lambda p: f"Pump call from {p.get('caller') or 'somebody'}: {_named(TONE_WORDS, p, 'tone')}",
    "pump_after_death": lambda p: (
        f"{p.get('model') or 'A pump'} is in somebody who died: taken out or switched off? It must not be cremated"
    ),
    "reading_differs": lambda p: (
        f"{p.get('read', '')} mL are left in the pump by the programmer, {p.get('expected', '')} mL were expected"
    ),
    "refill_not_booked": lambda _: "Next refill is not booked or planned",
    "refill_not_done": lambda _: "First refill is not done",
    "refill_without_pump": lambda p: f"A refill is booked on {_day(p.get('on', ''))}, and no pump is followed",
    "residual_above_reservoir": lambda p: (
        f"{p.get('taken', '')} mL were taken out of a pump that holds {p.get('held', '')} mL"
    ),
    "residual_differs": lambda p: (
        f"{p.get('aspirated', '')} mL were taken out of the pump, {p.get('expected', '')} mL were expected"
    ),
    "result_in_date": lambda _: "The trial result is still in date",
    "scan_decision": _scan_decision,
    "scan_read_after": lambda p: f"MRI on {_day(p.get('on', ''))}: the pump is read after it, the same day",
    "scan_read_before": lambda p: f"MRI on {_day(p.get('on', ''))}: the pump is read before it",
    "scan_task": lambda p: f"{p.get('label', '')}, MRI on {_day(p.get('on', ''))}",
    "time_not_final": lambda p: (
        f"Arrival for the {_purpose(p)}, {_moment(p.get('arrives', ''))}: nobody has said that it is final"
    ),
    "too_soon": lambda p: f"Next test dose not before {_moment(p.get('free', ''))} ({p.get('hours', '')} h apart)",
    "too_young": lambda p: f"Patient is younger than {p.get('years', '')} years",
    "transfer_asked": lambda p: f"Transfer to {p.get('clinic', '')}: is the first refill done there?",
    "trial_result_too_old": lambda p: (
        f"Trial result counts until {_day(p.get('ends', ''))}, the implant is {_day(p.get('on', ''))}"
    ),
    "unreachable": lambda p: f"Not reached {p.get('times', '')} times in a row",
    "visit_unconfirmed": lambda p: f"Visit for the {_purpose(p)} on {_day(p.get('on', ''))} is not confirmed",
    "visit_stands": lambda p: f"A visit for the {_purpose(p)} still stands",
    **of_signers(_purpose, _day),
}


def _visit_met(need: AppointmentMade) -> str:
    purpose = PURPOSE_WORDS[need.purpose]
    return {
        "none": f"no visit for the {purpose} stands",
        "arrived": f"patient arrived for the {purpose}",
        "booked": f"{purpose} booked",
    }[need.state]


def _score_met(need: AssessmentRecorded) -> str:
    if need.occasion == Occasion.BASELINE:
        return "baseline score"
    return f"score {need.from_hours} to {need.to_hours} h after the test dose"


def _device_met(need: DeviceState) -> str:
    device = DEVICE_WORDS[need.device]
    if not need.in_place:
        return f"no {device} in the patient"
    return f"{device} {'still ' if need.still else ''}in the patient"


def _determined_met(need: Determined) -> str:
    name = f"{need.determination}.{need.value}" if need.value else str(need.determination)
    words = MET_WORDS.get(name, name.replace("_", " ").replace(".", ": "))
    if need.absent:
        return ABSENT_WORDS.get(name, f"not: {words}")
    return f"{words}, confirmed by a second person" if need.second_person else words


#: What each kind of requirement says for itself once it is met.
_MET: dict[type[Requirement], Callable[..., str]] = {
    AdverseEventsAnswered: lambda _: "each adverse event answered by itself",
    AlarmDateKnown: lambda _: "low-reservoir alarm date known",
    AppointmentMade: _visit_met,
    AssessmentRecorded: _score_met,
    AuthorizationGranted: lambda need: (
        f"prior auth for the {PURPOSE_WORDS[need.stage]}" + (" covers the day" if need.in_date_on else "")
    ),
    ChecklistDone: lambda need: (
        f"checklist of the {PURPOSE_WORDS[need.purpose]}" + ("" if need.part == "all" else f", part {need.part}")
    ),
    ConsentValid: lambda need: f"consent for the {PURPOSE_WORDS[need.purpose]} valid on the day",
    ContraindicationsAnswered: lambda _: "contraindications answered",
    Determined: _determined_met,
    DevicesFit: lambda _: "devices in date and as ordered",
    DeviceRemoved: lambda _: "trial catheter out, tip intact",
    DeviceState: _device_met,
    DocumentInDate: lambda need: f"{DOCUMENT_WORDS[need.document]} at most {need.max_age_days} days old",
    DoseGiven: lambda need: "no test dose given" if need.absent else "test dose given",
    DoseOrdered: lambda need: f"test dose ordered, at most {need.max_in_series} in a series",
    EvaluationComplete: lambda _: "evaluation complete",
    FollowedUp: lambda need: f"{need.rule.replace('_', ' ')}: {' / '.join(sorted(need.results))}",
    MinimumAge: lambda need: f"{need.years} years or older",
    MinimumInterval: lambda need: f"{need.hours} h since the last test dose",
    Observed: lambda need: f"observed for {need.hours} h",
    OutcomeIs: lambda need: "outcome: " + " / ".join(OUTCOME_WORDS[word] for word in Outcome if word in need.outcomes),
    RefillDone: lambda _: "refill done",
    RefillPlanned: lambda _: "next refill planned",
    TrialResult: lambda need: "trial result too old" if need.stale else "positive trial, or what stands for it",
}


def sentence(code: str, params: Params) -> str:
    """What is missing, without a full stop. An unknown code (of an older version) reads as its own words."""
    say = SENTENCES.get(code)
    params = {name: isolated(value) for name, value in params.items()}
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
    words = _MET[type(need)](need)
    return f"{words} ({need.indication} only)" if need.indication else words
