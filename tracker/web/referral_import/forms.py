"""Forms of the import pages. The file that was looked at travels in the second form, byte for byte."""

import base64
import binascii

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from tracker.web.common.forms import TrackerForm

#: What is taken at once, so that a page answers and nobody else waits long. The command line takes more.
LARGEST_BYTES = 1024 * 1024
MOST_ROWS = 1000


class ChooseFileForm(TrackerForm):
    """The file that is looked at."""

    file = FileField("File", [FileRequired("Choose a file.")])

    def content(self) -> bytes | None:
        """The bytes of the file; ``None``, with a sentence beside the field, if there are too many."""
        chosen = self.file.data
        if not isinstance(chosen, FileStorage):
            raise TypeError("the form was not validated")
        content = chosen.stream.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            self.show_problems(
                {"file": "The file is larger than 1 MB. Split it, or use the command: tracker referrals import."}
            )
            return None
        return content


class ConfirmForm(TrackerForm):
    """The file that was looked at, to be imported."""

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
