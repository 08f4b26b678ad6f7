"""Forms of the administration pages. They check shape; rules are checked by the services."""

from datetime import date

from wtforms import BooleanField, EmailField, SelectField, StringField, TextAreaField
from wtforms.fields import DateField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from tracker.services.clinic_setup import LATEST_ARRIVAL_MINUTES, LONGEST_NAME, MOST_REFILLS_PER_DAY
from tracker.web.common.forms import CheckboxesField, TrackerForm, options
from tracker.web.common.frame import ROLE_LABELS
from tracker.web.common.number_fields import CountField

#: No version is larger than what the database's integer holds.
LARGEST_VERSION = 2**31 - 1

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

KIND_LABELS = {"physician": "Physician", "nurse": "Nurse", "therapist": "Therapist", "other": "Other"}


def _name(label: str) -> StringField:
    return StringField(label, [InputRequired("Give a name."), Length(max=LONGEST_NAME)])


def _roles() -> CheckboxesField:
    labels = {role.value: label for role, label in ROLE_LABELS.items()}
    return CheckboxesField("Roles", [InputRequired("Choose at least one role.")], choices=options(labels))


class VersionedForm(TrackerForm):
    """A form made from one version of what it changes."""

    expected_version = CountField(
        "Version",
        [InputRequired("Open the page again."), NumberRange(min=1, max=LARGEST_VERSION)],
        most_digits=len(str(LARGEST_VERSION)),
        widget=HiddenInput(),
    )


class InviteForm(TrackerForm):
    """Somebody who shall work in the clinic."""

    email = EmailField("E-mail", [InputRequired("Type the e-mail address."), Length(max=254)])
    name = _name("Name")
    roles = _roles()


class RolesForm(VersionedForm):
    """The roles of a member."""

    roles = _roles()


_FEW_REFILLS = NumberRange(min=0, max=MOST_REFILLS_PER_DAY, message=f"Give 0 to {MOST_REFILLS_PER_DAY} refills.")


class WallTimeField(TimeField):
    """A wall time, as ``21:00``."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, or say how to type it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Type a time, for example 21:00.") from None

    @property
    def said(self) -> str:
        """The time as it is stored; empty where none was typed."""
        return f"{self.data:%H:%M}" if self.data else ""


class ClinicForm(VersionedForm):
    """Zone, open days and what reminders say of arrival."""

    zone = StringField("Time zone", [InputRequired("Give a time zone."), Length(max=64)])
    open_weekdays = CheckboxesField(
        "Open on",
        [InputRequired("Choose at least one weekday.")],
        choices=options({str(number): label for number, label in enumerate(WEEKDAYS, start=1)}),
    )
    arrive_minutes_before = CountField(
        "Arrive before a procedure",
        [
            InputRequired("Give whole minutes."),
            NumberRange(min=0, max=LATEST_ARRIVAL_MINUTES, message=f"Give 0 to {LATEST_ARRIVAL_MINUTES} minutes."),
        ],
    )
    phone = StringField("Phone that reminders name", [Length(max=40)])
    refills_per_day = CountField("Refills on an open day", [Optional(), _FEW_REFILLS])
    closes_at = WallTimeField("The unit closes at", [Optional()])


class MessagesForm(VersionedForm):
    """Texts, quiet hours and the name that messages carry."""

    sends_texts = BooleanField("Send text messages")
    quiet_from = WallTimeField("Nobody is written to from", [InputRequired("Type a time, for example 21:00.")])
    quiet_until = WallTimeField("Until", [InputRequired("Type a time, for example 08:00.")])
    message_name = StringField("Name of the clinic in messages")


class WordsForm(VersionedForm):
    """The words of one message. What may stand in them is the services' matter."""

    subject = StringField("Subject")
    body = TextAreaField("Words")


class ConsentTextForm(VersionedForm):
    """The text of one consent, and who approved it. What may stand in it is the services' matter."""

    title = StringField("Title")
    body = TextAreaField("Text", render_kw={"rows": 24})
    approved_by = StringField("Approved by")
    approved_on = DateField("Approved on", [Optional()])


class ClosedDayForm(TrackerForm):
    """A day on which nobody is seen."""

    on_date = DateField("Day", [InputRequired("Choose a day.")])
    label = StringField("Why", [InputRequired("Say why, in a few words."), Length(max=LONGEST_NAME)])

    @property
    def day(self) -> date:
        """The day, once the form is valid."""
        value = self.on_date.data
        if value is None:
            raise ValueError("the form was not validated")
        return value


class EntryForm(TrackerForm):
    """A new room or payer."""

    name = _name("Name")


class ChangeEntryForm(VersionedForm):
    """A room or payer that is on the list."""

    name = _name("Name")
    is_active = BooleanField("In use: it can be chosen")


class ClinicianForm(EntryForm):
    """Somebody with whom visits are booked."""

    kind = SelectField("Kind", choices=options(KIND_LABELS))
    user_id = SelectField("Signs in as", coerce=int)

    def offer_users(self, users: dict[int, str]) -> None:
        """Fill the list of people; 0 stands for nobody."""
        self.user_id.choices = options({0: "does not sign in", **users})


class ChangeClinicianForm(ClinicianForm, VersionedForm):
    """A clinician who is on the list."""

    is_active = BooleanField("In use: visits can be booked with this person")
