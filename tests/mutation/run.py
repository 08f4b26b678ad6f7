"""Breaks the code that a pump's dates hang on, one small change at a time, and says which change no test notices.

    ./run mutation                     all mutants, with as many processes as there are cores
    ./run mutation --max-children 1    the same with one; arguments go to `mutmut run`

pyproject.toml says what is broken and by which tests it must be noticed; equivalents.toml lists the changes that make
no difference. mutmut works in a copy, since it writes the broken code beside the tests.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.verdict import judge

ROOT = Path(__file__).resolve().parent.parent.parent
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
#: What the domain's tests need of the checkout.
FOLDERS = ("tests", "tracker")
FILES = ("config.py", "pyproject.toml", "wsgi.py")


def main(arguments: Sequence[str]) -> int:
    """Run mutmut in a copy of the checkout and judge what it found; returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="tracker-mutation-") as folder:
        copy = Path(folder)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(ROOT / name, copy)
        mutmut = Path(sys.executable).with_name("mutmut")
        if subprocess.run([mutmut, "run", *arguments], cwd=copy, check=False).returncode != 0:
            print("mutmut could not run; the reason is above.", file=sys.stderr)
            return 1
        verdict = judge(copy / "mutants", EQUIVALENTS)
    for fault in verdict.faults:
        print(f"\n{fault}")
    lived, accepted = verdict.survived.total(), verdict.accepted.total()
    print(f"\n{verdict.total - lived} of {verdict.total} mutants were killed, {verdict.percent:.1f} %.")
    print(f"{accepted} are accepted as equivalent.")
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
