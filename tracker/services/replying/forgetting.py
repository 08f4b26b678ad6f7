"""What a patient wrote is forgotten when nobody needs it any more.

The row stays, without the words: its provider's number is what makes a text that is handed over again, years later and
by whomever, change nothing. What was understood and done stands in the history.
"""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from tracker.persistence.models import InboundMessage, StaffTask

#: How long the words are kept.
WORDS_KEPT = timedelta(days=180)
#: Tasks by which a person reads the words of one text; the provider's number for it is part of their key.
READ_IN = ("reply_unclear", "reply_shared", "reply_unknown")


def forget_words(session: Session, *, at: datetime) -> None:
    """Empty the texts that came in long ago, but for those that nobody has read yet."""
    of_text = literal("%:", String) + cast(InboundMessage.provider_id, String) + literal("#%", String)
    is_unread = (
        select(StaffTask.id)
        .where(
            StaffTask.clinic_id == InboundMessage.clinic_id,
            StaffTask.kind.in_(READ_IN),
            StaffTask.done_at.is_(None),
            StaffTask.key.like(of_text),
        )
        .correlate(InboundMessage)
        .exists()
    )
    session.execute(
        update(InboundMessage)
        .where(InboundMessage.received_at < at - WORDS_KEPT, InboundMessage.text != "", ~is_unread)
        .values(text="")
        .execution_options(synchronize_session=False)
    )
