"""More messages at once than anybody foresaw are held back for a person; what was foreseen goes out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.factories.listed import Listed
from tests.factories.rows import a_clinic, a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.access import Actor
from tracker.domain.bursts import FEW
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted, StaleVersion
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, Reminder, StaffTask
from tracker.services.delivering.bursts import clinics_with_bursts, hold_burst
from tracker.services.held_bursts import decide_burst
from tracker.services.reminders import Dispatcher
from tracker.services.task_endings import end_task
from tracker.services.work import Work


@pytest.fixture
def listed(database: Database, clock: FixedClock) -> Iterator[Listed]:
    """A clinic that messages can be put into."""
    with database.writing() as session:
        clinic = a_clinic(session, 1, zone="America/Denver")
        a_member(session, clinic, 1)
        yield Listed(session, 1, clock.now())


def a_burst(listed: Listed, count: int, *, days: int = -2, state: str = "planned") -> None:
    """So many messages that were wanted days ago."""
    case = listed.case(listed.patient("Lee"), "evaluating")
    for _ in range(count):
        listed.message(case, state, days=days)
    listed.session.flush()
    listed.session.execute(update(Reminder).values(useless_after=listed.now + timedelta(hours=1)))


def is_burst(listed: Listed) -> bool:
    return list(clinics_with_bursts(listed.session, listed.now)) == [1]


def held(listed: Listed) -> StaffTask:
    """The task of a burst that was held back."""
    a_burst(listed, FEW + 1)
    assert hold_burst(listed.session, 1, listed.now, listed.ids) == FEW + 1
    return listed.session.scalars(select(StaffTask)).one()


def work_of(listed: Listed, role: Role = Role.LEAD_COORDINATOR) -> Work:
    actor = Actor(user_id=1001, clinic_id=1, roles=frozenset({role}), name="User 1")
    return Work(listed.session, actor, listed.ids, listed.now)


def found(listed: Listed) -> set[tuple[str, str]]:
    rows = listed.session.execute(select(Reminder.state, Reminder.closed_reason))
    return {(row.state, row.closed_reason.partition(":")[0]) for row in rows}


class TestABurst:
    @pytest.mark.parametrize(("count", "expected"), [(FEW, False), (FEW + 1, True)])
    def test_is_more_than_twenty_a_day_late(self, listed: Listed, count: int, expected: bool) -> None:
        a_burst(listed, count)
        assert is_burst(listed) is expected

    @pytest.mark.parametrize(("more", "expected"), [(-1, True), (0, False)])
    def test_is_more_than_a_tenth_of_the_patients(self, listed: Listed, more: int, expected: bool) -> None:
        a_burst(listed, FEW + 1)
        for number in range(10 * (FEW + 1) - 1 + more):
            listed.patient(f"Patient{number}")
        assert is_burst(listed) is expected

    @pytest.mark.parametrize(("hours", "expected"), [(-1, True), (1, False)])
    def test_is_what_was_planned_since_the_forecast(self, listed: Listed, hours: int, expected: bool) -> None:
        a_burst(listed, FEW + 1, days=0)
        listed.session.execute(update(Clinic).values(forecast_at=listed.now + timedelta(hours=hours)))
        assert is_burst(listed) is expected

    def test_is_not_what_is_no_day_late_nor_under_way(self, listed: Listed) -> None:
        a_burst(listed, FEW + 1, days=0)
        a_burst(listed, FEW + 1, state="unknown")
        assert not is_burst(listed)

    def test_is_not_what_is_of_no_use_any_more_nor_a_call(self, listed: Listed) -> None:
        a_burst(listed, FEW + 1)
        assert is_burst(listed)
        listed.session.execute(update(Reminder).values(channel="phone"))
        assert not is_burst(listed)
        listed.session.execute(update(Reminder).values(channel="email", useless_after=listed.now))
        assert not is_burst(listed)

    def test_of_another_clinic_is_its_own(self, listed: Listed) -> None:
        a_burst(listed, FEW)
        clinic = a_clinic(listed.session, 2, zone="America/Denver")
        a_member(listed.session, clinic, 2)
        a_burst(Listed(listed.session, 2, listed.now, SeededIds(2)), FEW)
        assert clinics_with_bursts(listed.session, listed.now) == []


class TestHeld:
    def test_rests_with_one_task_of_the_lead(self, listed: Listed) -> None:
        task = held(listed)
        assert found(listed) == {("held", "held_burst")}
        assert (task.kind, task.owner_role, task.params, task.due_on) == (
            "held_burst",
            "lead_coordinator",
            {"messages": FEW + 1},
            listed.today,
        )
        assert hold_burst(listed.session, 1, listed.now, listed.ids) == 0

    def test_goes_out_once_it_is_released_and_is_not_held_again(self, listed: Listed) -> None:
        task = held(listed)
        assert decide_burst(work_of(listed), task_id=task.id, decision="send") == FEW + 1
        assert found(listed) == {("due", "released")}
        assert not is_burst(listed)
        assert task.outcome == "Sent all the same: 21 messages"

    @pytest.mark.parametrize("decision", ["send", "call"])
    def test_of_another_clinic_is_left_alone(self, listed: Listed, decision: str) -> None:
        clinic = a_clinic(listed.session, 2, zone="America/Denver")
        a_member(listed.session, clinic, 2)
        a_burst(Listed(listed.session, 2, listed.now, SeededIds(2)), FEW + 1)
        task = held(listed)
        decide_burst(work_of(listed), task_id=task.id, decision=decision)
        of_other = select(Reminder.state).where(Reminder.clinic_id == 2)
        assert set(listed.session.scalars(of_other)) == {"planned"}
        elsewhere = Actor(user_id=1002, clinic_id=2, roles=frozenset({Role.LEAD_COORDINATOR}), name="User 2")
        with pytest.raises(NotFound):
            decide_burst(Work(listed.session, elsewhere, listed.ids, listed.now), task_id=task.id, decision="send")

    def test_that_is_not_wanted_any_more_is_not_released(self, listed: Listed) -> None:
        task = held(listed)
        listed.session.execute(update(Reminder).values(state="cancelled"))
        assert decide_burst(work_of(listed), task_id=task.id, decision="send") == 0
        assert {state for state, _ in found(listed)} == {"cancelled"}

    def test_becomes_calls(self, listed: Listed) -> None:
        task = held(listed)
        decide_burst(work_of(listed), task_id=task.id, decision="call")
        assert found(listed) == {("tasked", "held")}
        calls = listed.session.scalars(select(StaffTask).where(StaffTask.kind == "call")).all()
        assert len(calls) == FEW + 1 and {each.params["why"] for each in calls} == {"held"}

    def test_is_not_ended_by_words_alone(self, listed: Listed) -> None:
        task = held(listed)
        with pytest.raises(InvalidInput, match="outcome"):
            end_task(work_of(listed), task_id=task.id, outcome="seen")

    def test_is_decided_once_and_by_whoever_may_pause(self, listed: Listed) -> None:
        task = held(listed)
        with pytest.raises(NotPermitted):
            decide_burst(work_of(listed, Role.NURSE), task_id=task.id, decision="send")
        with pytest.raises(InvalidInput):
            decide_burst(work_of(listed), task_id=task.id, decision="perhaps")
        decide_burst(work_of(listed), task_id=task.id, decision="send")
        with pytest.raises(StaleVersion):
            decide_burst(work_of(listed), task_id=task.id, decision="call")


def test_a_dispatcher_holds_it_before_it_sends_anything(database: Database, clock: FixedClock) -> None:
    mailer = RecordingMailer()
    with database.writing() as session:
        clinic = a_clinic(session, 1, zone="America/Denver")
        a_member(session, clinic, 1)
        listed = Listed(session, 1, clock.now())
        a_burst(listed, FEW + 1)
    Dispatcher(
        database=database,
        clock=clock,
        ids=SeededIds(9),
        transports={"email": mailer},
        replies_at="https://visits.example",
        chance=lambda: 0.5,
        pause=lambda: None,
    ).dispatch_due()
    assert mailer.tried == 0
    with database.reading() as session:
        assert set(session.scalars(select(Reminder.state))) == {"held"}
        assert [task.kind for task in session.scalars(select(StaffTask))] == ["held_burst"]
