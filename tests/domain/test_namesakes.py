"""Who of a day is easily taken for another patient of it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tracker.domain.namesakes import NOBODY, Crowd, Namesakes, namesake_words

BORN = date(1961, 3, 12)


@dataclass(frozen=True)
class Somebody:
    family_name: str
    given_name: str
    birth_on: date = BORN


ONE = Somebody("Okafor", "James")


def found(*others: Somebody) -> Namesakes:
    return Crowd([ONE, *others]).namesakes_of(ONE)


class TestNamesakes:
    @pytest.mark.parametrize("family", ["Okafor", "OKAFOR", "O'Kafor", "Ókafor", "Oka-For"])
    def test_share_a_family_name_however_it_is_written(self, family: str) -> None:
        assert found(Somebody(family, "Ada", date(1990, 1, 1))) == Namesakes(by_family=1)

    @pytest.mark.parametrize("family", ["Okaford", "Kafor", "Ruiz"])
    def test_are_none_of_another_family_name(self, family: str) -> None:
        assert found(Somebody(family, "Ada")) == NOBODY

    @pytest.mark.parametrize(("days", "is_near"), [(0, True), (31, True), (-31, True), (32, False), (-32, False)])
    def test_of_one_given_name_are_born_at_nearly_the_same_time(self, days: int, is_near: bool) -> None:
        other = Somebody("Ruiz", "james", BORN + timedelta(days=days))
        assert found(other) == Namesakes(by_given=int(is_near))

    def test_are_counted_once(self) -> None:
        others = [Somebody("Okafor", "James", BORN + timedelta(days=1)), Somebody("Okafor", "Ada")]
        assert found(*others) == Namesakes(by_family=2)

    def test_need_another_person(self) -> None:
        assert found() == NOBODY


class TestTheWarning:
    def test_names_what_is_shared_and_what_to_check(self) -> None:
        assert namesake_words(ONE, NOBODY) == ()
        assert namesake_words(ONE, Namesakes(by_family=1)) == ("Another Okafor today: check birth date",)
        assert namesake_words(ONE, Namesakes(by_family=2, by_given=1)) == (
            "2 others called Okafor today: check birth date",
            "Another James today, born at nearly the same time: check name and birth date",
        )
