"""A message as the bytes that a mail server is handed."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP

from tracker.domain.mail import Attachment, Message

# Seven bits: not every server takes more, and none has to be asked whether it does.
WIRE = SMTP.clone(cte_type="7bit")


def wire_bytes(message: Message, headers: Mapping[str, str]) -> bytes:
    """The whole mail, with lines that end in CRLF: the plain body, the same in HTML where there is some, and the files.

    :raises ValueError: a header holds the end of a line
    """
    mail = EmailMessage(policy=WIRE)
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(message.body)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    for each in message.attachments:
        _attach(mail, each)
    return mail.as_bytes()


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    kind = WIRE.header_factory("Content-Type", attachment.media_type)
    mail.add_attachment(
        attachment.content.encode(),
        maintype=kind.maintype,
        subtype=kind.subtype,
        filename=attachment.filename,
        params={**kind.params, "charset": "utf-8"},
    )
