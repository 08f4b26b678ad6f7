"""The link in a message by which its reader answers: made when the message is written, of no use a day after the visit.

The token stands in the message and nowhere else; who reads the database cannot answer for anybody.
"""

from datetime import datetime, timedelta

from sqlalchemy import Executable, delete, insert, update
from sqlalchemy.orm import Session

from tracker.domain import credentials
from tracker.domain.facts import Appointment
from tracker.persistence.models import ReplyLink
from tracker.services.accounts import reserve_attempt
from tracker.services.ports import Ids

#: Where the pages behind links are, below the address that patients are given.
PATH = "/r"
#: How long after the visit has begun a link still says that it has passed.
WORKS_AFTER = timedelta(days=1)
#: How long one that works no more is kept, so that its reader is told which clinic to call.
KEPT = timedelta(days=90)


def make_reply_link(
    session: Session,
    *,
    clinic_id: int,
    case_id: int,
    patient_id: int,
    reminder_id: int,
    point_id: int,
    visit: Appointment,
    language: str,
    replies_at: str,
    now: datetime,
    ids: Ids,
) -> str:
    """Make a link to answer about a visit, and return its address below ``replies_at``."""
    token = ids.token()
    token_hash = credentials.fingerprint(token)
    session.execute(
        insert(ReplyLink).values(
            clinic_id=clinic_id,
            # Drawn like the token: several dispatchers that write at one instant never meet.
            id=int(token_hash[:15], 16),
            token_hash=token_hash,
            reminder_id=reminder_id,
            case_id=case_id,
            patient_id=patient_id,
            contact_point_id=point_id,
            appointment=visit.appointment,
            wall=visit.wall,
            moves=visit.moves,
            language=language,
            created_at=now,
            expires_at=max(visit.starts_at, now) + WORKS_AFTER,
            used_at=None,
        )
    )
    return f"{replies_at}{PATH}/{token}"


def count_attempt(session: Session, *, key: str, now: datetime, ids: Ids) -> None:
    """Count one try under ``key`` as one that failed to sign in is counted, apart from those.

    :raises TooManyAttempts: when there were too many lately
    """
    reserve_attempt(session, email=f"reply:{ids.public_id()}", address=key, at=now, ids=ids)


def noting_use(*, clinic_id: int, link_id: int, now: datetime) -> Executable:
    """The statement that keeps when a link was last answered by."""
    return update(ReplyLink).where(ReplyLink.clinic_id == clinic_id, ReplyLink.id == link_id).values(used_at=now)


def purge_reply_links(session: Session, *, at: datetime) -> None:
    """Delete the links that have not worked for long."""
    session.execute(delete(ReplyLink).where(ReplyLink.expires_at < at - KEPT))
