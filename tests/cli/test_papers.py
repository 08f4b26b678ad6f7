"""``tracker check`` and ``tracker restore`` miss the scans that are gone or altered, and signed texts that were."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config import load_settings
from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.scans import a_picture
from tests.support.web import SECRET
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import Composition
from tracker.domain.attachments import PNG, digest_of
from tracker.domain.words import Role
from tracker.integrations.papers import FolderOfPapers
from tracker.persistence.database import Database
from tracker.services.attachments import Paper
from tracker.services.evaluations import record_document

SCAN = a_picture()
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "papers"


@pytest.fixture
def journey(milestones: Milestones, folder: Path) -> Journey:
    """A patient with a scan in the chart."""
    _, journey = milestones.at("implant_booked")
    paper = Paper(SCAN, digest_of(SCAN), PNG, FolderOfPapers(folder))
    journey.do(Role.NURSE, lambda w, r: record_document(w, r, kind="other", dated_on=journey.today, paper=paper))
    return journey


def run(database: Database, folder: Path | None, *arguments: str) -> Result:
    url = f"sqlite:///{database.url.database}"
    environ = {"TRACKER_DATABASE_URL": url, "TRACKER_SECRET_KEY": SECRET}
    settings = load_settings(environ | ({"TRACKER_FILES_DIR": str(folder)} if folder else {}))
    return CliRunner().invoke(main, arguments, obj=Composition(lambda: settings, create_app))


def papers(result: Result) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout)["papers"]
    return found


def test_check_counts_what_is_there(journey: Journey, folder: Path) -> None:
    assert papers(run(journey.database, folder, "check", "--json")) == {
        "scans": 1, "signed_texts": 0, "lost": [], "unnamed": [],
    }  # fmt: skip


@pytest.mark.parametrize("harm", ["gone", "altered", "no folder"])
def test_check_says_which_scan_of_which_case_is_not_as_it_was(journey: Journey, folder: Path, harm: str) -> None:
    (file,) = (each for each in folder.rglob("*") if each.is_file())
    if harm == "gone":
        file.unlink()
    elif harm == "altered":
        file.write_bytes(SCAN + b" ")
    result = run(journey.database, None if harm == "no folder" else folder, "check", "--json")
    lost = {"case": journey.public_id, "message": f"the scan {digest_of(SCAN)[:12]} is missing or was altered"}
    assert papers(result)["lost"] == [lost]
    assert result.exit_code == 1 and json.loads(result.stdout)["ok"] is False


def test_check_names_a_file_that_no_record_names_and_is_content(journey: Journey, folder: Path) -> None:
    before = run(journey.database, folder, "check", "--json")
    FolderOfPapers(folder).keep(journey.clinic_id, b"cut off before it was recorded")
    digest = digest_of(b"cut off before it was recorded")
    result = run(journey.database, folder, "check", "--json")
    assert papers(result)["unnamed"] == [f"{journey.clinic_id}/{digest[:2]}/{digest}"]
    assert (papers(result)["lost"], result.exit_code) == ([], before.exit_code)


class TestACopy:
    @pytest.fixture
    def copy(self, journey: Journey, folder: Path, tmp_path: Path) -> Path:
        said = run(journey.database, folder, "backup", str(tmp_path / "copy.db"))
        assert said.exit_code == 0 and "1 scans of papers stand in" in said.stderr
        return tmp_path / "copy.db"

    @pytest.fixture
    def elsewhere(self, tmp_path: Path) -> Iterator[Database]:
        database = Database(f"sqlite:///{tmp_path / 'second.db'}")
        yield database
        database.dispose()

    def test_has_the_scans_and_brings_them_back(self, copy: Path, elsewhere: Database, tmp_path: Path) -> None:
        result = run(elsewhere, tmp_path / "empty", "restore", str(copy))
        assert result.exit_code == 0, result.output
        ((clinic, digest),) = FolderOfPapers(tmp_path / "empty").kept()
        assert FolderOfPapers(tmp_path / "empty").read(clinic, digest) == SCAN

    def test_without_its_scans_is_not_put_in_place_unnoticed(
        self, copy: Path, elsewhere: Database, tmp_path: Path
    ) -> None:
        shutil.rmtree(copy.with_name("copy.db.papers"))
        result = run(elsewhere, tmp_path / "empty", "restore", str(copy))
        assert result.exit_code == 1 and "is missing or was altered" in result.output
        assert "Not everything holds" in result.stderr

    def test_needs_a_folder_for_the_scans(self, copy: Path, elsewhere: Database) -> None:
        result = run(elsewhere, None, "restore", str(copy))
        assert result.exit_code == 1 and "Set TRACKER_FILES_DIR" in result.stderr

    def test_leaves_out_what_was_altered_and_says_so(self, journey: Journey, folder: Path, tmp_path: Path) -> None:
        (file,) = (each for each in folder.rglob("*") if each.is_file())
        file.write_bytes(SCAN + b" ")
        said = run(journey.database, folder, "backup", str(tmp_path / "copy.db"))
        assert said.exit_code == 0 and "1 scans were altered" in said.stderr

    def test_that_cannot_be_whole_is_not_there_at_all(self, journey: Journey, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "copy.db.papers").write_text("precious")
        said = run(journey.database, folder, "backup", str(tmp_path / "copy.db"))
        assert said.exit_code == 1 and "is there already" in said.stderr
        assert not (tmp_path / "copy.db").exists()
