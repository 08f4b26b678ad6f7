"""What ``docs`` says of the pathway is what the file says."""

import re
from pathlib import Path

import pytest

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.describe import describe
from tracker.domain.pathway.draw import draw
from tracker.pathways.catalogue import CURRENT, current

DOCS = Path(__file__).resolve().parents[2] / "docs"


#: Where each pathway is told.
CALLED = {"itb": "pathway", "itb_reoperation": "reoperation"}


@pytest.mark.parametrize("name", CURRENT)
def test_the_description_is_in_step_with_the_file(name: str) -> None:
    called = CALLED[name]
    assert (DOCS / f"{called}.md").read_text(encoding="utf-8") == describe(current(name), f"{called}.svg"), (
        f"run: ./run tracker pathway describe {name} --diagram {called}.svg --out docs/{called}.md"
    )


@pytest.mark.parametrize("name", CURRENT)
def test_the_drawing_is_in_step_with_the_file(name: str) -> None:
    assert (DOCS / f"{CALLED[name]}.svg").read_text(encoding="utf-8") == draw(current(name)), (
        f"run: ./run tracker pathway draw {name} --out docs/{CALLED[name]}.svg"
    )


def test_the_description_names_every_stage_number_and_step(itb: Pathway) -> None:
    text = describe(itb, "pathway.svg")
    assert all(f"| {stage.label} |" in text for stage in itb.stages.values())
    assert all(parameter.source in text for parameter in itb.parameters.values())
    assert all(f"| {edge.label} |" in text for edge in itb.transitions)
    assert "Not clinically approved: 29 of 29 numbers" in text


@pytest.mark.parametrize("column", [0, 1])
def test_the_glossary_has_one_row_for_each_word(column: int) -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    words = [row[column] for row in rows if row[column] != "–"]
    assert len(words) > 35 and len(set(words)) == len(words)
