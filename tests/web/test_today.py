"""Today tells one matter of one patient once, and loses nothing of what waits for it."""

from datetime import timedelta

import pytest

from tests.factories.listed import Listed
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import StaffTask


def main_of(world: WebWorld, role: Role = Role.COORDINATOR, query: str = "") -> str:
    """What the page says."""
    return world.sign_in(role).get(f"/today{query}").get_data(as_text=True).partition("<main")[2]


@pytest.fixture
def listed_in(world: WebWorld) -> None:
    """A missing consent that holds up the next step, an unknown alarm date, and two matters of one patient."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        lacks = {"first_blocker": "consent_missing", "first_blocker_params": {"purpose": "trial"}, "blocker_count": 1}
        unsigned = listed.case(listed.patient("Unsigned"), "trial_booked", **lacks)
        listed.todo(unsigned, "consent", subject="consent:trial:1", due=-1, reason="consent_missing",
                    params={"purpose": "trial"})  # fmt: skip
        listed.todo(unsigned)
        listed.pump(listed.case(listed.patient("Unknown"), "maintained"), latest=None)
        both = listed.case(listed.patient("Both"), "trial_booked", **lacks)
        listed.todo(both, "consent", subject="consent:implant:1", reason="consent_missing",
                    params={"purpose": "implant"})  # fmt: skip
        listed.todo(both)


def test_asks_once_about_a_visit_that_is_booked_and_not_confirmed(world: WebWorld) -> None:
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        comes = {"purpose": "trial", "on": "2026-03-20"}
        waits = {"first_blocker": "not_arrived", "first_blocker_params": comes, "blocker_count": 1}
        case = listed.case(listed.patient("Booked"), "trial_booked", **waits)
        listed.todo(case, "arrival", subject="appointment:7", reason="visit_unconfirmed",
                    params={**comes, "appointment": "7"}, due=-1)  # fmt: skip
        listed.todo(case)
    body = main_of(world)

    assert body.count(">Booked<") == 1
    assert "/visit/7/confirm" in body


@pytest.fixture
def tasks_in(world: WebWorld) -> None:
    """Many tasks that are late, a critical to-do, and the call of somebody who was not found."""
    with world.database.writing() as session:
        now, today = world.clock.now(), world.clock.now().date()
        listed = Listed(session, world.clinic_id, now, world.ids)
        listed.todo(listed.case(listed.patient("Worst")), due=-9, critical_on=today - timedelta(days=9))
        call = {"phone": "303 555 0199", "caller": "a sister", "words": "it beeps"}
        for number in range(61):
            of_it = ("nobody_named", "administrator", -number, {"who": "on_call"}) if number else (
                "pump_call_unknown", "physician", 0, call)  # fmt: skip
            kind, owner, days, params = of_it
            session.add(
                StaffTask(
                    clinic_id=world.clinic_id, id=world.ids.row_id(now), kind=kind, key=f"{kind}:{number}",
                    params=params, owner_role=owner, due_on=today + timedelta(days=days), opened_at=now,
                )
            )  # fmt: skip


@pytest.mark.usefixtures("tasks_in")
class TestTasks:
    @pytest.mark.parametrize("query", ["", "?mine=1", "?tasks=1"])
    @pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PHYSICIAN])
    def test_a_call_of_somebody_unknown_stands_first_of_all(self, world: WebWorld, role: Role, query: str) -> None:
        body = main_of(world, role, query)
        first = body.partition('<li class="todo">')[2].partition("</li>")[0]
        assert "call back now" in first and "303 555 0199 · a sister · it beeps" in first
        assert "Critical" in body.partition('<li class="todo">')[0]

    def test_every_task_is_counted_and_a_link_away(self, world: WebWorld) -> None:
        body = main_of(world)
        assert "62 to do" in body
        assert "Show all 60 tasks" in body and 'href="/today?tasks=1"' in body
        pages = [main_of(world, Role.COORDINATOR, query) for query in ("?tasks=1", "?tasks=1&page=2")]
        assert sum(page.count("Nobody is named") for page in pages) == 60
        assert "41–61 of 61" in pages[1] and "62 to do" in pages[1]


@pytest.mark.usefixtures("listed_in")
class TestToday:
    def test_shows_one_matter_of_a_patient_once(self, world: WebWorld) -> None:
        body = main_of(world)
        assert body.count(">Unsigned<") == 1
        assert body.count(">Unknown<") == 1
        assert "holds up: trial booked" in body
        assert "4 to do" in body

    def test_keeps_two_matters_apart(self, world: WebWorld) -> None:
        assert main_of(world).count(">Both<") == 2
