"""Which way text messages leave in this deployment."""

from pathlib import Path
from typing import TYPE_CHECKING

from tracker.integrations.sms.http import HttpTexter
from tracker.integrations.sms.outbox import TextOutbox

if TYPE_CHECKING:
    from config import Settings

#: Where the provider reports what became of a message, below the address it reaches us at; then comes our reference.
CALLBACK_PATH = "/sms/reports"


def choose_texter(settings: "Settings") -> HttpTexter | TextOutbox | None:
    """The texter that the settings name; ``None`` where no text messages are sent."""
    if settings.sms_transport == "none":
        return None
    if settings.sms_transport == "outbox":
        return TextOutbox(settings.outbox_dir or Path("outbox"))
    return HttpTexter(
        url=settings.sms_url,
        account=settings.sms_account,
        secret=settings.sms_secret,
        sender=settings.sms_sender,
        callback_url=f"{settings.sms_callback_base_url or settings.base_url}{CALLBACK_PATH}",
        can_look_up=settings.sms_can_look_up,
    )
