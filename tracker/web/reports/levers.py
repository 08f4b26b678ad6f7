"""The rules that a manager may change: as fields beside what is observed, with a sentence where one is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.report_sheets.what_if_words import WEEKDAYS, lost_said, weekdays_said
from tracker.domain.what_if.observed import Observed
from tracker.domain.what_if.question import Change, Question

#: What was typed under a name: none, one or several.
Typed = Callable[[str], Sequence[str]]
#: The rules that are a whole number, with the least and the most that can be typed.
LIMITS: Mapping[str, tuple[int, int]] = {"turnaround": (0, 365), "slots": (1, 50), "lost": (0, 90), "notice": (0, 180)}
RULES = ("turnaround", "weekdays", "slots", "lost", "notice")
_LABELS = {
    "turnaround": ("Payers answer within", "days"),
    "weekdays": ("On", ""),
    "slots": ("Slots on such a day", ""),
    "lost": ("Visits missed or cancelled", "%"),
    "notice": ("Notice before a date", "days"),
}
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One field. ``now``: what is observed, in words; ``value``: what was typed, wrong or not; ``choices``: of the
    weekdays value, label and whether it is chosen. ``limits``: the least and the most."""

    name: str
    label: str
    unit: str
    now: str
    value: str
    error: str = ""
    choices: tuple[tuple[str, str, bool], ...] = ()
    limits: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """The form of one procedure."""

    procedure: str
    title: str
    fields: tuple[Lever, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRules:
    """The form as it was filled in. ``question`` is ``None`` where something is wrong; ``query``: what is changed, for
    addresses."""

    procedures: tuple[Levers, ...]
    question: Question | None
    query: Mapping[str, Any]

    @property
    def errors(self) -> tuple[str, ...]:
        """Each with the name of its field."""
        fields = (field for each in self.procedures for field in each.fields)
        return tuple(f"{field.name}: {field.error}" for field in fields if field.error)


def read_levers(typed: Typed, observed: Observed) -> AskedRules:
    """Read the form. A field that is left out or says what is observed changes nothing."""
    procedures, question = [], {}
    for name in observed.policy:
        present = _present(observed, name)
        fields = tuple(_field(typed(f"{name}-{rule}"), name, rule, present[rule]) for rule in RULES if rule in present)
        procedures.append(Levers(procedure=name, title=f"{name.capitalize()}s", fields=fields))
        change = _change(fields, present)
        if change != Change():
            question[name] = change
    is_wrong = any(field.error for each in procedures for field in each.fields)
    return AskedRules(
        procedures=tuple(procedures),
        question=None if is_wrong else question,
        query={} if is_wrong else query_of(question),
    )


def query_of(question: Question) -> Mapping[str, str | list[str]]:
    """A question as it stands in an address."""
    found: dict[str, str | list[str]] = {}
    for name, change in question.items():
        if change.weekdays is not None:
            found[f"{name}-weekdays"] = [str(day) for day in sorted(change.weekdays)]
        for rule in LIMITS:
            value = getattr(change, rule)
            if value is not None:
                found[f"{name}-{rule}"] = str(value)
    return found


def _present(observed: Observed, name: str) -> Mapping[str, int | frozenset[int]]:
    """The rules as they are, in the units of the fields. Of payers of whom it is not known how long they take, nothing
    can be said to be faster."""
    rules = observed.policy[name]
    found: dict[str, int | frozenset[int]] = {
        "weekdays": rules.weekdays,
        "slots": rules.slots,
        "lost": lost_said(rules.lost),
        "notice": rules.notice_days,
    }
    takes = observed.turnaround.get(name)
    return {"turnaround": takes, **found} if takes else found


def _field(typed: Sequence[str], procedure: str, rule: str, present: int | frozenset[int]) -> Lever:
    label, unit = _LABELS[rule]
    name = f"{procedure}-{rule}"
    if isinstance(present, frozenset):
        chosen = {str(day) for day in present} if not typed else {text for text in typed if text}
        return Lever(
            name=name,
            label=label,
            unit=unit,
            now=weekdays_said(present),
            value="",
            error=_wrong_days(chosen),
            choices=tuple((str(day), word, str(day) in chosen) for day, word in enumerate(WEEKDAYS)),
        )
    text = typed[-1].strip() if typed else ""
    return Lever(
        name=name,
        label=label,
        unit=unit,
        now=" ".join(filter(None, (str(present), unit))),
        value=text or str(present),
        error=_wrong_number(text, *LIMITS[rule]) if text else "",
        limits=LIMITS[rule],
    )


def _wrong_days(chosen: set[str]) -> str:
    strange = sorted(chosen - {str(day) for day in range(len(WEEKDAYS))})
    if strange:
        return f"“{strange[0][:_LONGEST_SHOWN]}” is no weekday. Choose from Monday to Sunday."
    return "" if chosen else "Choose at least one weekday."


def _wrong_number(text: str, least: int, most: int) -> str:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most)) + 1
    return "" if is_number and least <= int(text) <= most else f"Write a whole number from {least} to {most}."


def _change(fields: Sequence[Lever], present: Mapping[str, int | frozenset[int]]) -> Change:
    found: dict[str, int | frozenset[int]] = {}
    for field in fields:
        rule = field.name.rpartition("-")[2]
        if not field.error:
            chosen = frozenset(int(day) for day, _, is_chosen in field.choices if is_chosen)
            found[rule] = chosen if field.choices else int(field.value)
    return Change(**{rule: value for rule, value in found.items() if value != present[rule]})  # type: ignore[arg-type]  # each of its own kind
