"""The judge of the mutants: it counts, it reads the changes out of mutmut's files, and its list must fit exactly."""

import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation.run import EQUIVALENTS, FILES, FOLDERS
from tests.mutation.verdict import Mutant, Verdict, judge
from tests.support.source import ROOT

#: A function and a method beside their mutants, as mutmut writes them.
MUTATED = '''
def x_lasts__mutmut_orig(volume: int, dose: int) -> bool:
    """How long."""
    return volume >= dose


def x_lasts__mutmut_1(volume: int, dose: int) -> bool:
    """How long."""
    return volume > dose


class Pump:
    def xǁPumpǁname__mutmut_orig(self) -> str:
        return called(
            self,
            first=True,
        )

    def xǁPumpǁname__mutmut_1(self) -> str:
        return called(
            self,
        )

    def xǁPumpǁname__mutmut_2(self) -> str:
        return called(
            self,
            first=False,
        )
'''
LASTS = Mutant("clinic.pump.lasts", "return volume >= dose", "return volume > dose")
REMOVED = Mutant("clinic.pump.Pump.name", "first=True,", "")
OTHER = Mutant("clinic.pump.Pump.name", "first=True,", "first=False,")


def mutants(folder: Path, *exit_codes: int | None) -> Path:
    """What mutmut leaves: the broken file, and how the tests ended with each of its mutants."""
    names = ("x_lasts__mutmut_1", "xǁPumpǁname__mutmut_1", "xǁPumpǁname__mutmut_2")
    package = folder / "clinic"
    package.mkdir()
    (package / "pump.py").write_text(MUTATED, encoding="utf-8")
    ended = {f"clinic.pump.{name}": code for name, code in zip(names, exit_codes, strict=True)}
    (package / "pump.py.meta").write_text(json.dumps({"exit_code_by_key": ended}), encoding="utf-8")
    return folder


def accepted(folder: Path, *entries: Mutant, why: str = "it is the same") -> Path:
    """A list of accepted equivalents."""
    lines = [
        f"[[equivalent]]\nfunction = '{each.function}'\nbefore = '{each.before}'\nafter = '{each.after}'"
        for each in entries
    ]
    path = folder / "equivalents.toml"
    path.write_text("".join(f"{line}\nwhy = '{why}'\n" for line in lines), encoding="utf-8")
    return path


class TestTheMutants:
    def test_are_read_with_what_was_changed(self, tmp_path: Path) -> None:
        found = judge(mutants(tmp_path, 0, 0, 0), accepted(tmp_path))

        assert found == Verdict(3, Counter([LASTS, REMOVED, OTHER]), Counter())

    @pytest.mark.parametrize(("exit_code", "lives"), [(0, True), (1, False), (3, False), (33, True), (36, True)])
    def test_live_unless_a_test_failed(self, tmp_path: Path, exit_code: int, lives: bool) -> None:
        """33: no test reaches it; 36: it took too long, which says nothing."""
        found = judge(mutants(tmp_path, exit_code, 1, 1), accepted(tmp_path))

        assert found.survived == Counter([LASTS] if lives else [])

    def test_that_were_never_tried_live(self, tmp_path: Path) -> None:
        assert judge(mutants(tmp_path, None, 1, 1), accepted(tmp_path)).survived == Counter([LASTS])

    def test_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="there are no mutants"):
            judge(tmp_path, accepted(tmp_path))


class TestTheVerdict:
    def test_names_what_lives_and_is_not_accepted(self, tmp_path: Path) -> None:
        found = judge(mutants(tmp_path, 0, 1, 0), accepted(tmp_path, LASTS))

        assert found.faults[0] == f"No test kills: {OTHER}"

    def test_names_what_is_accepted_and_does_not_live(self, tmp_path: Path) -> None:
        found = judge(mutants(tmp_path, 1, 1, 1), accepted(tmp_path, LASTS))

        assert found.faults == (f"Listed as equivalent, and no mutant lives that is this: {LASTS}",)

    def test_counts_twins_each_for_itself(self) -> None:
        assert len(Verdict(100, Counter([LASTS, LASTS]), Counter([LASTS])).faults) == 1
        assert len(Verdict(100, Counter([LASTS]), Counter([LASTS, LASTS])).faults) == 1

    @pytest.mark.parametrize(("lived", "enough"), [(4, True), (5, True), (6, False)])
    def test_wants_ninety_five_of_a_hundred_killed_whatever_is_accepted(self, lived: int, enough: bool) -> None:
        some = Counter({LASTS: lived})

        assert (Verdict(100, some, some).faults == ()) is enough


class TestTheList:
    def test_must_say_why(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="must say why"):
            judge(mutants(tmp_path, 0, 1, 1), accepted(tmp_path, LASTS, why=" "))

    def test_of_this_repository_can_be_read(self, tmp_path: Path) -> None:
        assert len(judge(mutants(tmp_path, 1, 1, 1), EQUIVALENTS).accepted) > 0


def test_what_is_copied_and_chosen_is_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    named = [*FOLDERS, *FILES, *settings["source_paths"], *settings["also_copy"]]
    tests = settings["pytest_add_cli_args_test_selection"]

    assert [name for name in (*named, *tests) if not (ROOT / name).exists()] == []
