"""The roster says who will be paged: days that have passed are neither entered nor taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.factories.desk import ADMINISTRATOR, FILLED, LEAD, PHYSICIAN, SECOND, Desk
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.errors import InvalidInput
from tracker.domain.words import Told
from tracker.persistence.database import Database
from tracker.persistence.models import Absence, OnCall, StaffTask
from tracker.services.escalating.duties import add_absence, put_on_call, take_off_call
from tracker.services.escalating.gaps import tell_of_gap

TODAY = FILLED + timedelta(days=30)


@pytest.fixture
def desk(database: Database, clock: FixedClock, ids: SeededIds) -> Desk:
    desk = Desk(database, clock, ids)
    desk.on(TODAY, hour=3)
    desk.clock.advance(hours=1)  # midnight in New York, where the clinic is
    return desk


def on_call(desk: Desk, from_days: int, until_days: int, user_id: int = SECOND) -> None:
    with desk.database.writing() as session:
        from_on, until_on = (TODAY + timedelta(days=each) for each in (from_days, until_days))
        put_on_call(desk.work(session), user_id=user_id, from_on=from_on, until_on=until_on)


def days(desk: Desk) -> list[date]:
    with desk.database.reading() as session:
        return list(session.scalars(select(OnCall.on_date).order_by(OnCall.on_date)))


def order(desk: Desk, in_days: int) -> list[int]:
    """Who is asked on a day, the first first."""
    with desk.database.reading() as session:
        of_day = select(OnCall.user_id).where(OnCall.on_date == TODAY + timedelta(days=in_days))
        return list(session.scalars(of_day.order_by(OnCall.position)))


class TestOnCall:
    def test_stands_behind_whoever_is_already_each_day_and_only_once(self, desk: Desk) -> None:
        on_call(desk, 1, 2, PHYSICIAN)
        on_call(desk, 2, 3, LEAD)
        on_call(desk, 0, 4)
        on_call(desk, 0, 5)
        assert [order(desk, in_days) for in_days in range(6)] == [
            [SECOND], [PHYSICIAN, SECOND], [PHYSICIAN, LEAD, SECOND], [LEAD, SECOND], [SECOND], [SECOND],
        ]  # fmt: skip

    def test_stands_behind_the_last_where_the_first_was_taken_off(self, desk: Desk) -> None:
        on_call(desk, 1, 1, PHYSICIAN)
        on_call(desk, 1, 1, LEAD)
        with desk.database.writing() as session:
            take_off_call(desk.work(session), on_date=TODAY + timedelta(days=1), position=1)
        on_call(desk, 1, 1)
        assert order(desk, 1) == [LEAD, SECOND]

    @pytest.mark.parametrize(("from_days", "until_days"), [(0, 0), (0, 2), (1, 1)])
    def test_from_today_on_is_entered(self, desk: Desk, from_days: int, until_days: int) -> None:
        on_call(desk, from_days, until_days)
        assert len(days(desk)) == until_days - from_days + 1

    @pytest.mark.parametrize(("from_days", "until_days"), [(-1, -1), (-1, 3), (-30, 0)])
    def test_before_today_is_refused_with_a_sentence(self, desk: Desk, from_days: int, until_days: int) -> None:
        with pytest.raises(InvalidInput) as caught:
            on_call(desk, from_days, until_days)
        assert caught.value.problems == {
            "from_on": "This day has passed, and who was paged on it stays as it was. Begin with today or a later day."
        }
        assert days(desk) == []

    def test_is_not_taken_back_once_its_day_has_passed(self, desk: Desk) -> None:
        on_call(desk, 0, 1)
        desk.clock.advance(hours=24)
        with desk.database.writing() as session, pytest.raises(InvalidInput, match="has passed"):
            take_off_call(desk.work(session), on_date=TODAY, position=1)
        with desk.database.writing() as session:
            take_off_call(desk.work(session), on_date=TODAY + timedelta(days=1), position=1)
        assert days(desk) == [TODAY]

    @pytest.mark.parametrize(("from_days", "until_days", "is_closed"), [(0, 0, True), (0, 5, True), (1, 5, False)])
    def test_closes_the_task_that_nobody_is_only_if_somebody_is_today(
        self, desk: Desk, from_days: int, until_days: int, *, is_closed: bool
    ) -> None:
        with desk.database.writing() as session:
            now = desk.clock.now()
            tell_of_gap(session, clinic_id=desk.clinic_id, gap=Told.ON_CALL, today=TODAY, now=now, ids=desk.ids)
        on_call(desk, from_days, until_days)
        with desk.database.reading() as session:
            (task,) = session.scalars(select(StaffTask).where(StaffTask.kind == "nobody_named"))
        assert (task.done_at is not None) is is_closed


class TestAway:
    @pytest.mark.parametrize(("from_days", "until_days", "is_taken"), [(-3, -1, False), (-3, 0, True), (0, 4, True)])
    def test_is_entered_while_it_lasts(self, desk: Desk, from_days: int, until_days: int, *, is_taken: bool) -> None:
        """Somebody may have been ill since Monday, and nobody wrote it down."""
        from_on, until_on = (TODAY + timedelta(days=each) for each in (from_days, until_days))
        if not is_taken:
            with desk.database.writing() as session, pytest.raises(InvalidInput) as caught:
                add_absence(desk.work(session), user_id=LEAD, from_on=from_on, until_on=until_on)
            assert caught.value.problems == {"until_on": "This day has passed. Who is back answers already."}
            return
        with desk.database.writing() as session:
            add_absence(desk.work(session, ADMINISTRATOR), user_id=LEAD, from_on=from_on, until_on=until_on)
        with desk.database.reading() as session:
            assert session.scalars(select(Absence.until_on)).all() == [until_on]
