"""Forms about consents: signed on the tablet, signed on paper, withdrawn, and void."""

from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from tracker.domain.signature import LONGEST
from tracker.services.consents import Signing, TextRef
from tracker.web.cases.fields import CaseForm, DayField, NoteField, PersonField, Section, TextField
from tracker.web.common.forms import options
from tracker.web.common.paper_uploads import PaperField

SIGNERS = {
    "self": "The patient",
    "parent": "Parent of a minor",
    "guardian": "Legal guardian of a minor",
    "representative": "Legal representative of an adult: court-appointed, or health care proxy",
    "emancipated_minor": "The patient, an emancipated minor",
}
ASSENTS = {
    "given": "The child agrees",
    "declined": "The child does not agree",
    "not_able": "The child could not be asked",
}
OTHER_FORM = "a form of another origin"


class _SigningForm(CaseForm):
    """What every signed consent says."""

    relation = RadioField("Who signs", [InputRequired("Say who signs.")], choices=options(SIGNERS))
    signed_by = TextField(
        "Name of who signs",
        [InputRequired("Say who signed: the patient, or who for them.")],
        render_kw={"autocomplete": "off"},
    )
    assent = RadioField(
        "What the child says",
        [Optional()],
        choices=options(ASSENTS),
        description="Asked from the age that the pathway names; a child who says no is a matter for the physician.",
    )
    clinician_id = PersonField(
        "Who is to do it", description="The consent holds for this clinician. If another one does it, it is asked anew."
    )
    witness = TextField("Witness")
    interpreter = TextField("Interpreter", description="Where the text is not in the patient's language.")

    def signing(self) -> Signing:
        """What was typed, as the service takes it."""
        return Signing(
            signed_by=self.signed_by.data,
            relation=self.relation.data or "",
            assent=(self["assent"].data or "") if "assent" in self else "",
            witness=self.witness.data,
            interpreter=self.interpreter.data,
            clinician_id=self.clinician_id.data,
        )


class SignConsentForm(_SigningForm):
    """A consent that is signed on the tablet. ``text_version``: of the text that stood on the page."""

    strokes = HiddenField("Signature", [Length(max=LONGEST, message="This is longer than a signature. Sign again.")])
    text_version = HiddenField("Version of the text")


class ConsentForm(_SigningForm):
    """A consent that was signed on paper."""

    SECTIONS = (
        Section("What was signed", (("purpose",), ("text",), ("signed_on", "valid_to"),
                                      ("attachment",))),
        Section("Who signed", (("relation",), ("signed_by",), ("assent",), ("clinician_id",),
                               ("witness", "interpreter"))),
    )  # fmt: skip
    purpose = RadioField("For", [InputRequired("Choose what it is for.")], choices=[])
    text = SelectField("Text", [Optional()], choices=[], description="The version is printed at its foot.")
    signed_on = DayField("Signed on", [InputRequired("Give the day of the signature.")])
    valid_to = DayField("Valid to", description="Only if the form says so; else the clinic's rule holds.")
    attachment = PaperField("Scan of the signed form")

    def text_ref(self) -> TextRef | None:
        """Which of our texts was signed; ``None``: another form."""
        language, _, version = (self.text.data or "").partition(".")
        return TextRef(language, int(version)) if version else None


class EndConsentForm(CaseForm):
    """A consent that ends before its time, and why."""

    purpose = RadioField("For", [InputRequired("Choose what it is for.")], choices=[])
    reason = NoteField("Reason", [InputRequired("Say why.")])


class WithdrawConsentForm(EndConsentForm):
    """A consent that the patient takes back."""

    reason = NoteField("What the patient said", [InputRequired("Say what the patient said.")])


class VoidConsentForm(EndConsentForm):
    """A consent that does not hold any more."""

    reason = NoteField(
        "What has changed",
        [InputRequired("Say what has changed.")],
        description="For example: another operation is planned, the patient's state or capacity to decide has changed.",
    )
