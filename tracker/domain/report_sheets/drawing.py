"""What a chart shows, as plain data: numbers, labels and styles, without a place on paper.

``tracker/web/charts`` finds the places. Styles are told apart by pattern or dash, never by colour alone; those with a
signal's name (critical, warn, ready, quiet) mean that signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: What marks of an area can look like: filled, hatched, dotted, an outline, and the four signals.
AREA_STYLES = ("solid", "hatch", "dots", "open", "critical", "warn", "ready", "quiet")
#: What lines can look like: whole, dashed, dotted, dashed and dotted.
LINE_STYLES = ("whole", "dashed", "dotted", "mixed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What a style means."""

    style: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a bar or a column, with its style."""

    value: float
    style: str = "solid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, lying or standing. ``figures``: what is written at its end, which says its number."""

    label: str
    parts: tuple[Segment, ...]
    figures: str

    @property
    def total(self) -> float:
        """How long it is."""
        return sum(part.value for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars that lie, one below the other, each with its words and figures: for things that have names."""

    caption: str
    label_header: str
    figures_header: str
    bars: tuple[Bar, ...]
    legend: tuple[Legend, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns that stand side by side in an order: weeks, months; a histogram where nothing lies ``between`` them."""

    title: str
    what: str
    unit: str
    bars: tuple[Bar, ...]
    legend: tuple[Legend, ...] = ()
    between: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line: a value for each label of its chart, and around it, where it is known, the band it may lie in."""

    label: str
    values: tuple[float, ...]
    style: str = "whole"
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines over an order of labels, with bands. ``band``: what the bands mean."""

    title: str
    what: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    band: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A step curve from (0, 1): at each time the share that it goes to, and the band from there on."""

    label: str
    times: Sequence[float]
    shares: Sequence[float]
    lows: Sequence[float] = ()
    highs: Sequence[float] = ()
    style: str = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Shares over time, from 100 % down. ``unit``: of the times."""

    title: str
    what: str
    unit: str
    curves: tuple[Curve, ...]
    band: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """How many came so far; ``note``: what became of those who came no further."""

    label: str
    value: int
    figures: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Steps of which each holds some of the one before."""

    title: str
    what: str
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A small line beside a sentence: the same number again and again, the last one now."""

    title: str
    values: tuple[float, ...]


Drawing = Bars | Columns | Lines | Curves | Funnel
