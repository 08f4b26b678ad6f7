"""Messages as files in a folder, for demonstrations: nobody is ever sent anything.

The name of a file is our reference, so that sending the same message twice leaves one.
"""

from dataclasses import dataclass
from pathlib import Path

from tracker.domain.mail import Message, Receipt
from tracker.integrations.mail.wire import wire_bytes
from tracker.integrations.outbox_file import put_whole


@dataclass(frozen=True, slots=True)
class FileOutbox:
    """Writes one ``.eml`` file for each message into ``folder``, which is made if it is not there."""

    folder: Path
    sender: str = "reminders@localhost"

    @property
    def reaches_people(self) -> bool:
        """Files reach nobody."""
        return False

    def send(self, message: Message) -> Receipt:
        """Write the message down.

        :raises MailUnavailable: the folder cannot be written
        """
        headers = {
            "From": self.sender,
            "Subject": message.subject,
            # Kept as it is, also where it is no address.
            "X-Recipient": message.recipient,
            "Message-ID": f"<{message.reference}@localhost>",
        }
        put_whole(self._path(message.reference), wire_bytes(message, headers))
        return Receipt(message.reference)

    def was_sent(self, reference: str) -> bool | None:
        """Whether the file is there."""
        return self._path(reference).is_file()

    def _path(self, reference: str) -> Path:
        return self.folder / f"{reference}.eml"
