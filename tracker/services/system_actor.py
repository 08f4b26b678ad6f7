"""Who acts when a command does, or a patient who answers a message: identities that nobody can sign in with.

Everything that is written names its author, so each of the two has a user of its own: without a password, not active,
and no active member of any clinic, so that nobody can be asked to choose it as an owner or a second reader.
"""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.words import Role
from tracker.persistence.models import Membership, User
from tracker.services.ports import Ids

NAME = "Tracker (command line)"
#: ``invalid`` is reserved (RFC 2606): no mail can ever reach it, and nobody can own it.
EMAIL = "command-line@tracker.invalid"
#: It brings in and takes over what a coordinator could. It holds no role in the database.
ROLES = frozenset({Role.COORDINATOR})
PATIENT_NAME = "The patient, by message"
PATIENT_EMAIL = "patient@tracker.invalid"


def system_actor(session: Session, clinic_id: int, now: datetime, ids: Ids) -> Actor:
    """The command line at one clinic, made when it first acts there."""
    return _identity(session, clinic_id, (EMAIL, NAME), now, ids)


def patient_actor(session: Session, clinic_id: int, now: datetime, ids: Ids) -> Actor:
    """Whoever answers a message at one clinic: the history shows that it was no colleague. It may confirm a visit as a
    coordinator may; nothing else asks for its role."""
    return _identity(session, clinic_id, (PATIENT_EMAIL, PATIENT_NAME), now, ids)


def _identity(session: Session, clinic_id: int, called: tuple[str, str], now: datetime, ids: Ids) -> Actor:
    email, name = called
    user_id = session.scalar(select(User.id).where(User.email_key == email))
    if user_id is None:
        user_id = ids.row_id(now)
        session.execute(
            insert(User).values(
                id=user_id,
                public_id=ids.public_id(),
                email=email,
                email_key=email,
                name=name,
                password_hash=None,
                is_active=False,
                version=1,
                created_at=now,
            )
        )
    if session.get(Membership, (clinic_id, user_id)) is None:
        session.execute(insert(Membership).values(clinic_id=clinic_id, user_id=user_id, is_active=False))
    return Actor(user_id=user_id, clinic_id=clinic_id, roles=ROLES, name=name)


def nobody(clinic_id: int) -> Actor:
    """The command line where it only looks: what is written by nobody cannot be written."""
    return Actor(user_id=0, clinic_id=clinic_id, roles=ROLES, name=NAME)
