"""Every definition stands in docs/reports.md word for word, and says what it counts."""

import pkgutil
from importlib import import_module
from pathlib import Path

from tracker.domain import reporting
from tracker.queries import next_days

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/reports.md"
PANELS = ("waits", "flow", "trials", "days", "authorizations", "refills", "complications", "reminders", "referrers")


def definitions() -> dict[str, str]:
    modules = [import_module(f"{reporting.__name__}.{each.name}") for each in pkgutil.iter_modules(reporting.__path__)]
    return {
        f"{module.__name__}.{name}": str(value)
        for module in (*modules, next_days)
        for name, value in vars(module).items()
        if name.endswith("DEFINITION")
    }


def test_every_panel_has_one() -> None:
    assert {f"tracker.domain.reporting.{panel}.DEFINITION" for panel in PANELS} <= definitions().keys()


def test_the_document_has_them_all() -> None:
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    assert not [name for name, definition in definitions().items() if definition not in text]
