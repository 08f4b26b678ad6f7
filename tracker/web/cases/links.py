"""Where things on a case are done: for each missing thing the very form that clears it, and what else can be recorded.

A link is offered only to those whose role may use the form behind it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.facts import Consent, Evaluation, Fact
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.pathway.wording import DOCUMENT_WORDS
from tracker.domain.words import AuthorizationState, ConsentState, DeterminationKind, DeviceKind, ReoperationKind
from tracker.queries.case_detail import OpenedCase
from tracker.services.corrections import NOT_HERE, permission_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that opens a form."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that stands in the way, as the ``blocker_list`` macro shows it."""

    sentence: str
    who: str
    action_label: str = ""
    action_url: str = ""
    tone: str = "critical"


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of the case: its endpoint, who may use it, the words of the link, and the query it takes."""

    endpoint: str
    permission: Permission
    label: str
    query: Mapping[str, str]


def _plain(endpoint: str, permission: Permission, label: str) -> Callable[[OpenedCase, Blocker], _Form | None]:
    return lambda _case, _blocker: _Form(endpoint, permission, label, {})


def _book(blocker: Blocker) -> _Form:
    purpose = blocker.param("purpose")
    return _Form("cases.book_visit", Permission.BOOK, f"Book {purpose.replace('_', '-')}", {"purpose": purpose})


def _consent(blocker: Blocker) -> _Form:
    return _Form("cases.consent", Permission.CONSENT, "Capture consent", {"purpose": blocker.param("purpose")})


def _authorization(case: OpenedCase, blocker: Blocker) -> _Form | None:
    stage = blocker.param("stage")
    standing = case.snapshot.authorization(stage)
    ended = {AuthorizationState.DENIED, AuthorizationState.WITHDRAWN}
    if standing is None or standing.state in ended or blocker.code == "authorization_used_up":
        return _Form("cases.authorization", Permission.AUTHORIZE, "Ask for prior auth", {"stage": stage})
    label = "Record answer" if standing.state == AuthorizationState.REQUESTED else "Extend prior auth"
    return _Form("cases.answer_authorization", Permission.AUTHORIZE, label, {"seq": str(standing.seq)})


def _document(blocker: Blocker) -> _Form:
    kind = blocker.param("document")
    label = f"Attach {DOCUMENT_WORDS.get(kind, 'document')}"
    return _Form("cases.document", Permission.CONSENT, label, {"kind": kind})


def _visit(
    endpoint: str, permission: Permission, label: str, purpose: str = ""
) -> Callable[[OpenedCase, Blocker], _Form | None]:
    def find(case: OpenedCase, blocker: Blocker) -> _Form | None:
        visit = case.snapshot.visit(blocker.param("purpose") or purpose)
        return _Form(endpoint, permission, label, {"appointment": str(visit.appointment)}) if visit else None

    return find


def _checklist(case: OpenedCase, blocker: Blocker) -> _Form | None:
    visit = case.snapshot.visit(blocker.param("checklist"))
    if visit is None:
        return None
    query = {"case_id": case.head.public_id, "appointment": str(visit.appointment)}
    return _Form("day.checklist", Permission.SEE_CLINICAL, "Open checklist", query)


def _device(case: OpenedCase) -> _Form | None:
    inside = case.snapshot.devices_in_place
    if any(each.kind == DeviceKind.TRIAL_CATHETER for each in inside):
        return _Form("cases.catheter_out", Permission.GIVE_DOSE, "Catheter out", {})
    if not inside:
        return None
    return _Form("cases.remove_device", Permission.IMPLANT, "Record removal", {"device": str(inside[0].device)})


def _label(blocker: Blocker) -> _Form:
    """Another device on the table, or the word that this one was not used."""
    query = {"kind": blocker.param("device")}
    return _Form("cases.device_label", Permission.IMPLANT, "Read another label, or set it aside", query)


def _watch(case: OpenedCase) -> _Form | None:
    """Not while a pump is still in the patient: the form would only say so."""
    if case.snapshot.pump is not None:
        return None
    return _Form("cases.close_watch", Permission.DECIDE_OUTCOME, "Close the watch", {})


def _outcome(case: OpenedCase) -> _Form | None:
    """Only while the trial is under review; later a corrected outcome means to step back first."""
    edges = case.pathway.leaving(case.snapshot.stage)
    if all(need.kind != "outcome" for edge in edges for need in edge.needs):
        return None
    return _Form("cases.outcome", Permission.DECIDE_OUTCOME, "Record outcome", {})


def _follow_up(case: OpenedCase, blocker: Blocker) -> _Form | None:
    done = case.snapshot.determination(DeterminationKind.REOPERATION_DONE)
    if done is None:
        return None
    query = {"rule": blocker.param("rule"), "about": str(done.seq)}
    label = f"Record {blocker.param('rule').replace('_', ' ')}"
    return _Form("cases.follow_up", Permission.FOLLOW_UP, label, query)


def _score(case: OpenedCase, blocker: Blocker) -> _Form:
    dose = case.snapshot.attempt_dose if blocker.code == "score_missing" else None
    return _Form("cases.score", Permission.SCORE, "Record scores", {"dose": str(dose.seq)} if dose else {})


def _adverse_events(case: OpenedCase) -> _Form | None:
    dose = case.snapshot.attempt_dose
    if dose is None:
        return None
    return _Form("cases.adverse_events", Permission.GIVE_DOSE, "Answer them", {"dose": str(dose.seq)})


#: By the word with which a blocker names what clears it.
_CLEARS: Mapping[str, Callable[[OpenedCase, Blocker], _Form | None]] = {
    "adverse_events": lambda case, _blocker: _adverse_events(case),
    "arrive": _visit("cases.arrive", Permission.CHECK_IN, "Mark as arrived"),
    "assessment": _score,
    "authorization": _authorization,
    "book": lambda _case, blocker: _book(blocker),
    "cancel": _visit("cases.cancel", Permission.BOOK, "Cancel or postpone"),
    "checklist": _checklist,
    "consent": lambda _case, blocker: _consent(blocker),
    "death": _plain("cases.death", Permission.CLOSE, "Record death"),
    "decision": _plain("cases.decision", Permission.RECORD_DECISION, "Record decision"),
    "device": lambda case, _blocker: _device(case),
    "device_label": lambda _case, blocker: _label(blocker),
    "document": lambda _case, blocker: _document(blocker),
    "dose": _plain("cases.give_dose", Permission.GIVE_DOSE, "Record test dose"),
    "dose_order": _plain("cases.order_dose", Permission.DECIDE_OUTCOME, "Order test dose"),
    "evaluation": _plain("cases.evaluation", Permission.EVALUATE, "Record evaluation"),
    "implant": _plain("cases.implant", Permission.IMPLANT, "Record implant"),
    "move": _visit("cases.move", Permission.BOOK, "Move the trial", "trial"),
    "outcome": lambda case, _blocker: _outcome(case),
    "follow_up": _follow_up,
    "refill": _plain("cases.refill", Permission.REFILL, "Record refill"),
    "reoperation_done": lambda case, _blocker: _operated(case),
    "therapy_stopped": _plain("cases.stop_therapy", Permission.DECIDE_OUTCOME, "Record that it stopped"),
    "transfer": _plain("cases.transfer", Permission.CLOSE, "Record transfer"),
    "trial_aborted": _plain("cases.abort_trial", Permission.GIVE_DOSE, "Record that it was broken off"),
    "withdrawal_watch_closed": lambda case, _blocker: _watch(case),
}


def clearing(case: OpenedCase, blocker: Blocker, viewer: Actor) -> Link | None:
    """The form that clears a missing thing, where there is one and the viewer may use it."""
    find = _CLEARS.get(blocker.clear_with)
    form = find(case, blocker) if find else None
    if form is None or not viewer.may(form.permission):
        return None
    values: dict[str, Any] = dict(form.query)
    if "case_id" not in values:
        values["public_id"] = case.head.public_id
    return Link(label=form.label, url=url_for(form.endpoint, **values))


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something that can be recorded, when it makes sense to offer it."""

    group: str
    endpoint: str
    permission: Permission
    label: str
    fits: Callable[[Snapshot], bool]
    query: Mapping[str, str] = field(default_factory=dict)


def _always(_snapshot: Snapshot) -> bool:
    return True


def _consented(snapshot: Snapshot) -> bool:
    return any(each.state == ConsentState.SIGNED for each in snapshot.of(Consent))


def _trial_catheter_in(snapshot: Snapshot) -> bool:
    return any(each.kind == DeviceKind.TRIAL_CATHETER for each in snapshot.devices_in_place)


def waits_for_second_reader(snapshot: Snapshot) -> bool:
    """Whether a printed alarm date is later than arithmetic and read by one person only."""
    standing = alarm_date(snapshot, snapshot.pump.device) if snapshot.pump else None
    return standing is not None and standing.printed_on is not None and not standing.stated_by.is_confirmed


_DEEDS = (
    _Deed("Prepare", "cases.book_visit", Permission.BOOK, "Book a visit", _always),
    _Deed("Prepare", "cases.evaluation", Permission.EVALUATE, "Evaluation", _always),
    _Deed("Prepare", "cases.document", Permission.CONSENT, "Document", _always),
    _Deed("Prepare", "cases.authorization", Permission.AUTHORIZE, "Prior auth", _always),
    _Deed("Prepare", "cases.consent", Permission.CONSENT, "Consent", _always),
    _Deed("Prepare", "cases.withdraw_consent", Permission.CONSENT, "Consent withdrawn", _consented),
    _Deed("Prepare", "cases.void_consent", Permission.CONSENT, "Consent does not hold any more", _consented),
    _Deed("Trial", "cases.score", Permission.SCORE, "Scores and vital signs", _always),
    _Deed("Trial", "cases.order_dose", Permission.DECIDE_OUTCOME, "Order a test dose", lambda s: s.pump is None),
    _Deed("Trial", "cases.give_dose", Permission.GIVE_DOSE, "Test dose given",
          lambda s: s.pump is None and s.of(Evaluation) != ()),
    _Deed("Trial", "cases.trial_catheter", Permission.GIVE_DOSE, "Trial catheter placed",
          lambda s: s.stage == "trial_day"),
    _Deed("Trial", "cases.catheter_out", Permission.GIVE_DOSE, "Trial catheter out", _trial_catheter_in),
    _Deed("Trial", "cases.abort_trial", Permission.GIVE_DOSE, "Trial broken off", lambda s: s.stage == "trial_day"),
    _Deed("Trial", "cases.end_observation", Permission.GIVE_DOSE, "Observation ended early",
          lambda s: s.attempt_dose is not None and s.stage == "trial_observation"),
    _Deed("Trial", "cases.outcome", Permission.DECIDE_OUTCOME, "Outcome", lambda s: s.stage == "trial_review"),
    _Deed("Implant", "cases.decision", Permission.RECORD_DECISION, "Decision on the implant",
          lambda s: s.stage == "implant_decision"),
    _Deed("Implant", "cases.earlier_benefit", Permission.DECIDE_OUTCOME, "Earlier benefit", lambda s: s.pump is None),
    _Deed("Implant", "cases.waive", Permission.WAIVE, "Waive a requirement", lambda s: s.pump is None),
    _Deed("Implant", "cases.order_devices", Permission.DECIDE_OUTCOME, "Devices ordered", lambda s: s.pump is None),
    *(_Deed("Implant", "cases.device_label", Permission.IMPLANT, f"Label of a {kind}, before it is opened or not used",
            lambda s: s.stage == "implant_day", {"kind": kind}) for kind in ("pump", "catheter")),
    _Deed("Implant", "cases.implant", Permission.IMPLANT, "Implant",
          lambda s: s.pump is None and s.of(Evaluation) != ()),
    _Deed("Pump", "cases.pump_call", Permission.PUMP_CALL, "Pump call", lambda s: s.pump is not None),
    _Deed("Pump", "cases.refill", Permission.REFILL, "Refill", lambda s: s.pump is not None),
    _Deed("Pump", "cases.interrogation", Permission.REFILL, "Pump read with the programmer",
          lambda s: s.pump is not None),
    _Deed("Pump", "cases.drug_stock", Permission.STOCK_DRUG, "Drug ordered or here", lambda s: s.last_fill is not None),
    _Deed("Pump", "cases.scan", Permission.FOLLOW_UP, "MRI planned", lambda s: s.pump is not None),
    _Deed("Pump", "cases.refill_plan", Permission.PLAN_REFILL, "Plan for the refill", lambda s: s.pump is not None),
    _Deed("Pump", "cases.confirm_alarm_date", Permission.REFILL, "Second reading of the alarm date",
          waits_for_second_reader),
    _Deed("Pump", "cases.stop_therapy", Permission.DECIDE_OUTCOME, "Therapy stopped, pump left in",
          lambda s: s.pump is not None),
    _Deed("Pump", "cases.begin_reoperation", Permission.REOPERATE, "Begin a reoperation",
          lambda s: s.pump is not None),
    _Deed("Pump", "cases.close_watch", Permission.DECIDE_OUTCOME, "Watch for withdrawal closed",
          lambda s: s.stage == "device_review" and s.pump is None),
    _Deed("Case", "cases.hold", Permission.HOLD, "Put on hold", lambda s: s.hold is None),
    _Deed("Case", "cases.resume", Permission.HOLD, "Take off hold", lambda s: s.hold is not None),
    _Deed("Case", "cases.assign", Permission.ASSIGN, "Give to somebody", _always),
    _Deed("Case", "cases.ask_transfer", Permission.CLOSE, "Transfer asked for", _always),
    _Deed("Case", "cases.transfer", Permission.CLOSE, "Transferred to another clinic", _always),
    _Deed("Case", "cases.death", Permission.CLOSE, "Patient died",
          lambda s: s.determination(DeterminationKind.DEATH) is None),
)  # fmt: skip


def _not_operated(snapshot: Snapshot) -> bool:
    return snapshot.determination(DeterminationKind.REOPERATION_DONE) is None


#: Where what was done at a reoperation is recorded, by its kind.
_OPERATED = {
    ReoperationKind.REPLACEMENT: ("cases.replaced", "Pump replaced"),
    ReoperationKind.CATHETER_REVISION: ("cases.catheter_revised", "Catheter revised"),
    ReoperationKind.POCKET_REVISION: ("cases.pocket_revised", "Pocket revised"),
    ReoperationKind.EXPLANT: ("cases.explanted", "Taken out"),
}
#: What can be recorded in a case beside a pump's: the rest is recorded there.
_DEEDS_BESIDE = (
    *(_Deed("Reoperation", endpoint, Permission.IMPLANT, label, _not_operated)
      for endpoint, label in _OPERATED.values()),
    _Deed("Reoperation", "cases.waive", Permission.WAIVE, "Waive a requirement", _not_operated),
    *(each for each in _DEEDS if each.endpoint in {
        "cases.book_visit", "cases.document", "cases.authorization", "cases.consent", "cases.withdraw_consent",
        "cases.void_consent", "cases.hold", "cases.resume", "cases.assign",
    }),
)  # fmt: skip


def _operated(case: OpenedCase) -> _Form:
    """The form of what was decided; any other is among the deeds."""
    decided = case.snapshot.determination(DeterminationKind.REOPERATION)
    endpoint, _ = _OPERATED[ReoperationKind(decided.value) if decided else ReoperationKind.REPLACEMENT]
    return _Form(endpoint, Permission.IMPLANT, "Record what was done", {})


def deeds(case: OpenedCase, viewer: Actor) -> dict[str, list[Link]]:
    """Everything that this person can record about the case, by group."""
    found: dict[str, list[Link]] = {}
    for deed in _DEEDS_BESIDE if case.pathway.beside else _DEEDS:
        if not case.head.is_open and deed.group != "Pump":
            continue
        if viewer.may(deed.permission) and deed.fits(case.snapshot):
            values: dict[str, Any] = {"public_id": case.head.public_id, **deed.query}
            link = Link(label=deed.label, url=url_for(deed.endpoint, **values))
            found.setdefault(deed.group, []).append(link)
    return found


def correcting(case: OpenedCase, seq: int, viewer: Actor) -> str:
    """The address that strikes out a fact that stands; empty where there is none, or not for this person."""
    fact = next((each for each in case.snapshot.facts if each.seq == seq), None)
    return correcting_fact(case.head.public_id, fact, viewer) if fact is not None else ""


def correcting_fact(public_id: str, fact: Fact, viewer: Actor) -> str:
    """The address that strikes out a fact that is known to stand."""
    if isinstance(fact, NOT_HERE):
        return ""
    needed = permission_for(fact)
    if not viewer.may(needed):
        return ""
    endpoint = "cases.correct" if needed == Permission.CORRECT else "cases.correct_clinical"
    return url_for(endpoint, public_id=public_id, seq=fact.seq)
