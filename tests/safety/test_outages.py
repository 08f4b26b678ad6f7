"""A scheduler that was down for long: what is due is sent, or stands as a task, within two ticks; nothing vanishes."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config import load_settings
from tests.support.web import WEAK_PASSWORDS
from tracker.bench.rushes.journal import Journal, JournalMailer
from tracker.bench.rushes.outcome import look
from tracker.bench.rushes.rush import RUSH_AT, RushClock, make_rush
from tracker.domain.facts import Appointment
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.persistence.fact_tables import table_of
from tracker.persistence.models import Reminder, StaffTask
from tracker.runtime import Runtime
from tracker.scheduler.jobs import TICKING, run_once

#: After the longest outage more is due than one look takes in; after the others a day's visits are enough.
FEW, MANY = 90, 450
#: Visits of so many days: before, in and after the longest outage.
DAYS = 45
#: The next day at the clinic: half an hour before messages go out.
HALF_PAST_NINE = RUSH_AT + timedelta(hours=22, minutes=30)
_visits = table_of(Appointment)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("down", "patients"),
    [(timedelta(hours=1), FEW), (timedelta(days=3), FEW), (timedelta(days=30), MANY)],
    ids=["an hour", "three days", "thirty days"],
)
def test_within_two_ticks_everything_due_is_sent_or_stands_as_a_task(
    database: Database, tmp_path: Path, down: timedelta, patients: int
) -> None:
    clock, journal, ids = RushClock(), Journal(tmp_path / "taken"), RandomIds()
    make_rush(database, clock, ids, patients, days_apart=DAYS)
    runtime = Runtime(load_settings({}), database, clock, ids, WEAK_PASSWORDS, JournalMailer(journal))
    tick(runtime, clock, times=2)
    clock.at = HALF_PAST_NINE
    tick(runtime, clock, times=2)
    planned, before = rows(database), journal.copies()
    clock.at += down
    due = {key for key, row in planned.items() if row.next_action_at and row.next_action_at <= clock.at}
    tick(runtime, clock, times=2)
    after, found = rows(database), look(database, journal.copies(), clock.at)
    assert len(due) > patients // DAYS / 2
    # Nothing vanished, and nothing that is not due was touched.
    assert after.keys() == planned.keys()
    assert {key: after[key].state for key in planned if key not in due} == {
        key: row.state for key, row in planned.items() if key not in due
    }
    ended = {key: how_it_ended(database, after[key], after[key].attempts == 1, after, clock.at) for key in due}
    assert {key: after[key].state for key, how in ended.items() if not how} == {}
    assert journal.copies().total() - before.total() == sum(after[key].attempts - planned[key].attempts for key in due)
    assert set(journal.copies().values()) == {1}
    assert (found.repeated, found.strangers, found.claimed_sent, found.renamed, found.resting) == ((),) * 5
    assert (Counter(ended.values())["sent"] > 0) and (down < timedelta(days=1) or "over" in ended.values())


def how_it_ended(database: Database, row: Reminder, is_sent: bool, rows: dict[str, Reminder], now: datetime) -> str:
    """In which of the ways in which a reminder may end; empty: in none of them."""
    if row.state == "accepted" or (row.state == "expired" and row.closed_reason == "no_receipt"):
        return "sent" if is_sent else ""
    with database.reading() as session:
        calls = session.scalars(select(StaffTask.params).where(StaffTask.case_id == row.case_id)).all()
        held = session.scalars(select(StaffTask.key).where(StaffTask.kind == "held_burst")).all()
        where = (_visits.c.case_id == row.case_id) & _visits.c.superseded_by.is_(None)
        starts_at = session.scalars(select(_visits.c.starts_at).where(where)).one()
    if row.state in {"tasked", "expired"} and any(call["about"] == row.kind for call in calls):
        return "a task"
    if row.state == "held" and row.closed_reason in held:
        return "a task"
    if row.state == "expired" and starts_at <= now:
        return "over"
    later = [each for each in rows.values() if each.case_id == row.case_id and each.wanted_at > row.wanted_at]
    # The later one of the same visit said it, or asks for the call; it is looked at itself.
    return "superseded" if row.state == "cancelled" and row.closed_reason == "superseded" and later else ""


def tick(runtime: Runtime, clock: RushClock, *, times: int) -> None:
    """Let all bells ring that ring every minute, so often."""
    for _ in range(times):
        run_once(runtime, TICKING)
        clock.at += timedelta(seconds=15)


def rows(database: Database) -> dict[str, Reminder]:
    """Every reminder by its key."""
    with database.reading() as session:
        return {row.key: row for row in session.scalars(select(Reminder))}
