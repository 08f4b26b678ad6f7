"""Messages as files in a folder, for demonstrations: nobody is ever sent anything.

A message is written beside its place and then renamed, so that a file is either whole or not there; its name is our
reference, so that sending the same one twice leaves one file.
"""

import os
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path

from tracker.domain.mail import MailUnavailable, Message, Receipt


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
        mail = EmailMessage(policy=WIRE)
        mail["From"], mail["Subject"] = self.sender, message.subject
        # Kept as it is, also where it is no address.
        mail["X-Recipient"] = message.recipient
        mail["Message-ID"] = f"<{message.reference}@localhost>"
        mail.set_content(message.body)
        path = self._path(message.reference)
        unfinished = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(mail.as_bytes())
            unfinished.replace(path)
        except OSError as error:
            raise MailUnavailable(type(error).__name__) from error
        return Receipt(message.reference)

    def was_sent(self, reference: str) -> bool | None:
        """Whether the file is there."""
        return self._path(reference).is_file()

    def _path(self, reference: str) -> Path:
        return self.folder / f"{reference}.eml"
