"""What people say about a task."""

from datetime import date

from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length

from tracker.web.common.forms import TrackerForm


class OutcomeForm(TrackerForm):
    """What came of the task."""

    outcome = TextAreaField(
        "What came of it",
        [
            InputRequired("Say what came of it, for example: spoke with the mother, will come."),
            Length(max=500, message="Use at most 500 characters."),
        ],
    )


class PostedDayField(DateField):
    """A civil day that a letter was posted on."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, or say how to type it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Choose the day, or type it as 2026-03-17.") from None


class PostedForm(TrackerForm):
    """On which day the letter was posted. It begins empty."""

    posted_on = PostedDayField("Posted on", [InputRequired("Give the day on which it was posted.")])

    @property
    def day(self) -> date:
        """The day, once the form is valid."""
        if self.posted_on.data is None:
            raise ValueError("the form was not validated")
        return self.posted_on.data
