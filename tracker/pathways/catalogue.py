"""Which pathways there are. A case pins the version it started on; a file is read once and never written."""

from functools import cache
from importlib import resources

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.loader import load_pathway

#: The file of each pathway and version. A published version is never edited; a change is a new line here.
FILES = {("itb", 1): "itb.toml", ("itb_reoperation", 1): "itb_reoperation.toml"}
CURRENT = {"itb": 1, "itb_reoperation": 1}
#: What a patient's first case is on. The others stand beside such a case.
FIRST = "itb"


def text_of(name: str) -> str:
    """The text of the current version's file.

    :raises KeyError: for a pathway that does not exist
    """
    file = FILES[name, CURRENT[name]]
    return resources.files("tracker.pathways").joinpath(file).read_text(encoding="utf-8")


@cache
def load(name: str, version: int) -> Pathway:
    """The pathway as it was in that version.

    :raises KeyError: for a pathway or version that does not exist
    """
    file = FILES[name, version]
    return load_pathway(resources.files("tracker.pathways").joinpath(file).read_text(encoding="utf-8"))


def current(name: str = FIRST) -> Pathway:
    """The version that new cases start on."""
    return load(name, CURRENT[name])


@cache
def room_items() -> dict[str, str]:
    """What is looked at once for a room and a day, in the pathways in use: each item with its words."""
    pathways = (current(name) for name in CURRENT)
    rules = (rule for pathway in pathways for items in pathway.checklists.values() for rule in items)
    return {rule.key: rule.label for rule in rules if rule.per_room}
