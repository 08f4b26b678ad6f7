"""How many get through, by hand for ten patients referred in 2025. The history ends on 17 March 2026."""

from datetime import date, timedelta

import pytest

from tests.support.histories import AS_OF, Told
from tracker.domain.reporting.columns import Stays, Trials, Visits
from tracker.domain.reporting.filters import Filter, Selection, select
from tracker.domain.reporting.flow import Cohort, Flow, flow
from tracker.domain.reporting.history import History
from tracker.domain.reporting.reached import CLOSED
from tracker.domain.reporting.referrers import ReferrerReport, referrer_report
from tracker.pathways import catalogue

LAST_YEAR = Filter(from_on=date(2025, 1, 1), until_on=date(2026, 1, 1))
TODAY = date(2026, 3, 17)
#: The day on which each came into a stage, in days after the referral.
WAY = ("referred", "evaluating", "trial_observation", "implant_decision", "recovering")


def way(told: Told, case: int, referred_on: date, *days: int, closed: tuple[str, int] | None = None) -> None:
    """Let a case come into the stages of ``WAY`` one after the other, and perhaps be closed."""
    reached = list(zip(WAY, days, strict=False)) + ([closed] if closed else [])
    for place, (stage, day) in enumerate(reached):
        is_last = place == len(reached) - 1
        left = 0 if is_last else referred_on + timedelta(days=reached[place + 1][1])
        told.add(Stays, case=case, stage=stage, entered_on=referred_on + timedelta(days=day), left_on=left)


def ten() -> Told:
    told = Told()
    plan: tuple[tuple[str, date, tuple[int, ...], tuple[str, int] | None], ...] = (
        ("Dr A", date(2025, 1, 10), (0, 10, 30, 33, 100), None),
        ("Dr A", date(2025, 1, 20), (0, 12, 40, 45, 120), None),
        ("Dr A", date(2025, 1, 31), (0, 14, 50), ("trial_unsuccessful", 55)),
        ("Dr B", date(2025, 2, 1), (0, 20, 60, 63), ("declined", 70)),
        ("Dr B", date(2025, 2, 3), (0,), ("unreachable", 25)),
        ("Dr B", date(2025, 12, 17), (0, 10), None),
        ("", date(2025, 12, 27), (0,), None),
        ("Dr A", date(2024, 12, 31), (0, 5, 9, 12, 44), None),  # referred before
        ("Dr A", date(2025, 6, 1), (0,), None),  # came with a pump
        ("Dr A", date(2025, 12, 7), (0, 10, 20), None),
    )
    for number, (referrer, on, days, closed) in enumerate(plan):
        case = told.case(
            referrer=referrer, referred_on=on, taken_over=number == 8, stage=closed[0] if closed else "",
            closed_on=on + timedelta(days=closed[1]) if closed else 0,
        )  # fmt: skip
        way(told, case, on, *days, closed=closed)
    return told


def counted() -> Flow:
    history, selection = asked()
    return flow(history, selection)


def asked() -> tuple[History, Selection]:
    history = ten().history()
    return history, select(history, LAST_YEAR)


def steps(cohort: Cohort) -> list[tuple[object, ...]]:
    return [(each.name, each.reached.n, [(name, n.n) for name, n in each.left], each.waits.n) for each in cohort.steps]


class TestFunnel:
    def test_counts_at_each_step_who_came_further_left_or_waits(self) -> None:
        assert steps(counted().everybody) == [
            ("referred", 8, [("unreachable", 1)], 1),
            ("evaluated", 6, [], 1),
            ("trial", 5, [("trial_unsuccessful", 1)], 1),
            ("positive", 3, [("declined", 1)], 0),
            ("implanted", 2, [], 0),
        ]

    def test_adds_up_at_every_step(self) -> None:
        found = counted()
        for cohort in (found.everybody, *found.months, *found.referrers):
            for one, following in zip(cohort.steps, cohort.steps[1:], strict=False):
                gone = sum(count.n for _, count in one.left)
                assert one.reached.n == following.reached.n + gone + one.waits.n

    def test_is_told_by_month_and_by_referrer(self) -> None:
        found = counted()
        assert [(each.name, each.steps[0].reached.n) for each in found.months] == [
            ("2025-01", 3), ("2025-02", 2), ("2025-12", 3),
        ]  # fmt: skip
        assert [(each.name, each.steps[0].reached.cases) for each in found.referrers] == [
            ("Dr A", (0, 1, 2, 9)), ("Dr B", (3, 4, 5)), ("", (6,)),
        ]  # fmt: skip

    def test_counts_who_skipped_the_trial_as_come_further(self) -> None:
        told = Told()
        case = told.case()
        for stage in ("referred", "evaluating", "recovering"):
            told.add(Stays, case=case, stage=stage, entered_on=date(2025, 7, 1), left_on=date(2025, 7, 1))
        history = told.history()
        found = flow(history, select(history, LAST_YEAR))
        assert [each.reached.n for each in found.everybody.steps] == [1, 1, 1, 1, 1]


class TestTimes:
    def test_to_the_trial_count_who_waits_as_waiting(self) -> None:
        """Came after 20, 30, 40, 50, 60; left after 25; wait since 90 and 80 days. By hand: 7/8, then one is gone of
        the seven, 6/8·… = 0.875 · 5/6 = 0.729, · 4/5 = 0.583, · 3/4 = 0.4375."""
        found = counted().to_trial
        assert (found.came.n, found.left.cases, found.waits.cases) == (5, (4,), (5, 6))
        survival = [round(step.value, 4) for step in found.curve.steps if step.events]
        assert survival == [0.875, 0.7292, 0.5833, 0.4375, 0.2917]
        assert (found.median.time, found.slow.time) == (50, None)
        # Who came alone: 20, 30, 40, 50, 60. The naive median is ten days too short.
        assert (found.naive_median, found.naive_slow) == (40, 60)

    def test_from_trial_to_implant_begin_with_the_trial_of_the_period(self) -> None:
        """Of the trials of 2025: two came after 70 and 80 days, two left after 5 and 10, one waits since 80; and one
        who was referred in 2024 came after 35."""
        found = counted().trial_to_implant
        assert (found.came.cases, found.left.cases, found.waits.cases) == ((0, 1, 7), (2, 3), (9,))
        assert (found.median.time, found.naive_median) == (70, 70)
        assert [round(step.value, 4) for step in found.curve.steps if step.events] == [0.75, 0.5, 0.25]

    def test_in_a_stage_are_of_stays_that_began_in_the_period(self) -> None:
        found = counted().in_stages
        assert (found["referred"].came.n, found["referred"].waits.cases) == (7, (6, 8))
        assert not CLOSED & found.keys()

    def test_end_where_the_history_ends(self) -> None:
        history, _ = asked()
        assert history.today == TODAY.toordinal()
        assert history.as_of == AS_OF


def test_closed_stages_are_those_of_the_file() -> None:
    pathway = catalogue.current()
    assert {stage.name for stage in pathway.stages.values() if not stage.is_open} == CLOSED


class TestReferrers:
    def counted(self) -> ReferrerReport:
        told = ten()
        for case, days in ((0, 4), (0, 2), (1, 6), (2, 8), (3, 10), (9, 1)):
            on = date.fromordinal(told.history().cases.referred_on[case]) + timedelta(days=days)
            told.add(Visits, case=case, purpose="evaluation", state="completed", booked_on=on)
        history = told.history()
        return referrer_report(history, select(history, LAST_YEAR))

    def test_are_counted_with_what_became_of_their_patients(self) -> None:
        found = [
            (each.name, each.referrals.n, each.trials.n, each.implants.n, each.waits.n, each.left.n)
            for each in self.counted().referrers
        ]
        assert found == [("Dr A", 4, 4, 2, 1, 1), ("Dr B", 3, 1, 0, 1, 2), ("", 1, 0, 0, 1, 0)]

    @pytest.mark.parametrize(
        ("outcome", "implants", "closed", "letter", "is_owed"),
        [
            (30, (), 0, 0, True),
            (30, (), 0, 29, True),
            (30, (), 0, 30, False),
            (30, (90,), 0, 89, True),
            (30, (90,), 0, 90, False),
            (30, (90, 400), 0, 399, True),
            (30, (90,), 500, 499, True),
            (30, (90,), 500, 500, False),
            (0, (), 20, 0, True),
            (0, (), 20, 21, False),
            # Nothing has become of these yet.
            (0, (), 0, 0, False),
            (0, (), 0, 5, False),
        ],
    )
    def test_are_owed_a_letter_since_the_last_thing_that_became_of_a_patient(
        self, outcome: int, implants: tuple[int, ...], closed: int, letter: int, *, is_owed: bool
    ) -> None:
        told, on = Told(), date(2025, 1, 10)

        def day(number: int) -> date | int:
            return on + timedelta(days=number) if number else 0

        for referrer in ("Dr A", "", "Dr B"):
            case = told.case(
                referrer=referrer, referred_on=on if referrer != "Dr B" else date(2024, 12, 31), closed_on=day(closed),
                letter_on=day(letter),
            )  # fmt: skip
            told.add(Trials, case=case, attempt=1, given_on=day(29), outcome_on=day(outcome))
            told.add(Trials, case=case, attempt=2, given_on=day(40))
            for implant in implants:
                told.add(Stays, case=case, stage="recovering", entered_on=day(implant), left_on=day(implant + 9))
        history = told.history()
        found = referrer_report(history, select(history, LAST_YEAR))
        # Nobody can be written to where nobody is named; the last one was referred before.
        assert found.everybody.owed.cases == ((0,) if is_owed else ())
        assert [each.owed.n for each in found.referrers] == [0, int(is_owed)]

    def test_are_told_how_soon_their_patients_were_booked(self) -> None:
        everybody = self.counted().everybody.first_contact
        assert (everybody.came.cases, everybody.left.cases, everybody.waits.cases) == ((0, 1, 2, 3, 9), (4,), (5, 6))
        # 1, 2, 6, 8, 10 of eight; nobody is censored before the tenth day: half are there with the fourth.
        assert (everybody.median.time, everybody.naive_median) == (8, 6)
