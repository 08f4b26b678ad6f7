"""What was arranged for a visit beforehand, held against what its checklist says on the day.

Neither of the two is right by itself: who arranged it may not know what was decided since, and who answers may have
pressed the wrong one. It stops nothing, and is named until somebody puts one of them right.
"""

from collections.abc import Mapping

from tracker.domain.checklists.run import Rules
from tracker.domain.words import Anaesthesia

_ITEM = "anaesthesia"
#: What is arranged, in the words of the lists.
_PLANNED = {
    Anaesthesia.NONE: "none",
    Anaesthesia.LOCAL: "local only",
    Anaesthesia.SEDATION: "sedation",
    Anaesthesia.GENERAL: "general",
}


def arranged_answers(anaesthesia: str) -> dict[str, str]:
    """What was arranged, by the item that asks it on the day, in the words of its choices; empty: nothing was."""
    return {_ITEM: _PLANNED[Anaesthesia(anaesthesia)]} if anaesthesia else {}


def against_arranged(rules: Rules, given: Mapping[str, str], arranged: Mapping[str, str]) -> dict[str, str]:
    """The answers that say something else than was arranged, by item, each with a sentence. ``given``: their values by
    item, empty where one does not apply or was left out."""
    return {
        rule.key: f"{rule.label}: {planned} was arranged, {value} is answered; put one right"
        for rule in rules
        if rule.is_arranged
        and (planned := arranged.get(rule.key, ""))
        and (value := given.get(rule.key, ""))
        and value != planned
    }
