"""PINs: chosen with the password, tried, locked after some wrong tries, opened again with the password.

Hashing is slow on purpose and happens outside these functions. A try is counted as wrong before it is compared, so that
tries made at the same moment cannot slip under the limit. Every wrong try and every lock is on the clinic's chain, by
whoever was signed in where it was typed; nobody's PIN is stored, shown or told.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tracker.domain.pins import TRIES
from tracker.persistence.chain import append_event
from tracker.persistence.models import MemberPin, User
from tracker.services.clinic_events import tell_clinic
from tracker.services.work import Work


@dataclass(frozen=True, slots=True)
class PinTry:
    """One try that was counted. ``failures``: with this one, should it be wrong; ``by``: who is signed in there."""

    clinic_id: int
    user_id: int
    pin_hash: str
    failures: int
    by: int | None
    place: str


def set_pin(work: Work, *, pin_hash: str) -> None:
    """Store the actor's own PIN in the place of an earlier one, with no wrong tries. The password was given for it."""
    mine = (MemberPin.clinic_id == work.actor.clinic_id, MemberPin.user_id == work.actor.user_id)
    had_one = bool(work.session.execute(delete(MemberPin).where(*mine).returning(MemberPin.user_id)).all())
    work.session.execute(
        insert(MemberPin).values(
            clinic_id=work.actor.clinic_id, user_id=work.actor.user_id, pin_hash=pin_hash, set_at=work.now, failures=0
        )
    )
    tell_clinic(work, "pin_changed" if had_one else "pin_set", {})


def reserve_try(session: Session, *, clinic_id: int, user_id: int, by: int | None, place: str) -> PinTry | None:
    """Count one try as wrong, before it is compared; ``None``, and nothing counted, where the PIN cannot be used.

    ``place``: where it was typed, ``tablet`` or ``second_person``.
    """
    row = session.execute(
        update(MemberPin)
        .where(MemberPin.clinic_id == clinic_id, MemberPin.user_id == user_id, MemberPin.failures < TRIES)
        .values(failures=MemberPin.failures + 1)
        .returning(MemberPin.pin_hash, MemberPin.failures)
    ).one_or_none()
    return None if row is None else PinTry(clinic_id, user_id, row.pin_hash, row.failures, by, place)


def accept_try(session: Session, tried: PinTry) -> None:
    """The PIN was right: nothing counts against it any more."""
    session.execute(
        update(MemberPin)
        .where(MemberPin.clinic_id == tried.clinic_id, MemberPin.user_id == tried.user_id)
        .values(failures=0)
    )


def refuse_try(session: Session, tried: PinTry, *, at: datetime) -> None:
    """The PIN was wrong: say so on the chain, and that it is locked by this, if it is."""
    public_id = session.scalars(select(User.public_id).where(User.id == tried.user_id)).one()
    said = {"user": public_id, "place": tried.place, "failures": tried.failures}
    kinds = ("pin_refused", "pin_locked") if tried.failures >= TRIES else ("pin_refused",)
    for kind in kinds:
        append_event(
            session, clinic_id=tried.clinic_id, kind=kind, actor_id=tried.by, effective_at=at, recorded_at=at, body=said
        )


def password_given(session: Session, *, user_id: int, at: datetime) -> None:
    """Somebody gave the password: wrong tries count no more, and a locked PIN is open again, at every clinic."""
    spoiled = session.execute(
        select(MemberPin.clinic_id, MemberPin.failures)
        .where(MemberPin.user_id == user_id, MemberPin.failures > 0)
        .order_by(MemberPin.clinic_id)
    ).all()
    if not spoiled:
        return
    session.execute(update(MemberPin).where(MemberPin.user_id == user_id).values(failures=0))
    public_id = session.scalars(select(User.public_id).where(User.id == user_id)).one()
    for row in spoiled:
        if row.failures >= TRIES:
            append_event(
                session,
                clinic_id=row.clinic_id,
                kind="pin_unlocked",
                actor_id=user_id,
                effective_at=at,
                recorded_at=at,
                body={"user": public_id},
            )
