"""Charts: places worked out by hand, and macros that escape, stay inside their box and need no colour."""

import re
from html.parser import HTMLParser

import pytest

from tests.web.chart_samples import DRAWINGS, WAITS, charts, spark
from tests.web.styleguide_page import STATIC, environment
from tracker.domain.report_sheets.drawing import (
    AREA_STYLES,
    LINE_STYLES,
    Bar,
    Bars,
    Columns,
    Curve,
    Curves,
    Drawing,
    Funnel,
    FunnelStep,
    Lines,
    Segment,
    Series,
    Spark,
)
from tracker.web.charts import paths, plots, rows
from tracker.web.charts.chart import placed
from tracker.web.charts.scales import as_tick, every, nice_top, share_of, ticks, trimmed

ENVIRONMENT = environment()


def drawn(id_: str, drawing: Drawing) -> str:
    """The markup of a chart."""
    source = '{% from "charts/chart.html" import draw %}{{ draw(id, chart) }}'
    return ENVIRONMENT.from_string(source).render(id=id_, chart=placed(drawing))


def bar(label: str, *values: float) -> Bar:
    """A bar of such parts."""
    return Bar(label=label, parts=tuple(Segment(value=value) for value in values), figures=f"{sum(values):g}")


class TestScales:
    @pytest.mark.parametrize(
        ("highest", "whole", "top", "step"),
        [
            (0, False, 1, 1), (1, True, 1, 1), (3, True, 3, 1), (7, True, 8, 2), (17, True, 20, 5), (23, True, 25, 5),
            (100, False, 100, 20), (101, False, 125, 25), (0.3, False, 0.3, 0.1), (260, False, 300, 100),
        ],
    )  # fmt: skip
    def test_end_at_a_round_number_that_holds_the_highest(
        self, highest: float, whole: bool, top: float, step: float
    ) -> None:
        assert nice_top(highest, whole=whole) == (pytest.approx(top), pytest.approx(step))

    @pytest.mark.parametrize("highest", [0.001, 0.7, 1, 2, 5, 9, 11, 49, 51, 99, 999, 1001, 123456])
    def test_have_at_most_five_steps_and_lose_nothing(self, highest: float) -> None:
        for whole in (False, True):
            top, step = nice_top(highest, whole=whole)
            assert top >= highest * (1 - 1e-9)
            assert len(ticks(top, step)) <= 6
            assert not whole or step == int(step)

    def test_have_a_tick_at_every_step(self) -> None:
        assert ticks(0.3, 0.1) == (0, 0.1, 0.2, 0.3)

    def test_write_numbers_plainly(self) -> None:
        assert [as_tick(value) for value in (0, 5, 2.5, 12500, 0.1)] == ["0", "5", "2.5", "12,500", "0.1"]
        assert [trimmed(value) for value in (12.5, 3, 1 / 3, -0.001)] == ["12.5", "3", "0.33", "0"]

    def test_keep_a_value_on_the_axis(self) -> None:
        assert [share_of(value, 4) for value in (-1, 1, 5)] == [0, 25, 100]
        assert share_of(1, 0) == 0

    def test_write_as_many_labels_as_can_be_read(self) -> None:
        assert [every(count, 6) for count in (0, 6, 7, 12, 13, 52)] == [1, 1, 2, 2, 3, 9]


class TestPaths:
    def test_go_straight_or_in_steps(self) -> None:
        places = [(0, 0), (4, 2), (10, 5)]
        assert paths.line(places) == "M0 0L4 2L10 5"
        assert paths.stepped(places) == ((0, 0), (4, 0), (4, 2), (10, 2), (10, 5))

    def test_of_a_band_come_back_below(self) -> None:
        assert paths.band([(0, 1), (2, 1)], [(0, 3), (2, 4)]) == "M0 1L2 1L2 4L0 3Z"

    def test_of_less_than_two_places_are_nothing(self) -> None:
        assert paths.line([(1, 1)]) == paths.band([], []) == ""
        assert paths.stepped([]) == ()


class TestColumns:
    def test_stand_side_by_side_with_a_gap_their_parts_one_on_the_other(self) -> None:
        plot = plots.columns(Columns(title="", what="", unit="", bars=(bar("a", 3, 1), bar("b", 0, 2))))
        # An axis to 4; each column has half of the width, a quarter of which is gap.
        assert [(m.x, m.width, m.y, m.height) for m in plot.marks] == [
            ("6.25%", "37.5%", "25%", "75%"),
            ("6.25%", "37.5%", "0%", "25%"),
            ("56.25%", "37.5%", "50%", "50%"),
        ]
        assert [(tick.at, tick.text) for tick in plot.x_ticks] == [("25%", "a"), ("75%", "b")]
        assert [tick.text for tick in plot.y_ticks] == ["0", "1", "2", "3", "4"]

    def test_of_a_histogram_touch(self) -> None:
        plot = plots.columns(Columns(title="", what="", unit="", bars=(bar("a", 1), bar("b", 1)), between=False))
        assert [(mark.x, mark.width) for mark in plot.marks] == [("0%", "50%"), ("50%", "50%")]

    def test_write_fewer_labels_the_longer_they_are(self) -> None:
        for length, written in ((1, 6), (9, 4), (10, 3), (40, 1)):
            bars = tuple(bar("x" * length, 1) for _ in range(12))
            assert len(plots.columns(Columns(title="", what="", unit="", bars=bars)).x_ticks) == written

    def test_of_nothing_are_an_empty_plot(self) -> None:
        assert plots.columns(Columns(title="", what="", unit="", bars=())).marks == ()


class TestLines:
    def test_run_from_edge_to_edge_with_their_band(self) -> None:
        series = Series(label="s", values=(0, 2, 4), lows=(0, 1, 3), highs=(1, 3, 5))
        plot = plots.lines(Lines(title="", what="", unit="", labels=("a", "b", "c"), series=(series,)))
        # An axis to 5 in a box of 1000: 200 for each.
        assert plot.paths[0].line == "M0 1000L500 600L1000 200"
        assert plot.paths[0].band == "M0 800L500 400L1000 0L1000 400L500 800L0 1000Z"
        assert [(point.x, point.y, point.title) for point in plot.points][1] == ("50%", "60%", "s, b: 2 (1 to 3)")
        assert plot.legend == ()


class TestCurves:
    def test_begin_at_everybody_and_go_down_in_steps(self) -> None:
        curve = Curve(label="c", times=(10, 20), shares=(0.75, 0.5), lows=(0.5, 0.25), highs=(1.0, 0.75))
        plot = plots.curves(Curves(title="", what="", unit="days", curves=(curve,)))
        assert plot.paths[0].line == "M0 0L500 0L500 250L1000 250L1000 500"
        assert plot.paths[0].band.startswith("M0 0L500 0L500 0L1000 0L1000 250L1000 750")
        assert [tick.text for tick in plot.x_ticks] == ["0", "5", "10", "15", "20"]

    def test_of_nobody_draw_nothing(self) -> None:
        plot = plots.curves(Curves(title="", what="", unit="", curves=(Curve(label="", times=(), shares=()),)))
        assert plot.paths[0].line == plot.paths[0].band == ""


class TestRows:
    def test_lie_against_the_longest(self) -> None:
        chart = rows.bars(Bars(caption="", label_header="", figures_header="", bars=(bar("a", 3, 1), bar("b", 2))))
        assert [[(piece.x, piece.width) for piece in lane.pieces] for lane in chart.lanes] == [
            [("0%", "75%"), ("75%", "25%")],
            [("0%", "50%")],
        ]

    def test_of_a_funnel_stand_in_the_middle_and_slope_to_the_next(self) -> None:
        steps = tuple(FunnelStep(label="", value=value, figures="") for value in (8, 4))
        first, last = rows.funnel(Funnel(title="", what="", steps=steps)).lanes
        assert (first.x, first.width, first.slope) == ("0%", "100%", "M0 0L100 0L75 1L25 1Z")
        assert (last.x, last.width, last.slope) == ("25%", "50%", "")

    def test_of_a_sparkline_end_in_a_dot(self) -> None:
        line = rows.sparkline(Spark(title="", values=(0, 2, 4)))
        assert line is not None
        assert (line.line, line.end_x, line.end_y) == ("M3 21L50 12L97 3", "97", "3")
        assert rows.sparkline(Spark(title="", values=(1,))) is None


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", DRAWINGS)
class TestMarkup:
    def test_says_what_it_shows_without_being_seen(self, name: str) -> None:
        tags = Tags(drawn(name, DRAWINGS[name])).found
        ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
        images = [attributes for _, attributes in tags if attributes.get("role") == "img"]
        for image in images:
            assert set((image["aria-labelledby"] or "").split()) == {f"{name}-title", f"{name}-desc"} <= ids
        hidden = [a for tag, a in tags if tag == "svg" and a.get("aria-hidden") == "true"]
        words = [tag for tag, _ in tags if tag in {"table", "ol"}]
        assert images or (hidden and words)

    def test_holds_no_style_script_or_foreign_address(self, name: str) -> None:
        for tag, attributes in Tags(drawn(name, DRAWINGS[name])).found:
            assert tag not in {"style", "script", "a", "image", "use", "foreignobject"}
            assert not [each for each in attributes if each == "style" or each.startswith("on") or "href" in each]

    def test_uses_only_patterns_of_its_own(self, name: str) -> None:
        html = drawn(name, DRAWINGS[name])
        assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(re.findall(r'<pattern id="([^"]+)"', html))

    def test_stays_in_its_box(self, name: str) -> None:
        for tag, attributes in Tags(drawn(name, DRAWINGS[name])).found:
            for low, length in (("x", "width"), ("y", "height")):
                places = [attributes.get(low) or "", attributes.get(length) or ""]
                if tag == "rect" and all(place.endswith("%") for place in places):
                    assert sum(float(place[:-1]) for place in places) <= 100.02


def test_words_of_people_are_escaped() -> None:
    nasty = '<b>"x"</b>'
    for drawing in (
        Bars(caption=nasty, label_header=nasty, figures_header=nasty, bars=(bar(nasty, 1),)),
        Columns(title=nasty, what=nasty, unit=nasty, bars=(bar(nasty, 1),)),
        Funnel(title=nasty, what=nasty, steps=(FunnelStep(label=nasty, value=1, figures=nasty, note=nasty),)),
        Curves(title=nasty, what=nasty, unit=nasty, curves=(WAITS.curves[0],), band=nasty),
    ):
        html = drawn("c", drawing)
        assert "<b>" not in html and "&lt;b&gt;" in html


def test_every_style_has_a_look_of_its_own() -> None:
    css = (STATIC / "css" / "charts.css").read_text(encoding="utf-8")
    for style in AREA_STYLES:
        assert style in {"hatch", "dots"} or f".chart-area.is-{style} " in css
    dashes = {
        style: re.findall(rf"\.chart-line\.is-{style} {{ stroke-dasharray: ([^;]+);", css) for style in LINE_STYLES
    }
    assert dashes.pop("whole") == []
    assert len({tuple(found) for found in dashes.values()}) == len(dashes) and all(dashes.values())


def test_samples_show_every_kind_of_chart() -> None:
    assert {chart.kind for chart in charts().values()} == {"bars", "plot", "funnel"}
    assert spark() is not None
