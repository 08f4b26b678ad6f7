"""A disk that is full, or a database that takes nothing any more: an honest error, no half-written state, and all goes
on by itself when there is room again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.safety.conftest import ClinicAt
from tracker.bench.rushes.journal import Journal
from tracker.bench.rushes.killing import make_dispatcher, recover
from tracker.bench.rushes.outcome import look
from tracker.bench.rushes.rush import RushClock, make_rush
from tracker.domain.facts import Appointment
from tracker.domain.words import Role
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.queries.invariants import check_everything

#: More rows than fit into the room that pages have left.
DUE = 60
#: What a server says when its disk is full (https://www.postgresql.org/docs/15/errcodes-appendix.html).
_SAY_FULL = (
    "CREATE FUNCTION say_full() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$"
)
#: Where both an act and a sending add rows.
_GROWING = ("delivery_attempts", "events")

Trouble = Callable[[Database], AbstractContextManager[None]]


@contextmanager
def full(database: Database) -> Iterator[None]:
    """Rows that are there can be changed, none can be added."""
    if not database.is_sqlite:
        with database.write.begin() as connection:
            connection.exec_driver_sql(_SAY_FULL)
            for table in _GROWING:
                connection.exec_driver_sql(
                    f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION say_full()"
                )
        yield
        with database.write.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION say_full CASCADE")
        return
    with database.write.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE filling (bytes)")
    # As many pages as it has: fewer cannot be asked for.
    with at_each_transaction(database, "PRAGMA max_page_count = 1"):
        for size in (4000, 100, 1):
            with suppress(OperationalError):
                while True:
                    with database.write.begin() as connection:
                        connection.exec_driver_sql(f"INSERT INTO filling VALUES (zeroblob({size}))")
        yield
    with database.write.begin() as connection:
        connection.exec_driver_sql("DROP TABLE filling")


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """As on a server that has become somebody's copy."""
    with at_each_transaction(database, "PRAGMA query_only = ON" if database.is_sqlite else "SET TRANSACTION READ ONLY"):
        yield


@contextmanager
def at_each_transaction(database: Database, statement: str) -> Iterator[None]:
    """Say this at the beginning of every transaction that writes; connections made afterwards know nothing of it."""

    def say(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(database.write, "begin", say)
    try:
        yield
    finally:
        event.remove(database.write, "begin", say)
        database.dispose()


@pytest.mark.slow
@pytest.mark.parametrize(("trouble", "calls"), [(full, 3), (read_only, 0)])
def test_in_the_middle_of_sending_loses_nothing(
    database: Database, tmp_path: Path, trouble: Trouble, calls: int
) -> None:
    """Before anything is held, and before the second message is taken: each is told of twice."""
    clock, journal, told = RushClock(), Journal(tmp_path / "taken"), count(1)
    make_rush(database, clock, RandomIds(), DUE)
    with ExitStack() as stack:

        def begin_trouble() -> None:
            if next(told) == calls:
                stack.enter_context(trouble(database))

        if calls == 0:
            stack.enter_context(trouble(database))
        with pytest.raises((DBAPIError, ExceptionGroup)):
            make_dispatcher(database, clock, journal, on_call=begin_trouble).dispatch_due()
        # On a full disk a small row still fits here or there.
        assert (calls + 1) // 2 <= journal.copies().total() < DUE

    recover(make_dispatcher(database, clock, journal), clock)
    found = look(database, journal.copies(), clock.at)
    assert found.faults == {}
    # The one whose answer could not be written down may have gone twice.
    assert len(found.copied) <= 1
    assert found.states["accepted"] == DUE


def test_is_said_on_the_page_and_the_same_form_works_afterwards(clinic_at: ClinicAt) -> None:
    world, journey = clinic_at("referred")
    browser, path = world.sign_in(Role.COORDINATOR), f"/cases/{journey.public_id}/book-visit"
    starts = journey.in_days(3)
    typed = {
        "purpose": "evaluation", "starts": f"{starts:%Y-%m-%dT%H:%M}", "minutes": "60",
        "expected_version": journey.version,
    }  # fmt: skip
    with read_only(world.database):
        refused = browser.submit(path, typed)
    assert refused.status_code in (500, 503)
    assert "Nothing of this request was saved" in refused.get_data(as_text=True)
    assert (journey.stage, journey.look().snapshot.of(Appointment)) == ("referred", ())

    assert browser.submit(path, typed).status_code == 303
    assert journey.stage == "evaluation_booked"
    with world.database.reading() as session:
        assert check_everything(session, world.clock.now()).violations == []
