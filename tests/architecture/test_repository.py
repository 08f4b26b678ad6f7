"""The parts of the repository that must agree with one another: locks and numbered files."""

import ast
import re
from collections import Counter
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.source import PRODUCT, ROOT, sources

#: Where the name in the registry is not the name in Python.
MODULES = {"argon2-cffi": "argon2", "phonenumberslite": "phonenumbers", "pillow": "PIL"}
#: Needed, though nothing imports them by name; each with its reason.
NOT_IMPORTED = {
    "email-validator": "WTForms loads it for its e-mail field",
    "tzdata": "zoneinfo loads it",
}
LOCKS = ("requirements.lock", "requirements-dev.lock")


def direct_requirements() -> list[str]:
    """The names in requirements.in."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [found[0] for line in lines if (found := re.match(r"[a-z][\w-]*", line))]


def imported_modules() -> set[str]:
    """The top-level names that the product imports."""
    nodes = [node for each in sources(*PRODUCT) for node in each.nodes]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    by_text = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {name.split(".")[0] for name in plain | named} | (by_text & {"pysqlite3"})


def numbers_in(folder: str, pattern: str) -> list[int]:
    """The leading numbers of the files in ``folder``, in order."""
    return sorted(int(path.name[:4]) for path in (ROOT / folder).glob(pattern))


class TestRequirements:
    def test_are_all_used(self) -> None:
        modules = {name: MODULES.get(name, name.replace("-", "_")) for name in direct_requirements()}
        imported = imported_modules()
        unused = {name for name, module in modules.items() if module not in imported}
        assert sorted(unused - NOT_IMPORTED.keys()) == []

    def test_are_all_locked(self) -> None:
        locked = re.findall(
            r"^([a-z][\w-]*)(?:\[\w+\])?==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert sorted(set(direct_requirements()) - set(locked)) == []

    @pytest.mark.parametrize("lock", LOCKS)
    def test_are_locked_with_hashes_and_without_addresses(self, lock: str) -> None:
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        entries = re.split(r"\n(?=[a-z])", text.strip())
        assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []

    def test_are_the_same_for_work_and_for_tests(self) -> None:
        pinned = [
            dict(re.findall(r"^([a-z][\w.\-\[\],]*)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
            for lock in LOCKS
        ]
        assert pinned[0].items() <= pinned[1].items()

    def test_are_locked_with_the_extras_that_others_ask_for(self) -> None:
        """pip before 23.3 takes the newest release of an extra that is not locked, and then misses its hash."""
        text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
        lines = [Requirement(line) for each in metadata.distributions() for line in each.requires or ()]
        asked = {each for each in lines if each.extras and (each.marker is None or each.marker.evaluate({"extra": ""}))}
        names = {f"{canonicalize_name(each.name)}[{','.join(sorted(each.extras))}]" for each in asked}
        assert names, "some package asks for another with an extra"
        assert [name for name in sorted(names) if f"\n{name}==" not in text] == []


class TestNumberedFiles:
    def test_of_migrations_follow_one_another(self) -> None:
        numbers = numbers_in("migrations/versions", "[0-9]*.py")
        assert numbers == list(range(1, len(numbers) + 1))

    def test_of_decisions_are_unique(self) -> None:
        assert [number for number, times in Counter(numbers_in("docs/adr", "[0-9]*.md")).items() if times > 1] == []
