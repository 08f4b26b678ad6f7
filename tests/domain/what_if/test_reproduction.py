"""Whether a simulation that is read from a clinic's past does what the clinic then does, when no rule is changed.

The clinic keeps its own book of slots and its patients have wishes, which the simulation does not know.
``./run soak`` plays it and prints the table of docs/forecast.md.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from statistics import fmean, median

import pytest

from tests.domain.what_if.clinics import STAGES
from tracker.domain.forecast.stage_visits import StageVisit
from tracker.domain.pathway.definition import Pathway
from tracker.domain.what_if.flow import flow_of
from tracker.domain.what_if.policy import observed_policy
from tracker.domain.what_if.simulation import simulate
from tracker.domain.what_if.today import clinic_today

BEGINS = date(2022, 1, 3)
YEAR = timedelta(days=364)
#: The weekdays of a booked stage's procedure, and its least notice.
BOOKED = {"trial_booked": ((1, 3), 7), "implant_booked": ((0, 2), 10)}


def four_years(chance: Random, slots: int) -> list[StageVisit]:
    """Of a clinic with three hundred referrals a year, and so many slots on each of a procedure's days."""
    taken: Counter[tuple[str, int]] = Counter()
    found = []
    coming = [(int(chance.random() * 4 * 365), case, "referred") for case in range(1200)]
    heapify(coming)
    while coming:
        day, case, stage = heappop(coming)
        if stage not in STAGES:
            found.append(StageVisit(str(case), stage, BEGINS + timedelta(days=day)))
            continue
        stays, ways = STAGES[stage]
        to = chance.choices(list(ways), weights=list(ways.values()))[0]
        left = day + round(stays * chance.lognormvariate(0, 0.6))
        if stage in BOOKED:
            weekdays, notice = BOOKED[stage]
            left = day + notice + int(chance.expovariate(1 / 5))
            while left % 7 not in weekdays or taken[stage, left] >= slots:
                left += 1
            if to == "declined":
                left = day + int(chance.random() * (left - day))
            else:
                taken[stage, left] += 1
        found.append(StageVisit(str(case), stage, BEGINS + timedelta(days=day), BEGINS + timedelta(days=left), to))
        heappush(coming, (left, case, to))
    return found


def in_the_year_after(history: list[StageVisit], procedure: str, on: date) -> tuple[int, float]:
    """How many were done, and the median of days since referral at each patient's first."""
    begun: dict[str, date] = {}
    first: dict[str, date] = {}
    done = 0
    for visit in sorted(history, key=lambda visit: visit.entered_on):
        begun.setdefault(visit.case, visit.entered_on)
        if visit.stage == f"{procedure}_day":
            first.setdefault(visit.case, visit.entered_on)
            done += on < visit.entered_on <= on + YEAR
    return done, median((day - begun[case]).days for case, day in first.items() if on < day <= on + YEAR)


@pytest.mark.soak
@pytest.mark.parametrize("slots", [2, 3, 5])
def test_the_present_policy_goes_on_as_it_was(itb: Pathway, slots: int) -> None:
    """Over eight clinics, because a year of one wanders by a tenth by itself, and so does the year it is read from."""
    flow, on = flow_of(itb), BEGINS + 3 * YEAR
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for seed in range(1, 9):
        history = four_years(Random(seed), slots)
        policy = observed_policy(flow, history, since=on - YEAR, on=on)
        clinic = clinic_today(flow, history, since=on - YEAR, on=on)
        years = [simulate(clinic, policy, seed=number, days=YEAR.days) for number in range(10)]
        for procedure in flow.procedures:
            done, days = in_the_year_after(history, procedure, on)
            found[procedure, "done"].append((done, fmean(year[procedure].done for year in years)))
            waited = fmean(year[procedure].days_since_referral or 0 for year in years)
            found[procedure, "days since referral"].append((days, waited))
    for which, pairs in found.items():
        happened, simulated = fmean(pair[0] for pair in pairs), fmean(pair[1] for pair in pairs)
        print(f"{slots} slots, {', '.join(which)}: {happened:.0f}, simulated {simulated:.0f}")
        assert simulated == pytest.approx(happened, rel=0.1), which
