"""From nothing to a served clinic with the command line alone, as the README tells it."""

import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from config import SettingsError, load_settings
from tests.support.web import SECRET
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import OUTDATED, Composition, runtime_of

ROOT = Path(__file__).resolve().parents[2]
ADD_ANA = ("user", "add", "ana@main.example", "--name", "Ana Ruiz", "--clinic", "Main Clinic", "--role", "nurse")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a clinic that starts."""
    return {"TRACKER_DATABASE_URL": f"sqlite:///{tmp_path}/new.db", "TRACKER_SECRET_KEY": SECRET}


def run(environ: dict[str, str], *arguments: str) -> Result:
    """Run one command in this process."""
    return CliRunner().invoke(main, arguments, obj=Composition(lambda: load_settings(environ), create_app))


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which a clinic was set up, to be copied."""
    path = tmp_path_factory.mktemp("set_up") / "first.db"
    environ = {"TRACKER_DATABASE_URL": f"sqlite:///{path}", "TRACKER_SECRET_KEY": SECRET}
    assert run(environ, "db", "upgrade").exit_code == 0
    assert run(environ, "clinic", "add", "Main Clinic", "--zone", "America/Denver").exit_code == 0
    return path


@pytest.fixture
def ready(environ: dict[str, str], set_up: Path, tmp_path: Path) -> dict[str, str]:
    """The same, once the database and a clinic are there."""
    shutil.copyfile(set_up, tmp_path / "new.db")
    return environ


class TestTheDatabase:
    def test_is_asked_for_before_anything_else(self, environ: dict[str, str]) -> None:
        result = run(environ, "clinic", "add", "Main Clinic", "--zone", "America/Denver")
        assert result.exit_code == 1
        assert OUTDATED in result.stderr
        assert result.stdout == ""

    def test_is_made_once_and_then_left_alone(self, environ: dict[str, str]) -> None:
        first, second = run(environ, "db", "upgrade"), run(environ, "db", "upgrade")
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert "it was empty" in first.stderr
        assert second.stderr == "The database is up to date.\n"

    def test_that_is_not_there_is_a_sentence(self, tmp_path: Path) -> None:
        result = run({"TRACKER_DATABASE_URL": f"sqlite:///{tmp_path}/no/such/folder/x.db"}, "clinic", "list")
        assert result.exit_code == 1
        assert "The database did not answer" in result.stderr


class TestAClinic:
    def test_is_listed_once_it_is_added(self, ready: dict[str, str]) -> None:
        assert run(ready, "clinic", "list").stdout == "Main Clinic\n"

    @pytest.mark.parametrize(
        ("name", "zone", "sentence"),
        [
            ("Main Clinic", "America/Denver", "There is a clinic named Main Clinic already."),
            ("North", "Denver", "This is not a time zone. Write it like America/Denver."),
            (" ", "America/Denver", "Give a name."),
        ],
    )
    def test_is_refused_with_a_sentence(self, ready: dict[str, str], name: str, zone: str, sentence: str) -> None:
        result = run(ready, "clinic", "add", name, "--zone", zone)
        assert result.exit_code == 1
        assert sentence in result.stderr


class TestAUser:
    def test_gets_a_link_on_stdout_with_which_the_person_comes_in(self, ready: dict[str, str]) -> None:
        result = run(ready, *ADD_ANA, "--role", "administrator")
        assert result.exit_code == 0, result.stderr
        assert re.fullmatch(r"http://localhost:8000/set-password/[\w-]{43}\n", result.stdout)
        path = result.stdout.strip().removeprefix("http://localhost:8000")
        assert _password_form(ready, path) == 200

    def test_gets_a_new_link_that_ends_the_first(self, ready: dict[str, str]) -> None:
        first = run(ready, *ADD_ANA).stdout.strip().removeprefix("http://localhost:8000")
        second = run(ready, "user", "link", "ANA@main.example", "--clinic", "Main Clinic")
        assert second.exit_code == 0
        assert _password_form(ready, first) == 404
        assert _password_form(ready, second.stdout.strip().removeprefix("http://localhost:8000")) == 200

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("user", "link", "nobody@main.example", "--clinic", "Main Clinic"), "Nobody with the address"),
            (("user", "link", "ana@main.example", "--clinic", "Elsewhere"), "Clinics: Main Clinic."),
            ((*ADD_ANA[:6], "Elsewhere", "--role", "nurse"), "There is no clinic named Elsewhere."),
            ((*ADD_ANA[:2], "not-an-address", *ADD_ANA[3:]), "This is not an e-mail address."),
        ],
    )
    def test_is_refused_with_a_sentence(self, ready: dict[str, str], arguments: tuple[str, ...], sentence: str) -> None:
        result = run(ready, *arguments)
        assert result.exit_code == 1
        assert sentence in result.stderr
        assert result.stdout == ""

    def test_is_not_added_twice(self, ready: dict[str, str]) -> None:
        run(ready, *ADD_ANA)
        assert "on the list already" in run(ready, *ADD_ANA).stderr

    def test_needs_a_role_that_exists(self, ready: dict[str, str]) -> None:
        result = run(ready, *ADD_ANA[:-1], "king")
        assert result.exit_code == 2
        assert "'king' is not one of" in result.stderr


class TestAWrongSetting:
    def test_is_refused_before_anything_is_touched(self, environ: dict[str, str], tmp_path: Path) -> None:
        result = run({**environ, "TRACKER_PORT": "many"}, "db", "upgrade")
        assert isinstance(result.exception, SettingsError)
        assert not (tmp_path / "new.db").exists()

    @pytest.mark.slow
    def test_is_one_sentence_on_stderr(self, environ: dict[str, str]) -> None:
        done = _tracker({**environ, "TRACKER_PORT": "many"}, "db", "upgrade")
        assert done.returncode == 2
        assert done.stderr == "TRACKER_PORT must be a whole number from 1 to 65535, not 'many'.\n"

    @pytest.mark.slow
    def test_does_not_keep_help_from_being_shown(self, environ: dict[str, str]) -> None:
        done = _tracker({**environ, "TRACKER_PORT": "many"}, "--help")
        assert done.returncode == 0
        assert "clinic" in done.stdout


@pytest.mark.slow
class TestServing:
    def test_needs_a_secret(self, ready: dict[str, str]) -> None:
        result = run({**ready, "TRACKER_SECRET_KEY": ""}, "web")
        assert isinstance(result.exception, SettingsError)

    def test_answers_until_it_is_told_to_stop(self, ready: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker", "web"],
            cwd=ROOT,
            env={**ready, "TRACKER_PORT": str(port)},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if "Booting worker" in line:
                    break
            assert _status_of(f"http://127.0.0.1:{port}/sign-in") == 200
            # Nothing rings the bell here: the scheduler is another process.
            assert _status_of(f"http://127.0.0.1:{port}/health") == 503
        finally:
            process.terminate()
            process.communicate(timeout=20)
        assert process.returncode == 0


def _password_form(environ: dict[str, str], path: str) -> int:
    composition = Composition(lambda: load_settings(environ), create_app)
    with runtime_of(click.Context(main, obj=composition)) as runtime:
        return create_app(runtime, is_testing=True).test_client().get(path).status_code


def _tracker(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tracker", *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def _status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class TestTheHistory:
    def test_is_made_when_somebody_does_not_want_to_wait(self, ready: dict[str, str]) -> None:
        result = run(ready, "history", "make")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "was made" in result.stderr
