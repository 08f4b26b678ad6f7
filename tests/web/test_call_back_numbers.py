"""The number to call back after a pump call: whatever it says, the call is kept at once, and doubted afterwards."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import Browser, WebWorld
from tracker.domain.facts import PumpCall
from tracker.domain.words import Role
from tracker.persistence.models import Obligation, StaffTask

At = Callable[[str], tuple[WebWorld, Journey]]
DESK = Role.FRONT_DESK
#: What is typed as the number, what is ticked, and what is said of it on the page that follows.
DOUBTED = {
    "words": ({"phone": "no idea"}, "“no idea” cannot be a telephone number."),
    "too short": ({"phone": "555 01"}, "“555 01” cannot be a telephone number."),
    "nothing": ({"phone": ""}, "No number to call back is written down."),
    "nothing, said so": ({"phone": "", "no_phone": "y"}, ""),
    "a number": ({"phone": "(303) 555-0188"}, ""),
}


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


def text(browser: Browser, path: str) -> str:
    return html.unescape(browser.get(path).get_data(as_text=True))


def open_tasks(world: WebWorld, kind: str) -> list[StaffTask]:
    with world.database.reading() as session:
        return list(session.scalars(select(StaffTask).where(StaffTask.kind == kind, StaffTask.done_at.is_(None))))


class TestOfAPatient:
    def take(self, world: WebWorld, journey: Journey, role: Role = DESK, **typed: object) -> tuple[int, str]:
        """A call is taken; the status, and the page that follows."""
        browser = world.sign_in(role)
        version = journey.look().head.version
        values = {"expected_version": version, "tone": "two", "caller": "the mother", **typed}
        answer = browser.submit(f"/cases/{journey.public_id}/pump-call", values)
        return answer.status_code, text(browser, f"/cases/{journey.public_id}")

    @pytest.mark.parametrize("typed", DOUBTED)
    def test_never_keeps_the_call_from_the_physician(self, at: At, typed: str) -> None:
        world, journey = at("maintained")
        given, said = DOUBTED[typed]
        status, page = self.take(world, journey, **given)
        assert status == 303
        with world.database.reading() as session:
            due = session.scalars(select(Obligation).where(Obligation.kind == "pump_call", Obligation.is_open)).one()
        assert due.critical_on == journey.today
        call = journey.look().snapshot.of(PumpCall)[-1]
        assert call.phone == given["phone"]
        assert call.words == ("No number to call back was known." if "no_phone" in given else "")
        assert ("Is the caller still there?" in page) is bool(said) and said in page

    def test_that_cannot_be_one_is_a_task_of_the_coordinator_each_time(self, at: At) -> None:
        world, journey = at("maintained")
        for number in (1, 2):
            self.take(world, journey, phone="no idea")
            found = open_tasks(world, "reach_doubts")
            assert len(found) == number
        assert {each.owner_role for each in found} == {"coordinator"}
        page = text(world.sign_in(Role.COORDINATOR), "/today")
        assert "“no idea” cannot be a telephone number (pump call, the mother)." in page

    @pytest.mark.parametrize("typed", ["nothing", "a number", "nothing, said so"])
    def test_opens_no_task_where_there_is_nothing_to_put_right(self, at: At, typed: str) -> None:
        world, journey = at("maintained")
        self.take(world, journey, **DOUBTED[typed][0])
        assert open_tasks(world, "reach_doubts") == []

    @pytest.mark.parametrize(("role", "may"), [(DESK, True), (Role.NURSE, True), (Role.THERAPIST, False)])
    def test_leads_to_where_the_right_one_is_written(self, at: At, role: Role, *, may: bool) -> None:
        world, journey = at("maintained")
        _, page = self.take(world, journey, role, phone="no idea")
        banner = page.partition("Is the caller still there?")[2].partition("</div>")[0]
        assert (f'href="/cases/{journey.public_id}/identity"' in banner) is may

    def test_stands_with_those_on_record_where_the_call_is_closed(self, at: At) -> None:
        world, journey = at("maintained")
        self.take(world, journey, phone="no idea")
        seq = journey.look().snapshot.of(PumpCall)[-1].seq
        page = text(world.sign_in(Role.PHYSICIAN), f"/cases/{journey.public_id}/settle-pump-call/{seq}")
        assert "called by the mother on no idea" in page and "Phones on record" in page

    def test_may_be_as_long_as_people_write(self, at: At) -> None:
        world, journey = at("maintained")
        status, _ = self.take(world, journey, phone="she hung up; a phone box near the hospital, maybe call the son")
        assert status == 303


class TestOfSomebodyUnknown:
    def take(self, world: WebWorld, **typed: object) -> tuple[int, str]:
        browser = world.sign_in(DESK)
        values = {"phone": "", "caller": "a neighbour", "words": "a man on Elm Street", **typed}
        answer = browser.submit("/pump-call", values)
        page = answer.get_data(as_text=True) if answer.status_code != 303 else browser.get("/pump-call").text
        return answer.status_code, html.unescape(page)

    @pytest.mark.parametrize("typed", DOUBTED)
    def test_never_keeps_the_call_from_whoever_is_on_call(self, at: At, typed: str) -> None:
        world, _ = at("referred")
        given, said = DOUBTED[typed]
        status, page = self.take(world, **given)
        assert status == 303
        (task,) = open_tasks(world, "pump_call_unknown")
        assert task.params["phone"] == given["phone"]
        assert ("Is the caller still there?" in page) is bool(said) and said in page

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("words", "no idea · “no idea” cannot be a telephone number · a neighbour"),
            ("nothing", "No number to call back is written down · a neighbour"),
            ("nothing, said so", "no number is known · a neighbour"),
            ("a number", "(303) 555-0188 · a neighbour"),
        ],
    )
    def test_is_told_to_whoever_calls_back(self, at: At, typed: str, said: str) -> None:
        world, _ = at("referred")
        self.take(world, **DOUBTED[typed][0])
        assert said in text(world.sign_in(Role.PHYSICIAN), "/today")

    def test_is_kept_with_a_number_and_nothing_else(self, at: At) -> None:
        world, _ = at("referred")
        assert self.take(world, phone="303 555 0188", words="", caller="")[0] == 303

    @pytest.mark.parametrize("typed", [{}, {"no_phone": "y"}, {"caller": "a neighbour"}])
    def test_is_not_kept_where_nothing_is_told(self, at: At, typed: dict[str, object]) -> None:
        world, _ = at("referred")
        status, page = self.take(world, **{"caller": "", "words": " ", **typed})
        assert status == 422 and "Write down the number, or what the caller said." in page
        assert open_tasks(world, "pump_call_unknown") == []

    def put_right(self, world: WebWorld, number: str, role: Role = DESK) -> tuple[int, str]:
        browser = world.sign_in(role)
        (task,) = open_tasks(world, "pump_call_unknown")
        answer = browser.submit(f"/pump-call/{task.id}/number", {"phone": number})
        return answer.status_code, html.unescape(answer.get_data(as_text=True))

    def test_is_put_right_from_the_page_that_follows(self, at: At) -> None:
        world, _ = at("referred")
        _, page = self.take(world, phone="no idea")
        (task,) = open_tasks(world, "pump_call_unknown")
        assert re.search(rf'href="/pump-call/{task.id}/number"[^>]*>Give the number', page)
        assert self.put_right(world, "303 555 0188")[0] == 303
        today = text(world.sign_in(Role.PHYSICIAN), "/today")
        assert "303 555 0188 · first given: no idea · a neighbour · a man on Elm Street" in today

    def test_is_put_right_twice_and_nothing_given_is_lost(self, at: At) -> None:
        world, _ = at("referred")
        self.take(world, phone="no idea")
        assert [self.put_right(world, number)[0] for number in ("303 555 0188", "303 555 0199")] == [303, 303]
        today = text(world.sign_in(Role.PHYSICIAN), "/today")
        assert "303 555 0199 · first given: no idea, 303 555 0188 · a neighbour" in today

    def test_comes_back_with_a_word_where_somebody_has_seen_to_the_call_meanwhile(self, at: At) -> None:
        world, _ = at("referred")
        self.take(world, phone="no idea")
        (task,) = open_tasks(world, "pump_call_unknown")
        with world.database.writing() as session:
            session.execute(update(StaffTask).values(done_at=task.opened_at, outcome="No number to reach."))
        answer = world.sign_in(DESK).submit(f"/pump-call/{task.id}/number", {"phone": "303 555 0188"})
        page = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 422 and 'value="303 555 0188"' in page
        assert "Somebody has seen to this call: No number to reach. Tell a physician the number." in page

    def test_is_not_put_right_by_what_cannot_be_one_either(self, at: At) -> None:
        world, _ = at("referred")
        self.take(world, phone="no idea")
        status, page = self.put_right(world, "maybe later")
        assert status == 422 and "“maybe later” cannot be a telephone number." in page and "maybe later" in page
        assert open_tasks(world, "pump_call_unknown")[0].params["phone"] == "no idea"

    def test_is_not_put_right_where_the_call_is_over_or_another_clinics(self, at: At) -> None:
        world, _ = at("referred")
        self.take(world, phone="no idea")
        (task,) = open_tasks(world, "pump_call_unknown")
        assert world.sign_in(DESK, "north").get(f"/pump-call/{task.id}/number").status_code == 404
        answer = world.sign_in(Role.PHYSICIAN).submit(f"/tasks/{task.id}", {"outcome": "found her"})
        assert answer.status_code in {302, 303}
        assert world.sign_in(DESK).get(f"/pump-call/{task.id}/number").status_code == 404
