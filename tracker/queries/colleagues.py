"""Who works at the clinic, and who of them could read or sign something as the second person."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission, roles_that_may
from tracker.persistence.models import Membership, MembershipRole, User


def holds(permission: Permission) -> ColumnElement[bool]:
    """Whether the member of the row works at the clinic now, in a role that holds the permission there."""
    in_role = exists().where(
        MembershipRole.clinic_id == Membership.clinic_id,
        MembershipRole.user_id == Membership.user_id,
        MembershipRole.role.in_(roles_that_may(permission)),
    )
    return Membership.is_active & User.is_active & in_role


def list_colleagues(session: Session, viewer: Actor, *, holding: Permission | None = None) -> list[tuple[int, str]]:
    """Everybody who works at the viewer's clinic, by name; ``holding``: only who holds that permission there."""
    query = (
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.clinic_id == viewer.clinic_id, Membership.is_active, User.is_active)
        .order_by(User.name, User.id)
    )
    rows = session.execute(query if holding is None else query.where(holds(holding)))
    return [(row.id, row.name) for row in rows]
