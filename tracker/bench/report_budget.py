"""How many floors a report may take, and the document that says whether it does."""

from typing import TypedDict

from tracker.bench.budget import FLOORS as PAGE_FLOORS
from tracker.bench.budget import MEMORY_MB
from tracker.bench.report_histories import Histories
from tracker.bench.reports import MeasuredReports

#: In page floors, each panel in each way.
FLOORS = 30
TRANSITION_FLOORS = PAGE_FLOORS["transition"]
#: A process that has read all reports may not need more for reading them all again.
MORE_MB = 5.0


class ReportFigures(TypedDict):
    """Milliseconds, and how many floors the middle is. ``first_ms``: the first request after the process began."""

    p50_ms: float
    p99_ms: float
    first_ms: float
    ratio: float


class TransitionFigures(TypedDict):
    """Milliseconds in the middle, and floors of the same minutes."""

    p50_ms: float
    p99_ms: float
    floor_ms: float
    ratio: float


class ReportsReport(TypedDict):
    """What ``tracker bench --reports --json`` prints; ``reports`` by panel and way."""

    cases: int
    engine: str
    page_floor_ms: float
    reports: dict[str, dict[str, ReportFigures]]
    histories: Histories
    memory_mb: dict[str, float]
    transition: TransitionFigures
    transition_beside_reports: TransitionFigures


def reports_report_of(measured: MeasuredReports, histories: Histories, cases: int, engine: str) -> ReportsReport:
    """The figures beside their floors."""
    reports: dict[str, dict[str, ReportFigures]] = {}
    for each in measured.reports:
        reports.setdefault(each.panel, {})[each.way] = {
            "p50_ms": round(each.timing.p50, 2),
            "p99_ms": round(each.timing.p99, 2),
            "first_ms": round(each.first, 2),
            "ratio": round(each.timing.p50 / measured.page_floor.p50, 1),
        }
    transitions: list[TransitionFigures] = [
        {
            "p50_ms": round(timing.p50, 2),
            "p99_ms": round(timing.p99, 2),
            "floor_ms": round(floor.p50, 2),
            "ratio": round(timing.p50 / floor.p50, 2),
        }
        for timing, floor in (measured.transition, measured.transition_beside)
    ]
    return {
        "cases": cases,
        "engine": engine,
        "page_floor_ms": round(measured.page_floor.p50, 2),
        "reports": reports,
        "histories": histories,
        "memory_mb": dict(
            zip(("before", "after", "after_again"), (round(each, 1) for each in measured.memory), strict=True)
        ),
        "transition": transitions[0],
        "transition_beside_reports": transitions[1],
    }


def report_excesses(report: ReportsReport) -> list[str]:
    """A sentence for everything that takes more than it may."""
    over = [
        f"{panel} ({way}) takes {figures['ratio']} floors; {FLOORS} are allowed."
        for panel, ways in report["reports"].items()
        for way, figures in ways.items()
        if figures["ratio"] > FLOORS
    ]
    memory = report["memory_mb"]
    if memory["after_again"] - memory["after"] > MORE_MB:
        over.append(f"The web process grew from {memory['after']} to {memory['after_again']} MB by the same reports.")
    if memory["after_again"] >= MEMORY_MB:
        over.append(f"The web process took {memory['after_again']} MB; {MEMORY_MB} are too many.")
    for name, figures in (
        ("A transition", report["transition"]),
        ("A transition beside reports", report["transition_beside_reports"]),
    ):
        if figures["ratio"] > TRANSITION_FLOORS:
            over.append(f"{name} takes {figures['ratio']} floors; {TRANSITION_FLOORS} are allowed.")
    return over


def lines_of(report: ReportsReport) -> list[str]:
    """The figures for a person: of each panel every way, in floors."""
    lines = [f"{report['cases']} cases on {report['engine']}; page floor {report['page_floor_ms']} ms"]
    for panel, ways in report["reports"].items():
        floors = ", ".join(f"{way} {figures['ratio']}" for way, figures in ways.items())
        lines.append(f"  {panel:<15} {floors}")
    made = report["histories"]
    lines.append(f"  histories       largest {made['largest_s']} s, all {made['all_s']} s")
    lines.append(f"  made ahead      {made['sheets_s']} s; the largest clinic's daily ones {made['slow_s']} s")
    lines.append(f"  memory          {', '.join(f'{name} {value}' for name, value in report['memory_mb'].items())} MB")
    for name in ("transition", "transition_beside_reports"):
        figures: TransitionFigures = report[name]
        lines.append(f"  {name:<26} {figures['p50_ms']} ms, {figures['ratio']} floors")
    return lines
