"""Which way messages leave in this deployment."""

from pathlib import Path
from typing import TYPE_CHECKING

from tracker.integrations.mail.outbox import FileOutbox
from tracker.integrations.mail.smtp import SmtpMailer

if TYPE_CHECKING:
    from config import Settings


def choose_mailer(settings: "Settings") -> SmtpMailer | FileOutbox | None:
    """The mailer that the settings name; ``None`` where nobody chose one."""
    if settings.mail_transport is None:
        return None
    if settings.mail_transport == "outbox":
        return FileOutbox(settings.outbox_dir or Path("outbox"))
    return SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_from,
        user=settings.smtp_user,
        password=settings.smtp_password,
        starttls=settings.smtp_starttls,
    )
