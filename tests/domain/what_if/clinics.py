"""A clinic on the pathway file, with made-up times for its stages: medians as published, longest to be booked."""

from collections.abc import Mapping
from math import exp
from statistics import NormalDist

from tracker.domain.forecast.stage_times import StageTimes
from tracker.domain.pathway.definition import Pathway
from tracker.domain.statistics.risk_sets import Spell
from tracker.domain.what_if.flow import flow_of
from tracker.domain.what_if.policy import Policy, ProcedurePolicy
from tracker.domain.what_if.simulation import Clinic

#: Median days, and of a hundred how many go where.
STAGES: dict[str, tuple[float, dict[str, int]]] = {
    "referred": (5, {"evaluation_booked": 95, "unreachable": 5}),
    "evaluation_booked": (25, {"evaluating": 90, "referred": 10}),
    "evaluating": (10, {"trial_authorization": 80, "not_a_candidate": 20}),
    "trial_authorization": (14, {"trial_to_book": 93, "not_covered": 7}),
    "trial_to_book": (3, {"trial_booked": 97, "declined": 3}),
    "trial_booked": (14, {"trial_day": 89, "trial_to_book": 8, "declined": 3}),
    "trial_day": (0, {"trial_observation": 97, "trial_review": 3}),
    "trial_observation": (0, {"trial_review": 100}),
    "trial_review": (3, {"implant_decision": 85, "trial_to_book": 10, "trial_unsuccessful": 5}),
    "implant_decision": (5, {"implant_authorization": 92, "declined": 8}),
    "implant_authorization": (14, {"implant_to_book": 95, "not_covered": 5}),
    "implant_to_book": (3, {"implant_booked": 98, "declined": 2}),
    "implant_booked": (21, {"implant_day": 94, "implant_to_book": 6}),
    "implant_day": (1, {"recovering": 100}),
}
#: Tuesdays and Thursdays for trials, Mondays and Wednesdays for implants.
TODAY: Policy = {
    "trial": ProcedurePolicy(frozenset({1, 3}), slots=3, lost=0.08, notice_days=7),
    "implant": ProcedurePolicy(frozenset({0, 2}), slots=3, lost=0.06, notice_days=10),
}


def times() -> Mapping[str, StageTimes]:
    """Of each stage, a hundred stays at even steps of a lognormal distribution."""
    found = {}
    for stage, (median, ways) in STAGES.items():
        exits = [way for way, count in ways.items() for _ in range(count)]
        # Every 37th: so that short and long stays are spread over the ways.
        shares = [((37 * place) % 100 + 0.5) / 100 for place in range(100)]
        stays = [round(median * exp(0.6 * NormalDist().inv_cdf(share))) for share in shares]
        found[stage] = StageTimes(Spell(stay, way) for stay, way in zip(stays, exits, strict=True))
    return found


def clinic(pathway: Pathway, *, a_week: int = 6) -> Clinic:
    """With six referrals a week, about three hundred a year; nobody is there yet."""
    return Clinic(
        flow_of(pathway), times(), past_arrivals=[a_week, a_week - 1, a_week] * 9, present=(), first_weekday=0
    )
