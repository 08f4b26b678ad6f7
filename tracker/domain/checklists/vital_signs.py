"""Vital signs as they are typed into one line of a checklist: pressure, pulse, saturation, breaths, in this order."""

import re
from collections.abc import Mapping

#: What no living patient has: it was typed wrongly. mmHg, beats a minute, percent, breaths a minute.
HIGHEST = {"systolic": 300, "diastolic": 250, "pulse": 300, "saturation": 100, "breaths": 90}
HOW = (
    "Type pressure, pulse, saturation, breaths in this order, for example 120/80, 72, 98, 14; - for what was not read."
)
LOWER_ABOVE = "The lower pressure must be below the upper one. Read it again."
_PRESSURE = re.compile(r"(\d{1,3})/(\d{1,3})", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
_GAPS = frozenset({"-", "–"})
_AFTER_PRESSURE = ("pulse", "saturation", "breaths")
#: Below these a physician is called at once. An assumption, as all such lines: a physician of the clinic confirms them.
LOWEST_SATURATION = 90
FEWEST_BREATHS = 8
LOWEST_SYSTOLIC = 80
_ALARMS = (
    ("saturation", LOWEST_SATURATION, "saturation {} %"),
    ("breaths", FEWEST_BREATHS, "{} breaths a minute"),
    ("systolic", LOWEST_SYSTOLIC, "upper pressure {}"),
)


class UnreadableSigns(ValueError):
    """What was typed are no vital signs. The message is a sentence for a person."""


def read_vital_signs(typed: str) -> str:
    """Vital signs as they are kept: ``120/80, 72, 98, 14``, ``120/80, –, 98``. What is kept can be typed again.

    :raises UnreadableSigns: for anything else, and for what cannot be
    """
    joined = re.sub(r"\s*/\s*", "/", re.sub(r"\s*%", "", typed.strip()))
    first, *others = [each for each in re.split(r"[\s,;]+", joined) if each] or [""]
    pressure = _PRESSURE.fullmatch(first)
    are_numbers = all(each in _GAPS or _NUMBER.fullmatch(each) for each in others)
    if (pressure is None and first not in _GAPS) or not are_numbers or len(others) > len(_AFTER_PRESSURE):
        raise UnreadableSigns(HOW)
    found = dict(zip(_AFTER_PRESSURE, others, strict=False))
    if pressure:
        found = {"systolic": pressure[1], "diastolic": pressure[2]} | found
    read = {name: int(text) for name, text in found.items() if text not in _GAPS}
    if not read:
        raise UnreadableSigns(HOW)
    for name, most in HIGHEST.items():
        if read.get(name, 0) > most:
            raise UnreadableSigns(f"{name.capitalize()}: at most {most}. Read it again.")
    for name in _AFTER_PRESSURE:
        if read.get(name) == 0:
            raise UnreadableSigns(f"{name.capitalize()} cannot be 0. Read it again; - for what was not read.")
    if pressure and read["diastolic"] >= read["systolic"]:
        raise UnreadableSigns(LOWER_ABOVE)
    kept = [f"{read['systolic']}/{read['diastolic']}" if pressure else "–"]
    kept += [str(read[name]) if name in read else "–" for name in _AFTER_PRESSURE]
    while kept[-1] == "–":
        kept.pop()
    return ", ".join(kept)


def alarming_values(values: Mapping[str, int | None]) -> tuple[str, ...]:
    """What of vital signs by name is below its limit, in words; what was not measured alarms nobody."""
    found = ((values.get(name), least, words) for name, least, words in _ALARMS)
    return tuple(words.format(value) for value, least, words in found if value is not None and value < least)


def alarms_of(kept: str) -> str:
    """What is alarming of vital signs as they are kept, in words; empty where nothing is."""
    pressure, *others = kept.split(", ")
    values: dict[str, int | None] = {
        name: int(text) for name, text in zip(_AFTER_PRESSURE, others, strict=False) if text not in _GAPS
    }
    if pressure and pressure not in _GAPS:
        values["systolic"] = int(pressure.partition("/")[0])
    return ", ".join(alarming_values(values))
