"""What is asked: some of a procedure's rules changed, in the units in which people say them, the others as they are.

The same question on the same day has the same key, whoever asks it and however it was typed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from hashlib import sha256

from tracker.domain.what_if.observed import Observed
from tracker.domain.what_if.policy import Policy, ProcedurePolicy


@dataclass(frozen=True, slots=True)
class Change:
    """Of one procedure's rules. ``turnaround``: the payer's days; ``weekdays``: 0 is Monday; ``slots``: on each such
    day; ``lost``: how many of a hundred booked visits are missed or cancelled; ``notice``: days. ``None``: as it is."""

    turnaround: int | None = None
    weekdays: frozenset[int] | None = None
    slots: int | None = None
    lost: int | None = None
    notice: int | None = None


#: By procedure; those without a change are left out.
Question = Mapping[str, Change]
#: A question as JSON holds it.
Written = dict[str, dict[str, int | list[int]]]


def changed(observed: Observed, question: Question) -> Policy:
    """The rules with what is changed.

    :raises ValueError: for rules that no clinic can have, a procedure that the file does not have, or a turnaround of
        payers of whom it is not known how long they take
    """
    policy = dict(observed.policy)
    for procedure, change in question.items():
        if procedure not in policy:
            raise ValueError(f"there is no procedure {procedure}")
        policy[procedure] = _changed(policy[procedure], change, observed.turnaround.get(procedure, 0))
    return policy


def _changed(rules: ProcedurePolicy, change: Change, turnaround: int) -> ProcedurePolicy:
    if change.turnaround is not None:
        if not turnaround:
            raise ValueError("nobody knows how long these payers take")
        rules = replace(rules, turnaround=change.turnaround / turnaround)
    if change.weekdays is not None:
        rules = replace(rules, weekdays=change.weekdays)
    if change.slots is not None:
        rules = replace(rules, slots=change.slots)
    if change.lost is not None:
        rules = replace(rules, lost=change.lost / 100)
    return rules if change.notice is None else replace(rules, notice_days=change.notice)


def written(question: Question) -> Written:
    """As JSON holds it."""
    return {
        procedure: {
            each.name: sorted(value) if isinstance(value, frozenset) else value
            for each in fields(change)
            if (value := getattr(change, each.name)) is not None
        }
        for procedure, change in question.items()
    }


def read_question(stored: Written) -> Question:
    """What was written, again.

    :raises TypeError: for what is no question
    """
    return {
        procedure: Change(
            **{name: frozenset(value) if isinstance(value, list) else value for name, value in change.items()}  # type: ignore[arg-type]  # what ``written`` made of each
        )
        for procedure, change in stored.items()
    }


def key_of(question: Question, on: date) -> str:
    """Names a question on a day of the clinic: a fingerprint of 64 hexadecimal digits."""
    return sha256(json.dumps([written(question), on.isoformat()], sort_keys=True).encode()).hexdigest()
