"""The label of a drug, scanned or typed: it fills in lot and expiry, and must not contradict what was typed.

Which drug and which strength it is, no label says in a way that can be compared here: a person reads them.
"""

from datetime import date
from typing import Any, ClassVar

from wtforms.validators import InputRequired

from tracker.domain.dates import in_words
from tracker.domain.labels.label import read_label
from tracker.domain.labels.reading import Reading, UnreadableLabel
from tracker.web.cases.device_forms import LabelField
from tracker.web.cases.fields import CaseForm, DayField, TextField
from tracker.web.common.current import today


class DrugLabelFields(CaseForm):
    """What stands on the label of a drug."""

    READS_LABELS: ClassVar[bool] = True
    DRUG_LABEL_ROWS = (("drug_label",), ("lot", "expires_on"))
    drug_label = LabelField("Label of the drug", "drug")
    lot = TextField("Lot", [InputRequired("Write down the lot.")], longest=60)
    expires_on = DayField("Expires on")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape, with what the label says where nothing was typed."""
        problems = self._read()
        is_fine = bool(super().validate(extra_validators))
        self.show_problems(problems)
        return is_fine and not problems

    def _read(self) -> dict[str, str]:
        try:
            reading = read_label(self.drug_label.data or "", today())
        except UnreadableLabel as refusal:
            return {"drug_label": refusal.sentence}
        if reading.lot and not self.lot.data:
            self.lot.process(None, reading.lot)
            self.lot.raw_data = [reading.lot]
        if reading.expires_on and self.expires_on.data is None and not any(self.expires_on.raw_data or ()):
            self.expires_on.process(None, reading.expires_on)
        return self._contradictions(reading)

    def _contradictions(self, reading: Reading) -> dict[str, str]:
        typed: tuple[tuple[str, object, object, str], ...] = (
            ("lot", self.lot.data, reading.lot, reading.lot),
            ("expires_on", self.expires_on.data, reading.expires_on, _in_words(reading.expires_on)),
        )
        return {
            name: f"The label says {said}. Read it again."
            for name, mine, its, said in typed
            if mine and its and mine != its
        }


def _in_words(day: date | None) -> str:
    return in_words(day) if day else ""
