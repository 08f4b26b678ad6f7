"""How the code is written, where neither ruff nor import-linter can see it."""

import ast
import re
from typing import TypeGuard

from tests.support.source import EVERYTHING, PRODUCT, FunctionNode, Source, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
#: A migration is one long table of columns; cutting it up would hide it.
TABLES = "migrations/versions/"
#: Names that say nothing, so that everything ends up behind them.
EMPTY_WORDS = frozenset({"util", "utils", "helper", "helpers", "misc", "manager", "managers", "stuff"})
WAIVER = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover|fmt:\s*(?:off|skip)|nosec)\b[^#]*(?P<reason>#\s*\w.*)?"
)


def length(node: FunctionNode) -> int:
    """Lines from ``def`` to the end, without the docstring: explaining is not to be punished."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0)


def words_of(source: Source) -> list[str]:
    """The words in the file's path and in the names of its classes."""
    names = [*source.path.removesuffix(".py").split("/")]
    names += [
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.name) for node in source.nodes if isinstance(node, ast.ClassDef)
    ]
    return [word.lower() for name in names for word in name.split("_")]


def is_everything(node: ast.expr) -> bool:
    """Whether it names the class of every error."""
    return isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"}


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches whatever happens."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or is_everything(kind) for kind in kinds)


def is_called(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    """Whether ``node`` is a call of a method or function called ``name``."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    return (isinstance(called, ast.Attribute) and called.attr == name) or (
        isinstance(called, ast.Name) and called.id == name
    )


class TestCode:
    def test_has_no_file_too_long_to_read_at_once(self) -> None:
        assert [
            f"{each.path}: {len(each.lines)} lines" for each in sources(*EVERYTHING) if len(each.lines) > LONGEST_FILE
        ] == []

    def test_has_no_function_too_long_to_see_at_once(self) -> None:
        assert [
            f"{each.path}:{node.lineno} {node.name}: {length(node)} lines"
            for each in sources(*EVERYTHING)
            for node in each.functions()
            if length(node) > LONGEST_FUNCTION and not each.path.startswith(TABLES)
        ] == []

    def test_says_at_the_top_of_each_module_what_it_holds(self) -> None:
        assert [
            each.path for each in sources(*EVERYTHING) if each.text.strip() and not ast.get_docstring(each.tree)
        ] == []

    def test_has_no_names_that_say_nothing(self) -> None:
        assert [
            f"{each.path}: {word}" for each in sources(*EVERYTHING) for word in words_of(each) if word in EMPTY_WORDS
        ] == []

    def test_imports_at_the_top_of_a_file_only(self) -> None:
        assert [
            f"{each.path}:{inner.lineno}"
            for each in sources(*PRODUCT)
            for node in each.functions()
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ] == []

    def test_swallows_no_error(self) -> None:
        assert [
            f"{each.path}:{node.lineno}"
            for each in sources(*EVERYTHING)
            for node in each.nodes
            if (isinstance(node, ast.ExceptHandler) and is_broad(node) and all(map(does_nothing, node.body)))
            or (is_called(node, "suppress") and any(map(is_everything, node.args)))
        ] == []

    def test_gives_a_reason_for_every_waived_check(self) -> None:
        assert [
            f"{each.path}:{number}"
            for each in sources(*EVERYTHING)
            for number, line in enumerate(each.lines, start=1)
            if (found := WAIVER.search(line))
            and not found["reason"]
            and "fmt:" not in line
            and "re.compile" not in line
        ] == []

    def test_commits_and_rolls_back_in_one_place(self) -> None:
        """A use case that commits half-way can leave half a fact behind."""
        assert [
            f"{each.path}:{node.lineno}"
            for each in sources("tracker")
            for node in each.nodes
            if not each.path.startswith("tracker/persistence/database")
            and (is_called(node, "commit") or is_called(node, "rollback"))
        ] == []

    def test_moves_a_case_in_one_function(self) -> None:
        """A stage that is set in many places is soon set past its requirements."""
        found = [
            f"{each.path}: {function.name}"
            for each in sources("tracker")
            for function in each.functions()
            for node in ast.walk(function)
            if isinstance(node, ast.Attribute) and node.attr == "stage" and isinstance(node.ctx, ast.Store)
        ]
        assert found == ["tracker/services/case_file.py: _move"]

    def test_never_marks_text_as_safe_html(self) -> None:
        assert [
            f"{each.path}:{node.lineno}"
            for each in sources("tracker")
            for node in each.nodes
            if is_called(node, "Markup")
        ] == []


class TestTests:
    def test_are_never_skipped(self) -> None:
        """What is skipped where PostgreSQL or a browser is missing is found broken by a clinic."""
        banned = {"skip", "skipif", "xfail", "importorskip"}
        assert [
            f"{each.path}:{node.lineno}"
            for each in sources("tests")
            for node in each.nodes
            if isinstance(node, ast.Attribute) and node.attr in banned
        ] == []


def does_nothing(statement: ast.stmt) -> bool:
    """``pass``, ``continue`` or ``...``."""
    return isinstance(statement, ast.Pass | ast.Continue) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
