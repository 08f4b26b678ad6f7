"""Every requirement of itb.toml is there for a reason that something checks: take one out and it is noticed."""

import re

import pytest

from tests.domain.itb_scenarios import SCENARIOS, Scenario
from tracker.domain.pathway.check import check_pathway
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.loader import load_pathway
from tracker.pathways import catalogue

TEXT = catalogue.text_of("itb")
NEEDS = tuple(re.finditer(r"\{ kind = [^}]*\},?", TEXT))


def _name(need: re.Match[str]) -> str:
    table = re.findall(r"^\[([^\]]+)\]", TEXT[: need.start()], re.MULTILINE)[-1]
    return f"{table}: {need[0].strip('{}, ')}"


def _notices(scenario: Scenario, pathway: Pathway) -> bool:
    try:
        scenario.hold(pathway)
    except AssertionError:
        return True
    return False


def test_every_need_of_the_file_is_found() -> None:
    assert len(NEEDS) == len(re.findall(r"\bkind = \"[a-z_]+\"[^\n]*\}", TEXT)) > 80
    assert len(NEEDS) == TEXT.count("{ kind = ")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_the_file_behaves_as_written_down(scenario: Scenario, itb: Pathway) -> None:
    scenario.hold(itb)


@pytest.mark.parametrize("need", NEEDS, ids=_name)
def test_a_removed_requirement_is_noticed(need: re.Match[str]) -> None:
    weaker = load_pathway(TEXT[: need.start()] + TEXT[need.end() :])
    assert any(_notices(scenario, weaker) for scenario in SCENARIOS) or check_pathway(weaker)
