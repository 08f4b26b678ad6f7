"""One of each chart, with plain data, for the style guide and the tests of the macros."""

from tracker.domain.report_sheets.drawing import (
    Bar,
    Bars,
    Columns,
    Curve,
    Curves,
    Funnel,
    FunnelStep,
    Legend,
    Lines,
    Segment,
    Series,
    Spark,
)
from tracker.web.charts.chart import Chart, placed
from tracker.web.charts.rows import Sparkline, sparkline

BLOCKED = Bars(
    caption="Days lost, by what stood in the way",
    label_header="What was missing",
    figures_header="patient-days",
    bars=tuple(
        Bar(
            label=label,
            parts=(Segment(value=alone), Segment(value=shared, style="hatch")),
            figures=f"{alone + shared}",
        )
        for label, alone, shared in [
            ("Authorization for the implant", 312, 88),
            ("Date for the trial", 140, 61),
            ("Consent <unsigned>", 35, 12),
        ]
    ),
    legend=(Legend(style="solid", label="nothing else"), Legend(style="hatch", label="with something else")),
)
LOAD = Columns(
    title="Refills due per week",
    what="Twelve weeks; between 6 and 14 refills are due in each, most of them booked.",
    unit="refills",
    bars=tuple(
        Bar(
            label=f"{day} {month}",
            parts=(Segment(value=booked), Segment(value=unbooked, style="open")),
            figures=f"{booked} booked, {unbooked} not",
        )
        for day, month, booked, unbooked in [
            (23, "Nov", 11, 1), (30, "Nov", 14, 0), (7, "Dec", 13, 3), (14, "Dec", 9, 8), (21, "Dec", 4, 6),
            (28, "Dec", 2, 11), (4, "Jan", 1, 9), (11, "Jan", 0, 12),
        ]
    ),
    legend=(Legend(style="solid", label="booked"), Legend(style="open", label="not booked yet")),
)  # fmt: skip
AGES = Columns(
    title="Days in the stage",
    what="Most patients are in their stage for less than two weeks; three for more than eight.",
    unit="patients",
    bars=tuple(
        Bar(label=label, parts=(Segment(value=value, style="dots"),), figures=f"{value} patients")
        for label, value in [("0–6", 12), ("7–13", 18), ("14–27", 9), ("28–55", 6), ("56–", 3)]
    ),
    between=False,
)
FORECAST = Lines(
    title="Implants per week",
    what="Between 2 and 4 implants a week are expected, most likely 3.",
    unit="implants",
    labels=("30 Nov", "7 Dec", "14 Dec", "21 Dec", "28 Dec", "4 Jan", "11 Jan"),
    series=(
        Series(
            label="with two more trial days",
            values=(2, 2.6, 3.1, 3.4, 3.4, 3.5, 3.6),
            style="dashed",
        ),
        Series(
            label="as it is",
            values=(2, 2.4, 2.6, 2.7, 2.8, 2.9, 3),
            lows=(1, 1, 1.2, 1.4, 1.5, 1.5, 1.5),
            highs=(3, 4, 4.2, 4.4, 4.5, 4.6, 4.6),
        ),
    ),
    band="in 8 of 10 cases",
)
WAITS = Curves(
    title="Patients who have no implant yet",
    what="Half of the patients have an implant after 121 days.",
    unit="days since the referral",
    curves=(
        Curve(
            label="with who still waits",
            times=(40, 80, 121, 160, 230),
            shares=(0.9, 0.7, 0.5, 0.32, 0.2),
            lows=(0.8, 0.55, 0.36, 0.2, 0.1),
            highs=(0.95, 0.8, 0.62, 0.45, 0.32),
        ),
        Curve(label="finished only", times=(40, 80, 100, 160), shares=(0.8, 0.4, 0.2, 0.0), style="dotted"),
    ),
    band="95 % interval",
)
FUNNEL = Funnel(
    title="From referral to implant",
    what="Of 80 patients referred, 31 have an implant by now.",
    steps=(
        FunnelStep(label="Referred", value=80, figures="80", note="9 left, 8 are under way"),
        FunnelStep(label="Evaluated", value=63, figures="63 (79 %)", note="7 left, 10 are under way"),
        FunnelStep(label="Test dose", value=46, figures="46 (58 %)", note="6 left, 9 are under way"),
        FunnelStep(label="Implanted", value=31, figures="31 (39 %)"),
    ),
)
SPARK = Spark(title="Open cases in the last 8 weeks: 40 to 52", values=(40, 42, 41, 45, 44, 48, 50, 52))
DRAWINGS = {
    "blocked": BLOCKED, "load": LOAD, "ages": AGES, "forecast": FORECAST, "waits": WAITS, "steps": FUNNEL,
}  # fmt: skip


def charts() -> dict[str, Chart]:
    """Each with the id that it has on the page."""
    return {name: placed(drawing) for name, drawing in DRAWINGS.items()}


def spark() -> Sparkline | None:
    """The line beside a sentence."""
    return sparkline(SPARK)
