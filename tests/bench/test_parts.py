"""The pieces of the bench: what is moved in time, how templates are weighted, what is too slow."""

from random import Random

import pytest

from tracker.bench.budget import FLOORS, excesses, report_of
from tracker.bench.measure import Measured, Timing, timing_of
from tracker.bench.people import invent
from tracker.bench.shifting import Shift
from tracker.bench.templates import Patched, Template, columns_of
from tracker.bench.weights import FACTS, OPEN_SHARE, VISITS, weights_of, with_share


class TestShift:
    @pytest.mark.parametrize(
        ("text", "moved"),
        [
            ("2026-11-22", "2026-11-12"),
            ("seen 2026-11-05T15:30:00.000000Z here", "seen 2026-10-26T14:30:00.000000Z here"),
            ("stage:referred:20261122T060000", "stage:referred:20261112T060000"),
            ("1:arrival:2026-11-22T08:00", "1:arrival:2026-11-12T08:00"),
            ("call 303-555-1000", "call 303-555-1000"),
        ],
    )
    def test_keeps_the_wall_time_and_leaves_what_is_no_date(self, text: str, moved: str) -> None:
        assert Shift("America/Denver", 10).text(text) == moved

    def test_leaves_the_birth_of_a_patient(self) -> None:
        names = columns_of("patients")
        row = tuple("1961-03-12" if name == "birth_on" else None for name in names)
        assert Shift("America/Denver", 10).row("patients", row) == row


class TestWeights:
    def template(self, *, visits: int, facts: int, is_open: bool) -> Template:
        return Template(1, 2, is_open, visits=visits, facts=facts)

    def test_bring_the_averages_about(self) -> None:
        sizes = [(1, 1, True), (3, 72, True), (18, 110, True), (4, 5, False), (15, 102, False), (11, 63, False)]
        templates = [self.template(visits=visits, facts=facts, is_open=is_open) for visits, facts, is_open in sizes]
        pairs = list(zip(weights_of(templates), templates, strict=True))
        assert sum(weight * each.visits for weight, each in pairs) == pytest.approx(VISITS, abs=0.02)
        assert sum(weight * each.facts for weight, each in pairs) == pytest.approx(FACTS, abs=0.02)
        assert sum(weight for weight, each in pairs if each.is_open) == pytest.approx(OPEN_SHARE)

    def test_refuse_what_cannot_reach_them(self) -> None:
        with pytest.raises(ValueError, match="averages"):
            weights_of([self.template(visits=1, facts=1, is_open=is_open) for is_open in (True, False)])

    def test_are_tilted_to_a_share_and_keep_their_proportions(self) -> None:
        found = with_share([0.1, 0.3, 0.2, 0.4], [True, True, False, False], 0.8)
        assert found == pytest.approx([0.2, 0.6, 0.2 / 3, 0.4 / 3])


def test_text_with_ids_reads_null_where_one_is_left_out() -> None:
    assert Patched(('{"room":', ',"seq":', "}"), (7, 8)).text({7: None, 8: 31}) == '{"room":null,"seq":31}'


def test_the_same_chance_invents_the_same_people() -> None:
    first, again = (invent(Random(3), 12) for _ in range(2))
    assert first == again
    assert first.mrn in first.words()


class TestBudget:
    def measured(self, *, board: float = 5.0, memory: float = 150.0) -> Measured:
        pages = {name: Timing(1.0, 2.0) for name in FLOORS} | {"board": Timing(board, 9.0)}
        return Measured(Timing(1.0, 1.5), Timing(0.5, 0.7), pages, memory)

    def test_is_kept_up_to_the_last_floor(self) -> None:
        report = report_of(self.measured(board=6.0), 1000, "sqlite")
        assert report["pages"]["board"] == {"p50_ms": 6.0, "p99_ms": 9.0, "ratio": 6.0}
        assert report["pages"]["transition"]["ratio"] == 2.0
        assert excesses(report) == []

    def test_names_what_takes_more(self) -> None:
        report = report_of(self.measured(board=6.1, memory=200.0), 1000, "sqlite")
        assert excesses(report) == [
            "board takes 6.1 floors; 6 are allowed.",
            "The web process took 200.0 MB; 200 are too many.",
        ]

    def test_takes_the_middle_and_what_a_hundredth_exceeds(self) -> None:
        assert timing_of([float(number) for number in range(300, 0, -1)]) == Timing(151.0, 298.0)
