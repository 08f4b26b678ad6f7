"""The system's Chromium for browser tests: found, or as root installed.

Playwright's own download is not used: Debian's package is patched with the system, and a fresh machine may reach
nothing but package registries. Without a browser the tests fail; a page that nobody opened is not tested.
"""

import os
import shutil
import subprocess
from pathlib import Path

#: The same engine without windows, menus and extensions around it: a page takes half the work.
LIGHT = "chromium-headless-shell"
CANDIDATES = (LIGHT, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
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
    "Chromium is needed for the browser tests and was not found. As root: "
    f"apt-get update && apt-get install -y {LIGHT} (or chromium)"
)
#: Nobody waits long for a registry that cannot be reached.
_APT = ("apt-get", "-q", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10")


class ChromiumMissingError(Exception):
    """There is no Chromium to test with, and it could not be installed."""


def prepare_chromium() -> None:
    """Before all browser tests: root installs the light one also beside another, which is twice as slow.

    :raises ChromiumMissingError: there is none, and it may not or could not be installed
    """
    if _find(LIGHT) is None and _may_install():
        said = _install(LIGHT)
        if said and _find() is not None:
            print(f"{LIGHT} could not be installed; the browser tests take longer with {_find()}.", flush=True)
    chromium_path()


def chromium_path() -> Path:
    """The browser's program; where there is none root installs it first, if Debian's packages are at hand.

    :raises ChromiumMissingError: there is none, and it may not or could not be installed
    """
    said = ""
    for package in (LIGHT, "chromium") if _find() is None and _may_install() else ():
        said = _install(package)
        if not said:
            break
    found = _find()
    if found is None:
        raise ChromiumMissingError(f"{MISSING}\napt-get said: {said}" if said else MISSING)
    return found


def _find(*names: str) -> Path | None:
    on_path = (shutil.which(name) for name in names or CANDIDATES)
    others = () if names else APPLICATIONS
    return next((Path(path) for path in (*on_path, *others) if path and os.access(path, os.X_OK)), None)


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(package: str) -> str:
    """What apt-get said of a failure; empty when there was none."""
    print(f"Installing {package} …", flush=True)
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
        done = subprocess.run(
            [*_APT, *arguments],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return done.stderr.strip()[-500:] or f"exit status {done.returncode}"
    return ""
