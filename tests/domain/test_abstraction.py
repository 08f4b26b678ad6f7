"""The abstraction contains the truth: no concrete case does what the pathway check believes to be impossible.

Random cases of every kind; for each requirement that is met, what it claims must hold of the case. So a step the check
calls contradictory is never taken, and two automatic steps it keeps apart are never enabled together. Beside it, what
every requirement says of time: it answers the same until the instant it names.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.domain.builders import DAY, NOW, STARTS, Case
from tests.domain.valuation import valuation
from tests.support.thoroughness import examples
from tracker.domain.facts import FollowUp
from tracker.domain.pathway.check.abstraction import certain
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import DEATH, automatic_step, offered, unmet
from tracker.domain.pathway.requirements import VOCABULARY, Requirement
from tracker.domain.pathway.requirements.person import Determined
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, DeviceKind, DocumentKind, Outcome
from tracker.pathways.catalogue import current

ITB, REOPERATION = current("itb"), current("itb_reoperation")
Act = Callable[[Case], object]

FEW_DAYS = st.sampled_from((-400, -366, -365, -31, -30, -2, -1, 0, 1, 2)).map(lambda days: timedelta(days=days))
PURPOSES = st.sampled_from(("evaluation", "trial", "implant", "refill", "reoperation"))
STATES = st.sampled_from(("booked", "arrived", "completed", "cancelled"))
ATTEMPTS = st.integers(1, 2)
SIGNED = st.sampled_from((None, 2))
KEYS = (
    "consent.trial",
    "consent.implant",
    "consent.reoperation",
    "authorization.implant",
    "trial_result",
    "dose",
    "device.pump",
    "alarm_date",
)


def _removed(case: Case) -> None:
    for device in case.snapshot.devices_in_place[:1]:
        case.removed(device.kind)


ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(lambda p, s, d: lambda c: c.visit(p, s, starts=STARTS + d), PURPOSES, STATES, FEW_DAYS),
    st.builds(
        lambda p, d, s: lambda c: c.consented(p, DAY + d, state=s),
        PURPOSES,
        FEW_DAYS,
        st.sampled_from(("signed", "withdrawn")),
    ),
    st.builds(
        lambda p, d, s, u: lambda c: c.authorized(p, valid_from=DAY + d, state=s, units=u),
        PURPOSES,
        FEW_DAYS,
        st.sampled_from(("granted", "denied", "not_required")),
        st.sampled_from((None, 1)),
    ),
    st.builds(lambda k, d: lambda c: c.document(k, DAY + d), st.sampled_from(DocumentKind), FEW_DAYS),
    st.builds(lambda o, d: lambda c: c.outcome(o, NOW + d), st.sampled_from(Outcome), FEW_DAYS),
    st.builds(
        lambda k, v, a, s: lambda c: c.determined(k, v, attempt=a, second_by=s),
        st.sampled_from([kind for kind in DeterminationKind if kind is not DeterminationKind.OUTCOME]),
        st.sampled_from(("", "accepted", "declined", "completed", "trial_result", "early", *KEYS)),
        ATTEMPTS,
        SIGNED,
    ),
    st.builds(lambda d: lambda c: c.dosed(NOW + d), FEW_DAYS),
    st.builds(lambda k: lambda c: c.placed(k), st.sampled_from(DeviceKind)),
    st.builds(lambda k, a: lambda c: c.snapshot.pump and c.filled(k, a), st.sampled_from(("implant", "refill")),
              st.sampled_from((None, DAY))),
    st.builds(lambda h: lambda c: c.snapshot.attempt_dose and c.scored(h), st.integers(0, 9)),
    st.builds(lambda p: lambda c: c.next_attempt(p), st.sampled_from(("trial", "implant"))),
    st.builds(lambda p: lambda c: c.snapshot.visit(p) and c.checked(REOPERATION if p == "reoperation" else ITB, p),
              st.sampled_from(("trial", "implant", "reoperation"))),
    st.builds(lambda u, s: lambda c: c.record(FollowUp, rule=u, about_seq=1, result=s),
              st.sampled_from(("wound_check", "sutures_out")), st.sampled_from(("healing well", "out", "left in"))),
    st.sampled_from((Case.baseline, Case.evaluated, Case.in_pain, Case.ordered, _removed)),
)  # fmt: skip
OPEN = [(each, name) for each in (ITB, REOPERATION) for name, stage in each.stages.items() if stage.is_open]
CASES = st.lists(ACTS, max_size=18)
THOROUGH = settings(
    max_examples=examples(80), deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def _case(acts: list[Act]) -> Snapshot:
    case = Case()
    for act in acts:
        act(case)
    return case.snapshot


def _needs(*pathways: Pathway) -> tuple[Requirement, ...]:
    edges = (edge for pathway in pathways for edge in pathway.transitions)
    asked = dict.fromkeys(need for edge in edges for need in edge.needs)
    kinds = (DeterminationKind.DECISION, DeterminationKind.TRANSFER, DeterminationKind.TRIAL_ABORTED)
    others = (
        Determined(determination=kind, value=value, purpose=purpose, absent=absent, second_person=second)
        for kind in kinds
        for value in ("", "completed")
        for purpose in ("", "trial")
        for absent in (False, True)
        for second in (False, True)
    )
    return (*asked, *others)


NEEDS = _needs(ITB, REOPERATION)


def test_every_kind_of_requirement_is_among_them() -> None:
    assert {need.kind for need in NEEDS} == set(VOCABULARY)


@THOROUGH
@example(acts=[lambda case: case.outcome("positive", NOW - timedelta(days=400))])
@example(acts=[lambda case: case.outcome("positive", NOW - timedelta(days=400)).determined("earlier_benefit")])
@example(acts=[lambda case: case.determined("deviation")])
@given(acts=CASES)
def test_what_is_met_is_as_claimed(acts: list[Act]) -> None:
    snapshot = _case(acts)
    truth = valuation(snapshot, NOW, ITB.days("trial_result_days"))
    for need in NEEDS:
        if need.is_asked(snapshot) and not need.is_excused(snapshot) and not need.missing(snapshot, NOW):
            for claim in need.claims:
                assert (truth[claim.variable] in claim.values) is not claim.is_not, (need, claim)


@THOROUGH
@given(acts=CASES, later=st.integers(1, 1_000_000))
def test_what_does_not_ask_today_does_not_turn_with_time(acts: list[Act], later: int) -> None:
    snapshot = _case(acts)
    for need in NEEDS:
        if not need.asks_today:
            assert need.turns_at(snapshot, NOW) is None
            assert need.blockers(snapshot, NOW) == need.blockers(snapshot, NOW + timedelta(minutes=later))


@THOROUGH
@given(acts=CASES)
def test_answers_stay_the_same_until_the_instant_named(acts: list[Act]) -> None:
    snapshot = _case(acts)
    for need in NEEDS:
        turn = need.turns_at(snapshot, NOW)
        until = (turn or NOW + timedelta(days=9000)) - timedelta(microseconds=1)
        assert turn is None or turn > NOW
        assert need.blockers(snapshot, NOW) == need.blockers(snapshot, until)


@THOROUGH
@given(acts=CASES, pathway=st.sampled_from((ITB, REOPERATION)))
def test_at_most_one_automatic_step_is_enabled(acts: list[Act], pathway: Pathway) -> None:
    snapshot = _case(acts)
    for stage in pathway.stages:
        enabled = [
            edge
            for edge in pathway.leaving(stage)
            if edge.is_automatic and edge.target != DEATH and not unmet(edge.needs, snapshot, NOW)
        ]
        assert sum(1 for edge in enabled if not edge.is_deviation) <= 1
        assert sum(1 for edge in enabled if edge.is_deviation) <= 1


@THOROUGH
@given(acts=CASES, start=st.sampled_from(OPEN))
def test_automatic_steps_come_to_rest(acts: list[Act], start: tuple[Pathway, str]) -> None:
    pathway, stage = start
    snapshot = Case.__new__(Case)
    snapshot.snapshot = _case(acts)
    for _ in range(len(pathway.stages)):
        edge = automatic_step(pathway, snapshot.at_stage(stage).snapshot, NOW)
        if edge is None:
            return
        stage = edge.target
    pytest.fail("the automatic steps go on for ever")


@THOROUGH
@given(acts=CASES, stage=st.sampled_from(list(ITB.stages)))
def test_the_engine_names_the_next_instant_of_any_offer(acts: list[Act], stage: str) -> None:
    case = Case(stage)
    for act in acts:
        act(case)
    now = offered(ITB, case.snapshot, NOW)
    until = (now.next_change_at or NOW + timedelta(days=9000)) - timedelta(microseconds=1)
    assert [offer.blockers for offer in now.offers] == [o.blockers for o in offered(ITB, case.snapshot, until).offers]


def test_no_step_of_the_files_is_thought_impossible() -> None:
    assert all(certain(edge).is_satisfiable for pathway in (ITB, REOPERATION) for edge in pathway.transitions)
