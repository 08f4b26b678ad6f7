"""What a step asks of the database: little, and nothing twice."""

from collections.abc import Callable

from tests.support.journey import Journey
from tests.support.statements import sent
from tests.support.web import WebWorld
from tests.web.cases.scene import COORDINATOR
from tracker.queries.snapshots import Seen, load_snapshot

At = Callable[[str], tuple[WebWorld, Journey]]
#: What a transition may send from its lock to its commit.
MOST_WRITING = 25
FACTS = "SELECT 0 AS kind"


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
