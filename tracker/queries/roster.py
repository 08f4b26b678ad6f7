"""Who answers for what at a clinic: the named people, who is away, who is on call."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from tracker.domain.access import Permission, roles_that_may
from tracker.domain.escalation.people import NAMED, Named, Roster
from tracker.domain.words import Role
from tracker.persistence.models import Absence, Duty, Membership, MembershipRole, OnCall, User

#: The days ahead that the page of the roster shows.
MOST_SHOWN = 100


def get_roster(session: Session, clinic_id: int, today: date) -> Roster:
    """The people of a clinic on its civil day."""
    members: dict[Role, list[int]] = defaultdict(list)
    for row in _members(session, clinic_id):
        members[Role(row.role)].append(row.id)
    away = select(Absence.user_id).where(
        Absence.clinic_id == clinic_id, Absence.from_on <= today, Absence.until_on >= today
    )
    on_call = (
        select(OnCall.user_id).where(OnCall.clinic_id == clinic_id, OnCall.on_date == today).order_by(OnCall.position)
    )
    return Roster(
        members={role: tuple(found) for role, found in members.items()},
        duties={Role(row.role): Named(row.user_id, row.cover_user_id) for row in _duties(session, clinic_id)},
        absent=frozenset(session.scalars(away)),
        on_call=tuple(session.scalars(on_call)),
    )


def _members(session: Session, clinic_id: int) -> Sequence[Row[str, int, str]]:
    query = (
        select(MembershipRole.role, User.id, User.name)
        .join(
            Membership,
            (Membership.clinic_id == MembershipRole.clinic_id) & (Membership.user_id == MembershipRole.user_id),
        )
        .join(User, User.id == MembershipRole.user_id)
        .where(MembershipRole.clinic_id == clinic_id, Membership.is_active, User.is_active)
        .order_by(User.name, User.id)
    )
    return session.execute(query).all()


def _duties(session: Session, clinic_id: int) -> Sequence[Row[str, int | None, int | None, int]]:
    query = select(Duty.role, Duty.user_id, Duty.cover_user_id, Duty.version)
    return session.execute(query.where(Duty.clinic_id == clinic_id)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """Who answers for a role. ``version`` 0: nobody was ever named."""

    role: Role
    user_id: int | None
    cover_user_id: int | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayLine:
    """Some days on which somebody is away."""

    id: int
    name: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallLine:
    """Who is on call on a day, in which place."""

    on_date: date
    position: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySheet:
    """Everything that the page of duties shows. ``people`` of each role, and of the clinic under ``None``;
    ``answering``: who may answer an escalation, and so cover or be on call."""

    duties: tuple[DutyLine, ...]
    people: dict[Role | None, dict[int, str]]
    answering: dict[int, str]
    away: tuple[AwayLine, ...]
    on_call: tuple[OnCallLine, ...]


def get_duty_sheet(session: Session, clinic_id: int, today: date) -> DutySheet:
    """Who answers at a clinic, and who is away or on call from today on."""
    people: dict[Role | None, dict[int, str]] = defaultdict(dict)
    answering: dict[int, str] = {}
    for row in _members(session, clinic_id):
        people[Role(row.role)][row.id] = row.name
        people[None][row.id] = row.name
        if Role(row.role) in roles_that_may(Permission.ACKNOWLEDGE):
            answering[row.id] = row.name
    stored = {Role(row.role): row for row in _duties(session, clinic_id)}
    duties = [
        DutyLine(
            role=role,
            user_id=stored[role].user_id if role in stored else None,
            cover_user_id=stored[role].cover_user_id if role in stored else None,
            version=stored[role].version if role in stored else 0,
        )
        for role in NAMED
    ]
    away = (
        select(Absence.id, User.name, Absence.from_on, Absence.until_on)
        .join(User, User.id == Absence.user_id)
        .where(Absence.clinic_id == clinic_id, Absence.until_on >= today)
        .order_by(Absence.from_on, Absence.id)
    )
    on_call = (
        select(OnCall.on_date, OnCall.position, User.name)
        .join(User, User.id == OnCall.user_id)
        .where(OnCall.clinic_id == clinic_id, OnCall.on_date >= today)
        .order_by(OnCall.on_date, OnCall.position)
    )
    return DutySheet(
        duties=tuple(duties),
        people=people,
        answering=answering,
        away=tuple(AwayLine(**row._mapping) for row in session.execute(away.limit(MOST_SHOWN))),
        on_call=tuple(OnCallLine(**row._mapping) for row in session.execute(on_call.limit(MOST_SHOWN))),
    )
