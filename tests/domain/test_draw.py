"""The diagram: well-formed, the same every time, and nothing in it that the pages' policy forbids."""

from xml.etree import ElementTree as ET

import pytest

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.draw import draw

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn(itb: Pathway) -> ET.Element:
    return ET.fromstring(draw(itb))


class TestTheDiagram:
    def test_is_the_same_every_time(self, itb: Pathway) -> None:
        assert draw(itb) == draw(itb)

    def test_shows_every_phase_and_every_stage(self, itb: Pathway, drawn: ET.Element) -> None:
        titles = [group.findtext(f"{SVG}title") for group in drawn.iter(f"{SVG}g")]
        assert sorted(map(str, titles)) == sorted(stage.label for stage in itb.stages.values())
        phases = [text.text for text in drawn.iter(f"{SVG}text") if text.get("class") == "pathway-phase"]
        assert phases == list(itb.phases.values())

    def test_shows_every_next_step(self, itb: Pathway, drawn: ET.Element) -> None:
        thick = [path for path in drawn.iter(f"{SVG}path") if "pathway-next" in str(path.get("class")).split()]
        assert len(thick) == sum(1 for stage in itb.stages.values() if stage.is_open)

    def test_has_no_style_and_no_script(self, drawn: ET.Element) -> None:
        for element in drawn.iter():
            assert element.tag not in {f"{SVG}style", f"{SVG}script"}
            assert "style" not in element.attrib
            assert not any(name.startswith("on") for name in element.attrib)

    def test_keeps_every_box_apart(self, drawn: ET.Element) -> None:
        boxes = [
            tuple(int(str(rect.get(name))) for name in ("x", "y", "width", "height"))
            for group in drawn.iter(f"{SVG}g")
            for rect in group.iter(f"{SVG}rect")
        ]
        for at, (x, y, width, height) in enumerate(boxes):
            for left, top, _, _ in boxes[at + 1 :]:
                assert left >= x + width or left + width <= x or top >= y + height or top + height <= y
