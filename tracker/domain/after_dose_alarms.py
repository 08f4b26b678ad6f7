"""Signs after a test dose at which a physician is called at once, whatever else is due.

Too much of the drug shows as drowsiness, slow breathing and loss of consciousness (label, overdosage). Where exactly a
clinic draws the lines is its own; these are an assumption, to be confirmed by a physician of the clinic.
"""

from tracker.domain.checklists.vital_signs import HIGHEST, alarming_values
from tracker.domain.facts import AdverseEvent, VitalSigns
from tracker.domain.pathway.trial_wording import ADVERSE_WORDS
from tracker.domain.words import Alertness, Happened, Severity

_ASLEEP = {Alertness.HARD_TO_WAKE: "hard to wake", Alertness.NOT_WAKING: "does not wake"}


def alarming_signs(signs: VitalSigns) -> tuple[str, ...]:
    """What is alarming of one set of vital signs, in words; what was not measured alarms nobody."""
    found = list(alarming_values({name: getattr(signs, name) for name in HIGHEST}))
    if signs.alertness in _ASLEEP:
        found.insert(0, _ASLEEP[Alertness(signs.alertness)])
    return tuple(found)


def alarming_event(event: AdverseEvent) -> str:
    """The adverse event in words, where it happened and is severe; empty otherwise."""
    is_severe = event.happened == Happened.YES and event.severity == Severity.SEVERE
    return f"{ADVERSE_WORDS.get(event.event, event.event)}, severe" if is_severe else ""
