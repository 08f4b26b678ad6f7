"""The one form of the ledger: pause or resume."""

from wtforms import StringField

from tracker.web.common.forms import TrackerForm


class SendingForm(TrackerForm):
    """``wanted`` is "pause" or "resume"."""

    wanted = StringField("What to do")
