"""The repository's own files, read once, for tests about how the code is written."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("tracker", "migrations", "config.py", "wsgi.py")
EVERYTHING = (*PRODUCT, "tests")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root of the repository, its text, its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        """Without line ends."""
        return self.text.splitlines()

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in the syntax tree; kept, since many tests walk through all of it."""
        return tuple(ast.walk(self.tree))

    def functions(self) -> Iterator[FunctionNode]:
        """Every function and method, nested ones too."""
        return (node for node in self.nodes if isinstance(node, FunctionNode))


@cache
def sources(*places: str) -> tuple[Source, ...]:
    """All Python files under ``places``, folders or files below the root; what is not there yet has none."""
    paths = [path for place in places for path in _python_files(ROOT / place)]
    return tuple(_read(path) for path in sorted(paths))


def templates() -> dict[str, str]:
    """The text of every template by its name, the path below ``templates/``."""
    folder = ROOT / "templates"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _python_files(place: Path) -> list[Path]:
    return [place] if place.is_file() else [path for path in place.rglob("*.py") if "__pycache__" not in path.parts]


@cache
def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))
