"""A checklist on its day: which answers stand, which items are asked, and what speaks against an answer.

An answer belongs to the civil day of its visit: where the visit moves to another day, everything is asked anew. An
answer about a room belongs to that room.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.checklists.rules import ChecklistItemRule, Condition, TimeRule
from tracker.domain.checklists.values import is_fever
from tracker.domain.checklists.vital_signs import alarms_of
from tracker.domain.facts import Appointment, ChecklistItem
from tracker.domain.words import ItemState

Rules = tuple[ChecklistItemRule, ...]
_SEXES = {"m": "male", "male": "male", "f": "female", "female": "female"}
_SEX_WORDS = {"female": "women", "male": "men"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What decides which items are asked; empty: unknown. ``chosen``: what was answered in the list itself, by item,
    without a value where that is unknown."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    indication: str = ""
    sex: str = ""
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What speaks against an answer that was given. ``code`` is a word of ``requirements.visit``."""

    item: str
    code: str
    params: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What an item was answered with that was done: its value, empty where it takes none, and when it was done."""

    value: str
    at: datetime


def standing_answers(
    facts: Iterable[ChecklistItem], visit: Appointment, calendar: ClinicCalendar
) -> dict[str, ChecklistItem]:
    """The answers that count for a visit, by item: not of an earlier day, and of another room."""
    day = calendar.today(visit.starts_at)
    return {
        each.item: each
        for each in facts
        if each.appointment == visit.appointment
        and calendar.today(each.effective_at) >= day
        and each.room_id in (None, visit.room_id)
    }


def chosen(answers: Iterable[ChecklistItem]) -> dict[str, str]:
    """What was answered, by item; without a value where it does not apply or was left out."""
    return {each.item: each.value if each.state == ItemState.DONE else "" for each in answers}


def left_out(rules: Rules, about: Circumstances) -> dict[str, str]:
    """The items that are not asked of this patient today, each with why, in words."""
    labels = {rule.key: rule.label for rule in rules}
    found = {rule.key: _why_not(rule.only, about, labels) for rule in rules}
    return {key: why for key, why in found.items() if why}


def _why_not(only: Condition, about: Circumstances, labels: Mapping[str, str]) -> str:
    for item, wanted in only.chosen:
        value = about.chosen.get(item)
        if value is None:
            # What decides is a hard stop itself: nothing goes on before it is answered.
            return f"asked once this is answered: {labels[item]}"
        if value and value not in wanted:
            return f"{labels[item]}: {value}"
    if only.indication and about.indication and only.indication != about.indication:
        return f"asked for {only.indication} only"
    return _why_not_of_this_person(only, about)


def _why_not_of_this_person(only: Condition, about: Circumstances) -> str:
    sex = _SEXES.get(about.sex.casefold(), "")
    if only.sex and sex and sex != only.sex:
        return f"asked of {_SEX_WORDS[only.sex]} only"
    least, most = only.from_years or 0, only.to_years
    if about.years is None or (least <= about.years and (most is None or about.years <= most)):
        return ""
    return f"asked from {least} {f'to {most} ' if most is not None else ''}years only"


def done_of(answers: Mapping[str, ChecklistItem]) -> dict[str, Done]:
    """Those of the answers by which something was done, by item."""
    return {
        key: Done(answer.value, answer.effective_at)
        for key, answer in answers.items()
        if answer.state == ItemState.DONE
    }


def faults(rules: Rules, given: Mapping[str, Done], day: date, calendar: ClinicCalendar) -> tuple[Fault, ...]:
    """Every answer that the next step cannot rest on: out of date on the day, a choice that stops, a fever, alarming
    vital signs, or too early or too late."""
    done = {rule.key: _moment(rule, given[rule.key], day, calendar) for rule in rules if rule.key in given}
    labels = {rule.key: rule.label for rule in rules}
    found = []
    for rule in rules:
        if rule.key not in done:
            continue
        value = given[rule.key].value
        if rule.value == "expiry" and (expires := _day(value)) is not None and expires < day:
            found.append(_fault(rule, "checklist_expired", expired=expires.isoformat()))
        if value in rule.stops:
            found.append(_fault(rule, "checklist_value", value=value))
        if rule.fever_from is not None and is_fever(value, rule.fever_from):
            found.append(_fault(rule, "checklist_fever", value=value, limit=str(rule.fever_from)))
        if rule.value == "vital_signs" and (signs := alarms_of(value)):
            found.append(_fault(rule, "checklist_signs", signs=signs))
        if rule.timed is not None:
            minutes = _minutes(done.get(rule.timed.item), done[rule.key])
            if minutes is not None and (limit := _limit_passed(rule.timed, minutes)):
                other = labels[rule.timed.item]
                found.append(_fault(rule, "checklist_time", limit=limit, minutes=str(minutes), other=other))
    return tuple(found)


def _fault(rule: ChecklistItemRule, code: str, **params: str) -> Fault:
    return Fault(rule.key, code, tuple(sorted({"item": rule.label, **params}.items())))


def _minutes(first: datetime | None, then: datetime | None) -> int | None:
    return None if first is None or then is None else int((then - first).total_seconds() // 60)


def _limit_passed(timed: TimeRule, minutes: int) -> str:
    """The limit that is passed, in words; empty within the limits."""
    if minutes < timed.least:
        return f"at least {timed.least}"
    return f"at most {timed.most}" if timed.most is not None and minutes > timed.most else ""


def _moment(rule: ChecklistItemRule, answer: Done, day: date, calendar: ClinicCalendar) -> datetime | None:
    """The wall time of what was done: the one that was typed, else the one at which it was answered."""
    if rule.value != "time":
        return calendar.wall(answer.at)
    try:
        return datetime.combine(day, time.fromisoformat(answer.value))
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def mends(before: Iterable[Fault], after: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults that a change takes away: whoever changes what was written so that a rule is met is not alone."""
    still = {(fault.item, fault.code) for fault in after}
    return tuple(fault for fault in before if (fault.item, fault.code) not in still)
