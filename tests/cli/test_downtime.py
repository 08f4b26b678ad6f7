"""The contract of ``tracker downtime-kit``: writes for every clinic, and opens a sealed one without a database."""

from pathlib import Path

from click.testing import CliRunner, Result

from config import load_settings
from tests.cli.test_backup import environ
from tests.factories.rows import a_clinic
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import Composition
from tracker.persistence.database import Database
from tracker.persistence.models import Event, EventChain, User
from tracker.services.system_actor import NAME

KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="


def run(settings: dict[str, str], *arguments: str) -> Result:
    loaded = load_settings(settings)
    return CliRunner().invoke(main, ["downtime-kit", *arguments], obj=Composition(lambda: loaded, create_app))


def clinics(database: Database, *names: str) -> None:
    with database.writing() as session:
        for number, name in enumerate(names, start=1):
            a_clinic(session, number, name=name)


class TestMaking:
    def test_writes_one_folder_for_each_clinic_and_names_it(self, sqlite_database: Database, tmp_path: Path) -> None:
        clinics(sqlite_database, "North", "South")
        result = run(environ(sqlite_database), str(tmp_path / "kits"))
        assert result.exit_code == 0, result.output
        places = [Path(line) for line in result.stdout.splitlines()]
        assert [place.parent.name.partition("-")[0] for place in places] == ["north", "south"]
        assert all((place / "index.html").exists() for place in places)

    def test_is_recorded_as_the_command_lines(self, sqlite_database: Database, tmp_path: Path) -> None:
        clinics(sqlite_database, "North")
        run(environ(sqlite_database), str(tmp_path / "kits"))
        with sqlite_database.reading() as session:
            event = session.query(Event).one()
            assert session.get_one(User, event.actor_id).name == NAME
            assert event.kind == "downtime_kit_made" and session.query(EventChain).one().last_seq == 1

    def test_of_one_clinic_leaves_the_others(self, sqlite_database: Database, tmp_path: Path) -> None:
        clinics(sqlite_database, "North", "South")
        result = run(environ(sqlite_database), str(tmp_path / "kits"), "--clinic", "South")
        assert len(result.stdout.splitlines()) == 1 and "south" in result.stdout

    def test_asks_where_to(self, sqlite_database: Database) -> None:
        result = run(environ(sqlite_database))
        assert result.exit_code == 2 and "tracker downtime-kit PATH" in result.output

    def test_says_when_it_cannot_be_written(self, sqlite_database: Database, tmp_path: Path) -> None:
        clinics(sqlite_database, "North")
        (tmp_path / "file").touch()
        result = run(environ(sqlite_database), str(tmp_path / "file" / "kits"))
        assert result.exit_code == 1 and "could not be written" in result.output


class TestOpening:
    def test_needs_the_key_and_no_database(self, sqlite_database: Database, tmp_path: Path) -> None:
        clinics(sqlite_database, "North")
        sealing = environ(sqlite_database) | {"TRACKER_DOWNTIME_KEY": KEY}
        sealed = Path(run(sealing, str(tmp_path / "kits")).stdout.strip())
        assert sealed.suffix == ".kit"
        nowhere = {"TRACKER_DATABASE_URL": f"sqlite:///{tmp_path}/gone/tracker.db"}
        result = run(nowhere, "--open", str(sealed))
        assert result.exit_code == 1 and "TRACKER_DOWNTIME_KEY" in result.output
        result = run(nowhere | {"TRACKER_DOWNTIME_KEY": KEY}, "--open", str(sealed), str(tmp_path / "opened"))
        assert result.exit_code == 0, result.output
        assert "North" in (tmp_path / "opened" / "index.html").read_text()

    def test_with_another_key_says_so(self, sqlite_database: Database, tmp_path: Path) -> None:
        clinics(sqlite_database, "North")
        sealing = environ(sqlite_database) | {"TRACKER_DOWNTIME_KEY": KEY}
        sealed = run(sealing, str(tmp_path / "kits")).stdout.strip()
        result = run({"TRACKER_DOWNTIME_KEY": "A" * 43 + "="}, "--open", sealed)
        assert result.exit_code == 1 and "does not open it" in result.output
