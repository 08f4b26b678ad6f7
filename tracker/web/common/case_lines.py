"""How lists speak of a case: who it is, where it stands, what is missing, and the one link that clears it.

A list knows a case by its stored row only. The sentences are those of the domain; the actions lead to the forms of the
case's own pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tracker.domain.access import Actor, Permission
from tracker.domain.allergies import named_allergies
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.person import age_on
from tracker.domain.pathway.wording import ROLE_WORDS, sentence
from tracker.domain.typed_text import isolated
from tracker.domain.words import Role
from tracker.pathways import catalogue
from tracker.queries.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """What the ``person`` macro shows."""

    family_name: str
    given_name: str
    born: str
    age: int
    mrn: str
    url: str = ""
    sex: str = ""
    alerts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One link that opens the very form."""

    label: str
    url: str


def case_url(public_id: str, action: str = "", **query: str) -> str:
    """The address of a case's page, or of one of its forms."""
    path = f"/cases/{public_id}/{action}" if action else f"/cases/{public_id}"
    wanted = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(wanted)}" if wanted else path


def person_line(identity: Identity, today: date, *, url: str = "", sex: str = "", allergies: str = "") -> PersonLine:
    """Name, birth date, age and record number; allergies only where the viewer sees clinical detail."""
    return PersonLine(
        family_name=identity.family_name,
        given_name=identity.given_name,
        born=f"{identity.birth_on.day} {identity.birth_on:%b %Y}",
        age=age_on(identity.birth_on, today),
        mrn=identity.mrn,
        url=url,
        sex=sex,
        alerts=(f"allergy: {known}",) if (known := named_allergies(allergies)) else (),
    )


def clinic_day(instant: datetime, zone: str) -> date:
    """The civil date of an instant at the clinic."""
    return instant.astimezone(ZoneInfo(zone)).date()


def days_since(instant: datetime, today: date, zone: str) -> int:
    """Whole civil days from an instant to today, at the clinic; nothing is younger than today."""
    return max(0, (today - clinic_day(instant, zone)).days)


def pathway_of(name: str, version: int) -> Pathway:
    """The pathway that a case is pinned to; kept in memory once read."""
    return catalogue.load(name, version)


def owner_words(owner_name: str, owner_role: str) -> str:
    """Who owns it: the person who took it, else the role."""
    return isolated(owner_name) or ROLE_WORDS[Role(owner_role)]


def initials(name: str) -> str:
    """The first letters of the first and the last name."""
    words = name.split()
    return "".join(word[0].upper() for word in (words[:1] + words[-1:] if len(words) > 1 else words))


def missing(code: str, params: Mapping[str, object]) -> str:
    """What is missing, as a sentence without a full stop."""
    return sentence(code, {name: str(value) for name, value in params.items()})


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a missing thing is cleared: the form (its address may name parameters of what is missing), who may use it,
    the button, and the parameter to hand on."""

    action: str
    permission: Permission
    label: str
    parameter: str = ""
    blocker_parameter: str = ""


_BOOK = _Way("book-visit", Permission.BOOK, "Book", "purpose", "purpose")
_CONSENT = _Way("consent", Permission.CONSENT, "Capture consent", "purpose", "purpose")
_AUTHORIZE = _Way("authorization", Permission.AUTHORIZE, "Prior auth", "stage", "stage")
_EVALUATE = _Way("evaluation", Permission.EVALUATE, "Record evaluation")
_DOCUMENT = _Way("document", Permission.CONSENT, "Attach document", "kind", "document")
_SCORE = _Way("score", Permission.SCORE, "Record score")
_OUTCOME = _Way("outcome", Permission.DECIDE_OUTCOME, "Record outcome")
_STOCK = _Way("drug-stock", Permission.STOCK_DRUG, "Ordered or here")
_INTERROGATION = _Way("interrogation", Permission.REFILL, "Pump read")
_REFILL = _Way("refill", Permission.REFILL, "Record refill")

#: The form that clears each missing thing. What is not here is cleared on the case's own page.
WAYS: Mapping[str, _Way] = {
    "advisory": _Way("advisory/{seq}", Permission.REFILL, "Record what was done"),
    "alarm_date_unknown": _REFILL,
    "alarm_date_unconfirmed": _Way("confirm-alarm-date", Permission.REFILL, "Read it too"),
    "alarm_date_void": _Way("interrogation", Permission.REFILL, "Record print-out"),
    "authorization_denied": _AUTHORIZE,
    "authorization_missing": _AUTHORIZE,
    "authorization_out_of_date": _AUTHORIZE,
    "authorization_requested": _AUTHORIZE,
    "authorization_used_up": _AUTHORIZE,
    "authorization_withdrawn": _AUTHORIZE,
    "baseline_missing": _SCORE,
    "catheter_in": _Way("catheter-out", Permission.GIVE_DOSE, "Catheter out"),
    "assent_declined": _CONSENT,
    "assent_missing": _CONSENT,
    "consent_by_child": _CONSENT,
    "consent_missing": _CONSENT,
    "consent_of_age": _CONSENT,
    "consent_other_surgeon": _CONSENT,
    "consent_out_of_date": _CONSENT,
    "consent_taken_back": _Way("review/{seq}", Permission.DECIDE_OUTCOME, "Decide"),
    "consent_visit_not_booked": _Way("book-visit", Permission.BOOK, "Book the consent visit", "purpose", "visit"),
    "consent_void": _CONSENT,
    "consent_withdrawn": _CONSENT,
    "contraindication_without_plan": _EVALUATE,
    "document_missing": _DOCUMENT,
    "document_out_of_date": _DOCUMENT,
    "dose_missing": _Way("give-dose", Permission.GIVE_DOSE, "Record test dose"),
    "dose_not_ordered": _Way("order-dose", Permission.DECIDE_OUTCOME, "Order test dose"),
    "death_struck_out": _Way("take-step", Permission.MOVE_CASE, "Open the case again", "step", "step"),
    "evaluation_lacks": _EVALUATE,
    "evaluation_missing": _EVALUATE,
    "no_date_yet": _BOOK,
    "no_device": _Way("implant", Permission.IMPLANT, "Record implant"),
    "no_positive_trial": _OUTCOME,
    "not_answered": _EVALUATE,
    "not_booked": _BOOK,
    "outcome_missing": _OUTCOME,
    "drug_not_in_stock": _STOCK,
    "drug_ordered": _STOCK,
    "end_of_service_unknown": _INTERROGATION,
    "follow_up": _Way("follow-up/{rule}/{about}", Permission.FOLLOW_UP, "Record it"),
    "pump_call": _Way("settle-pump-call/{seq}", Permission.REFILL, "Close the call"),
    "pump_after_death": _Way("device/{device}/switched-off", Permission.DECIDE_OUTCOME, "Switched off"),
    "reading_differs": _Way("review/{seq}", Permission.DECIDE_OUTCOME, "Review"),
    "refill_booked_late": _Way("visit/{visit}/move", Permission.BOOK, "Move visit"),
    "refill_not_booked": _BOOK,
    "refill_without_pump": _Way("visit/{appointment}/cancel", Permission.BOOK, "Cancel visit"),
    "refill_not_done": _REFILL,
    "residual_differs": _Way("review/{seq}", Permission.DECIDE_OUTCOME, "Review"),
    "scan_decision": _Way("scan/{seq}/decide", Permission.DECIDE_OUTCOME, "Decide"),
    "scan_read_after": _INTERROGATION,
    "scan_read_before": _INTERROGATION,
    "scan_task": _Way("scan/{seq}/task/{task}", Permission.REFILL, "Record it"),
    "score_missing": _SCORE,
    "visit_unconfirmed": _Way("visit/{appointment}/confirm", Permission.BOOK, "Confirmed"),
    "time_not_final": _Way("visit/{appointment}/time-final", Permission.BOOK, "Time is final"),
    "transfer_asked": _Way("transfer", Permission.CLOSE, "Record transfer"),
}
_DECISION = _Way("decision", Permission.RECORD_DECISION, "Record decision")


def action_for(viewer: Actor, public_id: str, code: str, params: Mapping[str, object]) -> Action:
    """The form that clears a missing thing, where the viewer may use it; else the case's page."""
    way = _DECISION if code == "not_determined" and params.get("what") == "decision" else WAYS.get(code)
    if way is None or not viewer.may(way.permission):
        return Action(label="Open case", url=case_url(public_id))
    query = {way.parameter: str(params.get(way.blocker_parameter, ""))} if way.parameter else {}
    return Action(label=way.label, url=case_url(public_id, way.action.format(**params), **query))


def refill_action(viewer: Actor, public_id: str, params: Mapping[str, object]) -> Action:
    """What plans a refill in time: booking it, or moving the ``visit`` that comes too late."""
    if "visit" in params:
        return action_for(viewer, public_id, "refill_booked_late", params)
    return action_for(viewer, public_id, "refill_not_booked", {"purpose": "refill"})
