"""What is answered on the day, held against what was arranged beforehand."""

import pytest

from tracker.domain.checklists.arranged import against_arranged, arranged_answers
from tracker.domain.words import Anaesthesia
from tracker.pathways.catalogue import current


@pytest.mark.parametrize("purpose", ["trial", "implant"])
@pytest.mark.parametrize("arranged", sorted(Anaesthesia))
@pytest.mark.parametrize("answered", ["local only", "sedation", "general"])
def test_an_answer_differs_unless_it_says_the_same(purpose: str, arranged: str, answered: str) -> None:
    rules = current().checklists[purpose]
    found = against_arranged(rules, {"anaesthesia": answered, "gown": ""}, arranged_answers(arranged))
    same = {"local": "local only", "sedation": "sedation", "general": "general"}
    assert list(found) == ([] if same.get(arranged) == answered else ["anaesthesia"])
    if found:
        assert f"was arranged, {answered} is answered; put one right" in found["anaesthesia"]


@pytest.mark.parametrize(("arranged", "given"), [("", {"anaesthesia": "sedation"}), ("sedation", {}),
                                                 ("sedation", {"anaesthesia": ""})])  # fmt: skip
def test_nothing_differs_before_both_are_said(arranged: str, given: dict[str, str]) -> None:
    assert against_arranged(current().checklists["trial"], given, arranged_answers(arranged)) == {}
