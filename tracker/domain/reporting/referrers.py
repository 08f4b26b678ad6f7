"""Who refers patients, how soon they are seen to, and how far they come."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.milestones import Milestone
from tracker.domain.reporting.columns import Column, Stays, Visits
from tracker.domain.reporting.counted import Count, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import milestone_days, referred, waits_until
from tracker.domain.reporting.waiting_times import WaitingTimes

NEEDS = (Stays, Visits)
DEFINITION = (
    "Patients whose referral was received in the period, by who referred them; who came with a pump is not counted. "
    "First contact: the day on which the first visit was booked with the patient, who has none yet counted as waiting "
    "(Kaplan–Meier). Trials and implants: who has come so far by now."
)
#: What the issue of a referral asks for and no record here says: whether a letter to the referrer was written.
NOT_RECORDED = ("letters_owed",)


@dataclass(frozen=True, slots=True)
class Referrer:
    """Of one referrer as the referrals name them (empty: nobody was named), or of all. ``waits``: still under way to a
    pump; ``left``: closed without one."""

    name: str
    referrals: Count
    first_contact: WaitingTimes
    trials: Count
    implants: Count
    waits: Count
    left: Count


@dataclass(frozen=True, slots=True)
class ReferrerReport:
    """The referrers with the most referrals first."""

    everybody: Referrer
    referrers: tuple[Referrer, ...]


@dataclass(frozen=True, slots=True)
class _Days:
    contact: Column
    trial: Column
    implant: Column


def referrer_report(history: History, selection: Selection) -> ReferrerReport:
    """Count the referrals of the period."""
    cases = referred(history, selection)
    days = _Days(
        history.once(_first_contacts),
        milestone_days(history, Milestone.TRIAL),
        milestone_days(history, Milestone.IMPLANTED),
    )
    groups: dict[int, list[int]] = defaultdict(list)
    for case in cases:
        groups[history.cases.referrer[case]].append(case)
    referrers = (_referrer(history, history.words[code], members, days) for code, members in groups.items())
    return ReferrerReport(
        _referrer(history, "", cases, days),
        tuple(sorted(referrers, key=lambda each: (-each.referrals.n, each.name))),
    )


def _first_contacts(history: History) -> Column:
    """The day on which the first visit of each case was booked; 0: none was."""
    visits = history.of(Visits)
    found = array("i", bytes(4 * len(history.cases.id)))
    for case, booked_on in zip(visits.case, visits.booked_on, strict=True):
        if not found[case] or booked_on < found[case]:
            found[case] = booked_on
    return found


def _referrer(history: History, name: str, cases: Sequence[int], days: _Days) -> Referrer:
    columns = history.cases
    not_implanted = [case for case in cases if not days.implant[case]]
    return Referrer(
        name=name,
        referrals=count(cases),
        first_contact=waits_until(history, cases, columns.referred_on, days.contact),
        trials=count(case for case in cases if days.trial[case]),
        implants=count(case for case in cases if days.implant[case]),
        waits=count(case for case in not_implanted if not columns.closed_on[case]),
        left=count(case for case in not_implanted if columns.closed_on[case]),
    )
