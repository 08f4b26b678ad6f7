"""A table of text that somebody chooses, and looks at before anything is done with it.

Nothing of it is kept here: the file that was looked at travels in the next form, byte for byte.
"""

import base64
import binascii

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from tracker.web.common.forms import TrackerForm

#: What is taken at once, so that a page answers and nobody else waits long.
LARGEST_BYTES = 1024 * 1024


class ChooseFileForm(TrackerForm):
    """The file that is looked at."""

    file = FileField("File", [FileRequired("Choose a file.")])

    def content(self, otherwise: str) -> bytes | None:
        """The bytes of the file; ``None``, with a sentence beside the field, if there are too many. ``otherwise`` says
        what to do then."""
        chosen = self.file.data
        if not isinstance(chosen, FileStorage):
            raise TypeError("the form was not validated")
        content = chosen.stream.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            self.show_problems({"file": f"The file is larger than 1 MB. {otherwise}"})
            return None
        return content


class CarryForm(TrackerForm):
    """The file that was looked at."""

    content = HiddenField("Content", [InputRequired("Choose the file again."), Length(max=LARGEST_BYTES * 2)])

    def keep(self, content: bytes) -> None:
        """Put a file into the form."""
        self.content.data = base64.b64encode(content).decode("ascii")

    def kept(self) -> bytes | None:
        """The file in the form; ``None`` if it was damaged on its way."""
        try:
            return base64.b64decode(str(self.content.data), validate=True)
        except (binascii.Error, ValueError):
            return None
