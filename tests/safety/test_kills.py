"""Dispatchers that are killed at any moment: no reminder is lost, and none goes out more often than it may."""

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, update

from tracker.bench.rushes.journal import Journal
from tracker.bench.rushes.killing import Assassin, make_dispatcher, recover, telling
from tracker.bench.rushes.outcome import Outcome, look
from tracker.bench.rushes.rush import RUSH_AT, Rush, RushClock, make_rush
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.persistence.models import DeliveryAttempt, Reminder, StaffTask

#: Few at once, so that some are held by one dead dispatcher after the other.
AT_ONCE = 40
#: Each story of the soak has twice as many kills as the one of every run.
STORIES = [
    pytest.param(0, 100, id="0"),
    *(pytest.param(n, 200, id=f"{n}", marks=pytest.mark.soak) for n in range(1, 11)),
]
#: What is due in the pass that is stopped at each of its points.
FEW = 2


class Fault(BaseException):
    """What stops a dispatcher in the middle: nothing that it could catch."""


def is_handled(found: Outcome, *rushes: Rush) -> bool:
    """Every reminder that was due has its end, and every one that is to come is as it was."""
    due = sum(len(rush.cases) for rush in rushes)
    ended = found.states["accepted"] + found.states["tasked"]
    return (ended, found.states["planned"], sum(found.states.values())) == (due, due, 2 * due)


@pytest.mark.slow
@pytest.mark.parametrize(("story", "kills"), STORIES)
def test_no_kill_loses_a_reminder_or_sends_more_than_two(
    database: Database, tmp_path: Path, request: pytest.FixtureRequest, story: int, kills: int
) -> None:
    """Ten stories of 200 kills and not one of 2,000: in the hours that each has, most leases come to their end."""
    clock, journal, ids, rushes = RushClock(), Journal(tmp_path / "taken"), RandomIds(), list[Rush]()

    def refill() -> None:
        rushes.append(make_rush(database, clock, ids, AT_ONCE, name=f"Clinic {len(rushes)}"))

    refill()
    assassin = Assassin(database, clock, journal, Random(request.config.getoption("--seed") + story), refill)
    assassin.kill(kills)
    recover(make_dispatcher(database, clock, journal), clock)
    found = look(database, journal.copies(), clock.at)
    assert found.faults == {}
    assert is_handled(found, *rushes)
    # Else the moments that matter were never hit: where an answer is unknown once, and where it is unknown again.
    assert kills / 20 < len(found.copied) <= len(found.ambiguous) < kills
    assert found.states["tasked"] > kills / 50
    assert len(assassin.killed) == 3 and assassin.killed.total() == kills


@pytest.mark.slow
def test_no_fault_at_any_statement_loses_a_reminder_or_sends_more_than_two(database: Database, tmp_path: Path) -> None:
    """Statement by statement, commit by commit and around each call, until one pass comes to its end."""
    clock, journal = RushClock(), Journal(tmp_path / "taken")
    rush = make_rush(database, clock, RandomIds(), FEW)
    copied, point = set(), 0
    while stopped_at(point := point + 1, database, clock, journal):
        recover(make_dispatcher(database, clock, journal), clock)
        found = look(database, journal.copies(), clock.at)
        assert found.faults == {}, point
        assert is_handled(found, rush), point
        copied |= {point} if found.copied else set()
        rewind(database, clock, journal)
    # Reading what is due, holding it, and for each of them two transactions and a call.
    assert point > 2 + FEW * 3 * 6
    assert FEW <= len(copied) < point / 4


def stopped_at(number: int, database: Database, clock: RushClock, journal: Journal) -> bool:
    """Run a pass that breaks off at its n-th point; false if it has fewer."""
    left = number

    def tell() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Fault

    try:
        with telling(database, tell):
            make_dispatcher(database, clock, journal, on_call=tell, on_end=tell).dispatch_due()
    except Fault:
        return True
    finally:
        # A fault in a commit leaves the transaction open in its connection.
        database.dispose()
    return False


def rewind(database: Database, clock: RushClock, journal: Journal) -> None:
    """As it stood before the first pass."""
    clock.at = RUSH_AT
    journal.clear()
    with database.writing() as session:
        session.execute(delete(DeliveryAttempt))
        session.execute(delete(StaffTask))
        unheld = {"claim_token": None, "lease_until": None, "stumbles": 0, "attempts": 0, "closed_reason": ""}
        session.execute(update(Reminder).values(state="planned", next_action_at=Reminder.wanted_at, **unheld))
