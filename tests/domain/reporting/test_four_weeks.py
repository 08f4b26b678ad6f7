"""The numbers of four weeks beside those before, by hand for ten patients in June 2026."""

from datetime import UTC, date, datetime, timedelta

from tests.support.histories import Told
from tracker.domain.reporting.columns import Blockers, Fills, Stays, Trials, Visits
from tracker.domain.reporting.four_weeks import four_weeks

#: A Monday; the four weeks are 11 May to 7 June, those before 13 April to 10 May.
MONDAY = date(2026, 6, 8)


def told() -> Told:
    story = Told(datetime(2026, 6, 8, 14, tzinfo=UTC))
    first, last, before = date(2026, 5, 11), MONDAY - timedelta(days=1), date(2026, 5, 10)
    for referred_on in (first, last, MONDAY, before, date(2026, 4, 13), date(2026, 4, 12)):
        story.case(referred_on=referred_on)
    for case, given_on, outcome in ((0, first, "positive"), (1, last, "negative_final"), (2, before, "positive")):
        story.add(Trials, case=case, given_on=given_on, outcome=outcome)
    story.add(Stays, case=3, stage="recovering", entered_on=last)
    story.add(Stays, case=4, stage="recovering", entered_on=MONDAY)
    story.add(Fills, case=3, kind="refill", filled_on=last, latest_on=last - timedelta(days=1))
    story.add(Fills, case=4, kind="refill", filled_on=last, latest_on=last)
    for state, lost_on in (("no_show", last), ("cancelled", last), ("cancelled", before)):
        story.add(Visits, case=5, purpose="trial", state=state, on=last, lost_on=lost_on)
    midnight = datetime(2026, 6, 1, 6, tzinfo=UTC)
    days = {"from_s": midnight, "until_s": midnight + timedelta(days=2)}
    story.add(Blockers, case=1, code="consent_missing", of="trial", by="nurse", phase="trial", **days)
    return story


def test_count_what_fell_into_them() -> None:
    found = {each.label: each for each in four_weeks(told().history(), MONDAY)}
    counted = {
        label: (each.now.n, each.before.n) for label, each in found.items() if label.partition("-")[0] != "Patient"
    }
    assert counted == {
        "Referrals": (2, 2),
        "Test doses": (2, 1),
        "Positive outcomes": (1, 1),
        "Implants": (1, 0),
        "Refills after their latest date": (1, 0),
        "Visits lost on their day": (2, 0),
        "Denials by payers": (0, 0),
    }
    lost = found["Patient-days lost to what was missing"]
    assert (lost.now.value, lost.before.value) == (2.0, 0.0)
