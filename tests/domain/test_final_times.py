"""The time of a visit is provisional until somebody says that it is final, and somebody is asked in time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.builders import Case
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment
from tracker.domain.final_times import arrival_wall, is_provisional
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

ITB = current()
ZONES = ["America/New_York", "America/Denver", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe"]
#: Tuesday 15:00 in New York.
ASKED_AT = datetime(2026, 3, 17, 19, 0, tzinfo=UTC)


def booked(
    wall: str = "2026-03-18T10:00", *, purpose: str = "trial", zone: str = "America/New_York", **values: object
) -> Case:
    starts = ClinicCalendar(zone).instant(datetime.fromisoformat(wall))
    times = {"arrive_at": starts - timedelta(hours=1), "wall": wall, "zone": zone}
    return Case(f"{purpose}_booked", zone=zone).visit(purpose, starts=starts, **{**times, **values})


def final(case: Case, value: str = "2026-03-18T09:00", **values: object) -> Case:
    return case.determined("time_final", value, **{"about_seq": 1, **values})


def asked(case: Case, now: datetime = ASKED_AT) -> tuple[Obligation, ...]:
    return obligations(ITB, case.snapshot, now).of("time_final")


def is_open(case: Case) -> bool:
    return is_provisional(ITB, case.snapshot, case.snapshot.of(Appointment)[0])


class TestATime:
    def test_is_provisional_until_it_is_said_of_the_arrival(self) -> None:
        assert is_open(booked())
        assert is_open(final(booked(), "2026-03-18T10:00")), "that is when it begins, not when the patient comes"
        assert not is_open(final(booked()))
        assert not is_open(final(booked(arrive_at=None), "2026-03-18T10:00"))

    def test_that_was_said_of_another_visit_is_not(self) -> None:
        assert is_open(final(booked(), about_seq=2))

    def test_that_was_taken_back_is_provisional_again(self) -> None:
        assert is_open(final(final(booked()), ""))

    def test_of_a_visit_without_an_operation_is_never_provisional(self) -> None:
        assert not is_open(booked(purpose="evaluation"))

    def test_is_provisional_wherever_the_file_says_so(self) -> None:
        file = replace(ITB, final_times=frozenset({"evaluation"}))
        case = booked(purpose="evaluation")
        assert is_provisional(file, case.snapshot, case.snapshot.of(Appointment)[0])

    def test_is_what_the_clock_at_the_clinic_says(self) -> None:
        case = booked(zone="Asia/Kathmandu")
        assert arrival_wall(case.snapshot.of(Appointment)[0], case.snapshot.calendar) == "2026-03-18T09:00"


class TestAskedFor:
    @pytest.mark.parametrize(("second", "expected"), [(-1, 0), (0, 1), (1, 1)])
    def test_from_the_very_second_on_the_open_day_before(self, second: int, expected: int) -> None:
        assert len(asked(booked(), ASKED_AT + timedelta(seconds=second))) == expected

    @pytest.mark.parametrize(
        ("wall", "due_on"),
        [
            ("2026-03-18T10:00", date(2026, 3, 17)),
            ("2026-03-23T10:00", date(2026, 3, 20)),  # a Monday: the Friday before
            ("2026-03-22T10:00", date(2026, 3, 20)),  # a Sunday too
        ],
    )
    def test_on_that_day_whatever_lies_between(self, wall: str, due_on: date) -> None:
        day_starts = datetime.combine(due_on, time(19), UTC)
        assert asked(booked(wall), day_starts - timedelta(seconds=1)) == ()
        (found,) = asked(booked(wall), day_starts)
        assert (found.due_on, found.owner, found.reason) == (due_on, Role.COORDINATOR, "time_not_final")

    def test_until_somebody_says_it(self) -> None:
        assert asked(final(booked())) == ()

    @pytest.mark.parametrize("state", ["arrived", "completed", "cancelled", "no_show"])
    def test_of_nobody_who_is_not_to_come(self, state: str) -> None:
        assert asked(booked(state=state)) == ()
        assert len(asked(booked(state="confirmed"))) == 1

    def test_not_for_a_day_that_is_further_away_once_it_was_moved(self) -> None:
        assert asked(booked("2026-03-19T10:00")) == ()

    def test_not_of_a_visit_without_an_operation(self) -> None:
        assert asked(booked(purpose="evaluation")) == ()

    def test_not_in_a_case_that_is_closed(self) -> None:
        assert asked(booked().at_stage("declined")) == ()

    def test_of_a_refill_in_a_closed_case_where_the_file_says_so(self) -> None:
        file = replace(ITB, final_times=frozenset({"refill", "trial"}))
        case = Case("unreachable").visit("refill", starts=datetime(2026, 3, 18, 14, tzinfo=UTC))
        assert len(obligations(file, case.snapshot, ASKED_AT).of("time_final")) == 1

    def test_until_the_day_is_over_and_then_it_is_marked_instead(self) -> None:
        midnight = datetime(2026, 3, 19, 4, tzinfo=UTC)
        before = obligations(ITB, booked().snapshot, midnight - timedelta(seconds=1))
        after = obligations(ITB, booked().snapshot, midnight)
        assert [len(each.of("time_final")) for each in (before, after)] == [1, 0]
        assert [len(each.of("unmarked_day")) for each in (before, after)] == [0, 1]
        assert before.of("time_final")[0].subject == after.of("unmarked_day")[0].subject


class TestTheNextInstant:
    def test_is_the_hour_at_which_it_is_asked_for(self) -> None:
        before = ASKED_AT - timedelta(seconds=1)
        assert obligations(ITB, booked().snapshot, before).next_change_at == ASKED_AT

    def test_is_later_than_now_once_it_is_asked_for(self) -> None:
        over_at = datetime(2026, 3, 19, 4, tzinfo=UTC)
        assert obligations(ITB, booked().snapshot, ASKED_AT).next_change_at == over_at

    def test_is_not_that_hour_once_it_was_said(self) -> None:
        over_at = datetime(2026, 3, 19, 4, tzinfo=UTC)
        assert obligations(ITB, final(booked()).snapshot, ASKED_AT - timedelta(days=3)).next_change_at == over_at

    @pytest.mark.parametrize("zone", ZONES)
    @given(
        days=st.integers(0, 1200),
        hour=st.integers(0, 23),
        minute=st.sampled_from([0, 15, 30, 45]),
        ahead=st.timedeltas(timedelta(minutes=-90), timedelta(days=5)),
    )
    def test_is_the_wall_time_of_the_rule_in_every_zone_and_nothing_changes_before(
        self, zone: str, days: int, hour: int, minute: int, ahead: timedelta
    ) -> None:
        wall = datetime.combine(date(2026, 1, 1) + timedelta(days=days), time(hour, minute))
        case = booked(wall.isoformat(timespec="minutes"), zone=zone)
        calendar = case.snapshot.calendar
        now = case.snapshot.of(Appointment)[0].starts_at - ahead
        found = obligations(ITB, case.snapshot, now)
        following = found.next_change_at
        stands_from = calendar.instant(
            datetime.combine(calendar.open_day_on_or_before(wall.date() - timedelta(days=1)), time(15))
        )
        if now < stands_from:
            assert found.of("time_final") == ()
            assert following is not None and following <= stands_from
            assert calendar.wall(stands_from).time() == time(15), "no zone here skips the afternoon"
        if following is not None:
            assert following > now
            just_before = obligations(ITB, case.snapshot, following - timedelta(microseconds=1))
            assert just_before.items == found.items

    def test_of_an_hour_that_the_clocks_skip_is_just_after_it_and_that_comes_twice_is_the_first(self) -> None:
        def asked_at(wall: str, from_time: time) -> datetime | None:
            rule = replace(ITB.obligations["time_final"], from_time=from_time)
            file = replace(ITB, obligations={**ITB.obligations, "time_final": rule})
            calendar = ClinicCalendar("America/New_York", open_weekdays=frozenset(range(1, 8)))
            case = booked(wall)
            case.snapshot = replace(case.snapshot, calendar=calendar)
            early = case.snapshot.of(Appointment)[0].starts_at - timedelta(days=3)
            return obligations(file, case.snapshot, early).next_change_at

        # 8 March 2026: 02:00 is followed by 03:00. 1 November 2026: 01:30 comes twice.
        assert asked_at("2026-03-09T10:00", time(2, 30)) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
        assert asked_at("2026-11-02T10:00", time(1, 30)) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
