"""Who has what is still open: one row for each rung, a person in each, and never a burst."""

from datetime import date, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, select, update

from tests.factories.desk import (
    ADMINISTRATOR,
    COORDINATOR,
    FILLED,
    LATEST,
    LEAD,
    NURSE,
    PHYSICIAN,
    SECOND,
    Desk,
)
from tests.factories.rows import a_clinic, a_member
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.facts import Fill
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import (
    Absence,
    AccessEntry,
    Event,
    Membership,
    MembershipRole,
    OnCall,
)
from tracker.queries.roster import get_duty_sheet, get_roster
from tracker.services.escalating.answers import acknowledge
from tracker.services.escalating.duties import add_absence, put_on_call
from tracker.services.escalating.scan import Escalated


@pytest.fixture
def desk(database: Database, clock: FixedClock, ids: SeededIds) -> Desk:
    return Desk(database, clock, ids)


@pytest.mark.slow
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
    def test_who_could_not_answer_is_neither_on_call_nor_a_cover(self, desk: Desk) -> None:
        with desk.database.writing() as session, pytest.raises(InvalidInput) as refused:
            put_on_call(desk.work(session), user_id=ADMINISTRATOR, from_on=FILLED, until_on=FILLED)
        assert set(refused.value.problems) == {"user_id"}
        with pytest.raises(InvalidInput) as refused:
            desk.name(Role.NURSE, NURSE, cover=ADMINISTRATOR)
        assert set(refused.value.problems) == {"cover_user_id"}

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

    def test_without_a_name_it_is_everybody_s_and_a_task_for_the_lead_coordinator(self, desk: Desk) -> None:
        desk.ring()
        row = desk.standing()
        assert (row.user_id, row.role) == (None, "coordinator")
        (task,) = desk.tasks()
        assert (task.kind, task.params, task.owner_role) == ("nobody_named", {"who": "coordinator"}, "lead_coordinator")
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
