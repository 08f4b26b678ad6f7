"""Whoever answered that they cannot come stands on the day with that, and with what is to be done about it."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from tests.support.day import CLINICAL, page, words_of
from tests.support.journey import journey_in
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import StaffTask
from tracker.queries.replies import Told
from tracker.services import appointments
from tracker.services.appointments import Slot
from tracker.services.replying.answers import ask_staff, say_cannot_come
from tracker.services.staff_tasks import opening_call
from tracker.services.task_endings import end_task
from tracker.services.work import Work

NURSE, DESK, COORDINATOR = Role.NURSE, Role.FRONT_DESK, Role.COORDINATOR


class Reminded:
    """A patient who is booked for an implant, two days before it."""

    def __init__(self, world: WebWorld) -> None:
        self.world, self.journey = world, journey_in(world).go("implant_booked")
        booked = self.journey.look().snapshot.booked("implant")
        assert booked is not None
        self.visit = booked
        world.clock.set(self.visit.starts_at - timedelta(days=2))

    def work(self, session: object) -> Work:
        return Work(session, self.journey.actor(COORDINATOR), self.journey.ids, self.world.clock.now())

    def told(self) -> Told:
        head = self.journey.look().head
        return Told(
            clinic_id=self.world.clinic_id, case_id=head.case_id, case_public_id=head.public_id, patient_id=1,
            point_id=1, appointment=self.visit.appointment, wall=self.visit.wall,
        )  # fmt: skip

    def cannot(self) -> None:
        """The message is answered with a no."""
        with self.world.database.writing() as session:
            say_cannot_come(self.work(session), self.told(), how="text message")

    def writes(self, said: str) -> None:
        """The message is answered with something that no rule understands."""
        with self.world.database.writing() as session:
            ask_staff(self.work(session), self.told(), kind="reply_unclear", how="text message", said=said)

    def is_to_be_called(self, key: str = "k") -> None:
        """No message can go: a person calls."""
        about = {"about": "arrival", "appointment": str(self.visit.appointment), "why": "opted_out"}
        with self.world.database.writing() as session:
            session.execute(
                opening_call(
                    session,
                    clinic_id=self.world.clinic_id,
                    case_id=self.told().case_id,
                    key=key,
                    **about,
                    due_on=date(2026, 1, 1),
                    now=self.world.clock.now(),
                    ids=self.journey.ids,
                )
            )

    def is_let_be(self) -> None:
        """The call is not needed any more, which nobody had to say."""
        with self.world.database.writing() as session:
            session.execute(update(StaffTask).values(done_at=self.world.clock.now(), outcome="not needed"))

    def ends(self, outcome: str) -> None:
        """Somebody has called."""
        with self.world.database.writing() as session:
            task_id = session.scalars(select(StaffTask.id).where(StaffTask.done_at.is_(None))).one()
            end_task(self.work(session), task_id=task_id, outcome=outcome)

    def on_the_day(self, role: Role = NURSE, path: str = "/day") -> str:
        """What is read an hour before."""
        self.world.clock.set(self.visit.starts_at - timedelta(hours=1))
        return page(self.world, role, path)


@pytest.fixture
def reminded(world: WebWorld) -> Reminded:
    return Reminded(world)


class TestWhoeverCannotCome:
    def test_is_named_with_how_and_the_next_step(self, reminded: Reminded) -> None:
        reminded.cannot()
        body = reminded.on_the_day()
        assert "by text message: cannot come. Next: call them, then move or cancel the visit." in body
        assert "/tasks/" in body and "Not confirmed" not in body

    def test_can_be_moved_from_there_by_who_may(self, reminded: Reminded) -> None:
        reminded.cannot()
        assert f"/visit/{reminded.visit.appointment}/move" in reminded.on_the_day(COORDINATOR)

    def test_is_named_to_the_front_desk_in_plain_words(self, reminded: Reminded) -> None:
        reminded.cannot()
        body = reminded.on_the_day(DESK)
        assert "cannot come. Next: a coordinator calls them." in body and "/tasks/" not in body
        assert not CLINICAL.search(words_of(body))

    def test_stays_named_once_they_were_called(self, reminded: Reminded) -> None:
        reminded.cannot()
        reminded.ends("no pump day for her: fever")
        body = reminded.on_the_day()
        assert "Called since: “no pump day for her: fever”. Next: confirm, move or cancel the visit." in body
        told = reminded.on_the_day(DESK)
        assert "They were called since." in told and "fever" not in told

    def test_is_named_no_more_once_they_will_come(self, reminded: Reminded) -> None:
        reminded.cannot()
        reminded.world.clock.advance(hours=1)
        confirm = partial(appointments.confirm, appointment=reminded.visit.appointment, how="by phone")
        reminded.journey.do(COORDINATOR, confirm)
        body = reminded.on_the_day()
        assert "cannot come" not in body and ">Confirmed<" in body

    def test_is_named_again_where_the_no_came_later(self, reminded: Reminded) -> None:
        confirm = partial(appointments.confirm, appointment=reminded.visit.appointment, how="by phone")
        reminded.journey.do(COORDINATOR, confirm)
        reminded.world.clock.advance(hours=1)
        reminded.cannot()
        body = reminded.on_the_day()
        assert "cannot come" in body and ">Confirmed<" not in body

    def test_meant_the_time_that_the_visit_had(self, reminded: Reminded) -> None:
        reminded.cannot()
        slot = Slot(starts=reminded.journey.in_days(2, hour=13), minutes=60)
        move = partial(appointments.move, appointment=reminded.visit.appointment, slot=slot)
        reminded.journey.do(COORDINATOR, move)
        assert "cannot come" not in reminded.on_the_day()

    def test_came_after_all(self, reminded: Reminded) -> None:
        reminded.cannot()
        reminded.world.clock.set(reminded.visit.starts_at)
        reminded.journey.do(DESK, partial(appointments.arrive, appointment=reminded.visit.appointment))
        assert "cannot come" not in page(reminded.world)

    def test_is_told_to_a_page_that_is_open(self, reminded: Reminded) -> None:
        """The case is no other than before: the list must be asked for anew all the same."""
        reminded.world.clock.set(reminded.visit.starts_at - timedelta(hours=1))
        browser, marks = reminded.world.sign_in(NURSE), []
        for act in (lambda: None, reminded.cannot, lambda: reminded.ends("will come")):
            act()
            marks.append(browser.get("/day/pulse").headers["ETag"])
        assert len(set(marks)) == 3


class TestWhatWasSaid:
    def test_and_not_understood_is_to_be_read(self, reminded: Reminded) -> None:
        reminded.writes("my pump is beeping")
        assert "wrote “my pump is beeping”. Next: read it, then call them." in reminded.on_the_day()
        assert "beeping" not in reminded.on_the_day(DESK)

    def test_in_a_call_stands_at_the_visit(self, reminded: Reminded) -> None:
        reminded.is_to_be_called()
        assert "Called" not in words_of(reminded.on_the_day())
        reminded.is_let_be()
        assert "Called" not in words_of(reminded.on_the_day())
        reminded.is_to_be_called("again")
        reminded.ends("the mother: cannot come, fever")
        assert "“the mother: cannot come, fever”" in reminded.on_the_day()
        assert "fever" not in reminded.on_the_day(DESK)
