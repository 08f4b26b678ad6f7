"""Simulated years over the real pathway file, and small clinics whose year can be told in advance."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.domain.what_if.clinics import TODAY, clinic
from tracker.domain.forecast.stage_times import StageTimes
from tracker.domain.forecast.stage_visits import StageVisit
from tracker.domain.pathway.definition import Pathway
from tracker.domain.statistics.risk_sets import Spell
from tracker.domain.what_if.calendar import SlotCalendar
from tracker.domain.what_if.comparison import Compared, Comparison, compare
from tracker.domain.what_if.flow import Booking, flow_of
from tracker.domain.what_if.policy import Policy, ProcedurePolicy, observed_policy
from tracker.domain.what_if.simulation import Clinic, Outcome, Present, simulate
from tracker.domain.what_if.stream import Stream
from tracker.domain.what_if.today import clinic_today

MONDAY = date(2026, 6, 29)
DAY = timedelta(days=1)
TRIAL = TODAY["trial"]


@pytest.fixture(scope="module")
def example(itb: Pathway) -> Clinic:
    return clinic(itb)


def changed(procedure: str, **rules: object) -> Policy:
    return {**TODAY, procedure: replace(TODAY[procedure], **rules)}  # type: ignore[arg-type] # rules of several types


def compared(example: Clinic, other: Policy) -> Mapping[str, Comparison]:
    return compare(example, TODAY, other, seed=1, replications=10, days=200)


def is_more(figure: Compared) -> bool:
    assert figure.difference is not None
    return figure.difference.interval.low > 0


def is_less(figure: Compared) -> bool:
    assert figure.difference is not None
    return figure.difference.interval.high < 0


class TestFlow:
    def test_is_read_from_the_file(self, itb: Pathway) -> None:
        flow = flow_of(itb)
        assert list(flow.bookings.values()) == [
            Booking("trial", "trial_booked", "trial_day", lost="trial_to_book"),
            Booking("implant", "implant_booked", "implant_day", lost="implant_to_book"),
        ]
        assert flow.payers == {"trial_authorization": "trial", "implant_authorization": "implant"}
        assert {"recovering", "declined"} <= flow.ends
        assert not {"implant_day", "trial_review"} & flow.ends
        assert flow.targets["trial_to_book"] == (7, "trial_booked")

    def test_of_another_file_is_another(self, reoperation: Pathway) -> None:
        flow = flow_of(reoperation)
        assert flow.procedures == ("reoperation",)
        assert flow.payers == {"reoperation_authorization": "reoperation"}

    def test_follows_a_file_that_changes(self, itb: Pathway) -> None:
        """A way back that leads elsewhere is followed there; without one the file cannot be simulated."""
        moved = tuple(
            replace(edge, target="trial_review") if edge.name == "trial_visit_lost" else edge
            for edge in itb.transitions
        )
        assert flow_of(replace(itb, transitions=moved)).bookings["trial_booked"].lost == "trial_review"
        without = tuple(edge for edge in itb.transitions if edge.name != "trial_visit_lost")
        with pytest.raises(ValueError, match="no way back from trial_booked"):
            flow_of(replace(itb, transitions=without))


class TestCalendar:
    def test_gives_the_first_free_slot(self) -> None:
        calendar = SlotCalendar(ProcedurePolicy(frozenset({1, 3}), slots=1, lost=0, notice_days=2), first_weekday=0)
        assert [calendar.take(day) for day in (0, 0, 0, 1, 30)] == [3, 8, 10, 15, 36]

    def test_counts_the_notice_from_the_day_of_asking(self) -> None:
        calendar = SlotCalendar(ProcedurePolicy(frozenset(range(7)), slots=1, lost=0, notice_days=10), first_weekday=0)
        assert [calendar.take(day) for day in (-30, -8, 0)] == [0, 2, 10]

    def test_gives_again_what_was_given_back(self) -> None:
        calendar = SlotCalendar(ProcedurePolicy(frozenset({0}), slots=2, lost=0, notice_days=0), first_weekday=0)
        assert [calendar.take(0) for _ in range(5)] == [0, 0, 7, 7, 14]
        calendar.give_back(7)
        assert [calendar.take(1), calendar.take(1)] == [7, 14]


class TestSimulation:
    def test_of_the_file_alone_keeps_its_targets(self, itb: Pathway) -> None:
        """Without a history each stage lasts as long as the file wants: 3 + 30 + 14 + 14 + 7 days to the booking on day
        68; the next Tuesday is day 71 (day 0 is a Monday). Then 0 + 1 + 2 + 14 + 14 + 7 days, to day 109; a Wednesday
        ten days later is day 121."""
        alone = replace(clinic(itb), times={}, past_arrivals=[0], present=(Present("referred", 0, 0),))
        policy = {
            "trial": ProcedurePolicy(frozenset({1}), 1, 0, notice_days=0),
            "implant": ProcedurePolicy(frozenset({2}), 1, 0, notice_days=10),
        }
        assert simulate(alone, policy, seed=1, days=365) == {"trial": Outcome(1, 71, 3), "implant": Outcome(1, 121, 12)}
        assert simulate(alone, policy, seed=1, days=70)["trial"] == Outcome(0, None, 3)

    def test_counts_from_the_referral_and_only_the_first_time(self, itb: Pathway) -> None:
        there = (Present("trial_booked", 5, 60), Present("trial_booked", 9, 90, had=frozenset({"trial"})))
        alone = replace(clinic(itb), times={}, past_arrivals=[0], present=there)
        policy = {name: ProcedurePolicy(frozenset(range(7)), 1, 0, notice_days=0) for name in ("trial", "implant")}
        found = simulate(alone, policy, seed=1, days=10)["trial"]
        assert found == Outcome(2, 61, (9 + 6) / 2), "who has waited longer is first, and had a trial before"

    def test_gives_the_slots_of_those_who_leave_to_others(self, itb: Pathway) -> None:
        """Twenty have a slot on the next twenty Mondays, and half of them leave. Who asks on day 21 would have to wait
        for day 140: (20 · 9 + 0 + 7 + ... + 133 + 119) / 21 days on average."""
        there = (*(Present("trial_booked", 9, 9) for _ in range(20)), Present("trial_authorization", 0, 0))
        booked = StageTimes([Spell(9, "trial_day"), Spell(9, "declined")])
        alone = replace(clinic(itb), times={"trial_booked": booked}, past_arrivals=[0], present=there)
        weekly = ProcedurePolicy(frozenset({0}), 1, 0, notice_days=0)
        found = simulate(alone, {"trial": weekly, "implant": weekly}, seed=1, days=200)["trial"]
        assert 0 < found.done < 21
        assert found.days_for_a_slot is not None and found.days_for_a_slot < (20 * 9 + 7 * 190 + 119) / 21

    def test_is_the_same_for_the_same_seed(self, example: Clinic) -> None:
        first, again, other = (simulate(example, TODAY, seed=seed, days=200) for seed in (4, 4, 5))
        assert first == again != other

    def test_keeps_within_the_slots(self, example: Clinic) -> None:
        busy = replace(example, past_arrivals=[20])
        narrow = changed("trial", weekdays=frozenset({1}), slots=2, lost=0.0)
        assert simulate(busy, narrow, seed=1, days=209)["trial"].done <= 2 * 30


class TestComparison:
    def test_of_a_policy_with_itself_is_nothing(self, example: Clinic) -> None:
        for found in compared(example, TODAY).values():
            for figure in (found.done, found.days_since_referral, found.days_for_a_slot):
                assert figure.difference is not None and (figure.difference.mean, *figure.difference.interval) == (
                    0,
                    0,
                    0,
                )

    def test_faster_payers_bring_patients_sooner(self, example: Clinic) -> None:
        found = compared(example, changed("trial", turnaround=0.25))
        assert is_less(found["trial"].days_since_referral) and is_less(found["implant"].days_since_referral)
        assert is_more(found["trial"].done)

    def test_fewer_slots_make_a_queue(self, example: Clinic) -> None:
        found = compared(example, changed("trial", slots=1))
        assert (
            is_more(found["trial"].days_for_a_slot) and is_less(found["trial"].done) and is_less(found["implant"].done)
        )

    def test_fewer_operating_days_of_implants_do_not_touch_trials(self, example: Clinic) -> None:
        found = compared(example, changed("implant", weekdays=frozenset({2})))
        assert is_more(found["implant"].days_for_a_slot) and is_more(found["implant"].days_since_referral)
        assert found["trial"].done.difference is not None and found["trial"].done.difference.mean == 0

    def test_more_missed_visits_cost_slots(self, example: Clinic) -> None:
        found = compared(example, changed("trial", lost=0.35))
        assert is_more(found["trial"].days_since_referral) and is_less(found["trial"].done)

    def test_of_years_without_a_procedure_has_no_figure(self, example: Clinic) -> None:
        found = compare(replace(example, past_arrivals=[0]), TODAY, TODAY, seed=1, replications=10, days=30)
        assert found["trial"].days_since_referral == Compared(None, None, None)
        assert found["trial"].done.present == 0


class TestPolicy:
    @pytest.mark.parametrize(
        "rules",
        [
            {"weekdays": frozenset()},
            {"weekdays": frozenset({7})},
            {"slots": 0},
            {"lost": 1.0},
            {"lost": -0.1},
            {"notice_days": -1},
            {"turnaround": -1.0},
        ],
    )
    def test_refuses_what_no_clinic_can_do(self, rules: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            changed("trial", **rules)

    def test_is_read_from_what_happened(self, itb: Pathway) -> None:
        """Trials on ten Mondays, two on each but one with five; one on a Sunday; every fifth visit was lost."""
        history = []
        for week in range(10):
            day = MONDAY + 7 * week * DAY
            history += [
                StageVisit(f"{week}/{place}", "trial_booked", day - 8 * DAY, day, "trial_day")
                for place in range(5 if week == 3 else 2)
            ]
            history.append(StageVisit(f"{week}/x", "trial_booked", day - 9 * DAY, day - DAY, "trial_to_book"))
        history.append(StageVisit("sunday", "trial_booked", MONDAY, MONDAY + 6 * DAY, "trial_day"))
        found = observed_policy(flow_of(itb), history, since=MONDAY, on=MONDAY + 70 * DAY)
        assert found == {"trial": ProcedurePolicy(frozenset({0}), slots=2, lost=9 / 33, notice_days=8)}


class TestToday:
    def test_is_read_from_the_history(self, itb: Pathway) -> None:
        history = [
            StageVisit("a", "referred", MONDAY - 40 * DAY, MONDAY - 20 * DAY, "evaluation_booked"),
            StageVisit("a", "evaluation_booked", MONDAY - 20 * DAY, MONDAY + DAY, "evaluating"),
            StageVisit("b", "trial_day", MONDAY - 8 * DAY, MONDAY - 8 * DAY, "trial_review"),
            StageVisit("b", "trial_review", MONDAY - 8 * DAY),
            StageVisit("c", "referred", MONDAY - 9 * DAY, MONDAY - 2 * DAY, "somewhere else"),
            StageVisit("c", "recovering", MONDAY - 2 * DAY),
        ]
        found = clinic_today(flow_of(itb), history, since=MONDAY - 42 * DAY, on=MONDAY)
        assert found.present == (
            Present("evaluation_booked", 20, 40),
            Present("trial_review", 0 + 8, 8, had=frozenset({"trial"})),
        )
        assert found.past_arrivals == [1, 0, 0, 0, 1, 0]
        assert found.times.keys() == {"referred", "trial_day"}
        ways = {found.times["referred"].draw(Stream(number))[1] for number in range(40)}
        assert ways == {"evaluation_booked"}, "a way that the file does not have is not taken"
        assert found.first_weekday == 0

    def test_needs_a_week(self, itb: Pathway) -> None:
        with pytest.raises(ValueError, match="no week"):
            clinic_today(flow_of(itb), [], since=MONDAY - 6 * DAY, on=MONDAY)
