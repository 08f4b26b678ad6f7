"""What a step asks of the database: little, and nothing twice."""

from collections.abc import Callable

import pytest

from tests.support.journey import Journey
from tests.support.statements import sent
from tests.support.web import WebWorld
from tests.web.cases.scene import COORDINATOR
from tracker.domain.errors import AskedBack
from tracker.persistence.models import ClosedDay
from tracker.queries.snapshots import Seen, load_snapshot
from tracker.services import appointments
from tracker.services.appointments import Slot
from tracker.services.work import CaseRef, Work

At = Callable[[str], tuple[WebWorld, Journey]]
#: What a transition may send from its lock to its commit.
MOST_WRITING = 25
FACTS = "SELECT 0 AS kind"
#: Of these a clinic has some dozens at most.
SMALL = {
    "rooms", "clinicians", "closed_days", "membership_roles", "event_chains", "message_words", "preparation_sheets",
}  # fmt: skip


def test_a_booking_that_moves_the_case_sends_few_and_reads_the_facts_once(at: At) -> None:
    world, journey = at("implant_to_book")
    browser, url = world.sign_in(COORDINATOR), f"/cases/{journey.public_id}/book-visit"
    browser.get(url)
    values = {"purpose": "implant", "starts": "2026-09-14T09:00", "minutes": "60", "expected_version": journey.version}
    with sent(world.database.read) as read, sent(world.database.write) as written:
        answer = browser.post(url, values)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert journey.stage == "implant_booked"
    assert len(written) <= MOST_WRITING, "\n".join(written)
    assert [sum(FACTS in each for each in said) for said in (read, written)] == [1, 0]


def test_what_was_seen_of_an_older_version_is_read_again(at: At) -> None:
    world, journey = at("implant_to_book")
    seen = journey.look()
    journey.book("implant", journey.in_days(5))
    with world.database.reading() as session:
        clinic_id, case_id = world.clinic_id, seen.head.case_id
        older = load_snapshot(session, clinic_id, case_id, seen=Seen(seen.head.version, seen.snapshot)).snapshot
        same = load_snapshot(session, clinic_id, case_id, seen=Seen(journey.version, seen.snapshot)).snapshot
    assert older.booked("implant") is not None
    assert same.facts == seen.snapshot.facts


def test_a_case_reads_a_whole_clinic_of_nothing_that_grows(at: At) -> None:
    """Neither its page nor a booking, even while SQLite's planner does not know yet how large tables have become."""
    world, journey = at("implant_to_book")
    browser, case = world.sign_in(COORDINATOR), f"/cases/{journey.public_id}"
    values = {"purpose": "implant", "starts": "2026-09-14T09:00", "minutes": "60", "expected_version": journey.version}
    with sent(world.database.read, world.database.write) as said:
        assert browser.submit(f"{case}/book-visit", values).status_code == 303
        assert browser.get(case).status_code == 200
    with world.database.read.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'obligations'").scalar() == 0
        steps = {
            step.detail
            for each in said
            if not each.startswith("INSERT")  # of which only checks that are skipped would be told
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", ("",) * each.count("?"))
        }
    found = {step for step in steps if step.startswith("SCAN") or step.endswith("(clinic_id=?)")}
    assert {step.split()[1] for step in found} <= SMALL, found


def test_a_day_that_was_closed_since_the_case_was_seen_is_asked_about(at: At) -> None:
    """Facts come and go with a version of the case; the days of the clinic do not."""
    world, journey = at("implant_to_book")
    seen, starts = journey.look(), journey.in_days(5)
    with world.database.writing() as session:
        session.add(ClosedDay(clinic_id=world.clinic_id, on_date=starts.date(), label="Storm"))
    with world.database.writing() as session:
        work = Work(session, journey.actor(COORDINATOR), journey.ids, journey.clock.now(), frozenset())
        ref = CaseRef(journey.public_id, journey.version, seen)
        with pytest.raises(AskedBack):
            appointments.book(work, ref, purpose="implant", slot=Slot(starts, 60))
