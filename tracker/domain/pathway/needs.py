"""Turning the ``needs`` of a pathway file into requirements, with their numbers looked up among the parameters."""

from dataclasses import MISSING, fields, replace
from typing import get_type_hints

from tracker.domain.pathway.definition import ChecklistItemRule, Parameter
from tracker.domain.pathway.requirements import VOCABULARY, Requirement
from tracker.domain.pathway.requirements.visit import ChecklistDone
from tracker.domain.pathway.source import Source
from tracker.domain.words import DeterminationKind, Role

_NOT_IN_FILES = frozenset({"of_procedure", "items"})


def read_needs(
    source: Source, raw: object, parameters: dict[str, Parameter], at: str, *, of_procedure: str = ""
) -> tuple[Requirement, ...]:
    """The requirements of one ``needs`` list.

    :raises PathwayFileError: for an unknown kind, key, parameter or value
    """
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        source.fail(at, "must be a list of tables with a kind")
    return tuple(_read_need(source, each, parameters, at, of_procedure) for each in raw)


def _read_need(
    source: Source, raw: dict[str, object], parameters: dict[str, Parameter], at: str, of_procedure: str
) -> Requirement:
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in VOCABULARY or kind == ChecklistDone.kind:
        source.fail(at, f"unknown kind {kind!r}")
    known = {each.name: each for each in fields(VOCABULARY[kind]) if each.name not in _NOT_IN_FILES}
    source.only(raw, {"kind", *known}, at)
    hints = get_type_hints(VOCABULARY[kind])
    values: dict[str, object] = {"of_procedure": of_procedure}
    for name, each in known.items():
        if name in raw:
            values[name] = _value(source, raw[name], hints[name], parameters, f"{at}.{kind}.{name}")
        elif each.default is MISSING and each.default_factory is MISSING:
            source.fail(at, f"{kind} needs {name}")
    return VOCABULARY[kind](**values)  # type: ignore[arg-type]  # each value was made from the field's own hint


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
    asked = tuple((r.key, r.label) for r in rules if r.stop != "note" and part in ("all", r.part))
    return (ChecklistDone(checklist=name, purpose=purpose, part=part, items=asked, of_procedure=purpose),)
