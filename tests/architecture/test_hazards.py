"""Every hazard has a control, every control is code that exists and tests that exist."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.support.source import ROOT

HAZARDS = sorted((ROOT / "docs" / "hazards").glob("*.toml"))


@cache
def named_in(path: Path) -> set[str]:
    """The tests of a file, as ``test_x`` or ``TestX::test_x``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    methods = {
        f"{each.name}::{node.name}" for each in classes for node in each.body if isinstance(node, ast.FunctionDef)
    }
    return {name for name in functions | methods if name.split("::")[-1].startswith("test_")}


@pytest.mark.parametrize("path", HAZARDS, ids=lambda path: path.stem)
class TestHazard:
    def test_has_controls_whose_code_exists(self, path: Path) -> None:
        hazard = tomllib.loads(path.read_text(encoding="utf-8"))
        assert hazard["controls"]
        assert [each["code"] for each in hazard["controls"] if not _exists(each["code"])] == []

    def test_has_tests_that_exist_for_each_control(self, path: Path) -> None:
        for control in tomllib.loads(path.read_text(encoding="utf-8"))["controls"]:
            assert control["tests"], control["what"]
            for test in control["tests"]:
                file, name = test.split("::", maxsplit=1)
                assert name in named_in(ROOT / file), test


def _exists(code: str) -> bool:
    return (ROOT / code).exists() or (ROOT / f"{code}.py").exists()


def test_hazards_are_numbered_once() -> None:
    numbers = [path.name[:2] for path in HAZARDS]
    assert len(numbers) == len(set(numbers))
