"""The day as a tablet takes it along: no more than the list and the checklists show, and the rules that they follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from tracker.domain.access import Actor, Permission
from tracker.domain.allergies import named_allergies
from tracker.domain.checklists.arranged import arranged_answers
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import Circumstances, left_out
from tracker.domain.namesakes import namesake_words
from tracker.domain.pathway.requirements.person import age_on
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.words import AppointmentState, Role
from tracker.queries.day import Visit, rules_of, waits_for
from tracker.queries.offline_day import StoredAnswer
from tracker.web.common.case_lines import clinic_day, person_line
from tracker.web.day.checklist_items import ANSWERS, HINTS, KEYPADS, stop_words
from tracker.web.day.notes import reply_notes
from tracker.web.day.presenters import blocked_by, hour, state_of
from tracker.web.day.said_aloud import SIDE, Orders, ordered_lines

#: Visits that nobody comes to: their checklists are not answered.
_OFF = frozenset({AppointmentState.CANCELLED, AppointmentState.NO_SHOW})
Answers = Mapping[tuple[str, int], tuple[StoredAnswer, ...]]


@dataclass(frozen=True, slots=True)
class Taking:
    """For whom a day is taken along, when, and in which zone; ``orders``: what was ordered, ``reservoirs``: what the
    pump in the patient holds in mL, both by the case's public id."""

    viewer: Actor
    now: datetime
    zone: str
    orders: Mapping[str, Orders]
    reservoirs: Mapping[str, Decimal]


def present_along(visits: Sequence[Visit], answers: Answers, taking: Taking) -> dict[str, Any]:
    """The visits of the day and each kind of checklist once, as plain values for JSON."""
    coming = [visit for visit in visits if visit.state not in _OFF]
    checklists = {
        _kind(visit): [_rule(rule, rules_of(visit), taking.viewer) for rule in rules_of(visit) if not rule.record]
        for visit in coming
    }
    return {
        "visits": [_visit(each, answers.get((each.case_public_id, each.appointment), ()), taking) for each in coming],
        "checklists": checklists,
    }


def _kind(visit: Visit) -> str:
    return f"{visit.pathway}.{visit.pathway_version}.{visit.purpose}"


def _visit(visit: Visit, answers: Sequence[StoredAnswer], taking: Taking) -> dict[str, Any]:
    stop = blocked_by(visit)
    purpose = PURPOSE_WORDS.get(visit.purpose, visit.purpose)
    return _clinical(visit, taking) | {
        "case": visit.case_public_id,
        "appointment": visit.appointment,
        "time": hour(visit.starts_at, taking.zone),
        "name": f"{visit.patient.family_name}, {visit.patient.given_name}",
        "born": person_line(visit.patient, clinic_day(taking.now, taking.zone)).born,
        "alike": list(namesake_words(visit.patient, visit.namesakes)),
        "warnings": [each.text for each in reply_notes(visit, taking.viewer, taking.zone) if each.is_warning],
        "procedure": purpose[:1].upper() + purpose[1:],
        "room": visit.room,
        "state": state_of(visit, taking.now, taking.zone)[1],
        "stops": [stop] if stop else [],
        "reservoir_ml": None if (held := taking.reservoirs.get(visit.case_public_id)) is None else float(held),
        "checklist": _kind(visit),
        "not_asked": sorted(_never_asked(visit)),
        "waits_for": waits_for(visit),
        "arranged": arranged_answers(visit.anaesthesia if taking.viewer.may(Permission.SEE_CLINICAL) else ""),
        "answers": [_answer(each, visit, taking.zone) for each in answers],
    }


def _clinical(visit: Visit, taking: Taking) -> dict[str, Any]:
    """What the room holds against the patient before the time-out; nothing for whoever sees no clinical detail."""
    if not taking.viewer.may(Permission.SEE_CLINICAL):
        return {"allergies": "", "known": []}
    ordered = ordered_lines(visit, taking.orders.get(visit.case_public_id, {}))
    known = (*ordered, ("Allergies", visit.allergies or "none on record"))
    items = {"Side": SIDE}
    return {
        "allergies": named_allergies(visit.allergies),
        "known": [{"label": label, "text": text, "item": items.get(label, "")} for label, text in known],
    }


def _never_asked(visit: Visit) -> set[str]:
    """The items that are not asked of this patient, whatever is answered: the tablet follows the answers itself."""
    rules = tuple(replace(rule, only=replace(rule.only, chosen=())) for rule in rules_of(visit))
    years = age_on(visit.patient.birth_on, visit.on)
    return set(left_out(rules, Circumstances(indication=visit.indication, sex=visit.sex, years=years)))


def _rule(rule: ChecklistItemRule, rules: Sequence[ChecklistItemRule], viewer: Actor) -> dict[str, Any]:
    timed = rule.timed
    return {
        "key": rule.key,
        "label": rule.label,
        "part": rule.section,
        "says": stop_words(rule, rules),
        "is_note": rule.stop == "note",
        "stops": rule.stop == "hard" and rule.part == "before",
        "may_leave_out": rule.stop != "hard" and (not rule.override_by or bool(rule.override_by & viewer.roles)),
        "value": rule.value,
        "unit": rule.unit,
        "least": None if rule.least is None else float(rule.least),
        "unusual_to": None if rule.unusual_to is None else float(rule.unusual_to),
        "is_held_to_reservoir": rule.is_held_to_reservoir,
        "most": None if rule.most is None else float(rule.most),
        "choices": list(rule.choices),
        "stop_choices": list(rule.stops),
        "fever_from": rule.fever_from,
        "denies": rule.denies,
        "is_always": rule.is_always,
        "is_arranged": rule.is_arranged,
        "judged_by_two": rule.stop == "hard" and Role.PHYSICIAN not in viewer.roles,
        "keypad": KEYPADS.get(rule.value, "text"),
        "hint": HINTS.get(rule.value, ""),
        "two_person": rule.two_person,
        "needs": list(rule.needs),
        "is_after": rule.part == "after",
        "when": [[item, sorted(wanted)] for item, wanted in rule.only.chosen],
        "timed": None if timed is None else {"item": timed.item, "least": timed.least, "most": timed.most},
    }


def _answer(answer: StoredAnswer, visit: Visit, zone: str) -> dict[str, Any]:
    said = " · ".join(filter(None, (answer.value, answer.reason)))
    who = " and ".join(filter(None, (answer.by, answer.second_by)))
    words = next((words for state, words in ANSWERS.items() if state == answer.state), answer.state)
    return {
        "item": answer.item,
        "seq": answer.seq,
        "counts": answer.item in visit.answered,
        "state": answer.state,
        "value": answer.value,
        "at": answer.at.isoformat(),
        "said": f"{words}{f': {said}' if said else ''} · {who} {hour(answer.at, zone)}",
    }
