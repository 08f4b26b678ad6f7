"""The system's Chromium for browser tests: found, or as root installed.

Playwright's own download is not used: Debian's package is patched with the system, and a fresh machine may reach
nothing but package registries. Without a browser the tests fail; a page that nobody opened is not tested.
"""

import os
import shutil
import subprocess
from pathlib import Path

CANDIDATES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
#: As root Chromium has no sandbox to go into; the rest keeps it from talking to anybody but the tests' own server.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "Chromium is needed for the browser tests and was not found. As root: apt-get update && apt-get install -y chromium"
)


class ChromiumMissingError(Exception):
    """There is no Chromium to test with, and it could not be installed."""


def chromium_path() -> Path:
    """The browser's program; root installs it first where Debian's packages are at hand.

    :raises ChromiumMissingError: there is none, and it may not or could not be installed
    """
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _find()
    if found is None:
        raise ChromiumMissingError(MISSING)
    return found


def _find() -> Path | None:
    on_path = (shutil.which(name) for name in CANDIDATES)
    return next((Path(path) for path in (*on_path, *APPLICATIONS) if path and os.access(path, os.X_OK)), None)


def _install() -> None:
    print("Installing Chromium …", flush=True)
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-q", *arguments],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ChromiumMissingError(f"{MISSING}\napt-get said: {done.stderr.strip()[-500:]}")
