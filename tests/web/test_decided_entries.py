"""An answer that came in and was not taken is decided once whoever gave it answers anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.web import WebWorld
from tests.web.test_offline_entries import entry, send, visit
from tracker.domain.words import Role
from tracker.persistence.models import ChecklistItemRow, Event, StaffTask


@pytest.fixture
def case(world: WebWorld) -> str:
    """A patient who has arrived for the trial."""
    return visit(world)


def open_tasks(world: WebWorld) -> int:
    """How many tasks somebody must still do."""
    with world.database.reading() as session:
        return len(session.scalars(select(StaffTask.id).where(StaffTask.done_at.is_(None))).all())


def stand(world: WebWorld) -> list[tuple[str, int]]:
    """Which fact stands for each item."""
    with world.database.reading() as session:
        rows = session.scalars(select(ChecklistItemRow).where(ChecklistItemRow.superseded_by.is_(None)))
        return [(row.item, row.seq) for row in rows]


class TestTwoAnswers:
    def test_is_decided_once_whoever_gave_it_answers_in_the_place_of_what_stands(
        self, world: WebWorld, case: str
    ) -> None:
        """One page was asked, and another one had sent the answer meanwhile."""
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        theirs = f"{world.clinic_id}.{world.user_ids[Role.PHYSICIAN]}"
        for item, number in (("xray", 1), ("attempts", 2)):
            send(physician, entry(world, case, item, number=number, value="2", owner=theirs))
            send(nurse, entry(world, case, item, number=10 + number, value="3"))
        assert open_tasks(world) == 2
        seen = dict(stand(world))["xray"]
        # Of an answer before it nothing is known by the new one.
        made_at = (world.clock.now() - timedelta(minutes=29)).isoformat()
        mine = entry(world, case, "xray", number=20, value="3", seen=seen, after=f"{11:032x}", made_at=made_at)
        assert send(nurse, mine)[1]["outcome"] == "saved"
        with world.database.reading() as session:
            ended = session.scalars(select(StaffTask).where(StaffTask.done_at.is_not(None))).one()
            assert ended.key == f"entry:{11:032x}" and ended.done_by == world.user_ids[Role.NURSE]
            assert ended.outcome.startswith("answered anew: done: 3 (Nurse Person")
            assert "task_ended" in set(session.scalars(select(Event.kind)))
        assert open_tasks(world) == 1, "the other item's"

    def test_is_not_decided_by_somebody_else(self, world: WebWorld, case: str) -> None:
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        theirs = f"{world.clinic_id}.{world.user_ids[Role.PHYSICIAN]}"
        send(physician, entry(world, case, "xray", value="2", owner=theirs))
        send(nurse, entry(world, case, "xray", number=2, value="3"))
        again = entry(world, case, "xray", number=3, value="4", owner=theirs, after=f"{1:032x}")
        assert send(physician, again)[1]["outcome"] == "saved"
        assert open_tasks(world) == 1
