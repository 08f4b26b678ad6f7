"""Who refers patients, how soon they are seen to, and how far they come."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress

from tracker.domain.milestones import SHOWN_BY, Milestone
from tracker.domain.reporting.columns import Column, Stays, Trials, Visits
from tracker.domain.reporting.counted import Count, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import milestone_days, referred, waits_until
from tracker.domain.reporting.waiting_times import WaitingTimes

NEEDS = (Stays, Trials, Visits)
DEFINITION = (
    "Patients whose referral was received in the period, by who referred them; who came with a pump is not counted. "
    "First contact: the day on which the first visit was booked with the patient, who has none yet counted as waiting "
    "(Kaplan–Meier). Trials and implants: who has come so far by now."
)
LETTERS_DEFINITION = (
    "Letters owed: patients of whom it is known who referred them, who have the outcome of a trial on record, have got "
    "a pump or have left the pathway, and on whose case no letter to who referred bears the date of the latest of "
    "these or a later one."
)


@dataclass(frozen=True, slots=True)
class Referrer:
    """Of one referrer as the referrals name them (empty: nobody was named), or of all. ``waits``: still under way to a
    pump; ``left``: closed without one; ``owed``: to whom the last thing that became of a patient was not written."""

    name: str
    referrals: Count
    first_contact: WaitingTimes
    trials: Count
    implants: Count
    waits: Count
    left: Count
    owed: Count


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
    owed: bytes


def referrer_report(history: History, selection: Selection) -> ReferrerReport:
    """Count the referrals of the period."""
    cases = referred(history, selection)
    days = _Days(
        history.once(_first_contacts),
        milestone_days(history, Milestone.TRIAL),
        milestone_days(history, Milestone.IMPLANTED),
        history.once(_owed),
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


def _owed(history: History) -> bytes:
    """A 1 for each case of which who referred has not been told the last thing that became of the patient."""
    cases, trials, stays = history.cases, history.of(Trials), history.of(Stays)
    news = array("i", cases.closed_on)
    implanted = map(history.codes(*SHOWN_BY[Milestone.IMPLANTED]).__contains__, stays.stage)
    for case, day in chain(
        zip(trials.case, trials.outcome_on, strict=True),
        compress(zip(stays.case, stays.entered_on, strict=True), implanted),
    ):
        news[case] = max(day, news[case])
    return bytes(
        bool(referrer) and letter_on < day
        for referrer, letter_on, day in zip(cases.referrer, cases.letter_on, news, strict=True)
    )


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
        owed=count(case for case in cases if days.owed[case]),
    )
