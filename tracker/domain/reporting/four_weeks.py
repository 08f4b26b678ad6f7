"""The main numbers of four weeks beside those of the four weeks before: what a manager is told once a week.

Four weeks and not one: the numbers of a clinic in a single week are small, mostly chance, and could be somebody.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.milestones import Milestone
from tracker.domain.reporting import authorizations, days, refills, trials, waits
from tracker.domain.reporting.authorizations import authorization_report
from tracker.domain.reporting.columns import Part
from tracker.domain.reporting.counted import Amount, Count, count
from tracker.domain.reporting.filters import Filter, Selection, select
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import milestone_days, referred
from tracker.domain.reporting.refills import refill_report
from tracker.domain.reporting.trials import trial_report
from tracker.domain.reporting.waits import why_they_wait

SPAN = timedelta(weeks=4)
NEEDS: tuple[type[Part], ...] = tuple(
    dict.fromkeys((*authorizations.NEEDS, *days.NEEDS, *refills.NEEDS, *trials.NEEDS, *waits.NEEDS))
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of the four weeks, and of those before."""

    label: str
    now: Count | Amount
    before: Count | Amount


def four_weeks(history: History, until_on: date) -> tuple[Compared, ...]:
    """The numbers of the 28 days before ``until_on``, which is not one of them, each beside the 28 days before."""
    found = [_numbers(history, select(history, span)) for span in (span_before(until_on), span_before(until_on - SPAN))]
    return tuple(Compared(label, found[0][label], found[1][label]) for label in found[0])


def span_before(until_on: date) -> Filter:
    """Everybody in the 28 days before a day."""
    return Filter(from_on=until_on - SPAN, until_on=until_on)


def _numbers(history: History, selection: Selection) -> dict[str, Count | Amount]:
    tested = trial_report(history, selection).everybody
    implanted = milestone_days(history, Milestone.IMPLANTED)
    refilled = refill_report(history, selection)
    lost = days.days(history, selection).everything
    payers = authorization_report(history, selection).everything
    return {
        "Referrals": count(referred(history, selection)),
        "Test doses": tested.trials,
        "Positive outcomes": tested.positive.part,
        "Implants": count(
            case for case, day in enumerate(implanted) if selection.chosen[case] and selection.falls_in(day)
        ),
        "Refills after their latest date": refilled.after.part,
        "Visits lost on their day": count((*lost.missed.part.cases, *lost.on_the_day.part.cases)),
        "Denials by payers": payers.denied.part,
        "Patient-days lost to what was missing": why_they_wait(history, selection).days,
    }
