"""Who is told of what is still open, and when: day by day, and for any dates."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.builders import Case
from tests.domain.test_obligations import ITB, LATEST, NOW, due, with_pump
from tracker.domain.escalation.ladders import climb, climbs_on, escalations
from tracker.domain.facts import Device, Fill
from tracker.domain.obligations import Obligation
from tracker.domain.pathway.rungs import level_of
from tracker.domain.words import Told

REFILL = ITB.obligations["refill"].ladder


def refill(*, is_planned: bool = False, case: Case | None = None) -> Obligation:
    found = due(case or with_pump(), NOW)["refill"]
    return replace(found, planned_seq=9 if is_planned else None)


def told(days: int, *, is_planned: bool = False) -> str:
    """Who is told so many days from the latest refill date."""
    standing = escalations(ITB, refill(is_planned=is_planned), LATEST + timedelta(days=days)).standing
    if standing is None:
        return ""
    return "plan" if standing.rung.is_plan else standing.rung.who


class TestARefillThatNothingPlans:
    @pytest.mark.parametrize(
        ("days", "who"),
        [(-180, "coordinator"), (-29, "coordinator"), (-28, "lead_coordinator"), (-15, "lead_coordinator"),
         (-14, "physician"), (-10, "physician"), (-4, "physician"), (-3, "on_call"), (-1, "on_call"), (0, "plan"),
         (400, "plan")],
    )  # fmt: skip
    def test_climbs(self, days: int, who: str) -> None:
        assert told(days) == who

    def test_never_goes_down_to_who_had_it_before(self) -> None:
        levels = [level_of(step.rung) for day in range(-60, 5) if (step := at(day)) is not None]
        assert levels == sorted(levels)

    def test_says_when_the_next_is_told(self) -> None:
        today = LATEST - timedelta(days=14)
        assert escalations(ITB, refill(), today).next_on == LATEST - timedelta(days=3)
        assert escalations(ITB, refill(), LATEST).next_on is None


def at(day: int):
    return escalations(ITB, refill(), LATEST + timedelta(days=day)).standing


class TestAPlannedRefill:
    @pytest.mark.parametrize(
        ("days", "who"),
        [(-28, ""), (-11, ""), (-10, "coordinator"), (-8, "coordinator"), (-7, "lead_coordinator"),
         (-6, "lead_coordinator"), (-5, "physician"), (-4, "physician"), (-3, "on_call"), (0, "plan")],
    )  # fmt: skip
    def test_climbs_only_for_what_is_not_filled(self, days: int, who: str) -> None:
        assert told(days, is_planned=True) == who

    def test_is_nobody_s_before_its_first_day(self) -> None:
        assert climbs_on(ITB, refill(is_planned=True)) == LATEST - timedelta(days=10)
        assert climbs_on(ITB, refill()) == date.min


class TestAnUnknownAlarmDate:
    def test_is_told_of_once_and_not_as_a_refill_that_is_too_late(self) -> None:
        found = due(Case("maintained").record(Device).record(Fill, device=1, alarm_on=None))
        today = found["alarm_date"].anchor_on
        if found["refill"].reason == "alarm_date_unknown":
            assert escalations(ITB, found["refill"], today).standing is None
        climbed = [escalations(ITB, found["alarm_date"], today + timedelta(days=day)).standing for day in range(4)]
        who = [Told.NURSE, Told.LEAD_COORDINATOR, Told.PHYSICIAN, Told.ON_CALL]
        assert [each.rung.who for each in climbed if each] == who

    def test_of_a_pump_without_any_fill_has_no_refill_ladder(self) -> None:
        found = due(Case("pump_intake").record(Device))
        assert found["refill"].reason == "alarm_date_unknown"
        assert climbs_on(ITB, found["refill"]) is None
        assert climbs_on(ITB, found["alarm_date"]) == found["alarm_date"].anchor_on


DAYS = st.dates(date(2025, 1, 1), date(2028, 1, 1))


class TestAnyDates:
    @given(anchor=DAYS, today=DAYS, later=st.integers(0, 900), is_planned=st.booleans())
    def test_time_never_takes_a_rung_back(self, anchor: date, today: date, later: int, is_planned: bool) -> None:
        one = climb(REFILL, anchor, today, is_planned=is_planned).standing
        two = climb(REFILL, anchor, today + timedelta(days=later), is_planned=is_planned).standing
        assert (level_of(one.rung) if one else -1) <= (level_of(two.rung) if two else -1)

    @given(anchor=DAYS, today=DAYS, is_planned=st.booleans())
    def test_the_rung_that_comes_next_is_not_a_day_late(self, anchor: date, today: date, is_planned: bool) -> None:
        found = climb(REFILL, anchor, today, is_planned=is_planned)
        if found.next_on is None:
            return
        before = climb(REFILL, anchor, found.next_on - timedelta(days=1), is_planned=is_planned).standing
        there = climb(REFILL, anchor, found.next_on, is_planned=is_planned).standing
        assert before == found.standing
        assert there is not None
        assert there.on == found.next_on

    @given(anchor=DAYS, today=DAYS)
    def test_a_plan_never_has_somebody_told_earlier(self, anchor: date, today: date) -> None:
        planned = climb(REFILL, anchor, today, is_planned=True).standing
        unplanned = climb(REFILL, anchor, today, is_planned=False).standing
        assert unplanned is not None
        assert planned is None or level_of(planned.rung) <= level_of(unplanned.rung)

    @given(anchor=DAYS, earlier=st.integers(0, 400), today=DAYS, is_planned=st.booleans())
    def test_an_earlier_latest_date_is_never_told_of_later(
        self, anchor: date, earlier: int, today: date, is_planned: bool
    ) -> None:
        near = climb(REFILL, anchor - timedelta(days=earlier), today, is_planned=is_planned).standing
        far = climb(REFILL, anchor, today, is_planned=is_planned).standing
        assert (level_of(far.rung) if far else -1) <= (level_of(near.rung) if near else -1)
