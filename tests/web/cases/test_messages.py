"""The messages of a case: what will go, when, by what and in which words; and what became of those so far."""

import re
from collections.abc import Callable

from sqlalchemy import update

from tests.support.journey import Journey
from tests.support.mailers import RecordingMailer
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import Clinic, ContactPoint, Patient
from tracker.services.reconcile import reconcile_due
from tracker.services.reminders import Dispatcher

At = Callable[[str], tuple[WebWorld, Journey]]


def parts(world: WebWorld, journey: Journey) -> tuple[str, str]:
    """The words of the messages to come, and of those so far."""
    page = world.sign_in(Role.COORDINATOR).get(f"/cases/{journey.public_id}").get_data(as_text=True)
    section = page.partition('id="messages"')[2].partition("</section>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", section))
    coming, _, over = said.partition("Messages so far")
    return coming, over


def dispatch(world: WebWorld, mailer: RecordingMailer) -> None:
    """The scheduler's pass."""
    reconcile_due(world.database, world.clock, world.ids, pause=lambda: None)
    Dispatcher(
        database=world.database, clock=world.clock, ids=world.ids, transports={"email": mailer}, chance=lambda: 0.5,
        replies_at="https://visits.example", pause=lambda: None,
    ).dispatch_due()  # fmt: skip


def booked(at: At) -> tuple[WebWorld, Journey]:
    """An implant in twenty days, and a mailbox that takes what there is."""
    world, journey = at("implant_to_book")
    journey.book("implant", journey.in_days(20))
    return world, journey


class TestToCome:
    def test_has_each_with_its_time_way_and_the_words_it_would_have_now(self, at: At) -> None:
        coming, over = parts(*booked(at))
        for said in (
            "Visit and arrival, 7 days before the visit of", "Visit and arrival, 2 days before the visit of",
            "E-mail, as they prefer", "English", "Hello James,", "[the patient&#39;s own link]",
        ):  # fmt: skip
            assert said in coming, coming
        assert coming.count("Hello James,") == coming.count("Planned") >= 3
        assert "Hello James," not in over

    def test_has_the_words_of_another_language_as_soon_as_they_speak_it(self, at: At) -> None:
        world, journey = booked(at)
        with world.database.writing() as session:
            session.execute(update(Patient).values(language="Spanish"))
        coming, _ = parts(world, journey)
        assert "Spanish" in coming and "Hola, James" in coming and "Hello" not in coming

    def test_says_why_nobody_is_written_to(self, at: At) -> None:
        world, journey = booked(at)
        with world.database.writing() as session:
            session.execute(update(ContactPoint).values(ended_at=world.clock.now()))
        coming, _ = parts(world, journey)
        assert "No address or number that it can go to" in coming and "Hello" not in coming
        assert "Copy" not in coming

    def test_says_that_sending_is_paused(self, at: At) -> None:
        world, journey = booked(at)
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sending_paused_at=world.clock.now()))
        coming, _ = parts(world, journey)
        assert "Sending is paused" in coming and "Planned" not in coming

    def test_is_nothing_where_no_visit_is_booked(self, at: At) -> None:
        coming, _ = parts(*at("trial_to_book"))
        assert "No message is planned. Reminders are planned when a visit is booked." in coming


class TestSoFar:
    def test_moves_on_from_what_is_to_come_with_the_version_of_its_words(self, at: At) -> None:
        world, journey = booked(at)
        before, _ = parts(world, journey)
        world.clock.advance(days=14)
        dispatch(world, mailer := RecordingMailer())
        assert len(mailer.sent) >= 1
        coming, over = parts(world, journey)
        assert "7 days before" in before and "7 days before" not in coming
        assert re.search(r"Visit and arrival .* E-mail English, version \d+ Sent", over)
        assert "2 days before" in coming

    def test_has_the_calls_whose_time_has_come_and_not_those_to_come(self, at: At) -> None:
        world, journey = booked(at)
        with world.database.writing() as session:
            session.execute(update(Patient).values(prefers="phone"))
        world.clock.advance(days=14)
        dispatch(world, RecordingMailer())
        coming, over = parts(world, journey)
        assert "A person calls: prefers a call" in over
        assert coming.count("Prefers a call") == 2 and coming.count("before the visit of") == 2
