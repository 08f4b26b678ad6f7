"""Whoever is on call is paged by e-mail, one after the other, until somebody has it."""

from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event, select, update

from tests.factories.case_world import NEW_YORK
from tests.factories.desk import FILLED, LATEST, LEAD, NURSE, PHYSICIAN, SECOND, Desk
from tests.factories.rows import a_clinic, a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.errors import NotPermitted
from tracker.domain.facts import PumpCall
from tracker.domain.mail import MailUnavailable
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import (
    Clinic,
    EscalationPage,
    StaffTask,
)
from tracker.services.escalating.duties import put_on_call
from tracker.services.escalating.paging import WORDS
from tracker.services.pump_calls import record_call_of_unknown
from tracker.services.task_endings import end_task


@pytest.fixture
def desk(database: Database, clock: FixedClock, ids: SeededIds) -> Desk:
    return Desk(database, clock, ids)


@pytest.fixture
def on_call(desk: Desk) -> Desk:
    """Three days before the latest date; the second physician is on call."""
    day = LATEST - timedelta(days=3)
    desk.on(day)
    second_is_on_call(desk, day, day)
    desk.ring()
    return desk


def second_is_on_call(desk: Desk, from_on: date, until_on: date) -> None:
    with desk.database.writing() as session:
        put_on_call(desk.work(session), user_id=SECOND, from_on=from_on, until_on=until_on)


def paged(mailer: RecordingMailer) -> list[str]:
    return [each.recipient.partition("@")[0] for each in mailer.sent]


def page_until_nobody_is_left(desk: Desk, mailer: RecordingMailer) -> None:
    while desk.page(mailer):
        desk.clock.advance(minutes=10)


class TestPaging:
    def test_says_nothing_of_a_patient(self, on_call: Desk) -> None:
        mailer = RecordingMailer()
        assert on_call.page(mailer) == 1
        (sent,) = mailer.sent
        assert (sent.subject, sent.body) == (WORDS, f"{WORDS}.\n")

    def test_goes_on_to_the_next_every_ten_minutes_until_somebody_answers(self, on_call: Desk) -> None:
        on_call.name(Role.PHYSICIAN, PHYSICIAN)
        mailer = RecordingMailer()
        for _ in range(5):
            on_call.page(mailer)
            on_call.page(mailer)
            on_call.clock.advance(minutes=10)
        assert paged(mailer) == ["user5", "user2", "user3"]

    def test_stops_when_somebody_has_it_and_begins_again_when_that_runs_out(self, on_call: Desk) -> None:
        mailer = RecordingMailer()
        on_call.page(mailer)
        on_call.acknowledge(SECOND, LATEST - timedelta(days=2))
        on_call.clock.advance(minutes=30)
        assert on_call.page(mailer) == 0
        on_call.on(LATEST - timedelta(days=2))
        on_call.ring()
        on_call.page(mailer)
        assert paged(mailer) == ["user5", "user2"]  # that day nobody is on call

    def test_asks_the_next_at_once_where_a_page_did_not_leave(self, on_call: Desk) -> None:
        mailer = RecordingMailer()
        mailer.failing = lambda number: MailUnavailable("down") if number == 1 else None
        on_call.page(mailer)
        on_call.page(mailer)
        assert paged(mailer) == ["user2"]

    def test_wakes_people_for_a_pump_that_calls(self, desk: Desk) -> None:
        day = FILLED + timedelta(days=3)
        second_is_on_call(desk, day, day)
        desk.on(day, hour=7)  # three in the morning
        desk.write(PumpCall, device=desk.fill.device)
        desk.ring()
        mailer = RecordingMailer()
        assert desk.page(mailer) == 1
        assert paged(mailer) == ["user5"]

    def test_wakes_nobody(self, on_call: Desk) -> None:
        on_call.on(LATEST - timedelta(days=3), hour=10)  # six in the morning
        assert on_call.page(RecordingMailer()) == 0

    def test_waits_while_sending_is_paused(self, on_call: Desk) -> None:
        with on_call.database.writing() as session:
            session.execute(update(Clinic).values(sending_paused_at=on_call.clock.now()))
        assert on_call.page(RecordingMailer()) == 0

    def test_by_many_at_once_sends_one(self, on_call: Desk) -> None:
        mailer = RecordingMailer()
        threads = [Thread(target=on_call.page, args=(mailer,)) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(mailer.sent) == 1
        with on_call.database.reading() as session:
            assert [each.outcome for each in session.scalars(select(EscalationPage))] == ["accepted"]


class TestOnTheRungOfThePhysiciansPlan:
    """From the latest date on a physician owes the plan, and whoever is on call is paged until it is there."""

    @pytest.fixture
    def named(self, desk: Desk) -> Desk:
        desk.name_everybody()
        second_is_on_call(desk, LATEST - timedelta(days=14), LATEST + timedelta(days=60))
        return desk

    @pytest.mark.parametrize("days", [0, 1, 40])
    def test_pages_also_about_a_pump_that_came_when_its_date_was_past(self, named: Desk, days: int) -> None:
        named.on(LATEST + timedelta(days=days))
        named.ring()
        mailer = RecordingMailer()
        assert (named.page(mailer), named.page(mailer)) == (1, 0)
        assert paged(mailer) == ["user5"]
        assert [(row.who, row.user_id) for row in named.rows()] == [("physician", PHYSICIAN)]

    @pytest.mark.parametrize(("days", "pages"), [(-14, 0), (-4, 0), (-3, 1), (-1, 1), (0, 1)])
    def test_and_on_the_rung_before_it_but_on_none_below(self, named: Desk, days: int, pages: int) -> None:
        named.on(LATEST + timedelta(days=days))
        named.ring()
        assert named.page(RecordingMailer()) == pages

    def test_pages_whoever_had_it_until_then_again(self, named: Desk) -> None:
        named.on(LATEST - timedelta(days=3))
        named.ring()
        mailer = RecordingMailer()
        named.page(mailer)
        named.acknowledge(SECOND, LATEST)
        named.on(LATEST - timedelta(days=1))
        named.ring()
        assert named.page(mailer) == 0
        named.on(LATEST)
        named.ring()
        assert named.page(mailer) == 1
        assert paged(mailer) == ["user5", "user5"]

    def test_pages_about_a_booked_refill_that_was_not_filled(self, named: Desk) -> None:
        named.on(LATEST - timedelta(days=20))
        named.book("refill", f"{LATEST}T16:00")
        named.on(LATEST)
        named.ring()
        assert named.standing().is_planned
        assert named.page(RecordingMailer()) == 1

    def test_goes_on_to_the_next_until_a_physician_has_a_plan(self, named: Desk) -> None:
        named.on(LATEST)
        named.ring()
        mailer = RecordingMailer()
        named.page(mailer)
        named.clock.advance(minutes=10)
        named.page(mailer)
        with pytest.raises(NotPermitted):
            named.acknowledge(LEAD, LATEST + timedelta(days=1))
        named.acknowledge(SECOND, LATEST + timedelta(days=1), "Admitted, refill at noon")
        named.clock.advance(minutes=10)
        assert named.page(mailer) == 0
        assert paged(mailer) == ["user5", "user2"]
        named.on(LATEST + timedelta(days=1))
        named.ring()
        named.page(mailer)
        assert paged(mailer) == ["user5", "user2", "user5"]

    def test_wakes_nobody(self, named: Desk) -> None:
        named.on(LATEST, hour=10)  # six in the morning
        named.ring()
        assert named.page(RecordingMailer()) == 0

    def test_asks_the_lead_coordinator_to_put_somebody_on_call(self, desk: Desk) -> None:
        desk.name_everybody()
        desk.on(LATEST)
        desk.ring()
        assert [task.params for task in desk.tasks()] == [{"who": "on_call"}]
        assert desk.page(RecordingMailer()) == 1

    def test_asks_with_one_task_however_many_days_nobody_is_on_call(self, desk: Desk) -> None:
        desk.name_everybody()
        for days in range(4):
            desk.on(LATEST + timedelta(days=days))
            desk.ring()
        still_open = [task.due_on for task in desk.tasks() if task.done_at is None]
        assert still_open == [LATEST + timedelta(days=3)]
        with desk.database.writing() as session:
            (task,) = [each for each in desk.tasks() if each.done_at is None]
            end_task(desk.work(session, PHYSICIAN), task_id=task.id, outcome="nobody is there on Sundays")
        desk.ring()
        assert [task for task in desk.tasks() if task.done_at is None] == []
        desk.on(LATEST + timedelta(days=4))
        desk.ring()
        assert [task.due_on for task in desk.tasks() if task.done_at is None] == [LATEST + timedelta(days=4)]


class TestADayOnWhichEverybodyWasPaged:
    def test_is_over_the_next_morning_and_everybody_is_paged_again(self, on_call: Desk) -> None:
        mailer = RecordingMailer()
        page_until_nobody_is_left(on_call, mailer)
        everybody = paged(mailer)
        assert everybody == ["user5", "user2", "user3"]
        on_call.on(LATEST - timedelta(days=3), hour=23)
        assert on_call.page(mailer) == 0
        day = LATEST - timedelta(days=2)
        second_is_on_call(on_call, day, day)
        on_call.on(day, hour=10)  # six in the morning
        on_call.ring()
        assert on_call.page(mailer) == 0
        on_call.clock.advance(hours=1)
        page_until_nobody_is_left(on_call, mailer)
        assert paged(mailer) == everybody * 2

    def test_comes_again_each_day_for_weeks(self, desk: Desk) -> None:
        mailer = RecordingMailer()
        for ahead in range(21):
            desk.on(LATEST + timedelta(days=ahead))
            desk.ring()
            page_until_nobody_is_left(desk, mailer)
        assert paged(mailer) == ["user2", "user3", "user5"] * 21


class TestAQuietTick:
    @pytest.mark.parametrize("is_answered", [False, True])
    def test_opens_no_write_transaction(self, on_call: Desk, is_answered: bool) -> None:
        mailer = RecordingMailer()
        on_call.page(mailer)
        if is_answered:
            on_call.acknowledge(SECOND, LATEST - timedelta(days=2))
            on_call.clock.advance(minutes=30)
            on_call.ring()
        begun: list[Any] = []
        event.listen(on_call.database.write, "begin", begun.append)
        on_call.page(mailer)
        on_call.ring()
        assert begun == []

    def test_opens_none_about_a_call_that_somebody_was_just_paged_about(self, desk: Desk) -> None:
        desk.on(FILLED + timedelta(days=3))
        call_of_unknown(desk)
        mailer = RecordingMailer()
        desk.page(mailer)
        begun: list[Any] = []
        event.listen(desk.database.write, "begin", begun.append)
        assert desk.page(mailer) == 0
        assert begun == []


def call_of_unknown(desk: Desk) -> None:
    with desk.database.writing() as session:
        record_call_of_unknown(
            desk.work(session, NURSE), NEW_YORK, caller="his wife", phone="555-0142", words="two tones, stiff"
        )


class TestACallOfSomebodyUnknown:
    def test_wakes_whoever_is_on_call_and_then_the_next(self, desk: Desk) -> None:
        day = FILLED + timedelta(days=3)
        second_is_on_call(desk, day, day)
        desk.on(day, hour=7)  # three in the morning
        call_of_unknown(desk)
        mailer = RecordingMailer()
        assert (desk.page(mailer), desk.page(mailer)) == (1, 0)
        desk.clock.advance(minutes=10)
        assert desk.page(mailer) == 1
        assert paged(mailer) == ["user5", "user2"]
        assert {(each.subject, each.body) for each in mailer.sent} == {(WORDS, f"{WORDS}.\n")}

    def test_pages_nobody_any_more_once_it_is_dealt_with(self, desk: Desk) -> None:
        desk.on(FILLED + timedelta(days=3))
        call_of_unknown(desk)
        mailer = RecordingMailer()
        desk.page(mailer)
        with desk.database.writing() as session:
            task = session.scalars(select(StaffTask).where(StaffTask.kind == "pump_call_unknown")).one()
            task.done_at, task.outcome = desk.clock.now(), "called back"
        desk.clock.advance(minutes=10)
        assert desk.page(mailer) == 0

    def test_of_another_clinic_pages_nobody_of_this_one(self, desk: Desk) -> None:
        desk.on(FILLED + timedelta(days=3))
        with desk.database.writing() as session:
            a_member(session, a_clinic(session, 2), 9, Role.PHYSICIAN)
        call_of_unknown(desk)
        mailer = RecordingMailer()
        for _ in range(8):
            desk.page(mailer)
            desk.clock.advance(minutes=10)
        assert paged(mailer) == ["user2", "user3", "user5"]
