"""Forms of the account pages."""

from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from tracker.web.common.forms import TrackerForm
from tracker.web.common.pins import PinField


class SignInForm(TrackerForm):
    """Who wants to come in."""

    email = EmailField("E-mail", [InputRequired("Type your e-mail address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Type your password."), Length(max=1000)])
    is_shared = BooleanField("This is a shared tablet")


class NewPasswordForm(TrackerForm):
    """A password chosen by a one-time link."""

    password = PasswordField("New password", [InputRequired("Choose a password."), Length(max=1000)])
    again = PasswordField("The same once more", [InputRequired("Type the new password once more."), Length(max=1000)])


class ChangePasswordForm(NewPasswordForm):
    """A password changed by somebody who is signed in."""

    current = PasswordField("Current password", [InputRequired("Type your current password."), Length(max=1000)])


class ChoosePinForm(TrackerForm):
    """A PIN, chosen with the password."""

    pin = PinField("New PIN", [InputRequired("Choose a PIN.")])
    pin_again = PinField("The same once more", [InputRequired("Type the new PIN once more.")])
    current = PasswordField("Your password", [InputRequired("Type your password."), Length(max=1000)])


class UnlockForm(TrackerForm):
    """The PIN of whoever takes the tablet."""

    pin = PinField("PIN", [InputRequired("Type your PIN.")], is_first=True)


class ChooseClinicForm(TrackerForm):
    """The public id of a clinic: the pressed button's value."""

    clinic = StringField("Clinic", [InputRequired(), Length(max=32)])
