"""Who refers patients, how soon they are seen to, and how far they come."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.milestones import Milestone
from tracker.domain.reporting.columns import Stays, Visits
from tracker.domain.reporting.counted import Count, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import milestone_days, referred, wait
from tracker.domain.reporting.waiting_times import WaitingTimes, waiting_times

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
    contact: Mapping[int, int]
    trial: Mapping[int, int]
    implant: Mapping[int, int]


def referrer_report(history: History, selection: Selection) -> ReferrerReport:
    """Count the referrals of the period."""
    cases = referred(history, selection)
    days = _Days(
        _first_contacts(history),
        milestone_days(history, Milestone.TRIAL),
        milestone_days(history, Milestone.IMPLANTED),
    )
    groups: dict[str, list[int]] = defaultdict(list)
    for case in cases:
        groups[history.words[history.cases.referrer[case]]].append(case)
    referrers = (_referrer(history, name, members, days) for name, members in groups.items())
    return ReferrerReport(
        _referrer(history, "", cases, days),
        tuple(sorted(referrers, key=lambda each: (-each.referrals.n, each.name))),
    )


def _first_contacts(history: History) -> Mapping[int, int]:
    visits = history.of(Visits)
    found: dict[int, int] = {}
    for row, case in enumerate(visits.case):
        found[case] = min(found.get(case, visits.booked_on[row]), visits.booked_on[row])
    return found


def _referrer(history: History, name: str, cases: Sequence[int], days: _Days) -> Referrer:
    columns = history.cases
    not_implanted = [case for case in cases if case not in days.implant]
    return Referrer(
        name=name,
        referrals=count(cases),
        first_contact=waiting_times(
            wait(history, case, columns.referred_on[case], days.contact.get(case, 0)) for case in cases
        ),
        trials=count(case for case in cases if case in days.trial),
        implants=count(case for case in cases if case in days.implant),
        waits=count(case for case in not_implanted if not columns.closed_on[case]),
        left=count(case for case in not_implanted if columns.closed_on[case]),
    )
