"""Where the clocks change: what is stored, what the patient is told and when a message goes stay at one wall time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from tests.domain.builders import Case
from tests.support.clock_changes import CHANGES, DAY, ZONES, change_days, first_showing, shown
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.contacts import Contact, contacts
from tracker.domain.facts import Appointment
from tracker.domain.obligations import obligations
from tracker.domain.pathway.definition import Pathway
from tracker.domain.ways import Address, Preferences
from tracker.pathways.catalogue import current

ITB = current()
WRITTEN_TO = Preferences(addresses=(Address(7, "patient", is_possible=True, is_opted_out=False),))
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
#: Where the other of clinic and patient is.
ELSEWHERE = ("", *ZONES)
STEP = timedelta(minutes=15)


def booked(zone: str, wall: datetime) -> Case:
    case = Case("evaluation_booked", zone=zone)
    starts_at = case.snapshot.calendar.instant(wall)
    times = {"wall": wall.isoformat(timespec="minutes"), "starts_at": starts_at, "ends_at": starts_at + 2 * STEP}
    return case.record(Appointment, purpose="evaluation", zone=zone, **times)


def found(case: Case, now: datetime, *, zone: str = "", pathway: Pathway = ITB) -> tuple[Contact, ...]:
    due = obligations(pathway, case.snapshot, now)
    return contacts(pathway, case.snapshot, due, replace(WRITTEN_TO, zone=zone), now).items


def looks(calendar: ClinicCalendar, day: date) -> Iterator[datetime]:
    """From noon before a day to noon after it: each hour, and each quarter of one in the night of the change."""
    now, end = (calendar.instant(datetime.combine(on, time(12))) for on in (day - DAY, day + DAY))
    begins, ends = (calendar.instant(datetime.combine(on, at)) for on, at in ((day - DAY, time(23)), (day, time(5))))
    while now <= end:
        yield now
        now += STEP if begins <= now < ends else timedelta(hours=1)


def sending_at(wall_time: time) -> Pathway:
    """The pathway with all messages at another time of the day."""
    return replace(ITB, reminders=tuple(replace(rule, wall_time=wall_time) for rule in ITB.reminders))


def test_the_days_are_those_that_are_known() -> None:
    assert {zone: [f"{day:%m-%d}" for day in change_days(zone)] for zone in ZONES} == {
        "America/New_York": ["03-08", "11-01", "03-14", "11-07"],
        "America/Denver": ["03-08", "11-01", "03-14", "11-07"],
        "Europe/London": ["03-29", "10-25", "03-28", "10-31"],
        "Asia/Kathmandu": [],
        "Australia/Lord_Howe": ["04-05", "10-04", "04-04", "10-03"],
    }


@pytest.mark.parametrize(("zone", "day"), CHANGES, ids=str)
class TestAtAChangeOfTheClocks:
    def test_a_visit_is_told_at_the_wall_time_that_is_stored(self, zone: str, day: date) -> None:
        """The text of a message reads the clock at ``starts_at``."""
        calendar, skipped = ClinicCalendar(zone), []
        for on in (day - DAY, day, day + DAY):
            for at in HALF_HOURS:
                wall = datetime.combine(on, at)
                starts_at = calendar.instant(wall)
                if first_showing(zone, wall) is None:
                    skipped.append(wall)
                    assert wall < calendar.wall(starts_at) <= wall + timedelta(hours=1)
                else:
                    assert (calendar.wall(starts_at), starts_at) == (wall, first_showing(zone, wall))
        # An hour is skipped, or half of one; nobody works then.
        assert all(each.date() == day and each.hour < 4 for each in skipped)

    @pytest.mark.parametrize("elsewhere", ELSEWHERE)
    def test_messages_go_at_the_wall_time_of_the_pathway(self, zone: str, day: date, elsewhere: str) -> None:
        """From the visits of ten days on, so that each reminder falls on the day itself, before and after it."""
        for days in range(10):
            wall = datetime.combine(day + days * DAY, time(15))
            case = booked(elsewhere or zone, wall)
            items = found(case, case.snapshot.calendar.instant(wall) - 30 * DAY, zone=zone if elsewhere else "")
            rules = [each for each in ITB.reminders if "evaluation" in each.purposes]
            assert len(items) == len({each.key for each in items}) == len(rules)
            for rule in rules:
                (contact,) = (each for each in items if each.key.startswith(f"{rule.name}:"))
                on = wall.date() - timedelta(days=rule.days_before)
                assert contact.wanted_at == first_showing(zone, datetime.combine(on, rule.wall_time))
                assert shown(zone, contact.wanted_at) == datetime.combine(on, rule.wall_time)

    @pytest.mark.parametrize("at", [time(0), time(1), time(1, 30), time(2), time(2, 30), time(3), time(10)], ids=str)
    def test_nothing_fires_twice_or_not_at_all(self, zone: str, day: date, at: time) -> None:
        """Also where a pathway would write in the very hour that is skipped or comes twice."""
        pathway = sending_at(at)
        # Of the visit tomorrow the last reminder falls on the day, of the one after it the last but one.
        for days, expected in ((1, ["arrival_eve"]), (2, ["arrival_eve", "arrival_soon"])):
            case = booked(zone, datetime.combine(day + days * DAY, time(15)))
            fired: Counter[str] = Counter()
            for before, now in pairwise(looks(case.snapshot.calendar, day)):
                # Worked out anew each time, as the reconciler does.
                items = found(case, now, pathway=pathway)
                fired.update(each.key.partition(":")[0] for each in items if before < each.wanted_at <= now)
            assert fired == Counter(expected)
