"""Forms about what a procedure stands on: evaluation, documents, authorizations."""

from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.wording import DOCUMENT_WORDS
from tracker.services.authorizations import Terms
from tracker.services.evaluations import Findings
from tracker.web.cases.fields import (
    CaseForm,
    DayField,
    NoteField,
    PersonField,
    Section,
    TextField,
    YesNoField,
    with_blank,
)
from tracker.web.cases.words import AUTHORIZATION_STATES, CONDITIONS, INDICATIONS, ORIGINS, first_upper
from tracker.web.common.forms import options
from tracker.web.common.number_fields import CountField
from tracker.web.common.paper_uploads import PaperField

PROCEDURES = {"trial": "Trial", "implant": "Implant", "reoperation": "Reoperation"}


def procedures_of(pathway: Pathway) -> list[Any]:
    """The procedures of a pathway, as the options of a field."""
    return options({name: PROCEDURES[name] for name in pathway.procedures})


def _capital(labels: dict[str, str]) -> dict[str, str]:
    return {key: first_upper(label) for key, label in labels.items()}


class EvaluationForm(CaseForm):
    """What the physician found. A question that is not answered stays open and blocks the next step."""

    SECTIONS = (
        Section("Why this therapy", (("indication",), ("condition", "diagnosis_code"), ("spasticity_origin",),
                                     ("oral_therapy_failed",), ("off_label_reason",), ("injured_on",), ("goals",))),
        Section("What could forbid it", (("hypersensitivity",), ("active_infection",), ("anticoagulated",),
                                         ("body_too_small",), ("spinal_anomaly",), ("contraindication_plan",))),
    )  # fmt: skip
    indication = RadioField(
        "Indication",
        [InputRequired("Choose spasticity or pain.")],
        choices=options(_capital(INDICATIONS)),
    )
    condition = SelectField(
        "Condition", [InputRequired("Choose the condition.")], choices=with_blank(_capital(CONDITIONS))
    )
    diagnosis_code = TextField("ICD-10-CM code", longest=20)
    spasticity_origin = RadioField(
        "Origin of the spasticity", [Optional()], choices=options(_capital(ORIGINS)), description="For spasticity only."
    )
    oral_therapy_failed = YesNoField("Oral therapy failed or was not tolerated", description="For spasticity only.")
    off_label_reason = NoteField(
        "Reason for treating pain", description="For pain only: off the label of baclofen, so the reason is documented."
    )
    injured_on = DayField("Day of the injury", description="For injuries of brain or spinal cord.")
    goals = NoteField("Goals agreed with the patient")
    hypersensitivity = YesNoField("Hypersensitivity to baclofen")
    active_infection = YesNoField("Active infection")
    anticoagulated = YesNoField("Takes blood thinners")
    body_too_small = YesNoField("Body too small for the pump")
    spinal_anomaly = YesNoField("Spinal anomaly")
    contraindication_plan = NoteField("Plan where one of these is present")

    def findings(self) -> Findings:
        """What was typed, as the service takes it."""
        return Findings(
            indication=self.indication.data,
            condition=self.condition.data,
            spasticity_origin=self.spasticity_origin.data or "",
            diagnosis_code=self.diagnosis_code.data.upper(),
            oral_therapy_failed=self.oral_therapy_failed.answer,
            off_label_reason=self.off_label_reason.data,
            injured_on=self.injured_on.data,
            hypersensitivity=self.hypersensitivity.answer,
            active_infection=self.active_infection.answer,
            anticoagulated=self.anticoagulated.answer,
            body_too_small=self.body_too_small.answer,
            spinal_anomaly=self.spinal_anomaly.answer,
            contraindication_plan=self.contraindication_plan.data,
            goals=self.goals.data,
        )


class DocumentForm(CaseForm):
    """A paper: what, its date, where it is kept, and its scan."""

    SECTIONS = (Section("", (("kind", "dated_on"), ("title",), ("reference",), ("attachment",))),)
    kind = SelectField(
        "Document", [InputRequired("Choose the document.")], choices=with_blank(_capital(DOCUMENT_WORDS))
    )
    dated_on = DayField("Dated", [InputRequired("Give the date of the document.")])
    title = TextField("Title")
    reference = TextField("Where it is kept", description="For example: chart, scanned 12 Mar.")
    attachment = PaperField("Scan of the paper")


class AnswerForm(CaseForm):
    """The payer's answer to what was asked, an extension, or a withdrawal."""

    SECTIONS = (
        Section("", (("state",), ("payer_id", "number"), ("procedure_codes", "units"))),
        Section("Dates", (("asked_on", "answer_due_on"), ("valid_from", "valid_to"), ("reason",))),
    )
    state = SelectField(
        "Answer",
        [InputRequired("Choose what the payer said.")],
        choices=with_blank(_capital(AUTHORIZATION_STATES)),
    )
    payer_id = PersonField("Payer")
    number = TextField("Authorization number", longest=60)
    procedure_codes = TextField("CPT codes", description="Separated by commas.")
    units = CountField("Units", [Optional(), NumberRange(1, 999, "Between 1 and 999.")])
    asked_on = DayField("Asked on")
    answer_due_on = DayField("Answer due")
    valid_from = DayField("Valid from")
    valid_to = DayField("Valid to", description="The last day that is covered.")
    reason = NoteField("Reason", description="For a denial or a withdrawal: the appeal needs it.")

    def terms(self) -> Terms:
        """What was typed, as the service takes it."""
        return Terms(
            state=self.state.data,
            payer_id=self.payer_id.data,
            number=self.number.data,
            procedure_codes=self.procedure_codes.data,
            units=self.units.data,
            asked_on=self.asked_on.data,
            answer_due_on=self.answer_due_on.data,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            reason=self.reason.data,
        )


class AuthorizationForm(AnswerForm):
    """What a payer is asked for, or has answered at once."""

    SECTIONS = (
        Section("", (("stage",), ("state",), ("payer_id", "number"), ("procedure_codes", "units"))),
        AnswerForm.SECTIONS[1],
    )
    stage = RadioField("For", [InputRequired("Choose what it is for.")], choices=[])
