"""How payers answered, by hand for ten patients in February 2026. The history ends on 17 March."""

from datetime import date

from tests.support.histories import Told
from tracker.domain.reporting.authorizations import AuthorizationReport, authorization_report
from tracker.domain.reporting.columns import Authorizations, Visits
from tracker.domain.reporting.filters import Filter, select

FEBRUARY = {"from_on": date(2026, 2, 1), "until_on": date(2026, 3, 1)}


def feb(day: int) -> date:
    return date(2026, 2, day)


class TestAuthorizations:
    def counted(self, **asked: object) -> AuthorizationReport:
        told = Told()
        cases = [told.case(payer=7 if number < 6 else 8) for number in range(10)]
        versions = (
            # case, state, since, asked on, valid to
            (0, "requested", feb(2), feb(2), 0), (0, "granted", feb(12), feb(2), date(2026, 8, 1)),
            (1, "requested", feb(2), feb(1), 0), (1, "denied", feb(5), 0, 0), (1, "granted", feb(25), 0, feb(28)),
            (2, "requested", feb(3), 0, 0), (2, "denied", feb(10), 0, 0),
            (3, "requested", feb(7), feb(7), 0),
            (4, "requested", feb(8), feb(8), 0), (4, "withdrawn", feb(18), 0, 0),
            (5, "not_required", feb(8), 0, 0),
            (6, "granted", feb(9), 0, feb(20)),
            (7, "requested", date(2026, 1, 31), 0, 0), (7, "granted", feb(3), 0, feb(10)),
            (8, "granted", date(2026, 1, 5), 0, feb(4)), (8, "granted", feb(1), 0, date(2026, 4, 4)),
            (9, "granted", date(2026, 3, 1), 0, date(2026, 3, 17)),
        )  # fmt: skip
        for case, state, since, asked_on, valid_to in versions:
            told.add(
                Authorizations, case=cases[case], number=4, stage="trial", state=state, since_on=since,
                asked_on=asked_on, valid_to=valid_to,
            )  # fmt: skip
        told.add(Visits, case=6, purpose="trial", state="completed", on=feb(20))
        told.add(Visits, case=7, purpose="trial", state="completed", on=feb(11))
        told.add(Visits, case=1, purpose="trial", state="cancelled", on=feb(27))
        history = told.history()
        return authorization_report(history, select(history, Filter(**FEBRUARY, **asked)))

    def test_are_waited_for_until_the_first_answer(self) -> None:
        """After 0, 4, 7 and 10 days; one waits since 38 days, one was withdrawn after 10."""
        found = self.counted().everything
        assert (found.asked.cases, found.turnaround.came.cases) == ((0, 1, 2, 3, 4, 6), (0, 1, 2, 6))
        assert (found.turnaround.waits.cases, found.turnaround.left.cases) == ((3,), (4,))
        assert (found.turnaround.median.time, found.turnaround.naive_median) == (7, 4)

    def test_are_denied_and_won_on_appeal(self) -> None:
        found = self.counted().everything
        assert (found.denied.part.cases, found.denied.whole.n) == ((1, 2), 4)
        assert (found.won.part.cases, found.won.whole.cases) == ((1,), (1, 2))

    def test_expire_unused_where_nobody_came_in_time(self) -> None:
        found = self.counted().everything.expired
        assert (found.part.cases, found.whole.cases) == ((1, 7), (1, 6, 7))

    def test_are_told_by_payer(self) -> None:
        assert [(each.payer, each.stage, each.asked.n) for each in self.counted().groups] == [
            (7, "trial", 5), (8, "trial", 1),
        ]  # fmt: skip
        assert self.counted(payer=8).everything.asked.cases == (6,)
