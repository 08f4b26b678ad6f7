"""Words that several sheets share, and names of what a history holds as codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from tracker.domain.pathway.wording import DOCUMENT_WORDS, PURPOSE_WORDS, people, sentence
from tracker.domain.statistics.small_numbers import SMALLEST_SHOWN
from tracker.domain.words import Condition, Indication, Role

CONDITION_WORDS: Mapping[str, str] = {
    Condition.SPINAL_CORD_INJURY: "Spinal cord injury",
    Condition.MULTIPLE_SCLEROSIS: "Multiple sclerosis",
    Condition.COMPLEX_REGIONAL_PAIN: "Complex regional pain",
    Condition.CANCER_PAIN: "Cancer pain",
    Condition.FAILED_BACK_SURGERY: "Failed back surgery",
    Condition.CEREBRAL_PALSY: "Cerebral palsy",
    Condition.BRAIN_INJURY: "Brain injury",
    Condition.STROKE: "Stroke",
    Condition.OTHER: "Other",
}
INDICATION_WORDS: Mapping[str, str] = {Indication.SPASTICITY: "Spasticity", Indication.PAIN: "Pain"}
NOBODY = "Not on record"

#: What is missing, where the sentence of the case page says a day or a number that a sum over patients does not have.
_BLOCKER_WORDS: Mapping[str, str] = {
    "adverse_events_open": "Adverse events are not answered",
    "advisory": "An advisory of the maker is open",
    "assent_missing": "The child was not asked about the {of}",
    "authorization_out_of_date": "Prior auth for the {of} ends before the procedure",
    "checklist_expired": "What is given or put in at the {of} is out of date",
    "checklist_fever": "The patient has a fever at the {of}",
    "checklist_signs": "The vital signs of the patient are alarming at the {of}",
    "checklist_open": "Checklist of the {of} has open items",
    "checklist_order": "Items of the checklist of the {of} were done in another order",
    "checklist_time": "Two times of the checklist of the {of} do not fit each other",
    "checklist_value": "An answer of the checklist stops the {of}",
    "consent_of_age": "Consent was signed by somebody else for a patient of age",
    "consent_out_of_date": "Consent for the {of} ends before the procedure",
    "device_differs": "A part is not the one that was ordered",
    "device_expired": "A part has expired",
    "document_out_of_date": "{of} too old on the day",
    "dose_differs": "The test dose is not the one that was ordered",
    "dose_not_listed": "The test dose is not on the approved list",
    "end_of_service_by_age": "The pump ends by its age",
    "end_of_service_by_battery": "The pump ends by its battery",
    "end_of_service_indicated": "The replacement indicator of the pump is on",
    "end_of_service_printed": "The pump ends as printed",
    "follow_up": "Follow-up is not recorded",
    "lot_expired": "The lot expired",
    "not_arrived": "The booked day of the {of} has not come",
    "observation_running": "Observation is running",
    "outcome_is": "The outcome stands in the way",
    "pump_call": "A pump call is open",
    "reading_differs": "Another volume was read in the pump than was expected",
    "refill_without_pump": "A refill is booked, and no pump is followed",
    "residual_above_reservoir": "More was taken out of the pump than it holds",
    "residual_differs": "Another volume was taken out of the pump than was expected",
    "scan_decision": "MRI: a physician decides first",
    "scan_read_after": "MRI: the pump is read after it, the same day",
    "scan_read_before": "MRI: the pump is read before it",
    "scan_task": "A task of an MRI is open",
    "score_missing": "No score in the hours after the test dose",
    "series_full": "All test doses of the series are given",
    "time_not_final": "Nobody has said that the time of arrival is final",
    "too_soon": "Not long enough since the last test dose",
    "too_young": "The patient is too young",
    "transfer_asked": "Transfer: is the first refill done there?",
    "trial_result_too_old": "The trial result is too old for the day of the implant",
    "unreachable": "Not reached several times in a row",
    "visit_unconfirmed": "Visit for the {of} is not confirmed",
    "wrong_drug": "Another drug than the one of the step",
    "wrong_strength": "Another strength than a test dose is given from",
}
#: The parameter of each sentence that says what it is about.
_ABOUT = ("stage", "purpose", "document", "checklist", "what", "rule", "device")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the rows of a clinic are called, by their ids; and by their words the stages of the pathways, and the causes
    for which a visit is lost."""

    stages: Mapping[str, str] = field(default_factory=dict)
    clinicians: Mapping[int, str] = field(default_factory=dict)
    payers: Mapping[int, str] = field(default_factory=dict)
    rooms: Mapping[int, str] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)

    def stage(self, name: str) -> str:
        """What a stage is called."""
        return self.stages.get(name, first(name.replace("_", " ")))


def first(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]


def plural(count: int, one: str, many: str = "") -> str:
    """``1 patient``, ``3 patients``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def at_most(seen: int) -> str:
    """A number for everybody to read, also who may not see that it is a few: ``fewer than 5``, or itself."""
    return f"fewer than {SMALLEST_SHOWN}" if 0 < seen < SMALLEST_SHOWN else f"{seen:,}"


def percent(share: float | None) -> str:
    """``42 %``, rounded half up; a dash where there is no share."""
    return "–" if share is None else f"{int(share * 100 + 0.5)} %"


def whole(number: float) -> str:
    """``1,204``."""
    return f"{int(number + 0.5):,}"


def missing(code: str, of: str) -> str:
    """What was missing, without the day or number of a single patient."""
    words = _BLOCKER_WORDS.get(code)
    if words is None:
        return sentence(code, dict.fromkeys(_ABOUT, of))
    return first(words.format(of=_of(of)))


def _of(of: str) -> str:
    return PURPOSE_WORDS.get(of) or DOCUMENT_WORDS.get(of) or of.replace("_", " ") or "procedure"


def who_clears(roles: Iterable[str]) -> str:
    """Who can clear it, as a table says it."""
    return first(people(Role(role) for role in roles)) or "Nobody: time has to pass"


def key_of(*texts: str) -> str:
    """A part of an address for these texts: themselves where they are words of ours, else a fingerprint, so that no
    name of anybody stands in an address."""
    joined = "-".join(text or "none" for text in texts)
    if all(letter.isascii() and (letter.isalnum() or letter in "_-+") for letter in joined):
        return joined
    return sha256(joined.encode()).hexdigest()[:12]
