"""What a reminder says, and what it can never say."""

from pathlib import Path

import pytest

from tests.support.source import ROOT
from tracker.pathways.catalogue import current
from tracker.services.reminder_texts import CURRENT, FOLDER, Fields, current_version, write_text

ADA = Fields(first_name="Ada", date="Monday, April 20, 2026", time="9:00 AM", clinic="Riverside", phone="555-0100")
DENIED = ("baclofen", "pump", "intrathecal", "spasticity", "implant", "refill", "trial", "neuro", "dose", "http", "mrn")


class TestTexts:
    def test_exist_for_every_rule_of_the_pathway(self) -> None:
        assert {rule.template for rule in current().reminders} <= set(CURRENT)
        assert FOLDER == ROOT / "templates" / "messages"

    @pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.name)
    def test_say_nothing_of_drug_procedure_or_diagnosis(self, path: object) -> None:
        said = Path(str(path)).read_text(encoding="utf-8").lower()
        assert [word for word in DENIED if word in said] == []

    @pytest.mark.parametrize("template", sorted(CURRENT))
    def test_are_filled_in_with_the_allowed_fields_alone(self, template: str) -> None:
        text = write_text(template, current_version(template), ADA)
        assert "$" not in text.subject + text.body
        assert "\n" not in text.subject
        assert ADA.date in text.subject
        assert text.body.startswith("Hello Ada,")

    def test_cannot_be_given_another_line_by_a_name(self) -> None:
        text = write_text("arrival", 1, _named("Ada\r\n\r\nBcc: eve@example.org"))
        assert "Hello Ada Bcc: eve@example.org," in text.body
        assert "\n" not in text.subject

    def test_of_a_version_that_never_was_cannot_be_sent(self) -> None:
        with pytest.raises(FileNotFoundError):
            write_text("arrival", 99, ADA)


def _named(first_name: str) -> Fields:
    return Fields(first_name=first_name, date=ADA.date, time=ADA.time, clinic=ADA.clinic, phone=ADA.phone)
