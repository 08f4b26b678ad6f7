"""Turning the ``needs`` of a pathway file into requirements, with their numbers looked up among the parameters."""

from dataclasses import MISSING, fields, replace
from functools import cache
from typing import get_type_hints

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.pathway.definition import Parameter
from tracker.domain.pathway.requirements import VOCABULARY, Requirement
from tracker.domain.pathway.requirements.visit import ChecklistDone
from tracker.domain.pathway.source import Source
from tracker.domain.words import (
    DeterminationKind,
    DeviceKind,
    DocumentKind,
    Indication,
    Occasion,
    Outcome,
    Purpose,
    Role,
)

_NOT_IN_FILES = frozenset({"of_procedure", "rules"})
#: The words each key may hold. A misspelt word would be a need that nobody can meet, or that everybody meets.
_WORDS: dict[str, frozenset[str]] = {
    "purpose": frozenset({"", *Purpose}),
    "stage": frozenset(Purpose),
    "state": frozenset({"booked", "arrived", "none"}),
    "in_date_on": frozenset({"", "procedure"}),
    "document": frozenset(DocumentKind),
    "occasion": frozenset(Occasion),
    "outcomes": frozenset(Outcome),
    "device": frozenset({"any", *DeviceKind}),
    "indication": frozenset(Indication),
    "waiver_for": frozenset(Indication),
}


def read_needs(
    source: Source, raw: object, parameters: dict[str, Parameter], at: str, *, of_procedure: str = ""
) -> tuple[Requirement, ...]:
    """The requirements of one ``needs`` list.

    :raises PathwayFileError: for an unknown kind, key, parameter or value
    """
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        source.fail(at, "must be a list of tables with a kind")
    return tuple(_read_need(source, each, parameters, at, of_procedure) for each in raw)


@cache
def _hints(kind: str) -> dict[str, object]:
    return get_type_hints(VOCABULARY[kind])


def _read_need(
    source: Source, raw: dict[str, object], parameters: dict[str, Parameter], at: str, of_procedure: str
) -> Requirement:
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in VOCABULARY or kind == ChecklistDone.kind:
        source.fail(at, f"unknown kind {kind!r}")
    known = {each.name: each for each in fields(VOCABULARY[kind]) if each.name not in _NOT_IN_FILES}
    source.only(raw, {"kind", *known}, at)
    hints = _hints(kind)
    values: dict[str, object] = {"of_procedure": of_procedure}
    for name, each in known.items():
        if name in raw:
            values[name] = _value(source, raw[name], hints[name], parameters, f"{at}.{kind}.{name}")
            _refuse_unknown_words(source, name, values[name], f"{at}.{kind}.{name}")
        elif each.default is MISSING and each.default_factory is MISSING:
            source.fail(at, f"{kind} needs {name}")
    return VOCABULARY[kind](**values)  # type: ignore[arg-type]  # each value was made from the field's own hint


def _refuse_unknown_words(source: Source, name: str, value: object, at: str) -> None:
    words = value if isinstance(value, frozenset) else {value}
    unknown = sorted(map(str, words - _WORDS.get(name, words)))
    if unknown:
        source.fail(at, f"nobody knows {', '.join(map(repr, unknown))}; known are {', '.join(sorted(_WORDS[name]))}")


def _value(source: Source, raw: object, hint: object, parameters: dict[str, Parameter], at: str) -> object:
    if hint is int and isinstance(raw, str):
        if raw not in parameters:
            source.fail(at, f"there is no parameter {raw!r}")
        return int(parameters[raw].value)
    if hint is DeterminationKind or hint == tuple[Role, ...]:
        try:
            return (
                DeterminationKind(str(raw)) if hint is DeterminationKind else tuple(Role(each) for each in _texts(raw))
            )
        except ValueError as error:
            source.fail(at, str(error))
    if hint == frozenset[str]:
        return frozenset(_texts(raw))
    if not isinstance(hint, type) or type(raw) is not hint:
        source.fail(at, f"{raw!r} does not fit")
    return raw


def _texts(raw: object) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise ValueError("must be a list of texts")
    return raw


def of_procedure(needs: tuple[Requirement, ...], purpose: str) -> tuple[Requirement, ...]:
    """The same needs as part of a procedure, so that a deviation recorded for it excuses them."""
    return tuple(replace(each, of_procedure=purpose) for each in needs)


def checklist_need(name: str, purpose: str, part: str, rules: tuple[ChecklistItemRule, ...]) -> tuple[Requirement, ...]:
    """The checklist as a need: ``before`` its first part, ``all`` of it, or ``none``."""
    if part == "none":
        return ()
    return (ChecklistDone(checklist=name, purpose=purpose, part=part, rules=rules, of_procedure=purpose),)
