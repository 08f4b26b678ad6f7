"""What the bench wipes, the reconciler makes again; what it measures is what it allows."""

from sqlalchemy import func, select

from tests.support.milestones import Milestones
from tests.support.todos import open_todos
from tracker.bench.reconciling import FLOORS, Reconciled, excesses, measure_in
from tracker.persistence.models import Reminder
from tracker.queries.invariants import check_everything


def test_measures_a_clinic_and_leaves_it_as_it_was(milestones: Milestones) -> None:
    world, journey = milestones.at("implant_booked")
    before = open_todos(journey)
    found = measure_in(world.runtime, 1)
    assert (found["cases"], found["open_cases"], found["engine"]) == (1, 1, "sqlite")
    assert found["rows_made"] > len(before) > 1
    assert open_todos(journey) == before
    with world.database.reading() as session:
        assert check_everything(session, world.clock.now()).violations == []
        assert session.scalar(select(func.count()).select_from(Reminder))


def test_says_what_takes_too_much() -> None:
    found: Reconciled = {
        "cases": 1000, "engine": "sqlite", "open_cases": 600, "rows_made": 3000, "floor_ms": 1.0, "scratch_ms": 4.0,
        "ratio": 4.0, "idle_tick_ms": 9.9, "touched_case_ms": 6.0, "memory_mb": 100.0,
    }  # fmt: skip
    assert excesses(found) == []
    found.update(ratio=4.01, idle_tick_ms=10.0, touched_case_ms=6.01)
    assert len(excesses(found)) == 3
    assert f"{FLOORS} are allowed" in excesses(found)[0]
