"""What is missing for a test dose and after it, in the clinic's words: the sentences of ``wording`` about a trial."""

from collections.abc import Callable, Mapping

ADVERSE_WORDS = {
    "headache": "headache",
    "nausea": "nausea or vomiting",
    "drowsiness": "drowsiness",
    "hypotension": "low blood pressure",
    "urinary_retention": "cannot pass urine",
    "seizure": "seizure",
    "respiratory_depression": "slow or shallow breathing",
    "other": "something else",
}


def _open_events(params: Mapping[str, str]) -> str:
    left, first = params.get("left", ""), params.get("first", "")
    when = f"{params.get('from_hours', '')} h or more after the dose"
    return f"Adverse events: {left} not answered {when}, first: {ADVERSE_WORDS.get(first, first)}"


def _wrong_drug(params: Mapping[str, str]) -> str:
    return f"This is {params.get('drug', '')}; the trial is with {params.get('known', '')}"


def _wrong_strength(params: Mapping[str, str]) -> str:
    return (
        f"A test dose is given from {params.get('screening', '')} mcg/mL; this is {params.get('strength', '')} mcg/mL"
    )


def _not_listed(params: Mapping[str, str]) -> str:
    return f"{params.get('dose', '')} mcg is not on the approved list: {params.get('listed', '')} mcg"


TRIAL_SENTENCES: dict[str, Callable[[Mapping[str, str]], str]] = {
    "adverse_events_open": _open_events,
    "baseline_missing": lambda _: "No baseline score",
    "dose_before_arrival": lambda p: f"The patient came at {p.get('arrived', '')}; this injection was before",
    "dose_differs": lambda p: f"The physician ordered {p.get('ordered', '')} mcg",
    "dose_missing": lambda _: "No test dose is recorded",
    "dose_not_ordered": lambda _: "Next test dose is not ordered",
    "dose_was_given": lambda _: "A test dose was given",
    "observation_open": lambda _: "The observation after the test dose is not closed",
    "score_missing": lambda p: f"No score {p.get('from_hours', '')} to {p.get('to_hours', '')} h after the test dose",
    "series_full": lambda p: f"All {p.get('most', '')} test doses of this series are given",
    "dose_not_listed": _not_listed,
    "expiry_missing": lambda _: "The expiry date of the lot is not written down",
    "wrong_drug": _wrong_drug,
    "wrong_strength": _wrong_strength,
}
