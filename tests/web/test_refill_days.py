"""A refill is booked from its row on a day with room: every day says how full it is, none is proposed."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tests.support.journey import Journey, a_person
from tests.support.milestones import Milestones
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AppointmentRow, Clinic, ClosedDay
from tracker.services import appointments

At = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


@pytest.fixture
def to_book(at: At) -> tuple[WebWorld, Journey]:
    """A patient whose pump has no refill booked any more; the clinic refills one pump a day."""
    world, journey = at("maintained")
    visit = journey.visit_for("refill")
    journey.do(Role.COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="snow"))
    with world.database.writing() as session:
        session.execute(update(Clinic).values(refills_per_day=1))
    return world, journey


def book(world: WebWorld, journey: Journey, query: str = "") -> tuple[Browser, str]:
    browser = world.sign_in(Role.COORDINATOR)
    answer = browser.get(f"/cases/{journey.public_id}/book-visit?purpose=refill&back=/refills{query}")
    assert answer.status_code == 200
    return browser, html.unescape(answer.get_data(as_text=True))


def offered(page: str) -> list[date]:
    return [date.fromisoformat(day) for day in re.findall(r"[?&]on=(\d{4}-\d\d-\d\d)", page)]


def latest(journey: Journey) -> date:
    found = [fill.alarm_on for fill in journey.look().snapshot.facts if getattr(fill, "alarm_on", None)]
    return max(found)


class TestTheDays:
    def test_are_the_open_ones_up_to_the_latest_date_none_chosen(self, to_book: tuple[WebWorld, Journey]) -> None:
        world, journey = to_book
        closed = latest(journey) - timedelta(days=latest(journey).weekday() % 5 + 7)
        with world.database.writing() as session:
            session.add(ClosedDay(clinic_id=world.clinic_id, on_date=closed, label="holiday"))
        _, page = book(world, journey)
        days = offered(page)
        assert len(days) == 15 and days == sorted(days)
        assert all(day <= latest(journey) and day.weekday() < 5 for day in days) and closed not in days
        assert 'name="starts"' in page and not re.search(r'name="starts"[^>]*value="[^"]', page)

    def test_say_how_many_are_booked_of_how_many_places(self, to_book: tuple[WebWorld, Journey]) -> None:
        world, journey = to_book
        day = offered(book(world, journey)[1])[3]
        other = replace(journey)
        other.refer(a_person(9))
        starts = journey.in_days((day - journey.today).days)
        other.book("refill", starts)
        _, page = book(world, journey)
        assert page.count("0 of 1 place booked") == 14 and page.count("1 of 1 place booked: full") == 1
        with world.database.writing() as session:
            session.execute(update(Clinic).values(refills_per_day=None))
        assert book(world, journey)[1].count("1 booked") == 1

    def test_are_the_next_ones_where_the_latest_date_is_past(self, to_book: tuple[WebWorld, Journey]) -> None:
        world, journey = to_book
        world.clock.set(world.clock.now() + timedelta(days=300))
        _, page = book(world, journey)
        assert "the sooner the better" in page and len(offered(page)) == 10
        assert "too late" in page

    def test_are_not_shown_for_another_visit(self, to_book: tuple[WebWorld, Journey]) -> None:
        world, journey = to_book
        answer = world.sign_in(Role.COORDINATOR).get(f"/cases/{journey.public_id}/book-visit?purpose=follow_up")
        assert "Days with room" not in answer.get_data(as_text=True)


class TestAChosenDay:
    def test_asks_for_the_time_and_books_on_that_day(self, to_book: tuple[WebWorld, Journey]) -> None:
        world, journey = to_book
        day = offered(book(world, journey)[1])[0]
        browser, page = book(world, journey, f"&on={day}")
        assert "0 of 1 place booked" in page and 'type="time"' in page and "Another day" in page
        path = f"/cases/{journey.public_id}/book-visit?purpose=refill&back=/refills&on={day}"
        values = {"purpose": "refill", "minutes": "30", "expected_version": journey.version}
        answer = browser.post(path, {**values, "starts": "soon"})
        assert answer.status_code == 422 and "Type the time, for example 07:30." in answer.get_data(as_text=True)
        answer = browser.post(path, {**values, "starts": "09:30"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/refills")
        with world.database.reading() as session:
            walls = session.scalars(select(AppointmentRow.wall).where(AppointmentRow.state == "booked")).all()
        assert f"{day}T09:30" in walls
        assert "now has" not in html.unescape(browser.get("/refills").get_data(as_text=True))

    def test_that_is_full_is_booked_all_the_same_and_says_so(self, to_book: tuple[WebWorld, Journey]) -> None:
        world, journey = to_book
        with world.database.writing() as session:
            session.execute(update(Clinic).values(refills_per_day=0))
        day = offered(book(world, journey)[1])[0]
        browser, page = book(world, journey, f"&on={day}")
        assert "0 of 0 places booked: full" in page and "It can be booked all the same." in page
        path = f"/cases/{journey.public_id}/book-visit?purpose=refill&back=/refills&on={day}"
        values = {"purpose": "refill", "minutes": "30", "starts": "10:00", "expected_version": journey.version}
        assert browser.post(path, values).status_code == 303
        assert "now has 1 refill for 0 places" in html.unescape(browser.get("/refills").get_data(as_text=True))

    def test_that_is_closed_has_no_places(self, to_book: tuple[WebWorld, Journey]) -> None:
        world, journey = to_book
        saturday = journey.today + timedelta(days=(5 - journey.today.weekday()) % 7 + 7)
        _, page = book(world, journey, f"&on={saturday}")
        assert "closed: no places" in page and "of 1 place" not in page
        path = f"/cases/{journey.public_id}/book-visit?purpose=refill&back=/refills&on={saturday}"
        meant = f"starts:{saturday}T10:00"
        values = {"purpose": "refill", "minutes": "30", "starts": "10:00", "expected_version": journey.version}
        browser = world.sign_in(Role.COORDINATOR)
        assert browser.submit(path, {**values, "meant": meant}).status_code == 303
        assert "now has" not in html.unescape(browser.get("/refills").get_data(as_text=True)), "asked before already"

    @pytest.mark.parametrize("on", ["", "soon", "2026-02-30", "1999-01-01", "9999-12-31"])
    def test_that_is_no_day_to_come_is_passed_over(self, to_book: tuple[WebWorld, Journey], on: str) -> None:
        _, page = book(*to_book, f"&on={on}")
        assert "Days with room" in page and 'type="datetime-local" ' in page.replace("'", '"')
