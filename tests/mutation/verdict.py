"""What became of the mutants: which of them no test killed, and whether the list of equivalents accounts for those.

A mutant is known by its function and by the text that was changed, since its number moves with every edit.
"""

import ast
import difflib
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: What mutmut notes of a mutant that a test noticed: pytest's "a test failed" and "an error in a test's own code".
KILLED = frozenset({1, 3})
#: How many of a hundred mutants must be killed, those that nothing can kill among the hundred.
LEAST_PERCENT = 95
#: Stands before each part of a method's name in mutmut's files.
_OF_CLASS = "ǁ"


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """One change: the dotted name of the function, and the lines that differ, before and after, each in one line."""

    function: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.before}\n  + {self.after}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many mutants there were, and those that lived, each as often as it occurs; ``accepted`` may live."""

    total: int
    survived: Counter[Mutant]
    accepted: Counter[Mutant]

    @property
    def percent(self) -> float:
        """Killed mutants of a hundred; the accepted ones count as not killed."""
        return 100 * (self.total - self.survived.total()) / self.total

    @property
    def faults(self) -> tuple[str, ...]:
        """What speaks against it, in sentences; none when all is well."""
        lived = sorted((self.survived - self.accepted).elements())
        stale = sorted((self.accepted - self.survived).elements())
        too_few = [f"Less than {LEAST_PERCENT} % of the mutants were killed."] if self.percent < LEAST_PERCENT else []
        return (
            *(f"No test kills: {each}" for each in lived),
            *(f"Listed as equivalent, and no mutant lives that is this: {each}" for each in stale),
            *too_few,
        )


def judge(mutants: Path, equivalents: Path) -> Verdict:
    """Compare what mutmut left in its folder with the list of accepted equivalents.

    :raises ValueError: where there is no mutant at all, or an entry of the list does not say why
    """
    total, survived = 0, Counter[Mutant]()
    for meta in sorted(mutants.rglob("*.py.meta")):
        exit_codes: dict[str, int | None] = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        total += len(exit_codes)
        lived = [name for name, code in exit_codes.items() if code not in KILLED]
        survived.update(_told(meta.with_suffix(""), lived))
    if not total:
        raise ValueError(f"there are no mutants in {mutants}")
    return Verdict(total, survived, Counter(_listed(equivalents)))


def _listed(equivalents: Path) -> Iterator[Mutant]:
    for entry in tomllib.loads(equivalents.read_text(encoding="utf-8")).get("equivalent", []):
        if not entry.pop("why", "").strip():
            raise ValueError(f"an equivalent must say why: {entry}")
        yield Mutant(**entry)


def _told(mutated: Path, names: list[str]) -> Iterator[Mutant]:
    """The named mutants as text, out of the file in which mutmut keeps a function beside all its mutants."""
    text = mutated.read_text(encoding="utf-8")
    lines = text.splitlines()
    functions = {
        node.name: [line.replace(node.name, "", 1).strip() for line in lines[node.lineno - 1 : node.end_lineno]]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }
    for name in names:
        module, _, mutant = name.rpartition(".")
        original = mutant.partition("__mutmut_")[0]
        changed = [*difflib.ndiff(functions[f"{original}__mutmut_orig"], functions[mutant])]
        before, after = (" ".join(line[2:] for line in changed if line.startswith(sign)) for sign in ("- ", "+ "))
        yield Mutant(f"{module}.{_plain(original)}", before, after)


def _plain(mangled: str) -> str:
    """``x_due`` is ``due``, and ``xǁViewǁdue`` is ``View.due``."""
    return mangled[1:].strip(_OF_CLASS).replace(_OF_CLASS, ".") if _OF_CLASS in mangled else mangled[2:]
