"""The bench of reminders: what it counts is what happened, and it says what is too slow."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from tracker.bench.rushes.journal import Journal
from tracker.bench.rushes.killing import make_dispatcher
from tracker.bench.rushes.measure import CLAIMED_WITHIN_S, Rushed, excesses
from tracker.bench.rushes.outcome import look
from tracker.bench.rushes.rush import RushClock, make_rush
from tracker.cli.bench_reminders import reminders
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.persistence.models import DeliveryAttempt, Reminder


class TestTheOutcome:
    """Everything went out once; then the database's word or the provider's is changed."""

    @pytest.fixture
    def clock(self) -> RushClock:
        return RushClock()

    @pytest.fixture
    def journal(self, sqlite_database: Database, clock: RushClock, tmp_path: Path) -> Journal:
        journal = Journal(tmp_path / "taken")
        make_rush(sqlite_database, clock, RandomIds(), 3)
        make_dispatcher(sqlite_database, clock, journal).dispatch_due()
        return journal

    def test_is_without_a_fault(self, sqlite_database: Database, clock: RushClock, journal: Journal) -> None:
        found = look(sqlite_database, journal.copies(), clock.at)
        assert (found.faults, found.states) == ({}, {"accepted": 3, "planned": 3})

    def test_counts_what_was_never_taken(self, sqlite_database: Database, clock: RushClock, journal: Journal) -> None:
        taken = journal.copies()
        taken.popitem()
        assert {name: len(keys) for name, keys in look(sqlite_database, taken, clock.at).faults.items()} == {
            "lost": 1,
            "claimed_sent": 1,
        }

    @pytest.mark.parametrize(("outcome", "copies", "repeated"), [
        ("accepted", 2, 1), ("unknown", 2, 0), ("unknown", 3, 1),
    ])  # fmt: skip
    def test_counts_a_copy_that_no_unknown_answer_explains(
        self, sqlite_database: Database, clock: RushClock, journal: Journal, *, outcome: str, copies: int, repeated: int
    ) -> None:
        with sqlite_database.writing() as session:
            reference = session.scalars(select(DeliveryAttempt.reference).limit(1)).one()
            changed = update(DeliveryAttempt).where(DeliveryAttempt.reference == reference)
            session.execute(changed.values(outcome=outcome))
        for _ in range(copies - 1):
            journal.take(reference)
        found = look(sqlite_database, journal.copies(), clock.at)
        assert (len(found.copied), len(found.repeated)) == (1, repeated)

    def test_counts_a_message_that_no_attempt_knows_of(
        self, sqlite_database: Database, clock: RushClock, journal: Journal
    ) -> None:
        with sqlite_database.writing() as session:
            session.execute(delete(DeliveryAttempt))
        assert len(look(sqlite_database, journal.copies(), clock.at).strangers) == 3

    def test_counts_what_is_held_beyond_its_lease(
        self, sqlite_database: Database, clock: RushClock, journal: Journal
    ) -> None:
        held = {"state": "claimed", "claim_token": "x", "lease_until": clock.at, "next_action_at": clock.at}
        with sqlite_database.writing() as session:
            session.execute(update(Reminder).where(Reminder.state == "planned").values(held))
        instants = (clock.at, clock.at + timedelta(seconds=1))
        assert [len(look(sqlite_database, journal.copies(), at).resting) for at in instants] == [0, 3]


def test_prints_one_document_and_ends_well_where_nothing_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    arguments = ["--due", "8", "--kills", "4", "--answer-ms", "0", "--json", "--database", url]
    first, again = (CliRunner().invoke(reminders, arguments) for _ in range(2))
    found = json.loads(first.stdout)
    assert first.exit_code == 0
    assert (found["lost"], found["repeated"], found["kills"], found["due"]) == (0, 0, 4, 8)
    assert found["provider_rate"] is None
    assert found["claim_rate"] > 0 and found["update_rate"] > 0 and found["drain_rate"] > 0
    assert again.exit_code == 1
    assert "not empty" in again.stderr


def test_says_what_is_too_slow() -> None:
    found: Rushed = {
        "engine": "sqlite", "lost": 0, "repeated": 0, "ambiguous": 3, "copied": 2, "kills": 9, "due": 10,
        "update_rate": 10.0, "claim_rate": 20.0, "ratio": 2.0, "claimed_s": CLAIMED_WITHIN_S, "answer_ms": 5.0,
        "drained_s": 1.0, "drain_rate": 10.0, "provider_rate": 800.0,
    }  # fmt: skip
    assert excesses(found) == []
    found.update(ratio=1.99, claimed_s=CLAIMED_WITHIN_S + 0.01)
    assert len(excesses(found)) == 2
