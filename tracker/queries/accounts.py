"""Who is signed in, and who could be: the reads behind sign-in, sessions, users and roles.

``find_browser_session`` runs on every page, so it is one statement: session, person, membership, roles, clinic and
what the frame's banners need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, outerjoin

from tracker.domain import credentials
from tracker.domain.credentials import SessionLimits
from tracker.domain.errors import LinkNotUsable, NotFound
from tracker.domain.words import Role
from tracker.persistence.models import (
    Clinic,
    DeploymentValue,
    Heartbeat,
    Membership,
    MembershipRole,
    SigninAttempt,
    SigninLink,
    SigninSession,
    User,
)
from tracker.queries.sending import IS_DEMO, PAUSED_AT, PAUSED_FOR_CLOCK

#: The jobs whose silence means that nothing is reconciled or sent.
TICKING_JOBS = ("dispatch", "escalate", "reconcile")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicFacts:
    """What nearly every page needs to know of the clinic."""

    id: int
    public_id: str
    name: str
    zone: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemState:
    """What the frame warns of. ``ticked_at`` is the older of the ticking jobs' last beats; ``None``: one never ran."""

    ticked_at: datetime | None
    is_sending_paused: bool
    is_paused_for_clock: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The person of a session. Without a clinic (not chosen, or no longer a member) there are no roles."""

    user_id: int
    name: str
    email: str
    clinic: ClinicFacts | None
    roles: frozenset[Role]
    system: SystemState


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """A stored sign-in session that is still good. ``person``: whose it is, unless nobody has signed in with it or the
    account is not active. ``tablet_hash``: the shared tablet that it belongs to; ``is_locked``: it waits there for its
    owner's PIN and must answer nobody."""

    data: Mapping[str, Any]
    user_id: int | None
    began_at: datetime
    last_seen_at: datetime
    tablet_hash: str | None
    is_locked: bool
    person: SignedIn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What is needed to compare a password."""

    user_id: int
    name: str
    email: str
    password_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """A one-time link that can still be used, and whose it is."""

    user_id: int
    name: str
    email: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One person on the page of users and roles."""

    public_id: str
    user_id: int
    name: str
    email: str
    roles: frozenset[Role]
    is_active: bool
    has_password: bool
    is_member_elsewhere: bool
    version: int


def find_browser_session(session: Session, *, token: str, at: datetime, limits: SessionLimits) -> BrowserSession | None:
    """Return the session of a cookie, or ``None`` when it is unknown, ended, idle too long or too old."""
    rows = session.connection().execute(_SESSION, {"fingerprint": credentials.fingerprint(token)}).all()
    if not rows:
        return None
    row = rows[0]
    is_on_tablet = row.tablet_hash is not None
    if limits.is_over(
        is_signed_in=row.of_user is not None,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        at=at,
        is_on_tablet=is_on_tablet,
    ):
        return None
    return BrowserSession(
        data=row.data,
        user_id=row.of_user,
        began_at=row.created_at,
        last_seen_at=row.last_seen_at,
        tablet_hash=row.tablet_hash,
        is_locked=is_on_tablet and limits.is_locked(locked_at=row.locked_at, last_seen_at=row.last_seen_at, at=at),
        person=None if row.id is None else _person_of(rows),
    )


def _system_columns() -> tuple[Label[Any], ...]:
    ticked = (
        select(func.min(Heartbeat.beat_at))
        .where(Heartbeat.name.in_(TICKING_JOBS))
        .having(func.count() == len(TICKING_JOBS))
        .scalar_subquery()
    )
    values = {"all_paused_at": PAUSED_AT, "paused_for_clock": PAUSED_FOR_CLOCK, "demo": IS_DEMO}
    stored = (
        select(DeploymentValue.value).where(DeploymentValue.name == name).scalar_subquery().label(label)
        for label, name in values.items()
    )
    return ticked.label("ticked_at"), *stored


def _clinic_of(row: Row[*tuple[Any, ...]]) -> ClinicFacts | None:
    if row.clinic_id is None:
        return None
    return ClinicFacts(id=row.clinic_id, public_id=row.public_id, name=row.clinic_name, zone=row.zone, phone=row.phone)


def _signed_in(people: Any, clinic_id: ColumnElement[int | None], *more: ColumnElement[Any]) -> Select[Any]:
    """People with their roles in a clinic, a row for each role."""
    is_member = and_(Membership.user_id == User.id, Membership.clinic_id == clinic_id, Membership.is_active)
    is_role = and_(MembershipRole.clinic_id == Membership.clinic_id, MembershipRole.user_id == Membership.user_id)
    columns: tuple[Any, ...] = (
        User.id,
        User.name,
        User.email,
        Clinic.id.label("clinic_id"),
        Clinic.public_id,
        Clinic.name.label("clinic_name"),
        Clinic.zone,
        Clinic.phone,
        Clinic.sending_paused_at,
        MembershipRole.role,
        *_system_columns(),
    )
    return (
        select(*columns, *more)
        .select_from(people)
        .outerjoin(Membership, is_member)
        .outerjoin(Clinic, Clinic.id == Membership.clinic_id)
        .outerjoin(MembershipRole, is_role)
    )


_SIGNED_IN = _signed_in(User, bindparam("clinic")).where(User.id == bindparam("user"), User.is_active)
#: Read by every request, so it is built once: the session, and the person whose it is.
_SESSION = _signed_in(
    outerjoin(SigninSession, User, and_(User.id == SigninSession.user_id, User.is_active)),
    SigninSession.clinic_id.expression,
    SigninSession.data.expression,
    SigninSession.user_id.label("of_user"),
    SigninSession.created_at.expression,
    SigninSession.last_seen_at.expression,
    SigninSession.tablet_hash.expression,
    SigninSession.locked_at.expression,
).where(SigninSession.token_hash == bindparam("fingerprint"), SigninSession.ended_at.is_(None))


def get_signed_in(session: Session, user_id: int, clinic_id: int | None) -> SignedIn:
    """Return the person with roles in the clinic, in one statement.

    :raises NotFound: when the account does not exist or is not active.
    """
    rows = session.connection().execute(_SIGNED_IN, {"user": user_id, "clinic": clinic_id}).all()
    if not rows:
        raise NotFound("this account is not active")
    return _person_of(rows)


def _person_of(rows: Sequence[Row[Any]]) -> SignedIn:
    first = rows[0]
    return SignedIn(
        user_id=first.id,
        name=first.name,
        email=first.email,
        clinic=_clinic_of(first),
        roles=frozenset(Role(row.role) for row in rows if row.role is not None),
        system=SystemState(
            ticked_at=first.ticked_at,
            is_sending_paused=first.all_paused_at is not None or first.sending_paused_at is not None,
            is_paused_for_clock=first.paused_for_clock is not None,
            is_demo=first.demo is not None,
        ),
    )


def find_credentials(session: Session, email: str) -> Credentials | None:
    """Return what is needed to compare the password of an active account with at least one clinic."""
    row = session.execute(
        select(User.id, User.name, User.email, User.password_hash).where(
            User.email_key == credentials.email_key(email),
            User.is_active,
            select(Membership.user_id).where(Membership.user_id == User.id, Membership.is_active).exists(),
        )
    ).one_or_none()
    if row is None:
        return None
    return Credentials(user_id=row.id, name=row.name, email=row.email, password_hash=row.password_hash)


def list_clinics_of(session: Session, user_id: int) -> list[ClinicFacts]:
    """Return the clinics in which the person works, by name."""
    rows = session.execute(
        select(Clinic.id, Clinic.public_id, Clinic.name, Clinic.zone, Clinic.phone)
        .join(Membership, Membership.clinic_id == Clinic.id)
        .where(Membership.user_id == user_id, Membership.is_active)
        .order_by(Clinic.name)
    ).all()
    return [
        ClinicFacts(id=row.id, public_id=row.public_id, name=row.name, zone=row.zone, phone=row.phone) for row in rows
    ]


def count_failures(session: Session, *, email: str, address: str, since: datetime) -> tuple[int, int]:
    """Return how often signing in failed since then: for this e-mail address, and from this network address."""
    failed = (SigninAttempt.succeeded.is_(False), SigninAttempt.at > since)
    by_email = session.scalar(
        select(func.count()).where(SigninAttempt.email_key == credentials.email_key(email), *failed)
    )
    by_address = session.scalar(select(func.count()).where(SigninAttempt.address == address, *failed))
    return by_email or 0, by_address or 0


def get_open_link(session: Session, *, token: str, at: datetime) -> OpenLink:
    """Return whose one-time link this is.

    :raises LinkNotUsable: when it is unknown, used or too old, or the account is not active.
    """
    row = session.execute(
        select(User.id, User.name, User.email, SigninLink.purpose)
        .join(User, User.id == SigninLink.user_id)
        .where(
            SigninLink.token_hash == credentials.fingerprint(token),
            SigninLink.used_at.is_(None),
            SigninLink.expires_at > at,
            User.is_active,
        )
    ).one_or_none()
    if row is None:
        raise LinkNotUsable
    return OpenLink(user_id=row.id, name=row.name, email=row.email, purpose=row.purpose)


def list_members(session: Session, clinic_id: int) -> list[MemberRow]:
    """Return everybody who works or worked in the clinic: active first, then by name."""
    elsewhere = Membership.__table__.alias("elsewhere")
    rows = session.execute(
        select(
            User.public_id,
            User.id,
            User.name,
            User.email,
            User.password_hash.is_not(None).label("has_password"),
            User.version,
            Membership.is_active,
            select(elsewhere.c.user_id)
            .where(elsewhere.c.user_id == User.id, elsewhere.c.clinic_id != clinic_id, elsewhere.c.is_active)
            .exists()
            .label("is_elsewhere"),
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.clinic_id == clinic_id)
        .order_by(Membership.is_active.desc(), User.name, User.id)
    ).all()
    roles: dict[int, set[Role]] = {}
    for user_id, role in session.execute(
        select(MembershipRole.user_id, MembershipRole.role).where(MembershipRole.clinic_id == clinic_id)
    ):
        roles.setdefault(user_id, set()).add(Role(role))
    return [
        MemberRow(
            public_id=row.public_id,
            user_id=row.id,
            name=row.name,
            email=row.email,
            roles=frozenset(roles.get(row.id, ())),
            is_active=row.is_active,
            has_password=row.has_password,
            is_member_elsewhere=row.is_elsewhere,
            version=row.version,
        )
        for row in rows
    ]


def get_member(session: Session, clinic_id: int, public_id: str) -> MemberRow:
    """Return one person of the clinic.

    :raises NotFound: when nobody of that id works or worked in this clinic.
    """
    for member in list_members(session, clinic_id):
        if member.public_id == public_id:
            return member
    raise NotFound("no such person in this clinic")


def find_user_id(session: Session, email: str) -> int | None:
    """Return the account of an e-mail address."""
    return session.scalar(select(User.id).where(User.email_key == credentials.email_key(email)))
