"""Who works in a clinic, and in which roles.

An account is a person's own and may reach into several clinics, so an administrator of one clinic must not be able to
take it over: a link that sets a password is made only for people who work nowhere else. For others the operator makes
it on the command line. Nobody can leave a clinic without an administrator.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted, StaleVersion
from tracker.domain.words import Role
from tracker.persistence.chain import append_event
from tracker.persistence.models import MemberPin, Membership, MembershipRole, User
from tracker.persistence.types import JsonObject
from tracker.persistence.vocabulary import LinkPurpose
from tracker.queries import accounts as queries
from tracker.queries.accounts import MemberRow
from tracker.services import accounts
from tracker.services.accounts import NewLink
from tracker.services.ports import Ids

_WORKS_ELSEWHERE = (
    "This person works in another clinic too, so no administrator of one clinic sets their password. "
    "Whoever runs this system makes the link: tracker user link."
)


@dataclass(frozen=True, slots=True)
class Administration:
    """One write transaction on the people of one clinic. ``actor`` is ``None`` for the operator's command line."""

    session: Session
    clinic_id: int
    actor: Actor | None
    ids: Ids
    now: datetime

    @property
    def actor_id(self) -> int | None:
        """Who acts, as the events name them."""
        return self.actor.user_id if self.actor is not None else None

    def require_right(self) -> None:
        """Refuse whoever does not manage users in this very clinic.

        :raises NotPermitted: for anybody else
        """
        if self.actor is None:
            return
        if self.actor.clinic_id != self.clinic_id or not self.actor.may(Permission.MANAGE_USERS):
            raise NotPermitted(Permission.MANAGE_USERS)

    def tell(self, kind: str, body: JsonObject) -> None:
        """Write the event of what was done."""
        append_event(
            self.session,
            clinic_id=self.clinic_id,
            kind=kind,
            actor_id=self.actor_id,
            effective_at=self.now,
            recorded_at=self.now,
            body=body,
        )


@dataclass(frozen=True, slots=True)
class Invited:
    """A person who now works in the clinic. ``link`` is ``None`` for somebody who signs in already."""

    user_id: int
    public_id: str
    link: NewLink | None


def invite(work: Administration, *, email: str, name: str, roles: Iterable[Role]) -> Invited:
    """Let somebody work in the clinic, with a first account if there is none yet.

    :raises NotPermitted: for anybody who may not manage users
    :raises InvalidInput: when no role is given, the address cannot be taken or the person is on the list already
    """
    work.require_right()
    wanted = frozenset(roles)
    if not wanted:
        raise InvalidInput({"roles": "Choose at least one role."})
    user_id = queries.find_user_id(work.session, email)
    if user_id is None:
        user_id = accounts.create_user(work.session, email=email, name=name, at=work.now, ids=work.ids)
    elif work.session.get(Membership, (work.clinic_id, user_id)) is not None:
        raise InvalidInput({"email": "This person is on the list already: change the roles there."})
    work.session.execute(insert(Membership).values(clinic_id=work.clinic_id, user_id=user_id, is_active=True))
    _write_roles(work, user_id, wanted)
    member = _member_of_user(work, user_id)
    link = None
    if not member.has_password and (work.actor is None or not member.is_member_elsewhere):
        link = _make_link(work, user_id, LinkPurpose.FIRST)
    work.tell("member_invited", {"user": member.public_id, "roles": sorted(wanted)})
    return Invited(user_id, member.public_id, link)


def change_roles(work: Administration, *, public_id: str, expected_version: int, roles: Iterable[Role]) -> None:
    """Give a member other roles.

    :raises NotFound: when the person is not of this clinic
    :raises StaleVersion: when somebody changed the person meanwhile
    :raises InvalidInput: when no role is given, or no administrator would be left
    """
    work.require_right()
    wanted = frozenset(roles)
    if not wanted:
        raise InvalidInput({"roles": "Choose at least one role, or end the person's access."})
    member = _claim(work, public_id, expected_version)
    if Role.ADMINISTRATOR in member.roles - wanted:
        _check_administrator_left(work, member, "roles")
    _write_roles(work, member.user_id, wanted)
    work.tell("member_roles_changed", {"user": public_id, "roles": sorted(wanted), "before": sorted(member.roles)})


def end_access(work: Administration, *, public_id: str, expected_version: int) -> None:
    """End somebody's work in the clinic: at once, with every open session. What they did keeps its author.

    :raises NotFound: when the person is not of this clinic
    :raises StaleVersion: when somebody changed the person meanwhile
    :raises InvalidInput: when no administrator would be left
    """
    work.require_right()
    member = _claim(work, public_id, expected_version)
    if Role.ADMINISTRATOR in member.roles:
        _check_administrator_left(work, member, "access")
    _set_active(work, member, is_active=False)
    accounts.end_sessions_of(work.session, user_id=member.user_id, at=work.now)
    work.tell("member_access_ended", {"user": public_id})


def restore_access(work: Administration, *, public_id: str, expected_version: int) -> None:
    """Let somebody work in the clinic again, in the roles of before.

    :raises NotFound: when the person is not of this clinic
    :raises StaleVersion: when somebody changed the person meanwhile
    """
    work.require_right()
    member = _claim(work, public_id, expected_version)
    _set_active(work, member, is_active=True)
    work.tell("member_access_restored", {"user": public_id})


def make_reset_link(work: Administration, *, public_id: str, expected_version: int) -> NewLink:
    """Make a one-time link with which a member chooses a new password.

    :raises NotFound: when the person is not of this clinic
    :raises StaleVersion: when somebody changed the person meanwhile
    :raises InvalidInput: when the person has no access, or works in another clinic too
    """
    work.require_right()
    member = _claim(work, public_id, expected_version)
    if not member.is_active:
        raise InvalidInput({"link": "This person has no access to the clinic: give it back first."})
    if member.is_member_elsewhere and work.actor is not None:
        raise InvalidInput({"link": _WORKS_ELSEWHERE})
    purpose = LinkPurpose.RESET if member.has_password else LinkPurpose.FIRST
    link = _make_link(work, member.user_id, purpose)
    work.tell("member_link_made", {"user": public_id, "purpose": purpose.value})
    return link


def clear_pin(work: Administration, *, public_id: str, expected_version: int) -> None:
    """Take a member's PIN away. Nobody but its owner can choose one.

    :raises NotFound: when the person is not of this clinic
    :raises StaleVersion: when somebody changed the person meanwhile
    :raises InvalidInput: when the person has none
    """
    work.require_right()
    member = _claim(work, public_id, expected_version)
    taken = work.session.execute(
        delete(MemberPin)
        .where(MemberPin.clinic_id == work.clinic_id, MemberPin.user_id == member.user_id)
        .returning(MemberPin.user_id)
    ).all()
    if not taken:
        raise InvalidInput({"pin": "This person has no PIN."})
    work.tell("member_pin_cleared", {"user": public_id})


def _make_link(work: Administration, user_id: int, purpose: LinkPurpose) -> NewLink:
    return accounts.make_link(
        work.session, user_id=user_id, purpose=purpose, created_by=work.actor_id, at=work.now, ids=work.ids
    )


def _member_of_user(work: Administration, user_id: int) -> MemberRow:
    public_id = work.session.scalar(select(User.public_id).where(User.id == user_id))
    if public_id is None:
        raise NotFound("no such person")
    return queries.get_member(work.session, work.clinic_id, public_id)


def _claim(work: Administration, public_id: str, expected_version: int) -> MemberRow:
    """Count the person's version up if it is still the expected one, and return them as they were."""
    member = queries.get_member(work.session, work.clinic_id, public_id)
    claimed = work.session.execute(
        update(User)
        .where(User.id == member.user_id, User.version == expected_version)
        .values(version=User.version + 1)
        .returning(User.version)
    ).all()
    if not claimed:
        raise StaleVersion(member.version)
    return queries.get_member(work.session, work.clinic_id, public_id)


def _write_roles(work: Administration, user_id: int, roles: frozenset[Role]) -> None:
    work.session.execute(
        delete(MembershipRole).where(MembershipRole.clinic_id == work.clinic_id, MembershipRole.user_id == user_id)
    )
    work.session.execute(
        insert(MembershipRole),
        [{"clinic_id": work.clinic_id, "user_id": user_id, "role": role.value} for role in sorted(roles)],
    )


def _set_active(work: Administration, member: MemberRow, *, is_active: bool) -> None:
    work.session.execute(
        update(Membership)
        .where(Membership.clinic_id == work.clinic_id, Membership.user_id == member.user_id)
        .values(is_active=is_active)
    )


def _check_administrator_left(work: Administration, member: MemberRow, field: str) -> None:
    """Two administrators who leave at the same moment would both see the other: their rows are locked first."""
    others = work.session.execute(
        select(Membership.user_id)
        .join(
            MembershipRole,
            (MembershipRole.clinic_id == Membership.clinic_id) & (MembershipRole.user_id == Membership.user_id),
        )
        .where(
            Membership.clinic_id == work.clinic_id,
            Membership.is_active,
            MembershipRole.role == Role.ADMINISTRATOR.value,
        )
        .with_for_update()
    ).scalars()
    if not any(user_id != member.user_id for user_id in others):
        raise InvalidInput({field: "The clinic would be left without an administrator. Make somebody else one first."})
