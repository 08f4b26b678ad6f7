"""A task is ended by a person with an outcome, in their own clinic, once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import Event, StaffTask
from tracker.services.replying.answers import TASK_EVENTS


def a_task(world: WebWorld, *, kind: str = "call", params: dict[str, object] | None = None) -> int:
    """A call that somebody must make, due today."""
    task_id = 77
    with world.runtime.database.writing() as session:
        now = world.clock.now()
        session.add(
            StaffTask(
                clinic_id=world.clinic_id,
                id=task_id,
                kind=kind,
                key="call:1",
                params=params or {"about": "arrival", "why": "no_address"},
                owner_role="coordinator",
                due_on=now.date() - timedelta(days=1),
                opened_at=now,
            )
        )
    return task_id


class TestATask:
    def test_says_what_to_do_and_why(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.COORDINATOR)
        page = browser.get(f"/tasks/{a_task(world)}").text
        assert "Call about the visit" in page
        assert "no address or number that it can go to" in page

    @pytest.mark.parametrize("kind", sorted(TASK_EVENTS))
    def test_that_a_reply_opened_says_what_was_answered_and_how(self, world: WebWorld, kind: str) -> None:
        task_id = a_task(world)
        params = {"visit": "2026-03-26T09:00", "how": "text message", "said": "no <idea>"}
        with world.runtime.database.writing() as session:
            session.execute(update(StaffTask).values(kind=kind, params=params))
        page = world.sign_in(Role.COORDINATOR).get(f"/tasks/{task_id}").text
        assert kind.replace("_", " ").capitalize() not in page
        assert "visit of 26 Mar 2026, 09:00 · “no &lt;idea&gt;” · by text message" in page

    def test_is_ended_with_an_outcome_on_the_record(self, world: WebWorld) -> None:
        browser, task_id = world.sign_in(Role.COORDINATOR), a_task(world)
        answer = browser.submit(f"/tasks/{task_id}", {"outcome": "Spoke with the mother"})
        assert answer.status_code == 303
        with world.runtime.database.reading() as session:
            task = session.scalars(select(StaffTask)).one()
            assert (task.outcome, task.done_at) == ("Spoke with the mother", world.clock.now())
            assert session.scalars(select(Event).where(Event.kind == "task_ended")).one().actor_id == task.done_by

    def test_is_not_ended_without_one(self, world: WebWorld) -> None:
        browser, task_id = world.sign_in(Role.COORDINATOR), a_task(world)
        answer = browser.submit(f"/tasks/{task_id}", {"outcome": "   "})
        assert answer.status_code == 422
        assert "Say what came of it" in answer.text

    def test_is_ended_once(self, world: WebWorld) -> None:
        browser, task_id = world.sign_in(Role.COORDINATOR), a_task(world)
        browser.submit(f"/tasks/{task_id}", {"outcome": "Called"})
        assert "Called" in browser.get(f"/tasks/{task_id}").text
        with world.runtime.database.reading() as session:
            assert session.scalars(select(StaffTask)).one().outcome == "Called"

    def test_of_another_clinic_is_not_found(self, world: WebWorld) -> None:
        browser, _ = world.sign_in(Role.COORDINATOR), a_task(world)
        assert browser.get("/tasks/78").status_code == 404


class TestABurst:
    """Messages that were held back."""

    def test_is_decided_on_its_page_and_not_ended_with_words(self, world: WebWorld) -> None:
        task_id = a_task(world, kind="held_burst", params={"messages": 214})
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        page = browser.get(f"/tasks/{task_id}").text
        assert "214 messages are held back" in page and "What came of it" not in page
        answer = browser.post(f"/tasks/{task_id}/burst", {"decision": "call"})
        assert answer.status_code == 303
        assert "Called instead" in browser.get(f"/tasks/{task_id}").text
        # Out of a tab that is still open.
        stale = browser.post(f"/tasks/{task_id}/burst", {"decision": "send"})
        assert stale.status_code == 409 and "ended already: Called instead" in stale.text

    def test_is_not_for_everybody(self, world: WebWorld) -> None:
        task_id = a_task(world, kind="held_burst", params={"messages": 214})
        browser = world.sign_in(Role.NURSE)
        browser.get("/today")
        assert browser.post(f"/tasks/{task_id}/burst", {"decision": "send"}).status_code == 403
