"""Charts without axes: lying bars, a funnel, a line beside a sentence."""

from dataclasses import dataclass

from tracker.domain.report_sheets.drawing import Bars, Funnel, Legend, Spark
from tracker.web.charts import paths
from tracker.web.charts.scales import percent, share_of

#: Of the box in which a sparkline is drawn; a margin keeps its line and its last dot inside.
SPARK_WIDTH, SPARK_HEIGHT, _SPARK_MARGIN = 100, 24, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a lying bar, its place and width as attributes."""

    x: str
    width: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lying bar with its words."""

    label: str
    pieces: tuple[Piece, ...]
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Lying bars: a table of which one column is drawn."""

    caption: str
    label_header: str
    figures_header: str
    lanes: tuple[Lane, ...]
    legend: tuple[Legend, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelLane:
    """A step: its bar in the middle, and the points of the slope down to the next one, in a box 100 wide and 1 high."""

    label: str
    figures: str
    note: str
    x: str
    width: str
    slope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelChart:
    """Steps from the widest down."""

    title: str
    what: str
    lanes: tuple[FunnelLane, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """A line, and the dot at its end."""

    title: str
    line: str
    end_x: str
    end_y: str


def bars(chart: Bars) -> BarChart:
    """Every bar against the longest."""
    top = max((bar.total for bar in chart.bars), default=0)
    lanes = []
    for bar in chart.bars:
        reached, pieces = 0.0, []
        for part in bar.parts:
            if part.value > 0:
                pieces.append(
                    Piece(x=percent(share_of(reached, top)), width=percent(share_of(part.value, top)), style=part.style)
                )
                reached += part.value
        lanes.append(Lane(label=bar.label, pieces=tuple(pieces), figures=bar.figures))
    return BarChart(
        caption=chart.caption,
        label_header=chart.label_header,
        figures_header=chart.figures_header,
        lanes=tuple(lanes),
        legend=chart.legend,
    )


def funnel(chart: Funnel) -> FunnelChart:
    """Every step against the first one, or the largest where a later one is larger."""
    top = max((step.value for step in chart.steps), default=0)
    widths = [share_of(step.value, top) for step in chart.steps]
    lanes = []
    for step, width, after in zip(chart.steps, widths, (*widths[1:], None), strict=True):
        left, right = 50 - width / 2, 50 + width / 2
        slope = ""
        if after is not None:
            slope = paths.band([(left, 0), (right, 0)], [(50 - after / 2, 1), (50 + after / 2, 1)])
        lanes.append(
            FunnelLane(
                label=step.label,
                figures=step.figures,
                note=step.note,
                x=percent(left),
                width=percent(width),
                slope=slope,
            )
        )
    return FunnelChart(title=chart.title, what=chart.what, lanes=tuple(lanes))


def sparkline(spark: Spark) -> Sparkline | None:
    """From 0 up to the highest value; nothing of fewer than two values."""
    if len(spark.values) < 2:
        return None
    top, last = max(spark.values), len(spark.values) - 1
    wide, high = SPARK_WIDTH - 2 * _SPARK_MARGIN, SPARK_HEIGHT - 2 * _SPARK_MARGIN
    places = [
        (_SPARK_MARGIN + wide * place / last, _SPARK_MARGIN + high * (1 - share_of(value, top) / 100))
        for place, value in enumerate(spark.values)
    ]
    return Sparkline(
        title=spark.title,
        line=paths.line(places),
        end_x=f"{places[-1][0]:g}",
        end_y=f"{round(places[-1][1], 2):g}",
    )
