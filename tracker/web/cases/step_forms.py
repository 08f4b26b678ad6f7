"""Forms that move a case along, pause it, give it an owner, end it, or strike out what was wrong."""

from wtforms import RadioField
from wtforms.validators import InputRequired

from tracker.web.cases.fields import CaseForm, DayField, NoteField, PersonField, TextField
from tracker.web.common.second_person import SecondPinField

_SECOND = "A second person must confirm it."


class StepForm(CaseForm):
    """A step. ``reason`` is chosen from the step's list; a step without a list asks none."""

    reason = RadioField("Reason", [InputRequired("Choose a reason from the list.")], choices=[])


class PlainStepForm(CaseForm):
    """A step that asks for no reason."""


class HoldForm(CaseForm):
    """A pause with a review date."""

    until_on = DayField("Review on", [InputRequired("Give the day on which it is looked at again.")])
    reason = NoteField("What is waited for", [InputRequired("Say what is waited for.")])


class ResumeForm(CaseForm):
    """The end of a pause."""

    reason = NoteField("What has changed")


class AssignForm(CaseForm):
    """Who takes care of the case."""

    owner = PersonField("Who takes care of this case")


class TakeForm(CaseForm):
    """The person who looks at the page takes the case: nothing to ask."""


class DeathForm(CaseForm):
    """That the patient died."""

    died_on = DayField("Died on", [InputRequired("Give the day.")])
    source = TextField("Who said so", [InputRequired("Who said so?")])
    second_by = PersonField("Confirmed by a second person", description="Needed where a pump is in place.")
    document_seq = PersonField("Or by a document")


class SwitchOffForm(CaseForm):
    """What became of a pump that stays in."""

    reason = NoteField(
        "What was done, and who was told",
        [InputRequired("Say what was done with the pump, and who was told.")],
        description="For example: switched off by Dr Haddad, undertaker told not to cremate it.",
    )


class AskTransferForm(CaseForm):
    """That another clinic is asked to follow the patient."""

    to_clinic = TextField("Clinic that is asked", [InputRequired("Which clinic?")])
    until_on = DayField(
        "Ask again on",
        [InputRequired("Give the day on which it is looked at again.")],
        description="Everything stays due here until the first refill is done there.",
    )


class TransferForm(CaseForm):
    """That another clinic follows the patient now."""

    to_clinic = TextField("Clinic that follows the patient now", [InputRequired("Which clinic?")])
    second_by = PersonField("Confirmed by a second person", [InputRequired(_SECOND)])
    document_seq = PersonField("Document")


class StopTherapyForm(CaseForm):
    """That the therapy is stopped while the pump stays in."""

    reason = NoteField("Why", [InputRequired("Say why.")])
    second_by = PersonField("Confirmed by a second person", [InputRequired(_SECOND)])


class CloseWatchForm(CaseForm):
    """That nobody needs to watch for withdrawal any more."""

    reason = NoteField("What was seen", [InputRequired("Say what was seen.")])


class CorrectForm(CaseForm):
    """Why something is struck out."""

    reason = NoteField("What was wrong", [InputRequired("Say what was wrong.")])


class ConfirmedCorrectForm(CorrectForm):
    """Why something is struck out that a pump's refills hang on, and who else says so."""

    second_by = PersonField("Confirmed by a second person")
    document_seq = PersonField("Or by a document")


class ReadCorrectForm(CorrectForm):
    """Why something is struck out that a rule of the day hangs on, and who confirms it at the same screen."""

    second_by = PersonField("Confirmed by a second person", [InputRequired("Choose the second person.")])
    pin = SecondPinField()
