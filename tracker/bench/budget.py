"""How many floors each page may take, and the report that says whether it does."""

from collections.abc import Mapping
from typing import TypedDict

from tracker.bench.measure import Measured

#: In page floors; a transition in write floors.
FLOORS: Mapping[str, int] = {
    "board": 6,
    "today": 6,
    "day": 6,
    "refills": 6,
    "find": 6,
    "case": 8,
    "reports": 20,
    "transition": 12,
}
MEMORY_MB = 200


class FloorReport(TypedDict):
    """Milliseconds, in the middle."""

    page_ms: float
    write_ms: float


class PageReport(TypedDict):
    """Milliseconds, and how many floors the middle is."""

    p50_ms: float
    p99_ms: float
    ratio: float


class Report(TypedDict):
    """What ``tracker bench --json`` prints."""

    cases: int
    engine: str
    floor: FloorReport
    pages: dict[str, PageReport]
    memory_mb: float


def report_of(measured: Measured, cases: int, engine: str) -> Report:
    """The figures beside their floors."""
    pages: dict[str, PageReport] = {}
    for name, timing in measured.pages.items():
        floor = measured.write_floor if name == "transition" else measured.page_floor
        pages[name] = {
            "p50_ms": round(timing.p50, 2),
            "p99_ms": round(timing.p99, 2),
            "ratio": round(timing.p50 / floor.p50, 2),
        }
    return {
        "cases": cases,
        "engine": engine,
        "floor": {"page_ms": round(measured.page_floor.p50, 2), "write_ms": round(measured.write_floor.p50, 2)},
        "pages": pages,
        "memory_mb": round(measured.memory_mb, 1),
    }


def excesses(report: Report) -> list[str]:
    """A sentence for everything that takes more than it may."""
    over = [
        f"{name} takes {page['ratio']} floors; {FLOORS[name]} are allowed."
        for name, page in report["pages"].items()
        if page["ratio"] > FLOORS[name]
    ]
    if report["memory_mb"] >= MEMORY_MB:
        over.append(f"The web process took {report['memory_mb']} MB; {MEMORY_MB} are too many.")
    return over
