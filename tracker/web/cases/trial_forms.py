"""Forms of the trial. Doses, scores and outcomes begin empty: nothing is proposed, prefilled or preselected."""

from collections.abc import Mapping
from decimal import Decimal

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from tracker.domain.errors import InvalidInput
from tracker.domain.pathway.definition import Drug
from tracker.domain.pathway.wording import OUTCOME_WORDS
from tracker.services.dose_check import Given
from tracker.web.cases.drug_label_forms import DrugLabelFields
from tracker.web.cases.fields import (
    CaseForm,
    DayField,
    MomentField,
    NoteField,
    PersonField,
    Section,
    TextField,
)
from tracker.web.cases.sentences import number
from tracker.web.cases.words import ABORTED, ROUTES, first_upper
from tracker.web.common.forms import options
from tracker.web.common.number_fields import AmountField
from tracker.web.common.second_person import SecondPinField


def _number(label: str, unit: str) -> AmountField:
    return AmountField(label, [InputRequired("Type the number.")], unit=unit)


class OrderDoseForm(CaseForm):
    """The physician's order."""

    dose_mcg = AmountField("Test dose", [InputRequired("Type the dose you order.")], unit="mcg")


#: The strength, or the drug, that is on no list and is typed.
OTHER = "other"


class GiveDoseForm(DrugLabelFields):
    """A test dose, checked before it is injected and recorded when it was. A failed puncture is no dose.

    ``tones``: the signal beside each strength, so that colour and words say which is for a test dose.
    """

    SECTIONS = (
        Section("What is on the label", (("drug", "other_drug"), ("concentration_mcg_ml",), ("other_concentration",),
                                         *DrugLabelFields.DRUG_LABEL_ROWS)),
        Section("What is in the syringe", (("dose_mcg", "volume_ml"),)),
        Section("How, when and by whom", (("route",), ("given_at",), ("second_by", "pin"))),
    )  # fmt: skip
    drug = RadioField("Drug", [InputRequired("Choose the drug that the label names.")], choices=[])
    other_drug = TextField("Which other drug", longest=80)
    concentration_mcg_ml = RadioField("Strength", [InputRequired("Choose the strength on the label.")], choices=[])
    other_concentration = AmountField("Which other strength", unit="mcg/mL")
    dose_mcg = _number("Dose", "mcg")
    volume_ml = _number("Volume", "mL")
    route = RadioField(
        "Route",
        [InputRequired("Choose how it was given.")],
        choices=options({key: first_upper(label) for key, label in ROUTES.items()}),
    )
    given_at = MomentField(
        "Time of injection",
        description="Empty: now, when you record it. Another time than at the check is confirmed by the second person "
        "again.",
    )
    second_by = PersonField("Read by a second person", [InputRequired("A second person must have read it.")])
    pin = SecondPinField(may_come_before=True, description="Typed before the injection; the record takes it over.")
    deviation_reason = NoteField("Why it was done all the same")
    tones: dict[str, str]

    def offer(self, drugs: Mapping[str, Drug]) -> None:
        """Set what can be picked: the drugs of the pathway, and every strength that there is of them."""
        self.drug.choices = options({name: first_upper(name) for name in drugs} | {OTHER: "Another drug"})
        screening = {number(each.trial_concentration_mcg_ml) for each in drugs.values()}
        pump = {number(strength) for each in drugs.values() for strength in each.concentrations_mcg_ml} - screening
        labels = {each: f"{each} mcg/mL: for a test dose" for each in sorted(screening, key=Decimal)}
        labels |= {each: f"{each} mcg/mL: for a pump, not for a test dose" for each in sorted(pump, key=Decimal)}
        self.concentration_mcg_ml.choices = options(labels | {OTHER: "Another strength"})
        self.tones = dict.fromkeys(screening, "ready") | dict.fromkeys(pump, "critical") | {OTHER: "warn"}

    def given(self, seen: frozenset[str]) -> Given:
        """What was typed, as the service takes it. ``seen``: the codes of what was shown as missing.

        :raises InvalidInput: where another drug or strength was chosen and not named
        """
        is_other_drug, is_other = self.drug.data == OTHER, self.concentration_mcg_ml.data == OTHER
        problems: dict[str, str] = {}
        if is_other_drug and not self.other_drug.data:
            problems["other_drug"] = "Name the drug."
        if is_other and self.other_concentration.data is None:
            problems["other_concentration"] = "Type the strength."
        if problems:
            raise InvalidInput(problems)
        return Given(
            drug=self.other_drug.data if is_other_drug else self.drug.data,
            dose_mcg=self.dose_mcg.data,
            concentration_mcg_ml=(
                self.other_concentration.data if is_other else Decimal(self.concentration_mcg_ml.data)
            ),
            volume_ml=self.volume_ml.data,
            lot=self.lot.data,
            expires_on=self.expires_on.data,
            second_by=self.second_by.data,
            route=self.route.data,
            deviation_reason=self.deviation_reason.data,
            deviation_seen=seen,
        )


class TrialCatheterForm(CaseForm):
    """A temporary catheter with the day it must be out."""

    out_by_on = DayField("Out by", [InputRequired("Give the ordered day of removal.")])
    model = TextField("Catheter")
    lot = TextField("Lot", longest=60)


class CatheterOutForm(CaseForm):
    """A temporary catheter that was taken out."""

    tip = RadioField(
        "Tip",
        [InputRequired("Say whether the tip is intact.")],
        choices=options({"intact": "Intact", "left": "Not intact: something is still in the patient"}),
    )


class AbortForm(CaseForm):
    """A trial that was broken off before a dose reached the patient."""

    why = RadioField(
        "What happened",
        [InputRequired("Choose what happened.")],
        choices=options({key: first_upper(label) for key, label in ABORTED.items()}),
    )
    reason = NoteField("In words", [InputRequired("Say what happened.")])


class EndObservationForm(CaseForm):
    """An observation that ended before its time."""

    reason = NoteField("Why it ended early", [InputRequired("Say why.")])


class OutcomeForm(CaseForm):
    """The physician's outcome."""

    outcome = RadioField(
        "Outcome",
        [InputRequired("Choose the outcome.")],
        choices=options({key: first_upper(label) for key, label in OUTCOME_WORDS.items()}),
    )
    reason = NoteField("In words")


class DecisionForm(CaseForm):
    """What the patient decided."""

    decision = RadioField(
        "The patient",
        [InputRequired("Choose accepted or declined.")],
        choices=options({"accepted": "Wants the implant", "declined": "Declines the implant"}),
    )
    reason = NoteField("In the patient's words", description="Asked where the patient declines.")


class WaiveForm(CaseForm):
    """A requirement that is waived, with a second signature."""

    requirement = SelectField("What is waived", [InputRequired("Choose what is waived.")], choices=[])
    reason = NoteField("Why", [InputRequired("Say why.")])
    second_by = PersonField("Second signature", [InputRequired("A second person must sign.")])


class EarlierBenefitForm(CaseForm):
    """The physician's finding of an earlier benefit."""

    finding = NoteField("What shows the earlier benefit", [InputRequired("Write down what shows it.")])


class ReviewForm(CaseForm):
    """A physician's review of what was done against the plan."""

    finding = NoteField("What follows from it", [InputRequired("Write down what follows from it.")])
