"""Runs every check and every test, shows first where a mistake is cheapest to see, and says at the end what failed.

    ./run test               everything
    ./run test fast          the same on SQLite alone, without the browser and the slow tests, with fewer examples
    ./run test ARGUMENTS …   pytest alone, with these arguments
    ./run soak               what takes hours: a thousand pumps for three years, kills by the thousand, long stories
    ./run soak --seed N      the same story of the pumps as another time

The servers and the browser are found or started once, before anything runs: what is missing fails at once and in words.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from types import FrameType

from tests.support.chromium import ChromiumMissingError, prepare_chromium
from tests.support.postgres import URL_VARIABLE, PostgresMissingError, postgres_server

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable, "-m")
PYTEST = (*PYTHON, "pytest")
#: Files that no test needs after a failure of the power; on a disk, tests would mostly wait for it.
MEMORY = Path("/dev/shm")
ENOUGH = 2 * 1024**3
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Check:
    """One heading of the report: a command that exits 0 when all is well."""

    heading: str
    command: tuple[str, ...]


#: What runs at the same time; groups run one after another.
Group = tuple[Check, ...]

CHECKS = (
    Check("ruff check", (*PYTHON, "ruff", "check", ".")),
    Check("ruff format", (*PYTHON, "ruff", "format", "--check", ".")),
    Check("types (mypy)", (*PYTHON, "mypy")),
    Check("imports (import-linter)", (sys.executable, "-c", LINT_IMPORTS, "--no-logo")),
    Check("templates (djlint)", (*PYTHON, "djlint", "templates", "--lint", "--quiet")),
)
#: Two workers, each with a stretch of the tests: what a file prepares for all its tests is then prepared once.
STRETCHES = (*PYTEST, "-n", "2", "--dist", "worksteal")
WITHOUT_BROWSER = (*STRETCHES, "--ignore", "tests/browser")
FAST = Check("fast tests", (*WITHOUT_BROWSER, "-m", "not (browser or slow or soak)", "--hypothesis-profile=fast"))
TESTS = Check("tests, without the browser", (*WITHOUT_BROWSER, "-m", "not (browser or soak)"))
#: Not beside the others: a browser takes the processors from whatever has to be done in time.
BROWSER = Check("tests in the browser", (*STRETCHES, "-m", "browser", "tests/browser"))


def main(arguments: Sequence[str]) -> int:
    """Run what ``arguments`` ask for; returns the exit status."""
    signal.signal(signal.SIGTERM, _stop)
    os.chdir(ROOT)
    started = time.monotonic()
    first, *rest = arguments or [""]
    if first == "soak":
        groups = _soak(rest or ["--seed", str(secrets.randbelow(10**6))])
    elif arguments and list(arguments) != ["fast"]:
        return subprocess.run([*PYTEST, *arguments], check=False).returncode
    else:
        groups = [(*CHECKS, FAST)] if arguments else [(*CHECKS, TESTS), (BROWSER,)]
    try:
        failed = _run_all(groups)
    except (PostgresMissingError, ChromiumMissingError) as missing:
        print(missing, file=sys.stderr)
        return 1
    _heading(f"everything, {time.monotonic() - started:.1f} s")
    for heading in failed:
        print(f"FAILED: {heading}")
    return 1 if failed else 0


def _soak(arguments: Sequence[str]) -> list[Group]:
    """What takes hours; ``arguments`` go to the simulation of the pumps, and to the kills."""
    pumps = Check("a thousand pumps, three years", (*PYTEST, "-n", "2", "-m", "soak", "tests/simulation", *arguments))
    kills = Check("two thousand kills, four schedulers", (*PYTEST, "-n", "2", "-m", "soak", "tests/safety", *arguments))
    stories = Check("long stories of a case", (*PYTEST, "-n", "2", "--hypothesis-profile=long", "tests/stateful"))
    years = ("tests/domain/forecast", "tests/domain/what_if")
    clinics = Check("two hundred clinics, forecast and simulated", (*PYTEST, "-s", "-m", "soak", *years))
    return [(pumps,), (kills,), (stories,), (clinics,)]


def _run_all(groups: Sequence[Group]) -> list[str]:
    """The headings of what failed; what fails stops nothing else, so that one run shows everything."""
    with ExitStack() as stack:
        checks = [check for group in groups for check in group]
        if BROWSER in checks:
            prepare_chromium()
        environment = dict(os.environ)
        if FAST not in checks:
            environment[URL_VARIABLE] = stack.enter_context(postgres_server())
        # Else every run would compile everything anew, and every command that a test starts once more.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tracker-tests-", dir=MEMORY))
            environment["PYTEST_DEBUG_TEMPROOT"] = folder
        if sys.stdout.isatty():
            environment["FORCE_COLOR"] = "1"  # they write into pipes
        return [heading for group in groups for heading in _run_at_once(group, environment)]


def _run_at_once(group: Group, environment: Mapping[str, str]) -> list[str]:
    """The headings of what failed in ``group``. They share the processors; what each says is shown in their order."""
    failed, running = [], []
    with ExitStack() as stack:
        for check in group:
            process = stack.enter_context(Popen(check.command, env=environment, stdout=PIPE, stderr=STDOUT))
            stack.callback(process.kill)
            running.append((check.heading, process))
        for heading, process in running:
            _heading(heading)
            assert process.stdout is not None
            # As it comes, not by the line: a row of dots is long in the making.
            while said := process.stdout.read1():
                sys.stdout.buffer.write(said)
                sys.stdout.flush()
            if process.wait() != 0:
                failed.append(heading)
            print(f"{heading}: {'FAILED' if heading in failed else 'ok'}", flush=True)
    return failed


def _heading(text: str) -> None:
    print(f"\n── {text} {'─' * max(0, 100 - len(text))}", flush=True)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Leave through the ``with`` blocks, so that the server stops too."""
    raise SystemExit(143)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
