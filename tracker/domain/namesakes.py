"""Patients of one day who are easily taken for each other."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from tracker.domain.names import fold
from tracker.domain.typed_text import isolated

#: Two people of one given name whose birth dates lie so near are easily taken for each other.
NEARBY = timedelta(days=31)


class Named(Protocol):
    """Who somebody is on a list."""

    @property
    def family_name(self) -> str: ...
    @property
    def given_name(self) -> str: ...
    @property
    def birth_on(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Namesakes:
    """How many others of the day share the family name, and how many the given name and nearly the birth date."""

    by_family: int = 0
    by_given: int = 0


NOBODY = Namesakes()


class Crowd:
    """The patients of one day, each once. Their names are read once, whoever is asked about."""

    def __init__(self, people: Iterable[Named]) -> None:
        self._families: Counter[str] = Counter()
        self._given: defaultdict[str, list[tuple[str, date]]] = defaultdict(list)
        for each in people:
            family = _heard(each.family_name)
            self._families[family] += 1
            self._given[_heard(each.given_name)].append((family, each.birth_on))

    def namesakes_of(self, one: Named) -> Namesakes:
        """Who of the others is easily taken for somebody who is among them."""
        family = _heard(one.family_name)
        near = [
            born
            for name, born in self._given[_heard(one.given_name)]
            if name != family and abs(born - one.birth_on) <= NEARBY
        ]
        return Namesakes(self._families[family] - 1, len(near))


def _heard(name: str) -> str:
    """A name as it is heard: case, accents, blanks and hyphens are not."""
    return fold(name).replace(" ", "")


def namesake_words(one: Named, found: Namesakes) -> tuple[str, ...]:
    """The warnings at somebody's name. They tell nothing of the others: what is printed goes into this one's chart."""
    said: list[str] = []
    if found.by_family:
        said.append(f"{_others(found.by_family, isolated(one.family_name))} today: check birth date")
    if found.by_given:
        said.append(
            f"{_others(found.by_given, isolated(one.given_name))} today, born at nearly the same time: "
            "check name and birth date"
        )
    return tuple(said)


def _others(count: int, name: str) -> str:
    return f"Another {name}" if count == 1 else f"{count} others called {name}"
