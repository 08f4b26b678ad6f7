"""Whether a member has a PIN, and whether it can be used."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.pins import TRIES
from tracker.persistence.models import MemberPin, Membership, User


@dataclass(frozen=True, slots=True, kw_only=True)
class PinState:
    """How a member's PIN stands. ``set_at``: ``None`` for nobody's; ``failures``: wrong tries in a row."""

    user_id: int
    public_id: str
    name: str
    set_at: datetime | None
    failures: int

    @property
    def is_locked(self) -> bool:
        """Whether only the password helps."""
        return self.failures >= TRIES


def find_pin(session: Session, clinic_id: int, user_id: int) -> PinState | None:
    """Return how the PIN of somebody who works at the clinic now stands; ``None`` for anybody else."""
    row = session.execute(
        select(User.id, User.public_id, User.name, MemberPin.set_at, MemberPin.failures)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(MemberPin, (MemberPin.clinic_id == Membership.clinic_id) & (MemberPin.user_id == Membership.user_id))
        .where(Membership.clinic_id == clinic_id, User.id == user_id, Membership.is_active, User.is_active)
    ).one_or_none()
    if row is None:
        return None
    return PinState(
        user_id=row.id, public_id=row.public_id, name=row.name, set_at=row.set_at, failures=row.failures or 0
    )
