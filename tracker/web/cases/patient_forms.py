"""Forms about who a patient is: a referral, a patient who already has a pump, a correction of the person's details."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from tracker.domain.pathway.definition import Pathway
from tracker.queries.case_detail import CasePatient, ContactLine
from tracker.services import contact_details
from tracker.services.patients import Person, Reach
from tracker.services.referrals import NewReferral
from tracker.web.cases.fields import CaseForm, DayField, FormSection, NoteField, Section, TextField, with_blank
from tracker.web.cases.pump_forms import PumpFields, alarm_date_is_said
from tracker.web.cases.words import INDICATIONS, ORIGINS, URGENCIES, first_upper
from tracker.web.common.forms import options

#: In the words of an import, so that one patient is not described in two ways.
_SEXES = {"female": "Female", "male": "Male", "other": "Other"}
PREFERS = {"sms": "Text message", "email": "E-mail", "phone": "A call", "letter": "A letter"}
_ONE_A_LINE = "One a line."
_TEXTS = frozenset({"texts_agreed", "caregiver_texts_agreed"})
_TICK_IT = "For mobile numbers, only if they said so."
_WHO = Section("Patient", (("family_name", "given_name"), ("birth_on", "sex"), ("mrn",), ("allergies",)))
_REACH = Section("How to reach the patient", (("phones", "emails"), ("texts_agreed",),
                                              ("caregiver_phones", "caregiver_emails"), ("caregiver_texts_agreed",),
                                              ("prefers", "language"), ("city",)))  # fmt: skip


def _capital(labels: dict[str, str]) -> dict[str, str]:
    return {key: first_upper(label) for key, label in labels.items()}


class PersonForm(CaseForm):
    """Who the patient is, and how to reach them. What was typed is kept as it was typed."""

    SECTIONS: ClassVar[tuple[Section, ...]] = (_WHO, _REACH)
    #: Fields that are neither shown nor taken: no texts are agreed to where the clinic sends none.
    hides: frozenset[str] = _TEXTS
    family_name = TextField("Family name", [InputRequired("A name is needed.")])
    given_name = TextField("Given name", [InputRequired("A name is needed.")])
    birth_on = DayField("Birth date", [InputRequired("A birth date is needed.")])
    sex = SelectField("Sex", [Optional()], choices=with_blank(_SEXES, "Not given"))
    mrn = TextField("MRN", [InputRequired("A medical record number is needed.")], longest=60)
    allergies = TextField("Allergies", longest=1000)
    phones = NoteField("Phone", description=_ONE_A_LINE, render_kw={"rows": 2})
    emails = NoteField("E-mail", description=_ONE_A_LINE, render_kw={"rows": 2})
    texts_agreed = BooleanField("The patient agreed to text messages at the numbers added here", description=_TICK_IT)
    caregiver_phones = NoteField("Phone of a caregiver", description=_ONE_A_LINE, render_kw={"rows": 2})
    caregiver_emails = NoteField("E-mail of a caregiver", description=_ONE_A_LINE, render_kw={"rows": 2})
    caregiver_texts_agreed = BooleanField(
        "The caregiver agreed to text messages at the numbers added here", description=_TICK_IT
    )
    prefers = SelectField("Prefers", [Optional()], choices=with_blank(PREFERS, "Not said"))
    language = TextField("Language", longest=80)
    city = TextField("City", longest=120)

    def person(self, kept: Iterable[Reach] = ()) -> Person:
        """What was typed, as the service takes it. ``kept``: contacts that the form does not show."""
        return Person(
            mrn=self.mrn.data,
            family_name=self.family_name.data,
            given_name=self.given_name.data,
            birth_on=self.birth_on.data,
            sex=self.sex.data or "",
            language=self.language.data,
            allergies=self.allergies.data,
            city=self.city.data,
            prefers=self.prefers.data or "",
            reach=(*self._reach(), *kept),
        )

    def _reach(self) -> Iterable[Reach]:
        for owner, phones, agreed, emails in (
            ("patient", self.phones, self.texts_agreed, self.emails),
            ("caregiver", self.caregiver_phones, self.caregiver_texts_agreed, self.caregiver_emails),
        ):
            takes_texts = bool(agreed.data) and agreed.short_name not in self.hides
            for line in _lines(phones.data):
                yield replace(contact_details.phone(line, owner), texts_agreed=takes_texts)
            yield from (contact_details.email(line, owner) for line in _lines(emails.data))

    def fill_in(self, patient: CasePatient, contacts: Iterable[ContactLine]) -> None:
        """Show what is known."""
        for name in ("family_name", "given_name", "birth_on", "sex", "mrn", "allergies", "prefers", "language", "city"):
            self[name].data = getattr(patient, name)
        found: dict[str, list[str]] = {}
        for line in contacts:
            prefix = "caregiver_" if line.owner == "caregiver" else ""
            if line.owner in {"patient", "caregiver"}:
                found.setdefault(f"{prefix}{line.kind}s", []).append(line.as_typed)
        for name, lines in found.items():
            self[name].data = "\n".join(lines)

    def keep_allergies(self, patient: CasePatient) -> None:
        """Neither show nor take them: for whoever sees no clinical detail they stay as they are."""
        self.allergies.data, self.hides = patient.allergies, self.hides | {"allergies"}

    def ask_for_texts(self, *, sends_texts: bool) -> None:
        """Ask whether text messages were agreed to, if the clinic sends any."""
        self.hides = self.hides - _TEXTS if sends_texts else self.hides | _TEXTS

    @property
    def sections(self) -> tuple[FormSection, ...]:
        """The parts that the template shows."""
        shown = (
            FormSection(
                part.title, tuple(tuple(each for each in row if each.short_name not in self.hides) for row in part.rows)
            )
            for part in super().sections
        )
        return tuple(FormSection(part.title, tuple(row for row in part.rows if row)) for part in shown)

    def allow(self, patient: CasePatient) -> None:
        """Let stand what was stored in other words than the form offers, from an import for example."""
        if patient.sex and patient.sex not in _SEXES:
            self.sex.choices = with_blank({patient.sex: patient.sex, **_SEXES}, "Not given")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class ReferralForm(PersonForm):
    """A request to see a patient."""

    SECTIONS = (
        _WHO,
        Section("Referral", (("received_on", "urgency"), ("indication",), ("spasticity_origin",),
                             ("diagnosis_code", "diagnosis"), ("referred_by", "specialty"), ("payer",), ("notes",))),
        _REACH,
    )  # fmt: skip
    received_on = DayField("Received on", [InputRequired("Give the day on which the referral came.")])
    urgency = SelectField("Urgency", choices=options(_capital(URGENCIES)), default="routine")
    indication = RadioField(
        "Indication", [InputRequired("Choose spasticity or pain.")], choices=options(_capital(INDICATIONS))
    )
    spasticity_origin = RadioField(
        "Origin of the spasticity",
        [Optional()],
        choices=options(_capital(ORIGINS)),
        description="If the letter says so.",
    )
    diagnosis_code = TextField("ICD-10-CM code", longest=20)
    diagnosis = TextField("Diagnosis", longest=400)
    referred_by = TextField("Referred by")
    specialty = TextField("Specialty", longest=120)
    payer = TextField("Payer", description="As on the card. A new one is added to the clinic's list.")
    notes = NoteField("Notes")

    def referral(self) -> NewReferral:
        """What was typed, as the service takes it."""
        return NewReferral(
            person=self.person(),
            received_on=self.received_on.data,
            indication=self.indication.data,
            referred_by=self.referred_by.data,
            specialty=self.specialty.data,
            diagnosis_code=self.diagnosis_code.data.upper(),
            diagnosis=self.diagnosis.data,
            spasticity_origin=self.spasticity_origin.data or "",
            payer=self.payer.data,
            urgency=self.urgency.data,
            notes=self.notes.data,
        )


class TakeOverForm(PersonForm, PumpFields):
    """A patient whose pump is in already: who, which pump, and the last print-out."""

    SECTIONS = (
        _WHO,
        Section("Pump", (("pump_model", "pump_manufacturer"), ("pump_serial", "pump_reservoir_ml"),
                         ("placed_on", "end_of_service_on"))),
        Section("Last fill", (("drug", "filled_on"), ("concentration_mcg_ml", "volume_ml"),
                              ("daily_dose_mcg", "alarm_volume_ml"), ("alarm_on", "alarm_on_again"), ("alarm_unknown",),
                              ("pump_source",), ("second_by", "pin"))),
        Section("Why", (("indication",), ("payer",), ("notes",))),
        _REACH,
    )  # fmt: skip
    indication = RadioField(
        "Indication", [InputRequired("Choose spasticity or pain.")], choices=options(_capital(INDICATIONS))
    )
    payer = TextField("Payer")
    notes = NoteField("Notes")

    def offer_drugs(self, pathway: Pathway) -> None:
        """Set the drugs that the pathway's file lists."""
        self.drug.choices = with_blank(_capital({name: name for name in pathway.drugs}))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the shape; the two dates and the tick are one question."""
        is_fine = bool(super().validate(extra_validators))
        return alarm_date_is_said(self) and is_fine
