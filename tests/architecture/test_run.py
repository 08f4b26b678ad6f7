"""``./run`` on machines that are not like this one: no Python, half a Python, an install that broke off."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.source import ROOT

#: What the script may count on everywhere.
TOOLS = ("sh", "dirname", "cat", "cmp", "cp", "mkdir")
LOCK = "flask==3.1.0 \\\n    --hash=sha256:00\n"
NEW_PYTHON = 'case "$*" in *version_info*) exit 0;; esac\n'


class Machine:
    """A folder with the script, and a search path on which there is nothing but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.programs = folder / "bin"
        self.folder.mkdir()
        self.programs.mkdir()
        shutil.copy(ROOT / "run", self.folder / "run")
        for lock in ("requirements.lock", "requirements-dev.lock"):
            (self.folder / lock).write_text(LOCK)
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None
            (self.programs / tool).symlink_to(found)

    def has(self, name: str, script: str) -> None:
        """Put a program there; ``name`` is on the search path, or a path below the checkout."""
        path = self.folder / name if "/" in name else self.programs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}")
        path.chmod(0o755)

    def has_environment(self, script: str, *, installed: str, lock: str = "requirements.lock") -> None:
        """Put a virtual environment there whose Python is ``script``; its stamp for ``lock`` says ``installed``."""
        self.has(".venv/bin/python", script)
        (self.folder / f".venv/installed-{lock}").write_text(installed)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call the script from somewhere else, as a person may."""
        return subprocess.run(
            [self.folder / "run", *arguments],
            env={"PATH": str(self.programs)},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Without any Python."""
    return Machine(tmp_path)


class TestRun:
    @pytest.mark.parametrize("arguments", [(), ("help",), ("--help",)])
    def test_alone_prints_the_commands(self, machine: Machine, arguments: tuple[str, ...]) -> None:
        done = machine.run(*arguments)
        assert done.returncode == 0
        words = re.findall(r"^\./run (\w+)", done.stdout, re.MULTILINE)
        assert words == ["demo", "test", "test", "test", "soak", "mutation", "tracker"]

    def test_refuses_what_it_does_not_know(self, machine: Machine) -> None:
        done = machine.run("tset")
        assert done.returncode == 2
        assert 'does not know "tset"' in done.stderr

    def test_says_that_python_is_missing(self, machine: Machine) -> None:
        machine.has("python3", "exit 1\n")
        done = machine.run("demo")
        assert done.returncode == 1
        assert done.stderr.startswith("Python 3.11 or newer is needed")

    def test_says_that_the_venv_module_is_missing(self, machine: Machine) -> None:
        machine.has("python3.12", NEW_PYTHON + "exit 1\n")
        done = machine.run("demo")
        assert done.returncode == 1
        assert "apt-get install python3-venv" in done.stderr

    def test_does_not_install_twice(self, machine: Machine) -> None:
        machine.has_environment('echo "$@"\n', installed=LOCK)
        assert machine.run("demo").stdout == "-m tracker demo\n"
        assert machine.run("tracker", "db", "upgrade").stdout == "-m tracker db upgrade\n"

    def test_finds_all_it_needs_among_what_the_tests_need(self, machine: Machine) -> None:
        machine.has_environment('echo "$@"\n', installed=LOCK, lock="requirements-dev.lock")
        assert machine.run("demo").stdout == "-m tracker demo\n"

    def test_breaks_the_code_with_what_the_tests_need(self, machine: Machine) -> None:
        machine.has_environment('echo "$@"\n', installed=LOCK, lock="requirements-dev.lock")
        assert machine.run("mutation", "--max-children", "1").stdout == "-m tests.mutation.run --max-children 1\n"

    def test_installs_what_a_new_lock_names_by_its_hashes(self, machine: Machine) -> None:
        machine.has_environment('echo "$@"\n', installed="flask==3.0.0\n")
        done = machine.run("demo")
        assert re.search(r"pip install .*--require-hashes -r requirements\.lock", done.stderr)
        assert done.stdout.endswith("-m tracker demo\n")
        assert (machine.folder / ".venv/installed-requirements.lock").read_text() == LOCK

    def test_repeats_an_install_that_broke_off(self, machine: Machine) -> None:
        machine.has_environment('case "$*" in *install*) exit 1;; esac\n', installed="flask==3.0.0\n")
        done = machine.run("demo")
        assert done.returncode == 1
        assert "could not be installed" in done.stderr
        assert (machine.folder / ".venv/installed-requirements.lock").read_text() == ""

    def test_hands_arguments_on_as_they_are(self, machine: Machine) -> None:
        machine.has_environment('for each in "$@"; do echo "<$each>"; done\n', installed=LOCK)
        assert machine.run("tracker", "clinic", "add", "St. Anne's  Clinic").stdout.endswith("<St. Anne's  Clinic>\n")
