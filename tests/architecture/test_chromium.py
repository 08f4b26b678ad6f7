"""Which browser the browser tests get on machines unlike this one: programs and apt-get are made up."""

from pathlib import Path

import pytest

from tests.support import chromium
from tests.support.chromium import LIGHT, ChromiumMissingError, chromium_path, prepare_chromium

#: Installs the program that is named last, if that is one of the packages it knows.
APT = """#!/bin/sh
for last; do :; done
case "$last" in
    update) exit 0;;
    {known})
        printf "#!/bin/sh\\n" >"{folder}/$last"
        /bin/chmod +x "{folder}/$last"
        echo "$last" >>"{folder}/installed";;
    *) echo "Unable to locate package $last" >&2; exit 100;;
esac
"""


class Machine:
    """Nothing but the programs that a test puts on it; somebody with every right works there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, *programs: str) -> None:
        for name in programs:
            self._put(name, "#!/bin/sh\n")

    def has_packages(self, known: str) -> None:
        """Debian's packages are at hand, of browsers these: a pattern of the shell."""
        self._put("apt-get", APT.format(known=known, folder=self.folder))

    def installed(self) -> list[str]:
        log = self.folder / "installed"
        return log.read_text().split() if log.exists() else []

    def _put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Without any browser, and without packages."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    monkeypatch.setattr(chromium, "APPLICATIONS", ())
    return Machine(tmp_path)


def test_the_light_one_is_installed_once_also_beside_another(machine: Machine) -> None:
    machine.has("chromium")
    machine.has_packages(f"{LIGHT}|chromium")
    for _ in range(2):
        prepare_chromium()
        assert chromium_path().name == LIGHT
    assert machine.installed() == [LIGHT]


def test_another_does_where_the_light_one_cannot_be_had(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.has("chromium")
    machine.has_packages("nothing")
    prepare_chromium()
    assert chromium_path().name == "chromium"
    assert "the browser tests take longer with" in capsys.readouterr().out


def test_another_is_installed_where_there_is_no_package_of_the_light_one(machine: Machine) -> None:
    machine.has_packages("chromium")
    prepare_chromium()
    assert machine.installed() == ["chromium"]


def test_nothing_is_installed_by_who_may_not(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.has_packages(f"{LIGHT}|chromium")
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    with pytest.raises(ChromiumMissingError, match=r"apt-get install -y chromium-headless-shell \(or chromium\)$"):
        prepare_chromium()
    machine.has("google-chrome")
    prepare_chromium()
    assert chromium_path().name == "google-chrome" and machine.installed() == []


def test_that_there_is_none_is_said_with_the_reason(machine: Machine) -> None:
    machine.has_packages("nothing")
    with pytest.raises(ChromiumMissingError, match="apt-get said: Unable to locate package chromium"):
        prepare_chromium()
