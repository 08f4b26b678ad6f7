"""What really leaves while the time of a visit is not final, once it is, and the day after."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.case_world import CaseWorld
from tests.factories.post import REPLIES_AT
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.access import Actor
from tracker.domain.facts import Appointment, Consent, Determination
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.queries.letters import get_letter
from tracker.queries.replies import find_reply_page
from tracker.services.reminders import Dispatcher

WALL = "2026-04-20T09:00"
STARTS = datetime(2026, 4, 20, 13, 0, tzinfo=UTC)


class Waiting:
    """Somebody with a trial in a month, and a valid consent: only the arrival is spoken of."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds, *, has_address: bool = True) -> None:
        self.world = CaseWorld(database, clock, ids, stage="trial_booked", phase="trial")
        self.mailer = RecordingMailer()
        if has_address:
            self.world.email()
        self.world.write(Consent, purpose="trial", signed_on=clock.now().date(), valid_to=None)
        self.visit = self.world.book("trial", WALL)
        mails: Mapping[str, RecordingMailer] = {"email": self.mailer}
        self.dispatcher = Dispatcher(
            database=database, clock=clock, ids=ids, transports=mails, replies_at=REPLIES_AT, chance=lambda: 0.5,
            pause=lambda: None,
        )  # fmt: skip

    def at(self, **before: float) -> list[str]:
        """Let it be so long before the visit; what was sent by then since the last look, as texts."""
        self.world.clock.set(STARTS - timedelta(**before))
        return self.sent()

    def sent(self) -> list[str]:
        self.dispatcher.dispatch_due()
        found = [each.body for each in self.mailer.sent]
        self.mailer.sent.clear()
        return found

    def say_final(self, wall: str = WALL) -> Determination:
        return self.world.write(
            Determination, kind="time_final", value=wall, reason="", about_seq=self.visit.appointment, until_on=None,
            second_by=None,
        )  # fmt: skip

    def link(self, text: str) -> str:
        (line,) = [each for each in text.splitlines() if each.startswith(f"{REPLIES_AT}/r/")]
        return line.rpartition("/")[2]


@pytest.fixture
def waiting(database: Database, clock: FixedClock, ids: SeededIds) -> Waiting:
    return Waiting(database, clock, ids)


class TestATimeThatIsNotFinal:
    def test_leaves_in_no_message(self, waiting: Waiting) -> None:
        for days in (7, 2, 1):
            (text,) = waiting.at(days=days, hours=-1)
            assert "Monday, April 20, 2026" in text and "9:00" not in text
            assert "as soon as it is final" in text

    def test_is_in_no_calendar_file_either(self, waiting: Waiting) -> None:
        waiting.world.clock.set(STARTS - timedelta(days=7, hours=-1))
        waiting.dispatcher.dispatch_due()
        waiting.say_final()
        waiting.dispatcher.dispatch_due()
        day, time = waiting.mailer.sent
        assert day.attachments == ()
        (file,) = time.attachments
        assert "DTSTART:20260420T130000Z" in file.content

    def test_follows_at_once_when_it_is_final(self, waiting: Waiting) -> None:
        waiting.at(days=7, hours=-1)
        waiting.at(days=5)
        waiting.say_final()
        (text,) = waiting.sent()
        assert "Please arrive at 9:00 AM" in text
        assert waiting.sent() == [], "once"
        (soon,) = waiting.at(days=2, hours=-1)
        assert "9:00 AM" in soon

    def test_is_told_with_the_next_one_where_nobody_was_told_anything(self, waiting: Waiting) -> None:
        waiting.at(days=9)
        waiting.say_final()
        assert waiting.sent() == []
        (text,) = waiting.at(days=7, hours=-1)
        assert "9:00 AM" in text

    def test_is_told_again_where_another_became_final(self, waiting: Waiting) -> None:
        waiting.at(days=9)
        said = waiting.say_final()
        assert "9:00 AM" in waiting.at(days=7, hours=-1)[0]
        arrives = waiting.visit.starts_at - timedelta(hours=1)
        waiting.visit = waiting.world.change(waiting.visit, arrive_at=arrives)
        waiting.world.change(said, value="")
        (day,) = waiting.sent()
        assert ":00 AM" not in day, "the day, and that the time is open again"
        waiting.say_final("2026-04-20T08:00")
        (text,) = waiting.sent()
        assert "8:00 AM" in text

    def test_that_was_planned_is_replaced_before_it_goes(self, waiting: Waiting) -> None:
        waiting.say_final()
        states = [(each.template, each.state) for each in waiting.world.reminders() if each.kind == "arrival"]
        assert sorted(states) == [("arrival", "planned")] * 3 + [("arrival_day", "cancelled")] * 3

    def test_is_not_on_the_page_behind_the_link_either(self, waiting: Waiting) -> None:
        def tells(token: str) -> bool:
            with waiting.world.database.reading() as session:
                page = find_reply_page(session, token, waiting.world.clock.now())
            assert page is not None
            return page.tells_time

        (text,) = waiting.at(days=7, hours=-1)
        token = waiting.link(text)
        assert not tells(token)
        said = waiting.say_final()
        assert tells(token)
        waiting.world.change(said, value="")
        assert not tells(token)


class TestWithoutAnAddress:
    def letter(self, waiting: Waiting, task_id: int) -> str:
        world = waiting.world
        viewer = Actor(1, world.clinic_id, frozenset({Role.COORDINATOR}), "The coordinator")
        with world.database.reading() as session:
            found = get_letter(session, viewer, task_id, world.clock.now())
        assert found.text is not None
        return found.text.body

    def test_somebody_calls_again_once_the_time_is_final(
        self, database: Database, clock: FixedClock, ids: SeededIds
    ) -> None:
        waiting = Waiting(database, clock, ids, has_address=False)
        (day,) = waiting.world.tasks()
        assert "9:00" not in self.letter(waiting, day.id)
        waiting.say_final()
        (time,) = [each for each in waiting.world.tasks() if each.key != day.key]
        assert "9:00 AM" in self.letter(waiting, time.id)
        tasks = {each.key: each.outcome for each in waiting.world.tasks()}
        assert len(tasks) == 2, "one call about the day, and one about the time"
        assert tasks[day.key] != "" and [each for each in tasks.values() if each == ""] == [""]


class TestTheDayAfter:
    def test_one_message_says_how_to_reach_the_clinic(self, waiting: Waiting) -> None:
        waiting.world.clock.set(STARTS + timedelta(hours=6))
        waiting.dispatcher.dispatch_due()
        waiting.mailer.sent.clear()
        arrived = waiting.world.change(waiting.visit, state="arrived")
        over = waiting.world.change(arrived, state="completed", effective_at=waiting.world.clock.now())
        assert isinstance(over, Appointment)
        assert waiting.sent() == []
        (text,) = waiting.at(days=-1, hours=-1)
        assert "call us at 555-0100" in text and "9:00" not in text
        assert waiting.at(days=-1, hours=-2) == []

    def test_nothing_comes_where_it_would_come_too_late(self, waiting: Waiting) -> None:
        waiting.world.clock.set(STARTS + timedelta(hours=6))
        waiting.world.change(waiting.visit, state="completed", effective_at=waiting.world.clock.now())
        waiting.dispatcher.dispatch_due()
        waiting.mailer.sent.clear()
        assert waiting.at(days=-3) == []
        assert [each for each in waiting.world.tasks() if each.params.get("about") == "after"] == []


def test_the_reminder_to_sign_names_the_visit_that_is_booked(
    database: Database, clock: FixedClock, ids: SeededIds
) -> None:
    world, mailer = CaseWorld(database, clock, ids, stage="trial_booked", phase="trial"), RecordingMailer()
    world.email()
    world.book("trial", WALL)
    signing = world.book("consent", "2026-04-15T11:00")
    dispatcher = Dispatcher(
        database=database, clock=clock, ids=ids, transports={"email": mailer}, replies_at=REPLIES_AT,
        chance=lambda: 0.5, pause=lambda: None,
    )  # fmt: skip
    world.clock.set(STARTS - timedelta(days=14, hours=-1))
    dispatcher.dispatch_due()
    (text,) = [each.body for each in mailer.sent if "sign" in each.body]
    assert "Wednesday, April 15, 2026" in text and "11:00 AM" in text
    with database.reading() as session:
        token = next(each for each in text.splitlines() if each.startswith(REPLIES_AT)).rpartition("/")[2]
        page = find_reply_page(session, token, clock.now())
    assert page is not None and page.told.appointment == signing.appointment and page.tells_time
