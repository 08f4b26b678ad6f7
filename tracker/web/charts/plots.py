"""Charts with two axes: columns, histograms, lines with bands, step curves with bands.

Marks and labels are placed in percent of a plot whose margins have a fixed width, and lines in a box of 1000 by 1000
that is stretched to it: so the plot fills whatever width there is, and text keeps its size on a phone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.report_sheets.drawing import Columns, Curve, Curves, Legend, Lines, Series
from tracker.web.charts import paths
from tracker.web.charts.scales import as_tick, every, nice_top, percent, share_of, ticks

#: Of the stretched box.
BOX = 1000
#: So many labels below a plot can be read on a phone, and so many letters with the gaps between them.
_MOST_LABELS, _MOST_LETTERS, _BETWEEN = 6, 46, 2
#: Of the width that a column has for itself, the part that stays empty beside it.
_GAP = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A label at an axis. ``at``: its place along the axis, as an attribute."""

    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A rectangle, its places as attributes. ``title``: what it says when somebody points at it."""

    x: str
    y: str
    width: str
    height: str
    style: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A dot on a line."""

    x: str
    y: str
    style: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A line and the band around it, in the stretched box."""

    line: str
    band: str
    style: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Everything a template draws. ``x_label`` and ``y_label`` are written beside the axes."""

    title: str
    what: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...] = ()
    paths: tuple[Path, ...] = ()
    points: tuple[Point, ...] = ()
    legend: tuple[Legend, ...] = ()
    band: str = ""


def columns(chart: Columns) -> Plot:
    """Columns, their parts one on the other, from the first part at the bottom."""
    top, step = nice_top(max((bar.total for bar in chart.bars), default=0), whole=_is_whole(chart))
    width = 100 / max(1, len(chart.bars))
    gap = _GAP * width if chart.between else 0.0
    marks = []
    for place, bar in enumerate(chart.bars):
        reached = 0.0
        for part in bar.parts:
            if part.value > 0:
                reached += part.value
                high, tall = 100 - share_of(reached, top), share_of(part.value, top)
                marks.append(
                    Mark(
                        x=percent(place * width + gap / 2),
                        y=percent(high),
                        width=percent(width - gap),
                        height=percent(tall),
                        style=part.style,
                        title=f"{bar.label}: {bar.figures}",
                    )
                )
    return Plot(
        title=chart.title,
        what=chart.what,
        x_label="",
        y_label=chart.unit,
        x_ticks=_labels([bar.label for bar in chart.bars], lambda place: (place + 0.5) * width),
        y_ticks=_y_ticks(top, step),
        marks=tuple(marks),
        legend=chart.legend,
    )


def lines(chart: Lines) -> Plot:
    """Lines over the labels, the first label at the left edge and the last at the right."""
    highest = max((value for each in chart.series for value in (*each.values, *each.highs)), default=0)
    top, step = nice_top(highest)
    last = max(1, len(chart.labels) - 1)

    def places(values: Iterable[float]) -> list[paths.Place]:
        return [(BOX * n / last, BOX - BOX * share_of(value, top) / 100) for n, value in enumerate(values)]

    return Plot(
        title=chart.title,
        what=chart.what,
        x_label="",
        y_label=chart.unit,
        x_ticks=_labels(chart.labels, lambda place: 100 * place / last),
        y_ticks=_y_ticks(top, step),
        paths=tuple(
            Path(
                line=paths.line(places(each.values)),
                band=paths.band(places(each.highs), places(each.lows)),
                style=each.style,
                title=each.label,
            )
            for each in chart.series
        ),
        points=tuple(point for each in chart.series for point in _points(chart, each, top, last)),
        legend=_line_legend(chart.series),
        band=chart.band,
    )


def curves(chart: Curves) -> Plot:
    """Step curves of shares, from 100 % at time 0."""
    top, step = nice_top(max((time for each in chart.curves for time in each.times), default=0), whole=True)
    return Plot(
        title=chart.title,
        what=chart.what,
        x_label=chart.unit,
        y_label="%",
        x_ticks=tuple(Tick(at=percent(share_of(value, top)), text=as_tick(value)) for value in ticks(top, step)),
        y_ticks=_y_ticks(100, 25),
        paths=tuple(_curve(each, top) for each in chart.curves),
        legend=_line_legend(chart.curves),
        band=chart.band,
    )


def _curve(curve: Curve, top: float) -> Path:
    def places(shares: Sequence[float]) -> Sequence[paths.Place]:
        if not shares:
            return ()
        known = zip((0, *curve.times), (1.0, *shares), strict=True)
        return paths.stepped([(BOX * share_of(time, top) / 100, BOX * (1 - share)) for time, share in known])

    return Path(
        line=paths.line(places(curve.shares)),
        band=paths.band(places(curve.highs), places(curve.lows)),
        style=curve.style,
        title=curve.label,
    )


def _points(chart: Lines, series: Series, top: float, last: int) -> Iterable[Point]:
    for place, (label, value) in enumerate(zip(chart.labels, series.values, strict=False)):
        between = ""
        if series.lows and series.highs:
            between = f" ({as_tick(round(series.lows[place], 1))} to {as_tick(round(series.highs[place], 1))})"
        yield Point(
            x=percent(100 * place / last),
            y=percent(100 - share_of(value, top)),
            style=series.style,
            title=f"{series.label}, {label}: {as_tick(round(value, 1))}{between}",
        )


def _labels(labels: Sequence[str], at: Callable[[int], float]) -> tuple[Tick, ...]:
    longest = max(map(len, labels), default=0) + _BETWEEN
    step = every(len(labels), max(1, min(_MOST_LABELS, _MOST_LETTERS // longest)))
    return tuple(Tick(at=percent(at(place)), text=labels[place]) for place in range(0, len(labels), step))


def _y_ticks(top: float, step: float) -> tuple[Tick, ...]:
    return tuple(Tick(at=percent(100 - share_of(value, top)), text=as_tick(value)) for value in ticks(top, step))


def _line_legend(series: Sequence[Series] | Sequence[Curve]) -> tuple[Legend, ...]:
    return tuple(Legend(style=each.style, label=each.label) for each in series) if len(series) > 1 else ()


def _is_whole(chart: Columns) -> bool:
    return all(part.value == int(part.value) for bar in chart.bars for part in bar.parts)
