"""Forms of the trial. Doses, scores and outcomes begin empty: nothing is proposed, prefilled or preselected."""

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from tracker.domain.pathway.wording import OUTCOME_WORDS
from tracker.services.trials import SCALES, Given
from tracker.web.cases.fields import (
    CaseForm,
    DayField,
    MomentField,
    NoteField,
    PersonField,
    Section,
    TextField,
    with_blank,
)
from tracker.web.cases.words import ABORTED, INSTRUMENTS, OCCASIONS, ROUTES, first_upper
from tracker.web.common.forms import options
from tracker.web.common.number_fields import AmountField
from tracker.web.common.second_person import SecondPinField

#: Every value of every scale, in the order of the longest; the service knows which belongs to which.
_VALUES = list(dict.fromkeys(value for scale in SCALES.values() for value in scale))


def _number(label: str, unit: str) -> AmountField:
    return AmountField(label, [InputRequired("Type the number.")], unit=unit)


class OrderDoseForm(CaseForm):
    """The physician's order."""

    dose_mcg = AmountField("Test dose", [InputRequired("Type the dose you order.")], unit="mcg")


class GiveDoseForm(CaseForm):
    """A test dose that reached the patient. A failed puncture is no dose."""

    SECTIONS = (
        Section("What was given", (("dose_mcg", "concentration_mcg_ml", "volume_ml"), ("lot", "expires_on"),
                                   ("route",))),
        Section("When and by whom", (("given_at",), ("second_by", "pin"))),
    )  # fmt: skip
    dose_mcg = _number("Dose", "mcg")
    concentration_mcg_ml = _number("Concentration", "mcg/mL")
    volume_ml = _number("Volume", "mL")
    lot = TextField("Lot", [InputRequired("Write down the lot.")], longest=60)
    expires_on = DayField("Expires on")
    route = RadioField(
        "Route",
        [InputRequired("Choose how it was given.")],
        choices=options({key: first_upper(label) for key, label in ROUTES.items()}),
    )
    given_at = MomentField("Given at", description="Empty: now.")
    second_by = PersonField("Read by a second person", [InputRequired("A second person must have read it.")])
    pin = SecondPinField()
    deviation_reason = NoteField("Why it was done all the same")

    def given(self, seen: frozenset[str]) -> Given:
        """What was typed, as the service takes it. ``seen``: the codes of what was shown as missing."""
        return Given(
            dose_mcg=self.dose_mcg.data,
            concentration_mcg_ml=self.concentration_mcg_ml.data,
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


class ScoreForm(CaseForm):
    """One score."""

    SECTIONS = (Section("", (("instrument",), ("value", "site"), ("occasion",), ("taken_at",))),)
    instrument = RadioField("Scale", [InputRequired("Choose the scale.")], choices=options(INSTRUMENTS))
    value = SelectField(
        "Value",
        [InputRequired("Choose a value of the scale.")],
        choices=with_blank({value: value for value in _VALUES}),
        description="Ashworth 0, 1, 1+, 2 to 4 · Penn 0 to 4 · pain 0 to 10.",
    )
    site = TextField("Where", longest=80, description="Muscle and side, for Ashworth.")
    occasion = RadioField(
        "When on the pathway",
        [InputRequired("Choose baseline or after the dose.")],
        choices=options({key: first_upper(label) for key, label in OCCASIONS.items()}),
    )
    taken_at = MomentField("Taken at", description="Empty: now.")


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
