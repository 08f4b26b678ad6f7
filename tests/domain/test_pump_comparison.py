"""Two lists of pumps held against each other: nobody who stands on one alone is lost, and nobody is told twice."""

from datetime import date, timedelta

import pytest

from tracker.domain.pump_comparison import Comparison, Finding, Known, Listed, Standing, compare, due_on, pressing

BORN = date(1961, 3, 7)


def known(number: int = 1, **values: object) -> Known:
    usual: dict[str, object] = {
        "case": f"case-{number}", "device": 3, "mrn": f"00440{number}", "family_name": "Okafor",
        "given_name": f"James{number}", "birth_on": BORN, "serial": f"NGP-12{number}", "standing": Standing.FOLLOWED,
    }  # fmt: skip
    return Known(**{**usual, **values})


def said(comparison: Comparison) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (each.finding.value, each.standing.value, tuple(one.what for one in each.unlike))
        for each in comparison.differences
    ]


class TestARow:
    @pytest.mark.parametrize(
        "row",
        [
            {"mrn": "004401"},
            {"serial": "ngp 121"},
            {"mrn": "004401", "serial": "NGP121", "name": "Okafor, James1", "born": "1961-03-07"},
            {"mrn": "004401", "name": "James1 Q. OKAFOR", "born": "03/07/1961"},
            {"mrn": "4401", "name": "Okafor James1"},
            {"name": "James1 Okafor", "born": "7 Mar 1961", "serial": "NGP-121", "mrn": ""},
        ],
    )
    def test_agrees_by_whatever_it_names_the_pump(self, row: dict[str, str]) -> None:
        found = compare([known()], [Listed(row=2, **row)])
        assert (found.agreed, said(found)) == (1, [])

    @pytest.mark.parametrize(
        ("row", "unlike"),
        [
            ({"mrn": "004401", "serial": "NGP-999"}, ("serial",)),
            ({"mrn": "004401", "name": "Okafor, Jane"}, ("name",)),
            ({"mrn": "004401", "born": "1961-03-08"}, ("born",)),
            ({"mrn": "004401", "born": "in March"}, ("born",)),
            ({"mrn": "77", "serial": "NGP121"}, ("mrn",)),
            ({"mrn": "77", "serial": "9", "name": "Okafor, James1", "born": "7 Mar 1961"}, ("mrn", "serial")),
        ],
    )
    def test_that_says_something_else_of_the_pump_is_told_with_it(
        self, row: dict[str, str], unlike: tuple[str, ...]
    ) -> None:
        found = compare([known()], [Listed(row=2, **row)])
        assert (found.agreed, said(found)) == (0, [("different", "followed", unlike)])

    def test_with_a_number_without_its_noughts_is_somebody_else_when_nothing_bears_it_out(self) -> None:
        found = compare([known()], [Listed(row=2, mrn="4401"), Listed(row=3, mrn="4401", name="Lee, Ann")])
        assert said(found) == [
            ("not_listed", "followed", ()),
            ("not_followed", "unknown", ()),
            ("not_followed", "unknown", ()),
        ]

    def test_for_a_pump_without_a_known_serial_tells_the_serial(self) -> None:
        found = compare([known(serial="")], [Listed(row=2, mrn="004401", serial="NGP121")])
        assert said(found) == [("different", "followed", ("serial",))]

    @pytest.mark.parametrize("standing", [each for each in Standing if each not in {"followed", "unknown"}])
    def test_of_whom_nobody_follows_says_what_is_known(self, standing: Standing) -> None:
        found = compare([known(standing=standing)], [Listed(row=2, mrn="004401")])
        assert (found.agreed, said(found)) == (0, [("not_followed", standing.value, ())])

    def test_of_a_namesake_by_number_says_what_is_another_s(self) -> None:
        somebody = known(standing=Standing.NO_PUMP, device=0, serial="")
        found = compare([somebody], [Listed(row=2, mrn="004401", name="Lee, Ann", born="1950-01-02", serial="A1")])
        assert said(found) == [("not_followed", "no_pump", ("name", "born"))]

    def test_that_cannot_be_read_is_told_and_matches_nobody(self) -> None:
        found = compare([known()], [Listed(row=9, mrn="004401", unreadable="This row has 1 cells.")])
        assert said(found) == [("not_listed", "followed", ()), ("unreadable", "unknown", ())]


class TestTheLists:
    def test_a_pump_on_ours_alone_is_told(self) -> None:
        found = compare([known(1), known(2)], [Listed(row=2, mrn="004402")])
        assert (found.agreed, said(found)) == (1, [("not_listed", "followed", ())])
        assert found.of(Finding.NOT_LISTED)[0].known == known(1)

    def test_several_rows_of_one_pump_are_one_pump(self) -> None:
        rows = [
            Listed(row=2, mrn="004401"),
            Listed(row=3, serial="NGP121"),
            Listed(row=4, mrn="5"),
            Listed(row=5, mrn="5"),
        ]
        found = compare([known()], rows)
        assert (found.agreed, len(found.of(Finding.NOT_FOLLOWED))) == (1, 1)

    def test_of_two_pumps_in_one_patient_each_is_looked_for(self) -> None:
        pumps = [known(), known(device=9, serial="B-2")]
        both = [Listed(row=2, mrn="004401", serial="B2"), Listed(row=3, mrn="004401", serial="NGP121")]
        assert compare(pumps, both).agreed == 2
        assert said(compare(pumps, both[:1])) == [("not_listed", "followed", ())]

    def test_a_pump_in_place_counts_before_one_that_is_out(self) -> None:
        out = known(device=1, serial="OLD", standing=Standing.REMOVED)
        assert compare([out, known()], [Listed(row=2, mrn="004401")]).agreed == 1

    def test_the_same_difference_has_the_same_key_wherever_it_stands(self) -> None:
        first, again = (compare([], [Listed(row=row, mrn="7", serial=said)]) for row, said in ((2, "a-1"), (8, "A1")))
        assert first.differences[0].key == again.differences[0].key

    def test_empty_lists_agree(self) -> None:
        assert compare([], []) == Comparison(agreed=0, differences=())


class TestTheDay:
    def test_is_a_month_after_the_last_time_else_after_the_first_pump(self) -> None:
        first, last = date(2026, 1, 5), date(2026, 6, 1)
        assert due_on(None, None) is None
        assert due_on(first, None) == date(2026, 2, 5)
        assert due_on(first, last) == date(2026, 7, 2)
        assert due_on(first, last, timedelta(days=7)) == date(2026, 6, 8)

    @pytest.mark.parametrize(
        ("days", "said"), [(-8, "later"), (-7, "soon"), (-1, "soon"), (0, "due"), (6, "due"), (7, "critical")]
    )
    def test_presses_more_the_longer_it_is_past(self, days: int, said: str) -> None:
        due = date(2026, 6, 1)
        assert pressing(due, due + timedelta(days=days)) == said
