"""Why patients wait, by hand for ten patients. The period is February 2026 in Denver; the history ends on 17 March."""

from datetime import UTC, date, datetime

from tests.support.histories import Told, noon
from tracker.domain.reporting.columns import Blockers, Visits
from tracker.domain.reporting.filters import Filter, select
from tracker.domain.reporting.rows import Rows
from tracker.domain.reporting.waits import Waits, why_they_wait

FEBRUARY = Filter(from_on=date(2026, 2, 1), until_on=date(2026, 3, 1))
ASKED = {"code": "authorization_requested", "of": "trial", "by": "coordinator lead_coordinator", "phase": "trial"}
OPEN = {"code": "checklist_open", "of": "trial", "by": "nurse", "phase": "trial"}
NOT_HERE = {"code": "not_arrived", "of": "trial", "by": "front_desk nurse", "phase": "trial"}


def ten() -> Told:
    told = Told()
    for _ in range(10):
        told.case(indication="spasticity", payer=7)

    def stood(case: int, what: dict[str, str], begins: datetime, ends: datetime | int = 0, **other: str) -> None:
        told.add(Blockers, case=case, **{**what, **other}, from_s=begins, until_s=ends)

    stood(0, ASKED, noon(date(2026, 2, 10)), noon(date(2026, 2, 14)))  # 4
    stood(1, ASKED, noon(date(2026, 2, 10)), noon(date(2026, 2, 13)))  # 3, of which 1 beside the next
    stood(1, OPEN, noon(date(2026, 2, 12)), noon(date(2026, 2, 14)))  # 2
    stood(2, OPEN, noon(date(2026, 1, 20)), noon(date(2026, 2, 3)))  # midnight to noon of the third: 2.5
    stood(3, ASKED, noon(date(2026, 2, 26)))  # until midnight of the 28th: 2.5
    stood(4, NOT_HERE, noon(date(2026, 2, 2)), noon(date(2026, 2, 7)))  # 5
    stood(5, ASKED, noon(date(2026, 1, 2)), noon(date(2026, 1, 9)))  # before
    stood(6, ASKED, noon(date(2026, 3, 2)))  # after
    stood(7, OPEN, noon(date(2026, 2, 2)), noon(date(2026, 2, 9)), phase="maintenance")  # nobody waits
    stood(8, OPEN, noon(date(2026, 2, 2)), noon(date(2026, 2, 3)))  # twice the same: 1 and 1
    stood(8, OPEN, noon(date(2026, 2, 5)), noon(date(2026, 2, 6)))
    return told


def counted(told: Told) -> Waits:
    history = told.history()
    return why_they_wait(history, select(history, FEBRUARY))


class TestWhyTheyWait:
    def test_each_day_counts_for_each_thing_and_once_in_all(self) -> None:
        found = counted(ten())
        assert (found.days.value, found.days.cases) == (20.0, (0, 1, 2, 3, 4, 8))
        assert [(each.code, each.days.value, each.alone.value) for each in found.lost] == [
            ("authorization_requested", 9.5, 8.5),
            ("checklist_open", 6.5, 5.5),
            ("not_arrived", 5.0, 5.0),
        ]
        assert found.lost[1].days.cases == (1, 2, 8)

    def test_is_told_by_who_could_clear_it(self) -> None:
        """A booked day cannot be cleared by who sees the patient in on it."""
        found = [(each.by, each.days.value, each.alone.value) for each in counted(ten()).clearers]
        assert found == [(("coordinator", "lead_coordinator"), 9.5, 8.5), (("nurse",), 6.5, 5.5), ((), 5.0, 5.0)]

    def test_counts_until_now_and_says_whom_it_holds_up(self) -> None:
        told = ten()
        history = told.history()
        march = select(history, Filter(from_on=date(2026, 3, 1), until_on=date(2026, 4, 1)))
        (asked,) = why_they_wait(history, march).lost
        midnight, noon_of_second = datetime(2026, 3, 1, 7, tzinfo=UTC), noon(date(2026, 3, 2))
        days = ((told.as_of - midnight) + (told.as_of - noon_of_second)).total_seconds() / 86400
        assert (round(asked.days.value, 9), asked.now.cases) == (round(days, 9), (3, 6))

    def test_holds_up_nobody_now_in_a_period_that_is_over(self) -> None:
        assert all(each.now.n == 0 for each in counted(ten()).lost)


class TestFilter:
    def test_selects_by_what_stands_on_the_case(self) -> None:
        told = Told()
        told.case(payer=7, indication="pain", diagnosis="cancer_pain", version=1)
        told.case(payer=7, indication="spasticity", diagnosis="stroke", version=2)
        told.case(payer=8, indication="spasticity", version=2)
        told.case(pathway="itb_reoperation", about=0, payer=9)
        history = told.history()

        def chosen(**asked: object) -> list[int]:
            found = select(history, Filter(from_on=FEBRUARY.from_on, until_on=FEBRUARY.until_on, **asked))
            return [case for case, one in enumerate(found.chosen) if one]

        assert chosen() == [0, 1, 2, 3]
        assert chosen(payer=7) == [0, 1, 3]
        assert chosen(indication="spasticity") == [1, 2]
        assert chosen(diagnosis="cancer_pain") == [0, 3]
        assert chosen(diagnosis="brain_injury") == []
        assert chosen(version=2, payer=8) == [2]

    def test_knows_a_clinicians_patients_by_visits_that_were_not_cancelled(self) -> None:
        told = Told()
        for _ in range(4):
            told.case()
        told.case(pathway="itb_reoperation", about=3)
        told.add(Visits, case=0, clinician=5, state="booked")
        told.add(Visits, case=1, clinician=5, state="cancelled")
        told.add(Visits, case=2, clinician=6, state="completed")
        told.add(Visits, case=4, clinician=5, state="completed")
        history = told.history()
        found = select(history, Filter(from_on=FEBRUARY.from_on, until_on=FEBRUARY.until_on, clinician=5))
        assert list(found.chosen) == [1, 0, 0, 1, 1]
        # A visit is the clinician's whosever patient it is; one with nobody is of the clinician's patients.
        assert list(found.with_own_clinician(Rows(history, [1, 1, 1]), [5, 6, 0])) == [1, 0, 0]
        assert list(found.with_own_clinician(Rows(history, [0, 0, 0]), [5, 6, 0])) == [1, 0, 1]
