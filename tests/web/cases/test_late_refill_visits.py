"""Booking or moving a refill after the pump's latest refill date, or close to it: asked back once with the reason,
never refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.journey import Journey
from tests.support.web import WebWorld
from tests.web.cases.scene import COORDINATOR
from tests.web.cases.test_asked_back import send, text_of
from tracker.domain.facts import Appointment
from tracker.persistence.models import Room
from tracker.services import appointments
from tracker.services.appointments import Slot

At = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture
def to_book(at: At) -> tuple[WebWorld, Journey]:
    """The pump was filled today and its alarm date is in 90 days, a Thursday; no refill is booked."""
    world, journey = at("maintained")
    visit = journey.visit_for("refill")
    journey.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="snow"))
    return world, journey


def after(journey: Journey, days: int) -> tuple[str, str]:
    """How a day some days after the latest refill date is typed, and the latest date in words."""
    latest = journey.today + timedelta(days=90)
    starts = journey.in_days(90 + days).isoformat(timespec="minutes")
    return starts, f"{latest:%a} {latest.day} {latest:%b}"


def booked(journey: Journey) -> Appointment | None:
    return journey.look().snapshot.booked("refill")


def test_booked_after_it_is_asked_back_with_what_was_typed(to_book: tuple[WebWorld, Journey]) -> None:
    world, journey = to_book
    starts, latest = after(journey, 1)
    values = {"purpose": "refill", "starts": starts, "minutes": "40"}
    browser = world.sign_in(COORDINATOR)
    status, page = send(browser, journey, "book-visit", values)
    asked = f"This is 1 day after the latest refill date, {latest}, by the printed alarm date. Is there an earlier day?"
    assert status == 422
    assert asked in page.partition("<form")[2] and "Book it after the latest refill date all the same" in page
    assert f'value="{starts}"' in page and 'value="40"' in page
    assert booked(journey) is None

    yes = f"starts:{starts} after {(journey.today + timedelta(days=90)).isoformat()}"
    assert f'name="meant" value="{yes}"' in page
    status, page = send(browser, journey, "book-visit", {**values, "meant": yes})
    assert status == 303, page
    visit = booked(journey)
    assert visit is not None and visit.wall == starts


@pytest.mark.parametrize(("days", "said"), [(-7, ""), (-6, "This is 6 days before the latest"), (0, "run dry")])
def test_booked_close_to_it_is_asked_back(to_book: tuple[WebWorld, Journey], days: int, said: str) -> None:
    world, journey = to_book
    starts, _ = after(journey, days)
    values = {"purpose": "refill", "starts": starts, "minutes": "40"}
    browser = world.sign_in(COORDINATOR)
    status, page = send(browser, journey, "book-visit", values)
    if said:
        assert status == 422 and said in page.partition("<form")[2] and booked(journey) is None
        yes = f"starts:{starts} close to {(journey.today + timedelta(days=90)).isoformat()}"
        assert f'name="meant" value="{yes}"' in page
        status, page = send(browser, journey, "book-visit", {**values, "meant": yes})
    assert status == 303, page


def test_another_visit_after_it_is_not_asked(to_book: tuple[WebWorld, Journey]) -> None:
    world, journey = to_book
    starts, _ = after(journey, 5)
    values = {"purpose": "follow_up", "starts": starts, "minutes": "40"}
    assert send(world.sign_in(COORDINATOR), journey, "book-visit", values)[0] == 303


def test_a_closed_day_after_it_is_asked_about_apart(to_book: tuple[WebWorld, Journey]) -> None:
    """A yes to the one is none to the other."""
    world, journey = to_book
    days = (5 - (journey.today + timedelta(days=90)).weekday()) % 7 or 7
    starts, _ = after(journey, days)
    values = {"purpose": "refill", "starts": starts, "minutes": "40", "meant": f"starts:{starts}"}
    status, page = send(world.sign_in(COORDINATOR), journey, "book-visit", values)
    assert status == 422 and f"This is {days} day" in page.partition("<form")[2]


def test_moved_after_it_is_asked_back(at: At) -> None:
    world, journey = at("maintained")
    starts, latest = after(journey, 4)
    number, before = journey.visit_for("refill"), booked(journey)
    values = {"starts": starts, "minutes": "60", "reason": "her daughter's wedding"}
    browser = world.sign_in(COORDINATOR)
    status, page = send(browser, journey, f"visit/{number}/move", values)
    assert status == 422
    assert f"This is 4 days after the latest refill date, {latest}" in page.partition("<form")[2]
    assert "wedding" in page and booked(journey) == before
    yes = f"starts:{starts} after {(journey.today + timedelta(days=90)).isoformat()}"
    status, page = send(browser, journey, f"visit/{number}/move", {**values, "meant": yes})
    assert status == 303, page
    moved = booked(journey)
    assert moved is not None and moved.wall == starts


class TestTheForms:
    def test_to_move_says_the_latest_date_and_where_it_is_now(self, at: At) -> None:
        world, journey = at("maintained")
        _, latest = after(journey, 0)
        room_id = world.ids.row_id(world.clock.now())
        with world.database.writing() as session:
            session.add(Room(clinic_id=world.clinic_id, id=room_id, name="Clinic room 3", is_active=True, version=1))
        number = journey.visit_for("refill")
        slot = Slot(starts=journey.in_days(60), minutes=60, room_id=room_id)
        journey.do(COORDINATOR, lambda w, r: appointments.move(w, r, appointment=number, slot=slot))
        page = text_of(world.sign_in(COORDINATOR).get(f"/cases/{journey.public_id}/visit/{number}/move"))
        before = page.partition('<form class="form"')[0]
        assert "Latest refill date" in before and f"{latest} · in 90 days" in before
        assert "Clinic room 3" in before

    @pytest.mark.parametrize("query", ["?purpose=refill", "?purpose=refill&on={}", ""])
    def test_to_book_says_the_latest_date(self, to_book: tuple[WebWorld, Journey], query: str) -> None:
        world, journey = to_book
        _, latest = after(journey, 0)
        path = f"/cases/{journey.public_id}/book-visit{query.format(journey.today + timedelta(days=7))}"
        page = text_of(world.sign_in(COORDINATOR).get(path))
        assert f"<dt>Latest refill date</dt><dd>{latest} · in 90 days</dd>" in page

    def test_of_other_visits_do_not(self, at: At) -> None:
        world, journey = at("implant_booked")
        number = journey.visit_for("implant")
        page = text_of(world.sign_in(COORDINATOR).get(f"/cases/{journey.public_id}/visit/{number}/move"))
        assert "Latest refill date" not in page
