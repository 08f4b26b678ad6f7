"""One item of a checklist as a page shows it: its answer, or what it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.checklists.arranged import arranged_answers
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import Fault, done_of, faults
from tracker.domain.dates import in_words
from tracker.domain.pathway.wording import ROLE_WORDS, people, sentence
from tracker.domain.typed_text import isolated
from tracker.domain.words import Escort, ItemState, Role
from tracker.queries.checklists import Answered, VisitChecklist
from tracker.queries.day import Visit, rules_of
from tracker.services.checklists import Answer
from tracker.web.day.presenters import differences_of

ANSWERS = {
    ItemState.DONE: "Done",
    ItemState.NOT_APPLICABLE: "Does not apply",
    ItemState.OVERRIDDEN: "Left out",
}
#: Which keypad a value needs.
KEYPADS = {"number": "decimal", "temperature": "decimal", "time": "numeric"}
HINTS = {
    "time": "24-hour time, for example 07:40",
    "temperature": "°C or °F",
    "lot": "as printed",
    "expiry": "as printed: 2027-05, or 31 May 2027",
    "vital_signs": "in this order: 120/80, 72, 98, 14; - for what was not read",
}
#: More choices than this are a list to choose from instead of a button each.
MOST_BUTTONS = 4


def stop_words(rule: ChecklistItemRule, rules: Sequence[ChecklistItemRule]) -> str:
    """What an open item of a list stands in the way of, and how the way is cleared: before anybody gets there."""
    if rule.stop != "soft":
        return {"hard": "must be answered", "note": "note, may stay open"}[rule.stop]
    by = f" by {people(rule.override_by)}" if rule.override_by else ""
    if rule.part != "before":
        return f"to be answered, or left out with a reason{by}"
    act = "dose" if any(each.record == "dose" for each in rules) else "procedure"
    return f"stops the {act} until it is answered, or left out with a reason{by}"


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer that could not be taken, and why: a sentence per field, under no name what concerns the whole.
    ``done_at`` is what was typed for the time; ``is_conflict``: somebody else answered the item meanwhile."""

    answer: Answer
    problems: Mapping[str, str]
    done_at: str = ""
    is_conflict: bool = False


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
class Before:
    """What was answered on an earlier day, to be given again with one press."""

    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An answer that came second, as it was given, to be recorded in the place of what stands or let go. ``words``: the
    same for a person."""

    words: str
    state: str
    value: str
    reason: str
    done_at: str
    takes_second: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item. ``asks``: how its value is given: ``tick``, ``buttons``, ``list`` or ``field``. ``others``: the answers
    beside "done". Values are what stands, or what was typed and refused. ``seen``: the number of the answer that is
    written down, 0 for none; the form hands it back. ``fault``: what speaks against the answer;
    ``difference``: that something else was arranged."""

    key: str
    seen: int
    label: str
    stop: str
    is_hard: bool
    is_note: bool
    is_done: bool
    answered: str
    fault: str
    difference: str
    slots: tuple[Slot, ...]
    asks: str
    choices: tuple[Choice, ...]
    input_type: str
    keypad: str
    unit: str
    hint: str
    value: str
    reason: str
    done_at: str
    reason_label: str
    takes_second: bool
    may_take_second: bool
    other_takes_second: bool
    seconds: tuple[Choice, ...]
    others: tuple[Choice, ...]
    problems: tuple[str, ...]
    before: Before | None
    conflict: Conflict | None
    is_open: bool


def items_of(found: VisitChecklist, typed: Typed | None = None) -> dict[str, ItemView]:
    """Every item that can be answered, by its key. The time of an open item is empty: nobody knows it but the paper."""
    rules = rules_of(found.visit)
    given = {key: answered.fact for key, answered in found.answers.items()}
    wrong = {fault.item: fault for fault in faults(rules, done_of(given), found.day, found.calendar)}
    timed = {name for rule in rules if rule.timed for name in (rule.key, rule.timed.item)}
    mendable = timed | {
        rule.key for rule in rules if rule.value in {"expiry", "vital_signs"} or rule.stops or rule.fever_from
    }
    differences = differences_of(found.visit)
    return {
        rule.key: _item(
            rule,
            found,
            typed if typed is not None and typed.answer.item == rule.key else None,
            wrong.get(rule.key),
            difference=differences.get(rule.key, ""),
            is_mendable=rule.key in mendable,
        )
        for rule in rules
        if not rule.record
    }


def _item(
    rule: ChecklistItemRule,
    found: VisitChecklist,
    refused: Typed | None,
    fault: Fault | None,
    *,
    difference: str,
    is_mendable: bool,
) -> ItemView:
    answer = found.answers.get(rule.key)
    written = answer.fact if answer else None
    conflict = _conflict(rule, refused)
    seconds = _seconds(found, refused)
    # What came second is shown beside what stands, and not in its fields.
    refused = None if conflict else refused
    value = refused.answer.value if refused else written.value if written else ""
    reason = refused.answer.reason if refused else written.reason if written else ""
    problems = refused.problems if refused else {}
    return ItemView(
        key=rule.key,
        seen=found.written.get(rule.key, 0),
        label=rule.label,
        stop=stop_words(rule, rules_of(found.visit)),
        is_hard=rule.stop == "hard",
        is_note=rule.stop == "note",
        is_done=answer is not None,
        answered=answered_words(answer, found) if answer else "",
        fault=sentence(fault.code, dict(fault.params)) if fault else "",
        difference=difference,
        slots=_slots(answer, found) if rule.two_person else (),
        asks=_asks(rule),
        choices=tuple(Choice(value=each, label=each, is_chosen=each == value) for each in rule.choices),
        input_type="date" if rule.value == "date" else "text",
        keypad=KEYPADS.get(rule.value, "text"),
        unit=rule.unit,
        hint=_hint(rule),
        value=value,
        reason=reason,
        done_at=refused.done_at if refused else "",
        reason_label=_reason_label(rule, refused),
        takes_second=rule.two_person,
        may_take_second=is_mendable and answer is not None,
        other_takes_second=rule.stop == "hard",
        seconds=seconds,
        others=_others(rule, refused),
        problems=tuple(sentence for name, sentence in problems.items() if name),
        before=_before(rule, found) if answer is None else None,
        conflict=conflict,
        is_open=bool(refused and (answer is not None or refused.answer.state != ItemState.DONE)),
    )


def _reason_label(rule: ChecklistItemRule, refused: Typed | None) -> str:
    """What the field is called in which the reason of what was done is typed; empty where none is asked for."""
    if refused is None or refused.answer.state != ItemState.DONE or "reason" not in refused.problems:
        return ""
    return "What is done" if rule.value == "vital_signs" else "Why it was done all the same"


def _asks(rule: ChecklistItemRule) -> str:
    if not rule.value:
        return "tick"
    if not rule.choices:
        return "field"
    return "buttons" if len(rule.choices) <= MOST_BUTTONS and not rule.two_person else "list"


def _hint(rule: ChecklistItemRule) -> str:
    if rule.least is not None and rule.most is not None:
        return f"{rule.least} to {rule.most}{f' {rule.unit}' if rule.unit else ''}"
    return HINTS.get(rule.value, "")


def answered_words(answer: Answered, found: VisitChecklist) -> str:
    """An answer in words: what, by whom, in which role where it was left out, and when it was done."""
    fact, unit = answer.fact, next((rule.unit for rule in rules_of(found.visit) if rule.key == answer.fact.item), "")
    value = f"{fact.value} {unit}".strip() if fact.value else ""
    said = " · ".join(part for part in (value, fact.reason) if part)
    role = f" ({ROLE_WORDS[Role(fact.role)]})" if fact.role else ""
    who = " and ".join(part for part in (answer.by + role, answer.second_by) if part)
    room = f" · {answer.room}" if answer.room else ""
    return f"{ANSWERS[ItemState(fact.state)]}{f': {said}' if said else ''} · {who} {_time(answer, found)}{room}"


def _time(answer: Answered, found: VisitChecklist) -> str:
    """The time of day, with the day where it is not the visit's; and when it was written, where that was much later."""
    wall = found.calendar.wall(answer.at)
    text = f"{wall:%H:%M}" if wall.date() == found.day else f"{in_words(wall.date())} {wall:%H:%M}"
    written = found.calendar.wall(answer.fact.recorded_at)
    minutes = (written - wall).total_seconds() / 60
    return text if minutes < 1 else f"{text}, written {written:%H:%M}"


def _slots(answer: Answered | None, found: VisitChecklist) -> tuple[Slot, ...]:
    if answer is None:
        return Slot(text="first person", is_filled=False), Slot(text="second person", is_filled=False)
    first = Slot(text=f"{answer.by} {found.calendar.wall(answer.at):%H:%M}", is_filled=True)
    return first, Slot(text=answer.second_by or "second person", is_filled=bool(answer.second_by))


def _conflict(rule: ChecklistItemRule, refused: Typed | None) -> Conflict | None:
    """What was answered while somebody else did."""
    if refused is None or not refused.is_conflict:
        return None
    given = refused.answer
    state = next((words for word, words in ANSWERS.items() if word == given.state), given.state)
    value = f"{given.value} {rule.unit}".strip() if given.value else ""
    at = f"done at {refused.done_at.replace('T', ' ')}" if refused.done_at else ""
    takes_second = given.second_by is not None or (rule.two_person and given.state == ItemState.DONE)
    return Conflict(
        words=" · ".join(filter(None, (state, value, given.reason, at))),
        state=given.state,
        value=given.value,
        reason=given.reason,
        done_at=refused.done_at,
        takes_second=takes_second,
    )


def _seconds(found: VisitChecklist, refused: Typed | None) -> tuple[Choice, ...]:
    second = refused.answer.second_by if refused else None
    return tuple(
        Choice(value=str(each.user_id), label=each.name, is_chosen=each.user_id == second) for each in found.colleagues
    )


def _others(rule: ChecklistItemRule, refused: Typed | None) -> tuple[Choice, ...]:
    """A hard stop can be done, or not apply with a reason, unless it always does; only others may be left out."""
    if rule.is_always:
        return ()
    states = [ItemState.NOT_APPLICABLE] + ([] if rule.stop == "hard" else [ItemState.OVERRIDDEN])
    return tuple(
        Choice(
            value=state.value,
            label=ANSWERS[state],
            is_chosen=refused is not None and refused.answer.state == state,
        )
        for state in states
    )


def _before(rule: ChecklistItemRule, found: VisitChecklist) -> Before | None:
    """What was answered on an earlier day; or what was arranged for this visit, where nobody answered then."""
    answered = found.before(rule.key) if rule.is_standing else None
    if answered is None or answered.fact.state != ItemState.DONE:
        return _arranged(rule, found.visit) if rule.is_arranged else None
    on = in_words(found.calendar.wall(answered.at).date())
    return Before(text=f"{on}: {answered.fact.value or 'done'} · {answered.by}", value=answered.fact.value)


def _arranged(rule: ChecklistItemRule, visit: Visit) -> Before | None:
    """What was arranged beforehand in words, for somebody at the patient to say that it is still so."""
    if rule.key == "anaesthesia":
        value = arranged_answers(visit.anaesthesia).get(rule.key, "")
        return Before(text=f"Arranged: {value}", value=value) if value in rule.choices else None
    if visit.escort != Escort.NAMED:
        return None
    who = ", ".join(filter(None, (visit.escort_name, visit.escort_phone)))
    return Before(text=f"Arranged: {isolated(who)}", value="")
