"""The form of the day's checklist: the answer to one item."""

from wtforms import StringField
from wtforms.validators import Length

from tracker.web.common.forms import TrackerForm


class AnswerForm(TrackerForm):
    """The answer to one item. Which fields an item needs is the service's matter."""

    item = StringField("Item", [Length(max=60)])
    state = StringField("Answer", [Length(max=20)])
    value = StringField("Value", [Length(max=200, message="Use at most 200 characters.")])
    reason = StringField("Reason", [Length(max=500, message="Use at most 500 characters.")])
    second_by = StringField("Second person", [Length(max=20)])
    done_at = StringField("Done at", [Length(max=25, message="Type day and time.")])
    seen = StringField("Answer that was shown", [Length(max=20)])
