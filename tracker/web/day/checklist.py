"""The checklist of a visit as the page shows it: every item with its answer or with what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.pathway.definition import ChecklistItemRule
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.words import ItemState
from tracker.queries.day import Answered, VisitChecklist
from tracker.services.checklists import Answer
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day, person_line
from tracker.web.common.filters import at
from tracker.web.day.presenters import blocked_by, checklist_of, open_stops, state_of, visit_url

ANSWERS = {
    ItemState.DONE: "Done",
    ItemState.NOT_APPLICABLE: "Does not apply",
    ItemState.OVERRIDDEN: "Left out",
}
STOPS = {"hard": "must be answered", "soft": "", "note": "note"}
PARTS = {"before": "Before", "after": "After"}
#: Which keypad a value needs.
KEYPADS = {"number": "decimal", "time": "numeric", "text": "text"}
HINTS = {"number": "a number", "time": "24-hour time, for example 07:40", "text": ""}


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer that could not be taken, and why: a sentence per field, under no name what concerns the whole."""

    answer: Answer
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One of the two people of an item that two must read."""

    text: str
    is_filled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a list."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item. ``others``: the answers beside "done". Values are what stands, or what was typed and refused. ``seen``:
    the number of the answer that is shown, 0 for none; the form hands it back."""

    key: str
    seen: int
    label: str
    stop: str
    is_hard: bool
    is_done: bool
    answered: str
    slots: tuple[Slot, ...]
    takes_value: bool
    keypad: str
    hint: str
    value: str
    reason: str
    takes_second: bool
    seconds: tuple[Choice, ...]
    others: tuple[Choice, ...]
    problems: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """The items before the act, or after it."""

    label: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistPage:
    """What the page shows."""

    person: PersonLine
    title: str
    when: str
    tone: str
    state: str
    stops: tuple[str, ...]
    stale: str
    parts: tuple[PartView, ...]
    done: int
    of: int
    version: int
    may_answer: bool
    action_url: str
    day_url: str
    case_url: str


def present_checklist(
    found: VisitChecklist, *, viewer: Actor, now: datetime, zone: str, typed: Typed | None = None
) -> ChecklistPage:
    """Make the page."""
    visit, today = found.visit, clinic_day(now, zone)
    answers = {answer.item: answer for answer in found.answers}
    rules = checklist_of(visit)
    items = {rule.key: _item(rule, answers.get(rule.key), found, zone, typed) for rule in rules}
    parts = tuple(
        PartView(label=label, items=tuple(items[rule.key] for rule in rules if rule.part == part))
        for part, label in PARTS.items()
    )
    tone, state = state_of(visit, now, zone)
    purpose = PURPOSE_WORDS.get(visit.purpose, visit.purpose)
    return ChecklistPage(
        person=person_line(
            visit.patient, today, url=case_url(visit.case_public_id), sex=visit.sex, allergies=visit.allergies
        ),
        title=f"Checklist of the {purpose}",
        when=" · ".join(part for part in (at(visit.starts_at, zone), visit.room, visit.clinician) if part),
        tone=tone,
        state=state,
        stops=_stops(found),
        stale=typed.problems.get("", "") if typed else "",
        parts=tuple(part for part in parts if part.items),
        done=sum(item.is_done for item in items.values()),
        of=len(rules),
        version=visit.case_version,
        may_answer=viewer.may(Permission.CHECKLIST),
        action_url=visit_url(visit),
        day_url=url_for("day.index", on=clinic_day(visit.starts_at, zone).isoformat()),
        case_url=case_url(visit.case_public_id),
    )


def _stops(found: VisitChecklist) -> tuple[str, ...]:
    """What stops the procedure, in words. Recording what happened is never stopped."""
    blocker = blocked_by(found.visit)
    open_items = open_stops(found.visit)
    stops = [blocker] if blocker and found.visit.first_blocker != "checklist_open" else []
    if open_items:
        others = f" and {len(open_items) - 1} more" if len(open_items) > 1 else ""
        stops.append(f"{open_items[0].label}{others}: to be answered before the procedure begins")
    return tuple(stops)


def _item(
    rule: ChecklistItemRule, answer: Answered | None, found: VisitChecklist, zone: str, typed: Typed | None
) -> ItemView:
    refused = typed if typed is not None and typed.answer.item == rule.key else None
    value = refused.answer.value if refused else answer.value if answer else ""
    second = str(refused.answer.second_by or "") if refused else ""
    return ItemView(
        key=rule.key,
        seen=answer.seq if answer else 0,
        label=rule.label,
        stop=STOPS.get(rule.stop, ""),
        is_hard=rule.stop == "hard",
        is_done=answer is not None,
        answered=_answered(answer, zone) if answer else "",
        slots=_slots(answer, zone) if rule.two_person else (),
        takes_value=bool(rule.value),
        keypad=KEYPADS.get(rule.value, "text"),
        hint=HINTS.get(rule.value, ""),
        value=value,
        reason=refused.answer.reason if refused else answer.reason if answer else "",
        takes_second=rule.two_person,
        seconds=tuple(
            Choice(value=str(each.user_id), label=each.name, is_chosen=str(each.user_id) == second)
            for each in found.colleagues
        ),
        others=_others(rule, refused),
        problems=tuple(sentence for name, sentence in refused.problems.items() if name) if refused else (),
        is_open=bool(refused and refused.answer.state != ItemState.DONE),
    )


def _answered(answer: Answered, zone: str) -> str:
    words = ANSWERS[ItemState(answer.state)]
    said = " · ".join(part for part in (answer.value, answer.reason) if part)
    who = " and ".join(part for part in (answer.by, answer.second_by) if part)
    return f"{words}{f': {said}' if said else ''} · {who} {at(answer.at, zone)[-5:]}".strip()


def _slots(answer: Answered | None, zone: str) -> tuple[Slot, ...]:
    if answer is None:
        return Slot(text="first person", is_filled=False), Slot(text="second person", is_filled=False)
    first = Slot(text=f"{answer.by} {at(answer.at, zone)[-5:]}", is_filled=True)
    second = f"{answer.second_by} {at(answer.at, zone)[-5:]}" if answer.second_by else "second person"
    return first, Slot(text=second, is_filled=bool(answer.second_by))


def _others(rule: ChecklistItemRule, refused: Typed | None) -> tuple[Choice, ...]:
    """A hard stop can be done, or not apply with a reason; only others may be left out."""
    states = [ItemState.NOT_APPLICABLE] + ([] if rule.stop == "hard" else [ItemState.OVERRIDDEN])
    return tuple(
        Choice(
            value=state.value,
            label=ANSWERS[state],
            is_chosen=refused is not None and refused.answer.state == state,
        )
        for state in states
    )
