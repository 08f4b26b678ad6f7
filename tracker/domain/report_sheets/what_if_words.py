"""How rules and what came of changing them are said."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tracker.domain.statistics.interval import Interval
from tracker.domain.what_if.comparison import Compared
from tracker.domain.what_if.observed import Observed
from tracker.domain.what_if.question import Change, Question

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven")
#: A date for a procedure, with its article.
VISITS = {"trial": "a trial date", "implant": "an implant date", "reoperation": "a reoperation date"}
AS_IT_IS = "as it is"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a procedure as it is, and as it would be."""

    key: str
    label: str
    present: str
    changed: str


def weekdays_said(days: Collection[int]) -> str:
    """``Tue, Thu``."""
    return ", ".join(WEEKDAYS[day] for day in sorted(days))


def lost_said(share: float) -> int:
    """Of a hundred, rounded half up."""
    return int(100 * share + 0.5)


def rules_said(observed: Observed, question: Question, procedure: str) -> Iterator[Rule]:
    """All rules of a procedure."""
    rules, change = observed.policy[procedure], question.get(procedure, Change())
    takes = observed.turnaround.get(procedure)
    yield Rule(
        "turnaround", "payers answer within", _days(takes) if takes else "not known", _changed(change.turnaround)
    )
    days = AS_IT_IS if change.weekdays is None else weekdays_said(change.weekdays)
    yield Rule("weekdays", "on", weekdays_said(rules.weekdays), days)
    slots = AS_IT_IS if change.slots is None else str(change.slots)
    yield Rule("slots", "slots on such a day", str(rules.slots), slots)
    lost = AS_IT_IS if change.lost is None else f"{change.lost} %"
    yield Rule("lost", "visits missed or cancelled", f"{lost_said(rules.lost)} %", lost)
    yield Rule("notice", "notice before a date", _days(rules.notice_days), _changed(change.notice))


def conditions(observed: Observed, question: Question) -> str:
    """What is changed, each with what it was: ``trials on four weekdays instead of two``."""
    *first, last = [said for name in observed.policy for said in _conditions(observed, question, name)]
    return f"{', '.join(first)} and {last}" if first else last


def _conditions(observed: Observed, question: Question, name: str) -> Iterator[str]:
    rules, change = observed.policy[name], question.get(name, Change())
    if change.turnaround is not None:
        now = observed.turnaround[name]
        yield f"payers answering about {name}s within {_days(change.turnaround)} instead of {now}"
    if change.weekdays is not None:
        one, other = len(change.weekdays), len(rules.weekdays)
        if one == other:
            yield f"{name}s on {weekdays_said(change.weekdays)} instead of {weekdays_said(rules.weekdays)}"
        else:
            yield f"{name}s on {_NUMBERS[one]} weekday{'' if one == 1 else 's'} instead of {_NUMBERS[other]}"
    if change.slots is not None:
        yield f"{change.slots} {name} slot{'' if change.slots == 1 else 's'} a day instead of {rules.slots}"
    if change.lost is not None:
        yield f"{change.lost} % of {name} visits missed or cancelled instead of {lost_said(rules.lost)} %"
    if change.notice is not None:
        yield f"a notice of {_days(change.notice)} before {VISITS[name]} instead of {rules.notice_days}"


def days_moved(name: str, compared: Compared) -> str:
    """``the median wait from referral to trial falls by 9 days (6 to 12)``."""
    what = f"the median wait from referral to {name}"
    if compared.difference is None:
        return f"of {what} nothing can be said, because in too few of the years there was one"
    moved, interval = compared.difference.mean, compared.difference.interval
    if not any(interval):
        return f"{what} does not change"
    if not _is_sure(interval):
        return f"{what} moves by no more than chance would move it ({_between(interval)} days)"
    falls = moved < 0
    size = Interval(-interval.high, -interval.low) if falls else interval
    return f"{what} {'falls' if falls else 'rises'} by {_days(_rounded(abs(moved)))} ({_between(size)})"


def number_moved(name: str, compared: Compared) -> str:
    """``14 more trials (8 to 20)``."""
    if compared.difference is None:
        return f"too few {name}s to say"
    moved, interval = compared.difference.mean, compared.difference.interval
    if not any(interval):
        return f"as many {name}s as now"
    if not _is_sure(interval):
        return f"as many {name}s as now but for chance ({_between(interval)})"
    size = interval if moved > 0 else Interval(-interval.high, -interval.low)
    count = _rounded(abs(moved))
    return f"{count} {'more' if moved > 0 else 'fewer'} {name}{'' if count == 1 else 's'} ({_between(size)})"


def _is_sure(interval: Interval) -> bool:
    """Whether it holds no nought; a difference that is nought in every pair is none either."""
    return interval.low > 0 or interval.high < 0


def _between(interval: Interval) -> str:
    """The ends; with a decimal where whole numbers would say nothing."""
    is_small = min(abs(interval.low), abs(interval.high)) < _SMALL
    low, high = (f"{round(end, 1) + 0.0:.1f}" if is_small else str(round(end)) for end in interval)
    return f"{low.replace('-', '−')} to {high.replace('-', '−')}"


#: Below it a decimal says something.
_SMALL = 2


def _rounded(number: float) -> int | float:
    """Whole; with a decimal where a whole number would be nought or one."""
    return round(number, 1) if abs(number) < _SMALL else round(number)


def _changed(days: int | None) -> str:
    return AS_IT_IS if days is None else _days(days)


def _days(days: float) -> str:
    return f"{days:g} day{'' if days == 1 else 's'}"
