"""The clinic as it stands, read from its history: what a simulation starts from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from tracker.domain.forecast.stage_times import StageTimes
from tracker.domain.forecast.stage_visits import StageVisit, known_at, referrals_per_week, spells_by_case
from tracker.domain.statistics.risk_sets import Spell
from tracker.domain.what_if.flow import Flow
from tracker.domain.what_if.simulation import Clinic, Present


def clinic_today(flow: Flow, history: Sequence[StageVisit], *, since: date, on: date) -> Clinic:
    """Stages' times and referrals between the two days, and the cases that were there when ``on`` was over.

    Day 0 of a simulation is ``on``. A stage that nobody left in between lasts as long as the file wants it to.

    :raises ValueError: unless there is a whole week between the days
    """
    known = known_at(history, on)
    weeks = (on - since).days // 7
    if weeks < 1:
        raise ValueError("no week to take referrals from")
    return Clinic(
        flow=flow,
        times=_stage_times(flow, known, since, on),
        past_arrivals=referrals_per_week(known, flow.initial, after=on - timedelta(weeks=weeks), weeks=weeks),
        present=_present(flow, known, on),
        first_weekday=on.weekday(),
    )


def _present(flow: Flow, known: Sequence[StageVisit], on: date) -> Sequence[Present]:
    """Whose referral is not in the history was referred when it begins."""
    referred: dict[str, date] = {}
    had: dict[str, set[str]] = defaultdict(set)
    procedures = {booking.day: booking.procedure for booking in flow.bookings.values()}
    for visit in known:
        referred[visit.case] = min(visit.entered_on, referred.get(visit.case, visit.entered_on))
        if visit.stage in procedures:
            had[visit.case].add(procedures[visit.stage])
    return tuple(
        Present(visit.stage, (on - visit.entered_on).days, (on - referred[visit.case]).days, frozenset(had[visit.case]))
        for visit in known
        if visit.left_on is None and visit.stage not in flow.ends
    )


def _stage_times(flow: Flow, known: Sequence[StageVisit], since: date, on: date) -> Mapping[str, StageTimes]:
    """Who went a way that this file does not have counts as waiting until then."""
    spells: dict[str, list[Spell]] = defaultdict(list)
    for case in spells_by_case(known, since=since, on=on):
        for stage, spell in case:
            is_way = spell.cause in flow.ways.get(stage, ())
            spells[stage].append(spell if is_way else Spell(spell.until, "", spell.joined))
    return {stage: times for stage, each in spells.items() if (times := StageTimes(each)).is_left}
