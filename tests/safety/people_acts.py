"""What an administrator does to the people of a clinic, each once, for the test that it leaves an event."""

from collections.abc import Callable

from sqlalchemy import select

from tests.conftest import NOW
from tests.support.web import email_of
from tracker.domain.words import Role
from tracker.persistence.models import MemberPin, User
from tracker.queries.accounts import get_member
from tracker.services import members
from tracker.services.members import Administration


def _member(work: Administration) -> dict[str, object]:
    """The nurse, as a form knows them."""
    of_nurse = select(User.public_id).where(User.email_key == email_of(Role.NURSE))
    public_id = work.session.scalars(of_nurse).one()
    return {"public_id": public_id, "expected_version": get_member(work.session, work.clinic_id, public_id).version}


def _restore(work: Administration) -> object:
    members.end_access(work, **_member(work))
    return members.restore_access(work, **_member(work))


def _clear_pin(work: Administration) -> object:
    nurse = work.session.scalars(select(User.id).where(User.email_key == email_of(Role.NURSE))).one()
    work.session.add(MemberPin(clinic_id=work.clinic_id, user_id=nurse, pin_hash="x", set_at=NOW, failures=0))
    work.session.flush()
    return members.clear_pin(work, **_member(work))


OF_PEOPLE: dict[str, Callable[[Administration], object]] = {
    "members.invite": lambda work: members.invite(work, email="new@main.example", name="New", roles=[Role.NURSE]),
    "members.change_roles": lambda work: members.change_roles(work, **_member(work), roles=[Role.MANAGER]),
    "members.end_access": lambda work: members.end_access(work, **_member(work)),
    "members.restore_access": _restore,
    "members.clear_pin": _clear_pin,
    "members.make_reset_link": lambda work: members.make_reset_link(work, **_member(work)),
}
