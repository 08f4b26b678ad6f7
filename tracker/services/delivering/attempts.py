"""The attempt to send a reminder, written down before the call: whoever dies in between leaves a trace.

Every later word is fenced by the token under which the reminder is held: a dispatcher that was too slow changes nothing
any more.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from tracker.domain.mail import Message
from tracker.persistence.models import DeliveryAttempt, Reminder
from tracker.persistence.vocabulary import ReminderState
from tracker.queries.reminder_texts import Text
from tracker.services.delivering.holding import LEASE, Key

_S = ReminderState


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A reminder held under a token until its lease ends, and what is to be sent to the contact ``point`` by its
    ``channel``, in the words of ``text``. ``attempt`` numbers this one.

    ``is_unknown``: an earlier attempt may have gone, and must be looked up before this one is begun. ``may_repeat``: if
    nobody can tell, it may be sent once more.
    """

    key: Key
    token: str
    attempt: int
    channel: str
    point: int | None
    message: Message
    text: Text
    useless_after: datetime
    is_unknown: bool
    may_repeat: bool


def begin(session: Session, taken: Taken, now: datetime) -> bool:
    """Write down the attempt; false if somebody else holds the reminder by now, and nothing may be sent."""
    values: dict[str, object] = {
        "state": _S.IN_FLIGHT,
        "attempts": taken.attempt,
        "contact_point_id": taken.point,
        "lease_until": now + LEASE,
        "next_action_at": now + LEASE,
    }
    if not fenced(session, taken, _S.UNKNOWN if taken.is_unknown else _S.CLAIMED, values):
        return False
    session.execute(
        insert(DeliveryAttempt).values(
            clinic_id=taken.key.clinic_id,
            reminder_id=taken.key.reminder_id,
            number=taken.attempt,
            started_at=now,
            outcome="",
            reference=taken.message.reference,
            error="",
            recipient_hash=recipient_hash(taken.key.clinic_id, taken.message.recipient),
            language=taken.text.language,
            template_version=taken.text.version,
            text_hash=text_hash(taken.message),
        )
    )
    return True


def fenced(session: Session, taken: Taken, state: ReminderState, values: dict[str, object]) -> bool:
    """Change the row if it is in this state and still held under our token; whether it was."""
    changed = session.connection().execute(
        update(Reminder)
        .where(
            Reminder.clinic_id == taken.key.clinic_id,
            Reminder.id == taken.key.reminder_id,
            Reminder.claim_token == taken.token,
            Reminder.state == state,
        )
        .values(values)
    )
    return changed.rowcount == 1


def text_hash(message: Message) -> str:
    """What an attempt keeps of the words: enough to hold a copy that somebody shows against them.

    Everything that the patient could read is in it, so HTML and files too, where there are any: a copy that says
    something else in only one of them is not what was sent.
    """
    parts = [message.html, *(each.content for each in message.attachments)]
    said = [message.subject, message.body, *(each for each in parts if each)]
    return hashlib.sha256("\n\n".join(said).encode()).hexdigest()


def recipient_hash(clinic_id: int, address: str) -> str:
    """What an attempt keeps of an address: enough to recognise it, not to read it."""
    return hashlib.sha256(f"{clinic_id}:{address.casefold()}".encode()).hexdigest()
