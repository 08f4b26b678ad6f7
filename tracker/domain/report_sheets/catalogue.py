"""The panels that count in a clinic's history, by their names in addresses and on the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tracker.domain.report_sheets.authorizations import authorizations_sheet
from tracker.domain.report_sheets.complications import complications_sheet
from tracker.domain.report_sheets.days import days_sheet
from tracker.domain.report_sheets.flow import flow_sheet
from tracker.domain.report_sheets.forecast import NEEDS as FORECAST_NEEDS
from tracker.domain.report_sheets.forecast import forecast_sheet, forecast_sheets
from tracker.domain.report_sheets.referrers import referrers_sheet
from tracker.domain.report_sheets.refills import refills_sheet
from tracker.domain.report_sheets.reminders import reminders_sheet
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.trials import trials_sheet
from tracker.domain.report_sheets.waits import waits_sheet
from tracker.domain.report_sheets.words import Names
from tracker.domain.reporting import (
    authorizations,
    complications,
    days,
    flow,
    referrers,
    refills,
    reminders,
    trials,
    waits,
)
from tracker.domain.reporting.columns import Part
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History


@dataclass(frozen=True, slots=True)
class Panel:
    """``needs``: the parts of the history that it counts in; ``is_slow``: it takes many seconds and has no period of
    its own, so that it is made in the background, once a day for each filter that is asked for. ``horizons``: of one
    that looks ahead, its sheets by the months that a reader may choose, made at once."""

    name: str
    title: str
    question: str
    needs: tuple[type[Part], ...]
    make: Callable[[History, Selection, Names], Sheet]
    is_slow: bool = False
    horizons: Callable[[History, Selection, Names], Mapping[int, Sheet]] | None = None


PANELS: dict[str, Panel] = {
    panel.name: panel
    for panel in (
        Panel("waits", "Why they wait", "Why do patients wait, and what to clear first?", waits.NEEDS, waits_sheet),
        Panel("flow", "Flow", "How many get through, and how long does it take?", flow.NEEDS, flow_sheet),
        Panel("trials", "Trials", "What do trials show, and why do patients leave?", trials.NEEDS, trials_sheet),
        Panel("days", "Days", "Which visits are lost, and how are rooms used?", days.NEEDS, days_sheet),
        Panel(
            "authorizations",
            "Authorizations",
            "How fast do payers answer, and how often do they deny?",
            authorizations.NEEDS,
            authorizations_sheet,
        ),
        Panel("refills", "Refills", "Are pumps refilled in time, and what is coming?", refills.NEEDS, refills_sheet),
        Panel(
            "complications",
            "Complications",
            "What goes wrong with pumps?",
            complications.NEEDS,
            complications_sheet,
        ),
        Panel("reminders", "Reminders", "Do messages arrive, and do they help?", reminders.NEEDS, reminders_sheet),
        Panel("referrers", "Referrers", "Who refers, and what becomes of them?", referrers.NEEDS, referrers_sheet),
        Panel(
            "forecast",
            "Forecast",
            "How many trials and implants are coming?",
            FORECAST_NEEDS,
            forecast_sheet,
            is_slow=True,
            horizons=forecast_sheets,
        ),
    )
}

#: What is counted while somebody waits, where it was not made ahead.
QUICK = {name: panel for name, panel in PANELS.items() if not panel.is_slow}
SLOW = {name: panel for name, panel in PANELS.items() if panel.is_slow}
