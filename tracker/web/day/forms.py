"""The forms of the day: what became of a visit, and the answer to one item of its checklist."""

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.web.common.forms import TrackerForm


class NoShowForm(TrackerForm):
    """Why a patient did not come, as far as anybody knows."""

    reason = TextAreaField(
        "What is known",
        [
            InputRequired("Say what is known, for example: called at 9:10, no answer."),
            Length(max=500, message="Use at most 500 characters."),
        ],
    )


class AnswerForm(TrackerForm):
    """The answer to one item. Which fields an item needs is the service's matter."""

    item = StringField("Item", [Length(max=60)])
    state = StringField("Answer", [Length(max=20)])
    value = StringField("Value", [Length(max=200, message="Use at most 200 characters.")])
    reason = StringField("Reason", [Length(max=500, message="Use at most 500 characters.")])
    second_by = StringField("Second person", [Length(max=20)])
    seen = StringField("Answer that was shown", [Length(max=20)])
