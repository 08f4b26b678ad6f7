"""A refill visit after the latest refill date, or close to it while a better day is left, is asked back with the
reason; one that is booked in good time never is."""

from datetime import datetime, time, timedelta

import pytest

from tests.domain.builders import DAY, NOW, Case
from tracker.domain.facts import Device, Fill
from tracker.domain.pathway.definition import Pathway
from tracker.domain.refill_visits import doubts_about_visit, latest_refill

FILLED = NOW - timedelta(days=80)
LATEST = DAY + timedelta(days=10)


def with_pump(**fill: object) -> Case:
    """A pump that was filled eighty days ago; the programmer printed a date ten days from today."""
    case = Case("maintained").record(Device, kind="pump")
    known: dict[str, object] = {"effective_at": FILLED, "alarm_on": LATEST, "is_confirmed": True}
    return case.record(Fill, device=case.last.seq, **{**known, **fill})


def asked(pathway: Pathway, case: Case, days: int) -> list[str]:
    starts = datetime.combine(DAY + timedelta(days=days), time(9))
    return [each.sentence for each in doubts_about_visit(pathway, case.snapshot, NOW, starts)]


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, ""), (3, ""), (4, "6 days before"), (9, "1 day before"), (10, "This is the latest"), (11, "1 day after")],
)
def test_asks_from_a_week_before_the_latest_date(itb: Pathway, days: int, said: str) -> None:
    sentences = asked(itb, with_pump(), days)
    assert len(sentences) == bool(said) and all(said in each for each in sentences)


def test_says_that_nothing_is_left_and_until_when_a_day_is_better(itb: Pathway) -> None:
    (sentence,) = asked(itb, with_pump(), 8)
    assert sentence == (
        "This is 2 days before the latest refill date, Fri 27 Mar, by the printed alarm date. If the patient does not "
        "come, or the pump gives more than it is set to, it may run dry. Is there an earlier day, best up to "
        "Fri 20 Mar?"
    )


@pytest.mark.parametrize(
    ("latest_in", "day", "said"),
    [
        (8, 8, "best up to Wed 18 Mar?"),
        # In the last week any visit is better than none: only the last two days are asked about.
        (7, 7, "best up to Wed 18 Mar?"),
        (7, 6, "best up to Wed 18 Mar?"),
        (7, 5, ""),
        (3, 3, "best up to Wed 18 Mar?"),
        (2, 2, "best up to Wed 18 Mar?"),
        (2, 1, ""),
        (1, 1, ""),
    ],
)
def test_close_to_it_asks_nothing_where_no_better_day_is_left(
    itb: Pathway, latest_in: int, day: int, said: str
) -> None:
    found = asked(itb, with_pump(alarm_on=DAY + timedelta(days=latest_in)), day)
    assert len(found) == bool(said) and all(said in each for each in found)


def test_the_better_day_is_an_open_one(itb: Pathway) -> None:
    """A week before a Saturday is a Saturday: the Friday before."""
    (sentence,) = asked(itb, with_pump(alarm_on=DAY + timedelta(days=18)), 17)
    assert sentence.endswith("Is there an earlier day, best up to Fri 27 Mar?")
    assert asked(itb, with_pump(alarm_on=DAY + timedelta(days=18)), 10) == []
    (closed_day,) = asked(itb, with_pump(alarm_on=DAY + timedelta(days=18)), 11)
    assert "7 days before" in closed_day


def test_says_by_how_much_and_after_what(itb: Pathway) -> None:
    assert asked(itb, with_pump(), 11) == [
        "This is 1 day after the latest refill date, Fri 27 Mar, by the printed alarm date. Is there an earlier day?"
    ]
    limited = with_pump(effective_at=NOW - timedelta(days=178), alarm_on=DAY + timedelta(days=40))
    (sentence,) = asked(itb, limited, 5)
    assert "3 days after the latest refill date, Thu 19 Mar, by the time the drug keeps in the pump." in sentence


@pytest.mark.parametrize(("days", "is_asked"), [(-1, False), (0, False), (1, True)])
def test_asks_nothing_where_no_earlier_day_is_left(itb: Pathway, days: int, is_asked: bool) -> None:
    """The latest date is past: today is the best there is."""
    overdue = with_pump(alarm_on=DAY - timedelta(days=4))
    assert bool(asked(itb, overdue, days)) is is_asked


def test_asks_nothing_where_no_date_is_known(itb: Pathway) -> None:
    assert asked(itb, with_pump(alarm_on=None, is_confirmed=False), 400) == []
    assert asked(itb, Case("maintained"), 400) == []
    assert latest_refill(itb, Case("maintained").snapshot, NOW) is None


def test_asks_again_about_another_time_or_after_another_date(itb: Pathway) -> None:
    starts = datetime.combine(LATEST + timedelta(days=1), time(9))
    others = [
        doubts_about_visit(itb, with_pump().snapshot, NOW, starts - timedelta(days=1)),
        doubts_about_visit(itb, with_pump().snapshot, NOW, starts),
        doubts_about_visit(itb, with_pump().snapshot, NOW, starts.replace(hour=10)),
        doubts_about_visit(itb, with_pump(alarm_on=LATEST - timedelta(days=1)).snapshot, NOW, starts),
    ]
    assert len({each.code for (each,) in others}) == 4
