"""Acts of chance on a reoperation and on the case of its pump, in turn: each is done, or refused in words."""

from collections.abc import Callable
from random import Random

import pytest

from tests.stateful.acts import ACTS
from tests.stateful.clinic import Seen
from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.reoperating import begun, booked, on_the_day
from tracker.domain.errors import DomainError
from tracker.domain.words import Role
from tracker.queries.invariants import check_everything
from tracker.queries.snapshots import load_snapshot
from tracker.services.work import CaseRef, Work

ROLES = (Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN)
#: Nobody is told of anything here, and no scheduler runs.
NOT_HERE = {"I16", "I17"}


def seen(journey: Journey, role: Role) -> Seen:
    with journey.database.reading() as session:
        head = journey.look().head
        loaded = load_snapshot(session, journey.clinic_id, head.case_id)
        people = journey.user_ids[role], journey.user_ids[Role.LEAD_COORDINATOR]
        ref = CaseRef(journey.public_id, head.version)
        return Seen(ref, loaded.case, loaded.snapshot, loaded.pathway, journey.clock.now(), people)


def try_one(journey: Journey, dice: Random) -> None:
    role = dice.choice(ROLES)
    now = seen(journey, role)
    act = ACTS[dice.choice(sorted(ACTS))](now, dice)
    if act is None:
        return
    try:
        with journey.database.writing() as session:
            act(Work(session, journey.actor(role), journey.ids, journey.clock.now()), now.ref)
    except DomainError:
        return


@pytest.mark.parametrize("reach", [begun, lambda pump: (booked(beside := begun(pump)), beside)[1],
                                   lambda pump: on_the_day(begun(pump))])  # fmt: skip
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
def test_nothing_breaks_either_case(milestones: Milestones, reach: Callable[[Journey], Journey], seed: int) -> None:
    pump = milestones.at("maintained")[1]
    beside, dice = reach(pump), Random(seed)  # the same story for the same seed
    for number in range(60):
        try_one(beside if number % 3 else pump, dice)
    with pump.database.reading() as session:
        found = check_everything(session, pump.clock.now()).violations
    assert [f"{each.invariant}: {each.message}" for each in found if each.invariant not in NOT_HERE] == []
