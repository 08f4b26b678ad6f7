"""Forms about how a patient is reached."""

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from tracker.domain.languages import code_of
from tracker.persistence.vocabulary import ContactOwner
from tracker.services import contact_details
from tracker.services.contact_points import LONGEST_LANGUAGE, LONGEST_REASON, LONGEST_VALUE
from tracker.services.patients import Reach
from tracker.web.cases.fields import CaseForm, NoteField, TextField, with_blank
from tracker.web.cases.patient_forms import PREFERS
from tracker.web.common.forms import options
from tracker.web.common.languages import language_name

OWNERS = {"patient": "The patient", "caregiver": "A caregiver", "facility": "A facility"}
KINDS = {"phone": "Telephone", "email": "E-mail"}
OTHER = "other"
LANGUAGES = {"": "Not said: English", "en": "English", "es": "Spanish", OTHER: "Another"}


class PointForm(CaseForm):
    """A number or address more."""

    kind = RadioField(
        "Kind",
        [InputRequired("Choose telephone or e-mail.")],
        choices=options({"phone": "Telephone", "email": "E-mail"}),
    )
    typed = TextField("Number or address", [InputRequired("Type the number or the address.")], longest=LONGEST_VALUE)
    owner = SelectField("Who answers there", choices=options(OWNERS), default=ContactOwner.PATIENT)
    texts_agreed = BooleanField("Agreed to text messages")

    def reach(self) -> Reach:
        """What was typed, as the service takes it."""
        read = contact_details.phone if self.kind.data == "phone" else contact_details.email
        found = read(self.typed.data, self.owner.data)
        return Reach(
            found.kind, found.value, found.as_typed, found.owner, found.is_possible, texts_agreed=self.texts_agreed.data
        )


class EndForm(CaseForm):
    """Why a number or address is not used any more."""

    reason = TextField("Why it ends", [InputRequired("Say why it ends.")], longest=LONGEST_REASON)


class PostalForm(CaseForm):
    """Where a letter goes."""

    address = NoteField("Address for letters")


class WishesForm(CaseForm):
    """How the patient wants to be reached."""

    prefers = SelectField("Preferred way", [Optional()], choices=with_blank(PREFERS, "Not said"))
    language = SelectField("Language", choices=options(LANGUAGES), default="")
    other_language = TextField("Which other language", longest=LONGEST_LANGUAGE)
    zone = TextField("Time zone of the patient", longest=64)

    def fill_in(self, prefers: str, language: str, zone: str) -> None:
        """Show what is known."""
        self.prefers.data, self.zone.data = prefers, zone
        known = code_of(language) if language.strip() else ""
        self.language.data = known if known in LANGUAGES else OTHER
        self.other_language.data = language_name(language) if self.language.data == OTHER else ""

    def spoken(self, known: str) -> str:
        """The language as it is stored; ``known``: as it was, which stays where it means the same.

        :raises LookupError: where another one was chosen and not said
        """
        chosen, typed = self.language.data or "", self.other_language.data
        if chosen != OTHER:
            return known if known.strip() and code_of(known) == chosen else chosen
        if not typed:
            raise LookupError("which other language")
        return known if language_name(known) == typed else typed
