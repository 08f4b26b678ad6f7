"""Dispatchers that are killed at any moment: no reminder is lost, and none goes out more often than it may."""

from pathlib import Path
from random import Random

import pytest

from tracker.bench.rushes.journal import Journal
from tracker.bench.rushes.killing import Assassin, make_dispatcher, recover
from tracker.bench.rushes.outcome import look
from tracker.bench.rushes.rush import RushClock, make_rush
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database


@pytest.mark.slow
@pytest.mark.parametrize("kills", [200, pytest.param(2_000, marks=pytest.mark.soak)])
def test_no_kill_loses_a_reminder_or_sends_more_than_two(
    database: Database, tmp_path: Path, request: pytest.FixtureRequest, kills: int
) -> None:
    clock, journal = RushClock(), Journal(tmp_path / "taken")
    make_rush(database, clock, RandomIds(), kills + kills // 4)
    planned = look(database, {}, clock.at).states
    assassin = Assassin(database, clock, journal, Random(request.config.getoption("--seed")))
    assassin.kill(kills)
    recover(make_dispatcher(database, clock, journal), clock)
    found = look(database, journal.copies(), clock.at)
    print(found.states, len(found.copied), len(found.ambiguous), assassin.from_outside)
    assert found.faults == {}
    assert assassin.kills == kills
    # Else the moments that matter were never hit.
    assert 0 < len(found.copied) <= len(found.ambiguous) < kills
    assert 0 < assassin.from_outside < kills
    assert sum(found.states.values()) == sum(planned.values())
    assert found.states["planned"] == planned["planned"] // 2
    assert set(found.states) <= {"planned", "accepted", "tasked"}
