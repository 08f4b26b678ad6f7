"""Who has what is still open: one row for each rung, a person in each, and never a burst."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, select, update

from tests.factories.case_world import CaseWorld
from tests.factories.rows import a_clinic, a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.access import Actor
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.facts import Device, Fill, PumpCall
from tracker.domain.mail import MailUnavailable
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import (
    Absence,
    AccessEntry,
    Clinic,
    Escalation,
    EscalationPage,
    Event,
    Membership,
    MembershipRole,
    Obligation,
    OnCall,
)
from tracker.queries.roster import get_duty_sheet, get_roster
from tracker.services.escalating.answers import acknowledge
from tracker.services.escalating.duties import add_absence, name_people, put_on_call
from tracker.services.escalating.paging import WORDS, page_due
from tracker.services.escalating.scan import Escalated, escalate_due
from tracker.services.reconcile import reconcile_due
from tracker.services.work import Work

FILLED = date(2026, 3, 17)
LATEST = date(2026, 6, 16)
PEOPLE = (Role.COORDINATOR, Role.LEAD_COORDINATOR, Role.PHYSICIAN, Role.NURSE, Role.PHYSICIAN, Role.ADMINISTRATOR)
COORDINATOR, LEAD, PHYSICIAN, NURSE, SECOND, ADMINISTRATOR = range(1001, 1007)


def _no_pause() -> None:
    """Tests do not breathe."""


class Desk(CaseWorld):
    """A patient with a pump that was filled today, and a clinic of six people."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds) -> None:
        super().__init__(database, clock, ids, stage="maintained", phase="maintenance")
        with database.writing() as session:
            clinic = session.scalars(select(Clinic)).one()
            for number, role in enumerate(PEOPLE, start=1):
                a_member(session, clinic, number, role)
        pump = self.write(Device, placed_on=FILLED)
        self.fill = self.write(Fill, device=pump.device, alarm_on=LATEST)

    def on(self, day: date, hour: int = 15) -> None:
        """Go to a day, 10 or 11 o'clock in New York."""
        self.clock.set(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))

    def work(self, session, user_id: int = ADMINISTRATOR) -> Work:
        role = PEOPLE[user_id - 1001]
        actor = Actor(user_id=user_id, clinic_id=self.clinic_id, roles=frozenset({role}), name="")
        return Work(session, actor, self.ids, self.clock.now())

    def name(self, role: Role, user_id: int | None, cover: int | None = None, version: int = 0) -> None:
        with self.database.writing() as session:
            name_people(self.work(session), role=role, user_id=user_id, cover_user_id=cover, expected_version=version)

    def name_everybody(self) -> None:
        for role, user_id in (
            (Role.COORDINATOR, COORDINATOR), (Role.LEAD_COORDINATOR, LEAD), (Role.PHYSICIAN, PHYSICIAN),
        ):  # fmt: skip
            self.name(role, user_id)

    def ring(self) -> Escalated:
        reconcile_due(self.database, self.clock, self.ids, pause=_no_pause)
        return escalate_due(self.database, self.clock, self.ids, pause=_no_pause)

    def page(self, mailer: RecordingMailer) -> int:
        return page_due(self.database, self.clock, mailer, pause=_no_pause)

    def rows(self, *, kind: str = "refill") -> list[Escalation]:
        query = select(Escalation).join(Obligation, Obligation.id == Escalation.obligation_id)
        with self.database.reading() as session:
            return list(session.scalars(query.where(Obligation.kind == kind).order_by(Escalation.rung)))

    def standing(self) -> Escalation:
        (row,) = (each for each in self.rows() if each.ended_at is None)
        return row

    def acknowledge(self, user_id: int, until_on: date, outcome: str = "Called, will book") -> None:
        with self.database.writing() as session:
            acknowledge(
                self.work(session, user_id), escalation_id=self.standing().id, outcome=outcome, until_on=until_on
            )


@pytest.fixture
def desk(database: Database, clock: FixedClock, ids: SeededIds) -> Desk:
    return Desk(database, clock, ids)


class TestAYearInWhichNobodyDoesAnything:
    def test_brings_a_pump_to_everybody_in_order_before_its_latest_date(self, desk: Desk) -> None:
        desk.name_everybody()
        with desk.database.writing() as session:
            put_on_call(desk.work(session), user_id=SECOND, from_on=FILLED, until_on=FILLED + timedelta(days=364))
        had: list[tuple[date, int | None]] = []
        for day in (FILLED + timedelta(days=each) for each in range(365)):
            desk.on(day)
            desk.ring()
            user_id = desk.standing().user_id
            if not had or had[-1][1] != user_id:
                had.append((day, user_id))
        assert had == [
            (FILLED, COORDINATOR),
            (LATEST - timedelta(days=28), LEAD),
            (LATEST - timedelta(days=14), PHYSICIAN),
            (LATEST - timedelta(days=3), SECOND),
            (LATEST, PHYSICIAN),
        ]
        assert [row.who for row in desk.rows()] == [
            "coordinator", "lead_coordinator", "physician", "on_call", "physician",
        ]  # fmt: skip


class TestTheScan:
    def test_opens_one_row_and_then_finds_nothing_to_do(self, desk: Desk) -> None:
        assert desk.ring().changed == 1
        assert desk.ring() == Escalated(0, 0)
        assert desk.standing().user_id is None

    def test_catches_up_after_months_to_the_present_rung_only(self, desk: Desk) -> None:
        desk.name_everybody()
        desk.on(LATEST - timedelta(days=5))
        desk.ring()
        assert [(row.who, row.user_id) for row in desk.rows()] == [("physician", PHYSICIAN)]

    def test_by_many_at_once_opens_one_row(self, desk: Desk) -> None:
        desk.on(LATEST - timedelta(days=14))
        threads = [Thread(target=desk.ring) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(desk.rows()) == 1

    def test_ends_the_row_with_the_refill_and_begins_anew_for_the_next(self, desk: Desk) -> None:
        desk.on(LATEST - timedelta(days=14))
        desk.ring()
        desk.write(Fill, device=desk.fill.device, alarm_on=date(2026, 11, 30))
        desk.ring()
        assert [row.ended_at is None for row in desk.rows()] in ([False, True], [True, False])
        assert desk.standing().who == "coordinator"

    def test_leaves_a_booked_refill_alone_until_it_should_be_filled(self, desk: Desk) -> None:
        desk.on(LATEST - timedelta(days=20))
        desk.ring()
        visit = desk.book("refill", f"{LATEST - timedelta(days=2)}T09:00")
        desk.ring()
        assert all(row.ended_at is not None for row in desk.rows())
        desk.on(LATEST - timedelta(days=10))
        desk.ring()
        assert desk.standing().who == "coordinator"
        desk.change(visit, state="cancelled", reason="ill")
        desk.ring()
        assert desk.standing().who == "physician"

    def test_opens_a_rung_again_that_had_ended(self, desk: Desk) -> None:
        desk.on(LATEST - timedelta(days=20))
        desk.ring()
        visit = desk.book("refill", f"{LATEST - timedelta(days=12)}T09:00")
        desk.ring()
        desk.change(visit, state="cancelled", reason="ill")
        desk.ring()
        assert [(row.who, row.ended_at) for row in desk.rows()] == [("lead_coordinator", None)]


class TestThePeople:
    def test_a_cover_answers_while_somebody_is_away(self, desk: Desk) -> None:
        desk.name(Role.PHYSICIAN, PHYSICIAN, SECOND)
        away_from = LATEST - timedelta(days=14)
        with desk.database.writing() as session:
            add_absence(desk.work(session), user_id=PHYSICIAN, from_on=away_from, until_on=away_from)
        desk.on(away_from)
        desk.ring()
        assert desk.standing().user_id == SECOND
        desk.on(away_from + timedelta(days=1))
        desk.ring()
        assert desk.standing().user_id == PHYSICIAN

    def test_without_a_name_it_is_everybody_s_and_a_task_for_the_administrator(self, desk: Desk) -> None:
        desk.ring()
        row = desk.standing()
        assert (row.user_id, row.role) == (None, "coordinator")
        (task,) = desk.tasks()
        assert (task.kind, task.params, task.owner_role) == ("nobody_named", {"who": "coordinator"}, "administrator")
        desk.name(Role.COORDINATOR, COORDINATOR)
        desk.ring()
        assert desk.standing().user_id == COORDINATOR
        assert [task.done_at is not None for task in desk.tasks()] == [True]

    def test_where_nobody_has_the_role_the_next_one_is_told(self, desk: Desk) -> None:
        with desk.database.writing() as session:
            session.execute(delete(MembershipRole).where(MembershipRole.user_id.in_((COORDINATOR, LEAD))))
        desk.ring()
        assert (desk.standing().user_id, desk.standing().role) == (None, "physician")

    def test_who_left_the_clinic_is_not_told(self, desk: Desk) -> None:
        desk.name(Role.COORDINATOR, COORDINATOR)
        with desk.database.writing() as session:
            session.execute(update(Membership).where(Membership.user_id == COORDINATOR).values(is_active=False))
        desk.ring()
        assert desk.standing().user_id is None

    def test_nobody_is_named_who_does_not_have_the_role(self, desk: Desk) -> None:
        with pytest.raises(InvalidInput):
            desk.name(Role.PHYSICIAN, NURSE)


class TestAnotherClinic:
    """Its people, absences and calls are its own, also of somebody who works at both."""

    @pytest.fixture
    def elsewhere(self, desk: Desk) -> Desk:
        """The second physician works there too, is away there, and the one of that clinic is on call there."""
        desk.name_everybody()
        with desk.database.writing() as session:
            other = a_clinic(session, 2)
            a_member(session, other, 11, Role.PHYSICIAN)
            session.add(Membership(clinic_id=other.id, user_id=SECOND))
            session.flush()
            days = {"from_on": FILLED, "until_on": FILLED + timedelta(days=9)}
            session.add(Absence(clinic_id=other.id, id=1, user_id=SECOND, **days))
            session.add(OnCall(clinic_id=other.id, on_date=FILLED, position=1, user_id=1011))
        return desk

    def test_tells_nobody_of_this_one_and_is_not_told(self, elsewhere: Desk) -> None:
        with elsewhere.database.reading() as session:
            roster = get_roster(session, elsewhere.clinic_id, FILLED)
        assert roster.members[Role.PHYSICIAN] == (PHYSICIAN, SECOND)
        assert (roster.absent, roster.on_call) == (frozenset(), ())

    def test_shows_its_sheet_to_itself(self, elsewhere: Desk) -> None:
        with elsewhere.database.reading() as session:
            sheet = get_duty_sheet(session, elsewhere.clinic_id, FILLED)
        assert (sheet.away, sheet.on_call) == ((), ())
        assert 1011 not in sheet.people[None]


class TestAcknowledging:
    def test_is_on_the_record_and_closes_nothing(self, desk: Desk) -> None:
        desk.name_everybody()
        desk.ring()
        desk.acknowledge(COORDINATOR, FILLED + timedelta(days=3))
        assert [each.is_open for each in desk.obligations() if each.kind == "refill"] == [True]
        with desk.database.reading() as session:
            event = session.scalars(select(Event).where(Event.kind == "escalation_acknowledged")).one()
            assert event.actor_id == COORDINATOR
            entry = session.scalars(select(AccessEntry).where(AccessEntry.page == "escalation_acknowledged")).one()
            assert entry.user_id == COORDINATOR
            assert verify_chain(session, desk.clinic_id).is_whole

    def test_runs_out_and_counts_how_often(self, desk: Desk) -> None:
        desk.ring()
        for _ in range(2):
            until_on = desk.clock.now().date() + timedelta(days=2)
            desk.acknowledge(COORDINATOR, until_on)
            desk.on(until_on)
            desk.ring()
        row = desk.standing()
        assert (row.acknowledged, row.acknowledged_until) == (2, desk.clock.now().date())

    def test_does_not_keep_the_next_rung_away(self, desk: Desk) -> None:
        desk.on(LATEST - timedelta(days=29))
        desk.ring()
        desk.acknowledge(COORDINATOR, LATEST - timedelta(days=25))
        desk.on(LATEST - timedelta(days=28))
        desk.ring()
        assert (desk.standing().who, desk.standing().acknowledged_until) == ("lead_coordinator", None)

    @pytest.mark.parametrize(("days", "ahead"), [(-60, 8), (-60, 0), (-4, 5), (-1, 2)])
    def test_never_reaches_too_far_nor_beyond_the_latest_date(self, desk: Desk, days: int, ahead: int) -> None:
        desk.on(LATEST + timedelta(days=days))
        desk.ring()
        with pytest.raises(InvalidInput, match=r"."):
            desk.acknowledge(PHYSICIAN, LATEST + timedelta(days=days + ahead))

    def test_reaches_to_the_latest_date_itself(self, desk: Desk) -> None:
        desk.on(LATEST - timedelta(days=4))
        desk.ring()
        desk.acknowledge(PHYSICIAN, LATEST)
        assert desk.standing().acknowledged_until == LATEST

    def test_needs_an_outcome(self, desk: Desk) -> None:
        desk.ring()
        with pytest.raises(InvalidInput):
            desk.acknowledge(COORDINATOR, FILLED + timedelta(days=1), "  ")

    def test_of_a_higher_rung_is_not_for_who_stands_lower(self, desk: Desk) -> None:
        desk.on(LATEST - timedelta(days=14))
        desk.ring()
        for user_id in (COORDINATOR, LEAD, NURSE):
            with pytest.raises(NotPermitted):
                desk.acknowledge(user_id, LATEST - timedelta(days=13))

    def test_at_the_latest_date_is_a_physician_s_plan_of_one_day(self, desk: Desk) -> None:
        desk.on(LATEST)
        desk.ring()
        with pytest.raises(NotPermitted):
            desk.acknowledge(LEAD, LATEST + timedelta(days=1))
        with pytest.raises(InvalidInput):
            desk.acknowledge(PHYSICIAN, LATEST + timedelta(days=2))
        desk.acknowledge(PHYSICIAN, LATEST + timedelta(days=1), "Admitted, oral baclofen until the refill at noon")

    def test_is_over_with_the_refill(self, desk: Desk) -> None:
        desk.ring()
        row = desk.standing()
        desk.clock.advance(days=1)
        desk.write(Fill, device=desk.fill.device, alarm_on=date(2026, 11, 30))
        with desk.database.writing() as session, pytest.raises(NotFound):
            acknowledge(
                desk.work(session, COORDINATOR), escalation_id=row.id, outcome="x", until_on=FILLED + timedelta(days=2)
            )


@pytest.fixture
def on_call(desk: Desk) -> Desk:
    """Three days before the latest date; the second physician is on call."""
    day = LATEST - timedelta(days=3)
    desk.on(day)
    with desk.database.writing() as session:
        put_on_call(desk.work(session), user_id=SECOND, from_on=day, until_on=day)
    desk.ring()
    return desk


def paged(mailer: RecordingMailer) -> list[str]:
    return [each.recipient.partition("@")[0] for each in mailer.sent]


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
        with desk.database.writing() as session:
            put_on_call(desk.work(session), user_id=SECOND, from_on=day, until_on=day)
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
