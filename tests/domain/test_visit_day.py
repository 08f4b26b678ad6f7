"""Where a visit stands on its day, folded from what is known, and how long the whole stay is."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.definition import Pathway
from tracker.domain.visit_day import (
    DayState,
    Happened,
    Sign,
    Standing,
    closing_instant,
    has_stay,
    late_stay,
    least_stay,
    standing,
    stay_ends_at,
)
from tracker.domain.words import AppointmentState, MomentKind

CAME = datetime(2026, 3, 17, 13, 0, tzinfo=UTC)
ZONE = "America/Denver"


def after(minutes: int) -> datetime:
    """So many minutes after the patient came."""
    return CAME + timedelta(minutes=minutes)


def stands(*happened: tuple[str, int], state: str = "arrived", changed: int = 0, stays: bool = True) -> Standing:
    """Where a visit stands to which the patient came, after this happened, each so many minutes later."""
    found = [Happened(kind, after(minutes), seq) for seq, (kind, minutes) in enumerate(happened, start=30)]
    return standing(state, after(changed), CAME, found, stays=stays)


class TestStanding:
    @pytest.mark.parametrize("state", ["booked", "confirmed"])
    def test_of_somebody_to_come_is_expected_whatever_was_answered_before(self, state: str) -> None:
        found = stands((Sign.ITEM, -60), ("preparation", 5), state=state)
        assert found == Standing(DayState.EXPECTED, None)

    @pytest.mark.parametrize("state", ["cancelled", "no_show"])
    def test_of_a_lost_visit_is_its_loss_whatever_happened(self, state: str) -> None:
        assert stands(("procedure", 5), state=state, changed=9) == Standing(DayState(state), after(9))

    @pytest.mark.parametrize(
        ("said", "state", "since"),
        [(None, DayState.OBSERVATION, 40), ("ready", DayState.READY, 90), ("discharged", DayState.DISCHARGED, 90)],
    )
    def test_of_an_operation_that_was_broken_off_is_watched_until_somebody_says_otherwise(
        self, said: str | None, state: DayState, since: int
    ) -> None:
        later = [(said, 90)] if said else []
        found = stands(("procedure", 5), (Sign.BROKEN_OFF, 40), *later, state="cancelled", changed=40)
        assert found == Standing(state, after(since))

    def test_of_a_visit_that_was_put_back_is_as_if_nothing_had_been_broken_off(self) -> None:
        assert stands((Sign.BROKEN_OFF, 40)) == Standing(DayState.ARRIVED, CAME)

    def test_begins_with_the_arrival(self) -> None:
        assert stands() == Standing(DayState.ARRIVED, CAME)

    @pytest.mark.parametrize(("minutes", "state"), [(-1, DayState.ARRIVED), (0, DayState.PREPARATION)])
    def test_an_item_answered_from_the_arrival_on_is_preparation(self, minutes: int, state: DayState) -> None:
        assert stands((Sign.ITEM, minutes)).state is state

    def test_the_first_item_says_since_when(self) -> None:
        assert stands((Sign.ITEM, 5), (Sign.ITEM, 15)).since == after(5)

    def test_an_item_after_the_dose_takes_nothing_back(self) -> None:
        assert stands((Sign.ITEM, 5), (Sign.DOSE, 30), (Sign.ITEM, 90)) == Standing(DayState.OBSERVATION, after(30))

    @pytest.mark.parametrize("sign", [Sign.DOSE, Sign.WATCHED])
    def test_a_dose_or_a_pump_begins_the_watching(self, sign: Sign) -> None:
        assert stands(("procedure", 20), (sign, 30)) == Standing(DayState.OBSERVATION, after(30))

    @pytest.mark.parametrize("kind", list(MomentKind))
    def test_is_what_a_person_said_last(self, kind: MomentKind) -> None:
        assert stands((Sign.DOSE, 30), (kind, 40)) == Standing(DayState(kind), after(40))

    def test_goes_by_the_time_it_happened_and_not_by_when_it_was_written(self) -> None:
        assert stands(("ready", 90), ("preparation", 10)) == Standing(DayState.READY, after(90))

    def test_at_the_same_minute_goes_by_what_was_written_later(self) -> None:
        assert stands(("procedure", 10), ("observation", 10)).state is DayState.OBSERVATION

    def test_may_go_back_when_a_person_says_so(self) -> None:
        assert stands(("ready", 90), ("observation", 95)).state is DayState.OBSERVATION

    def test_of_somebody_who_left_is_not_changed_by_what_is_written_later(self) -> None:
        found = stands(("discharged", 90), (Sign.WATCHED, 120), state="completed", changed=90)
        assert found == Standing(DayState.DISCHARGED, after(90))

    def test_of_a_dose_given_before_the_arrival_was_marked_is_not_lost(self) -> None:
        assert stands((Sign.DOSE, -10)).state is DayState.OBSERVATION


class TestStandingOfAVisitThatIsOver:
    def test_without_a_word_of_leaving_may_go(self) -> None:
        found = stands((Sign.DOSE, 30), state="completed", changed=270)
        assert found == Standing(DayState.READY, after(270))

    def test_by_what_begins_the_watching_is_watched(self) -> None:
        """A refill ends its visit, and the patient stays to be watched."""
        found = stands((Sign.WATCHED, 30), state="completed", changed=30)
        assert found == Standing(DayState.OBSERVATION, after(30))

    def test_is_what_a_person_said_since(self) -> None:
        assert stands(("observation", 300), state="completed", changed=270).state is DayState.OBSERVATION

    @pytest.mark.parametrize("stays", [True, False])
    def test_only_by_a_word_that_was_struck_out_stands_as_before(self, stays: bool) -> None:
        found = stands((Sign.DOSE, 30), (Sign.UNSAID, 90), state="completed", changed=90, stays=stays)
        assert found == Standing(DayState.OBSERVATION, after(30))

    def test_without_a_stay_has_left(self) -> None:
        assert stands(state="completed", changed=20, stays=False) == Standing(DayState.DISCHARGED, after(20))

    def test_of_which_nobody_wrote_the_arrival_stands_all_the_same(self) -> None:
        found = standing(AppointmentState.COMPLETED, after(20), None, [Happened(Sign.ITEM, after(5), 30)], stays=True)
        assert found == Standing(DayState.READY, after(20))


class TestTheStay:
    @pytest.mark.parametrize(
        ("purpose", "stays"),
        [("trial", True), ("implant", True), ("refill", True), ("evaluation", False), ("follow_up", False)],
    )
    def test_goes_on_after_what_a_visit_is_for(self, itb: Pathway, purpose: str, stays: bool) -> None:
        assert has_stay(itb, purpose) is stays

    def test_of_a_trial_is_as_long_as_its_step_asks_to_observe(self, itb: Pathway) -> None:
        assert least_stay(itb, "trial") == timedelta(hours=itb.days("observation_hours")) == timedelta(hours=4)
        assert least_stay(itb, "evaluation") == timedelta(0)

    def test_ends_when_both_what_is_booked_and_the_watching_are_over(self, itb: Pathway) -> None:
        assert stay_ends_at(itb, "trial", CAME, after(60)) == after(240)
        assert stay_ends_at(itb, "trial", CAME, after(300)) == after(300)


class TestClosing:
    CALENDAR = ClinicCalendar(ZONE, closes_at=time(17))

    def asked(self, itb: Pathway, wall: str, minutes: int = 60, purpose: str = "trial") -> str:
        starts_at = self.CALENDAR.instant(datetime.fromisoformat(wall))
        return late_stay(itb, purpose, starts_at, starts_at + timedelta(minutes=minutes), self.CALENDAR)

    def test_is_kept_by_a_stay_that_ends_with_it(self, itb: Pathway) -> None:
        assert self.asked(itb, "2026-03-17T13:00") == ""

    def test_is_broken_by_one_minute_more(self, itb: Pathway) -> None:
        assert self.asked(itb, "2026-03-17T13:01") == (
            "The stay lasts until 17:01 at the earliest, 4 h after the injection; the unit closes at 17:00. "
            "The latest beginning is 13:00."
        )

    def test_is_broken_by_a_long_visit_too(self, itb: Pathway) -> None:
        assert self.asked(itb, "2026-03-17T12:00", minutes=300) == ""
        assert "The latest beginning is 12:00." in self.asked(itb, "2026-03-17T12:01", minutes=300)

    def test_says_nothing_of_what_nobody_is_watched_after(self, itb: Pathway) -> None:
        assert self.asked(itb, "2026-03-17T16:59", purpose="evaluation") == ""

    def test_that_nobody_has_said_rules_nothing(self, itb: Pathway) -> None:
        open_end = ClinicCalendar(ZONE)
        assert closing_instant(open_end, CAME) is None
        assert late_stay(itb, "trial", CAME, after(1200), open_end) == ""

    def test_is_a_wall_time_on_the_day_on_which_the_clocks_change(self, itb: Pathway) -> None:
        """8 March 2026: 02:00 becomes 03:00. The stay counts hours, the clock on the wall one more."""
        assert "until 05:30 at the earliest" in self.asked_early(itb, time(5, 29))
        assert self.asked_early(itb, time(5, 30)) == ""

    def asked_early(self, itb: Pathway, closes_at: time) -> str:
        calendar = ClinicCalendar(ZONE, closes_at=closes_at)
        starts_at = calendar.instant(datetime.fromisoformat("2026-03-08T00:30"))
        return late_stay(itb, "trial", starts_at, starts_at + timedelta(hours=1), calendar)
