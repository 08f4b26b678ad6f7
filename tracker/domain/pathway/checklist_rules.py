"""What stands in a pathway file about a checklist: its sections in the order the work happens, and their items."""

from collections.abc import Mapping
from decimal import Decimal

from tracker.domain.checklists.rules import (
    ARRANGED,
    ON_RECORD,
    PARTS,
    RECORDS,
    STOPS,
    VALUES,
    ChecklistItemRule,
    Condition,
    TimeRule,
)
from tracker.domain.pathway.definition import Parameter
from tracker.domain.pathway.source import Source, Table
from tracker.domain.words import Indication, Role, is_word

Rules = tuple[ChecklistItemRule, ...]
_SECTION = {"section", "part", "aloud", "in_room", "items"}
_ITEM = {
    "key", "label", "stop", "always", "value", "unit", "least", "most", "reservoir", "unusual_to", "choices", "stops",
    "fever_from", "two_person", "standing", "arranged", "denies", "per_room", "only", "needs", "after", "override_by",
    "names_consent", "record", "in_room", "source",
}  # fmt: skip
_ONLY = {"indication", "sex", "from_years", "to_years"}


def read_checklists(source: Source, parameters: Mapping[str, Parameter]) -> dict[str, Rules]:
    """Every checklist of the file, by its name.

    :raises PathwayFileError: for a key that is unknown, missing or of the wrong kind
    """
    raw = source.tables.get("checklists", {})
    if not isinstance(raw, dict):
        source.fail("checklists", "must be a table of checklists")
    return {name: _Reader(source, parameters, f"checklists.{name}").checklist(found) for name, found in raw.items()}


class _Reader:
    """One reading of one checklist. What an item names must stand before it: the list is in the order of the work."""

    def __init__(self, source: Source, parameters: Mapping[str, Parameter], at: str) -> None:
        self.source, self.parameters, self.at = source, parameters, at
        self.known: dict[str, ChecklistItemRule] = {}

    def checklist(self, raw: object) -> Rules:
        for section in self._tables(raw):
            self.source.only(section, _SECTION, self.at)
            part = self.source.text_of(section, "part", self.at)
            if part not in PARTS:
                self.source.fail(self.at, "part is before or after")
            for item in self._tables(section.get("items")):
                rule = self._item(item, section, part)
                if rule.key in self.known:
                    self.source.fail(self.at, f"{rule.key!r} stands in it twice")
                self.known[rule.key] = rule
        return tuple(self.known.values())

    def _tables(self, raw: object) -> list[Table]:
        if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
            self.source.fail(self.at, "must be a list of sections, each with a list of items")
        return raw

    def _item(self, raw: Table, section: Table, part: str) -> ChecklistItemRule:
        at, source = self.at, self.source
        source.only(raw, _ITEM, at)
        stop, value = source.text_of(raw, "stop", at), source.text_of(raw, "value", at, "")
        if stop not in STOPS or value not in VALUES:
            source.fail(at, f"stop is one of {', '.join(sorted(STOPS))}; value one of {', '.join(sorted(VALUES))}")
        choices = self._choices(raw, value)
        record = source.text_of(raw, "record", at, "")
        if record not in RECORDS or (record and (stop != "note" or value)):
            source.fail(
                at, "what is recorded elsewhere is a note without a value: a dose, an observation, catheter_out"
            )
        key, is_arranged = source.text_of(raw, "key", at), source.flag_of(raw, "arranged", at)
        if is_arranged and key not in ARRANGED:
            source.fail(at, f"{key!r} is not arranged beforehand; {' and '.join(sorted(ARRANGED))} are")
        denies = source.text_of(raw, "denies", at, "")
        if denies and (key not in ON_RECORD or denies not in choices):
            source.fail(at, f"denies is a choice of {' or '.join(sorted(ON_RECORD))}")
        return ChecklistItemRule(
            key=key,
            label=source.text_of(raw, "label", at),
            stop=stop,
            part=part,
            is_always=self._is_always(raw, stop),
            section=source.text_of(section, "section", at),
            is_aloud=source.flag_of(section, "aloud", at),
            is_in_room=source.flag_of(section, "in_room", at) or source.flag_of(raw, "in_room", at),
            value=value,
            unit=source.text_of(raw, "unit", at, ""),
            least=self._decimal(raw, "least"),
            most=self._decimal(raw, "most"),
            is_held_to_reservoir=self._of_number(raw, value, "reservoir") and source.flag_of(raw, "reservoir", at),
            unusual_to=self._decimal(raw, "unusual_to") if self._of_number(raw, value, "unusual_to") else None,
            choices=choices,
            stops=source.texts_of(raw, "stops", at),
            fever_from=self._number(raw, "fever_from"),
            two_person=source.flag_of(raw, "two_person", at),
            is_standing=source.flag_of(raw, "standing", at),
            is_arranged=is_arranged,
            denies=denies,
            per_room=source.flag_of(raw, "per_room", at),
            only=self._condition(raw),
            needs=self._earlier(source.texts_of(raw, "needs", at)),
            timed=self._time_rule(raw),
            override_by=frozenset(self._role(role) for role in source.texts_of(raw, "override_by", at)),
            names_consent=source.flag_of(raw, "names_consent", at),
            record=record,
            source=source.text_of(raw, "source", at, ""),
        )

    def _of_number(self, raw: Table, value: str, key: str) -> bool:
        """Whether a key stands there that only a number may have."""
        if key in raw and value != "number":
            self.source.fail(self.at, f"{key} belongs to a number")
        return key in raw

    def _is_always(self, raw: Table, stop: str) -> bool:
        if (is_always := self.source.flag_of(raw, "always", self.at)) and stop != "hard":
            self.source.fail(self.at, "what always applies is a hard stop")
        return is_always

    def _choices(self, raw: Table, value: str) -> tuple[str, ...]:
        """What can be chosen, once what stops fits to it."""
        at, source = self.at, self.source
        choices = source.texts_of(raw, "choices", at)
        if bool(choices) is not (value in ("choice", "score")):
            source.fail(at, "choices belong to a choice or a score, and to nothing else")
        if not set(source.texts_of(raw, "stops", at)) <= set(choices):
            source.fail(at, "stops are some of the choices")
        if "fever_from" in raw and value != "temperature":
            source.fail(at, "fever_from belongs to a temperature")
        return choices

    def _condition(self, raw: Table) -> Condition:
        only = raw.get("only", {})
        if not isinstance(only, dict):
            self.source.fail(self.at, "only must be a table")
        chosen = []
        for item in only.keys() - _ONLY:
            wanted = frozenset(self.source.texts_of(only, item, self.at))
            (named,) = self._earlier((item,))
            if not wanted or not wanted <= set(self.known[named].choices):
                self.source.fail(self.at, f"{item!r} has no such choice")
            if self.known[named].stop != "hard":
                self.source.fail(self.at, f"{item!r} decides what is asked, and must be a hard stop")
            chosen.append((item, wanted))
        indication, sex = (self.source.text_of(only, key, self.at, "") for key in ("indication", "sex"))
        if (indication and not is_word(indication, Indication)) or sex not in ("", "female", "male"):
            self.source.fail(self.at, "only for an indication that there is, or for female or male")
        return Condition(
            chosen=tuple(sorted(chosen, key=lambda pair: pair[0])),
            indication=indication,
            sex=sex,
            from_years=self._number(only, "from_years"),
            to_years=self._number(only, "to_years"),
        )

    def _time_rule(self, raw: Table) -> TimeRule | None:
        after = raw.get("after")
        if after is None:
            return None
        if not isinstance(after, dict):
            self.source.fail(self.at, "after must be a table")
        self.source.only(after, {"item", "least", "most"}, self.at)
        (item,) = self._earlier((self.source.text_of(after, "item", self.at),))
        return TimeRule(item, self._number(after, "least") or 0, self._number(after, "most"))

    def _earlier(self, items: tuple[str, ...]) -> tuple[str, ...]:
        for item in items:
            if item not in self.known:
                self.source.fail(self.at, f"no item {item!r} stands before this one")
        return items

    def _number(self, raw: Table, key: str) -> int | None:
        """A whole number, or that of a parameter."""
        name = raw.get(key)
        if not isinstance(name, str):
            return self.source.number_of(raw, key, self.at)
        if name not in self.parameters:
            self.source.fail(self.at, f"there is no parameter {name!r}")
        return int(self.parameters[name].value)

    def _decimal(self, raw: Table, key: str) -> Decimal | None:
        found = raw.get(key)
        if found is not None and (not isinstance(found, int | float) or isinstance(found, bool)):
            self.source.fail(self.at, f"{key} must be a number")
        return None if found is None else Decimal(str(found))

    def _role(self, name: str) -> Role:
        if not is_word(name, Role):
            self.source.fail(self.at, f"there is no role {name!r}")
        return Role(name)
