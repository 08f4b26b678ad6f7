"""A drawing as the template that draws it wants it."""

from typing import NamedTuple

from tracker.domain.report_sheets.drawing import Bars, Columns, Curves, Drawing, Funnel, Lines
from tracker.web.charts.plots import Plot, columns, curves, lines
from tracker.web.charts.rows import BarChart, FunnelChart, bars, funnel


class Chart(NamedTuple):
    """``kind``: which macro draws it."""

    kind: str
    shape: Plot | BarChart | FunnelChart


def placed(drawing: Drawing) -> Chart:
    """Find the places of a drawing."""
    match drawing:
        case Bars():
            return Chart("bars", bars(drawing))
        case Funnel():
            return Chart("funnel", funnel(drawing))
        case Columns():
            return Chart("plot", columns(drawing))
        case Lines():
            return Chart("plot", lines(drawing))
        case Curves():
            return Chart("plot", curves(drawing))
