"""Text messages as files in a folder, for demonstrations: nobody is ever sent anything.

The name of a file is our reference, so that sending the same message twice leaves one.
"""

from dataclasses import dataclass
from pathlib import Path

from tracker.domain.mail import Message, Receipt
from tracker.integrations.outbox_file import put_whole


@dataclass(frozen=True, slots=True)
class TextOutbox:
    """Writes one ``.txt`` file for each message into ``folder``, which is made if it is not there."""

    folder: Path

    @property
    def reaches_people(self) -> bool:
        """Files reach nobody."""
        return False

    def send(self, message: Message) -> Receipt:
        """Write the number and the body down, with an empty line between them.

        :raises MailUnavailable: the folder cannot be written
        """
        put_whole(self._path(message.reference), f"To: {message.recipient}\n\n{message.body}\n".encode())
        return Receipt(message.reference)

    def was_sent(self, reference: str) -> bool | None:
        """Whether the file is there."""
        return self._path(reference).is_file()

    def _path(self, reference: str) -> Path:
        return self.folder / f"{reference}.txt"
