"""Today tells one matter of one patient once, and loses nothing of what waits for it."""

import pytest

from tests.factories.listed import Listed
from tests.support.web import WebWorld
from tracker.domain.words import Role


def main_of(world: WebWorld) -> str:
    """What the page says."""
    return world.sign_in(Role.COORDINATOR).get("/today").get_data(as_text=True).partition("<main")[2]


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
