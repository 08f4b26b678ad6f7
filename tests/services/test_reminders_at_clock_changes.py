"""A visit just after a change of the clocks: its messages go at the clinic's time, once, and say the time booked."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import update

from tests.factories.case_world import CaseWorld
from tests.support.clock_changes import CHANGES, DAY, first_showing
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.facts import Appointment
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic
from tracker.services.reminders import Dispatcher

SENT_AT = time(10)
A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("zone", "day"), CHANGES, ids=str)
def test_go_at_the_clinics_time_once_and_say_the_time_booked(
    database: Database, ids: SeededIds, zone: str, day: date
) -> None:
    wall = datetime.combine(day + DAY, time(9, 15))
    starts_at = first_showing(zone, wall)
    assert starts_at is not None
    clock, mailer = FixedClock(starts_at.astimezone(UTC) - timedelta(days=3)), RecordingMailer()
    world = CaseWorld(database, clock, ids)
    world.email()
    with database.writing() as session:
        session.execute(update(Clinic).values(zone=zone))
    times = {"wall": wall.isoformat(timespec="minutes"), "starts_at": starts_at, "ends_at": starts_at + DAY / 48}
    world.write(Appointment, purpose="evaluation", zone=zone, **times)
    dispatcher = Dispatcher(
        database=database,
        clock=clock,
        ids=ids,
        transports={"email": mailer},
        replies_at="https://replies.invalid",
        chance=lambda: 0.5,
        pause=lambda: None,
    )
    # What is late from the week before comes first.
    dispatcher.dispatch_due()
    mailer.sent.clear()
    for days_before in (2, 1):
        due_at = first_showing(zone, datetime.combine(wall.date() - days_before * DAY, SENT_AT))
        assert due_at is not None
        counted = []
        for instant in (due_at - A_SECOND, due_at, *(due_at + timedelta(hours=hours) for hours in range(1, 22, 4))):
            clock.set(instant)
            dispatcher.dispatch_due()
            counted.append(len(mailer.sent))
        assert counted == [0, *[1] * (len(counted) - 1)]
        (message,) = mailer.sent
        assert f"{wall:%A, %B} {wall.day}, {wall.year}" in message.body
        assert "9:15 AM" in message.body
        mailer.sent.clear()
