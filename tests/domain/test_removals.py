"""Every requirement of each pathway file is there for a reason that something checks: take one out, it is noticed."""

import re
from dataclasses import dataclass

import pytest

from tests.domain import itb_scenarios, reoperation_scenarios
from tests.domain.itb_scenarios import Scenario
from tracker.domain.pathway.check import check_pathway
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.loader import load_pathway
from tracker.pathways import catalogue

SCENARIOS = {"itb": itb_scenarios.SCENARIOS, "itb_reoperation": reoperation_scenarios.SCENARIOS}
FEWEST = {"itb": 80, "itb_reoperation": 24}


@dataclass(frozen=True)
class Need:
    """One requirement of a file, by where it stands."""

    file: str
    start: int
    end: int

    def __str__(self) -> str:
        text = catalogue.text_of(self.file)
        table = re.findall(r"^\[([^\]]+)\]", text[: self.start], re.MULTILINE)[-1]
        return f"{self.file}-{table}: {text[self.start : self.end].strip('{}, ')}"

    def taken_out(self) -> Pathway:
        text = catalogue.text_of(self.file)
        return load_pathway(text[: self.start] + text[self.end :])


def _needs(file: str) -> list[Need]:
    found = re.finditer(r"\{ kind = [^}]*\},?", catalogue.text_of(file))
    return [Need(file, match.start(), match.end()) for match in found]


def _notices(scenario: Scenario, pathway: Pathway) -> bool:
    try:
        scenario.hold(pathway)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("file", catalogue.CURRENT)
def test_every_need_of_the_file_is_found(file: str) -> None:
    text, needs = catalogue.text_of(file), _needs(file)
    assert len(needs) == len(re.findall(r"\bkind = \"[a-z_]+\"[^\n]*\}", text)) > FEWEST[file]
    assert len(needs) == text.count("{ kind = ")


@pytest.mark.parametrize(
    ("file", "scenario"), [(file, each) for file, found in SCENARIOS.items() for each in found], ids=str
)
def test_the_file_behaves_as_written_down(file: str, scenario: Scenario) -> None:
    scenario.hold(catalogue.current(file))


# Every one of them, each with a file of its own that is read and proved.
@pytest.mark.slow
@pytest.mark.parametrize("need", [need for file in catalogue.CURRENT for need in _needs(file)], ids=str)
def test_a_removed_requirement_is_noticed(need: Need) -> None:
    weaker = need.taken_out()
    assert any(_notices(scenario, weaker) for scenario in SCENARIOS[need.file]) or check_pathway(weaker)
