"""The importing commands and ``tracker case show``, as scripts call them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from config import load_settings
from tests.support.importing import DATA, line, referral_file, row_counts
from tests.support.web import SECRET
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import OUTDATED, Composition
from tracker.persistence.database import Database
from tracker.persistence.models import AccessEntry, Event, Membership, MembershipRole, User
from tracker.queries.accounts import find_user_id
from tracker.services.pump_file import COLUMNS as PUMP_COLUMNS
from tracker.services.system_actor import EMAIL, NAME

PUMP = (
    "P-1,Okafor,James,1961-03-12,male,303-555-0142,,en,SynchroMed II,Medtronic,NGP-1,40,2022-05-06,"
    "baclofen,2000,40,400,2,2026-01-10,2026-07-01,print-out"
)


def run(environ: dict[str, str], *arguments: str) -> Result:
    """Run one command in this process."""
    return CliRunner().invoke(main, arguments, obj=Composition(lambda: load_settings(environ), create_app))


def environ_of(path: Path) -> dict[str, str]:
    return {"TRACKER_DATABASE_URL": f"sqlite:///{path}", "TRACKER_SECRET_KEY": SECRET}


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one clinic, to be copied."""
    path = tmp_path_factory.mktemp("imports") / "first.db"
    for command in (("db", "upgrade"), ("clinic", "add", "Main Clinic", "--zone", "America/Denver")):
        assert run(environ_of(path), *command).exit_code == 0
    return path


@pytest.fixture
def ready(set_up: Path, tmp_path: Path) -> dict[str, str]:
    """An empty clinic."""
    shutil.copyfile(set_up, tmp_path / "new.db")
    return environ_of(tmp_path / "new.db")


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """One good row, one doubtful, one refused."""
    path = tmp_path / "few.csv"
    path.write_bytes(
        referral_file(
            line(received_on="2026-01-05"),
            line(received_on="2026-01-05", mrn="M-2", given_name="Eva", phone="call mother"),
            line(received_on="2026-01-05", mrn="M-3", given_name="Luz", birth_date="03/07/1961"),
        )
    )
    return path


def opened(environ: dict[str, str]) -> Database:
    return Database(environ["TRACKER_DATABASE_URL"])


def rows_of(environ: dict[str, str]) -> dict[str, int]:
    database = opened(environ)
    try:
        with database.reading() as session:
            return row_counts(session)
    finally:
        database.dispose()


class TestImportingReferrals:
    def test_prints_one_document_and_nothing_else(self, ready: dict[str, str], few: Path) -> None:
        result = run(ready, "referrals", "import", str(few), "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        assert json.loads(result.stdout) == {
            "rows": 3,
            "imported": 2,
            "already_there": 0,
            "refused": [
                {
                    "row": 4,
                    "field": "birth_date",
                    "reason": "“03/07/1961” could be two different days. Write it as 2026-03-12 or 12 Mar 2026.",
                }
            ],
            "warnings": [
                {"row": 3, "field": "phone", "reason": "“call mother” cannot be a telephone number."},
            ],
        }

    def test_a_second_time_changes_nothing(self, ready: dict[str, str], few: Path) -> None:
        run(ready, "referrals", "import", str(few), "--json")
        before = rows_of(ready)
        again = json.loads(run(ready, "referrals", "import", str(few), "--json").stdout)
        assert (again["imported"], again["already_there"]) == (0, 2)
        assert rows_of(ready) == before

    def test_says_the_same_in_a_dry_run_and_writes_nothing(self, ready: dict[str, str], few: Path) -> None:
        before = rows_of(ready)
        dry = run(ready, "referrals", "import", str(few), "--dry-run", "--json")
        assert rows_of(ready) == before
        assert dry.stdout == run(ready, "referrals", "import", str(few), "--json").stdout

    def test_reads_as_sentences_for_a_person(self, ready: dict[str, str], few: Path) -> None:
        result = run(ready, "referrals", "import", str(few))
        assert "3 rows: 2 imported, 0 already there, 1 refused." in result.stdout
        assert "row 3, phone: “call mother” cannot be a telephone number." in result.stdout

    def test_of_the_messy_file_adds_up(self, ready: dict[str, str]) -> None:
        result = run(ready, "referrals", "import", str(DATA / "referrals_messy.csv"), "--json")
        report = json.loads(result.stdout)
        assert result.exit_code == 0
        assert report["imported"] + report["already_there"] + len(report["refused"]) == report["rows"] == 43
        assert all(set(each) == {"row", "field", "reason"} for each in report["refused"] + report["warnings"])
        assert all(isinstance(each["field"], str) for each in report["warnings"])

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no,such,columns\n"])
    def test_of_what_is_no_table_fails_with_a_sentence(
        self, ready: dict[str, str], tmp_path: Path, content: bytes
    ) -> None:
        (tmp_path / "bad.csv").write_bytes(content)
        result = run(ready, "referrals", "import", str(tmp_path / "bad.csv"), "--json")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "bad.csv: " in result.stderr

    @pytest.mark.parametrize("name", ["missing.csv", "."])
    def test_of_no_file_fails_with_a_sentence(self, ready: dict[str, str], tmp_path: Path, name: str) -> None:
        result = run(ready, "referrals", "import", str(tmp_path / name), "--json")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")

    def test_refuses_an_outdated_database(self, tmp_path: Path, few: Path) -> None:
        result = run(environ_of(tmp_path / "none.db"), "referrals", "import", str(few), "--json")
        assert result.exit_code == 1
        assert OUTDATED in result.stderr


class TestTheClinic:
    def test_must_be_named_where_there_are_several(self, ready: dict[str, str], few: Path) -> None:
        run(ready, "clinic", "add", "Other Clinic", "--zone", "America/Denver")
        unnamed = run(ready, "referrals", "import", str(few), "--json")
        assert unnamed.exit_code == 1
        assert "--clinic: Main Clinic, Other Clinic" in unnamed.stderr
        named = run(ready, "referrals", "import", str(few), "--clinic", "Other Clinic", "--json")
        assert json.loads(named.stdout)["imported"] == 2

    def test_must_exist(self, ready: dict[str, str], few: Path) -> None:
        result = run(ready, "referrals", "import", str(few), "--clinic", "Nowhere", "--json")
        assert result.exit_code == 1
        assert "There is no clinic named Nowhere. Clinics: Main Clinic." in result.stderr


class TestTheServiceIdentity:
    def test_stands_behind_what_was_imported_and_cannot_sign_in(self, ready: dict[str, str], few: Path) -> None:
        run(ready, "referrals", "import", str(few), "--json")
        database = opened(ready)
        with database.reading() as session:
            user = session.scalars(select(User)).one()
            assert (user.name, user.email, user.password_hash, user.is_active) == (NAME, EMAIL, None, False)
            assert not session.scalars(select(Membership)).one().is_active
            assert session.scalars(select(MembershipRole)).all() == []
            referred = session.scalars(select(Event).where(Event.kind == "referred")).all()
            assert {event.actor_id for event in referred} == {user.id}
            assert find_user_id(session, EMAIL) == user.id
        database.dispose()


class TestImportingPumps:
    @pytest.fixture
    def pumps(self, tmp_path: Path) -> Path:
        """One pump."""
        path = tmp_path / "pumps.csv"
        path.write_text("\n".join((",".join(PUMP_COLUMNS), PUMP, "")), encoding="utf-8")
        return path

    def test_takes_the_patient_over(self, ready: dict[str, str], pumps: Path) -> None:
        run(ready, "user", "add", "n@main.example", "--name", "N", "--clinic", "Main Clinic", "--role", "nurse")
        dry = run(ready, "pumps", "import", str(pumps), "--second-person", "n@main.example", "--dry-run", "--json")
        result = run(ready, "pumps", "import", str(pumps), "--second-person", "N@main.example", "--json")
        assert json.loads(result.stdout)["imported"] == 1
        assert dry.stdout == result.stdout
        shown = json.loads(run(ready, "case", "show", "P-1", "--json").stdout)
        assert shown["stage"] == "pump_intake"
        assert [each["kind"] for each in shown["obligations"]].count("refill") == 1
        assert "alarm_date" not in {each["kind"] for each in shown["obligations"]}

    def test_without_a_second_person_leaves_a_to_do_for_one(self, ready: dict[str, str], pumps: Path) -> None:
        assert json.loads(run(ready, "pumps", "import", str(pumps), "--json").stdout)["imported"] == 1
        shown = json.loads(run(ready, "case", "show", "P-1", "--json").stdout)
        assert "alarm_date" in {each["kind"] for each in shown["obligations"]}

    @pytest.mark.parametrize("second", ["nobody@main.example", EMAIL])
    def test_refuses_a_second_person_who_does_not_work_there(
        self, ready: dict[str, str], pumps: Path, second: str
    ) -> None:
        result = run(ready, "pumps", "import", str(pumps), "--second-person", second, "--json")
        assert result.exit_code == 1
        assert "works in this clinic" in result.stderr


class TestShowingACase:
    def test_says_where_it_stands_and_what_is_missing(self, ready: dict[str, str], few: Path) -> None:
        run(ready, "referrals", "import", str(few), "--json")
        result = run(ready, "case", "show", "M-1", "--json")
        shown = json.loads(result.stdout)
        assert list(shown) == ["case", "stage", "next", "blockers", "offered", "obligations", "contacts"]
        assert (shown["stage"], shown["next"]) == ("referred", "evaluation_booked")
        assert [each["sentence"] for each in shown["blockers"]] == ["Evaluation is not booked"]
        assert [each["kind"] for each in shown["obligations"]] == ["next_step"]
        assert run(ready, "case", "show", shown["case"], "--json").stdout == result.stdout
        assert "Ruiz" not in result.stdout

    def test_is_recorded(self, ready: dict[str, str], few: Path) -> None:
        run(ready, "referrals", "import", str(few), "--json")
        run(ready, "case", "show", "M-1")
        database = opened(ready)
        with database.reading() as session:
            looked = session.scalars(select(AccessEntry).where(AccessEntry.page == "cli.case_show")).one()
        database.dispose()
        assert looked.case_id is not None

    def test_of_nobody_is_a_sentence(self, ready: dict[str, str]) -> None:
        result = run(ready, "case", "show", "M-9", "--json")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "There is no case M-9 in this clinic." in result.stderr
