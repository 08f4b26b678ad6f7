"""The identity that commands act under is nobody's way in, and nobody to hand work to."""

from sqlalchemy import select

from tests.support.web import WebWorld
from tracker.domain.access import Actor
from tracker.domain.words import Role
from tracker.persistence.models import User
from tracker.queries.accounts import list_members
from tracker.queries.colleagues import list_colleagues
from tracker.services.system_actor import EMAIL, NAME, system_actor


def make(world: WebWorld) -> Actor:
    with world.database.writing() as session:
        return system_actor(session, world.clinic_id, world.clock.now(), world.ids)


class TestTheCommandLine:
    def test_is_one_account_for_all_clinics(self, world: WebWorld) -> None:
        other = world.add_clinic("other")
        first = make(world)
        assert make(world) == first
        with world.database.writing() as session:
            assert system_actor(session, other, world.clock.now(), world.ids).user_id == first.user_id
        with world.database.reading() as session:
            assert len(session.scalars(select(User).where(User.name == NAME)).all()) == 1

    def test_cannot_sign_in_even_with_a_password(self, world: WebWorld) -> None:
        actor = make(world)
        with world.database.writing() as session:
            user = session.get_one(User, actor.user_id)
            user.password_hash = world.runtime.passwords.hash("four quiet green boats")
        answer = world.browser().submit("/sign-in", {"email": EMAIL, "password": "four quiet green boats"})
        assert answer.status_code != 303

    def test_is_nobody_to_hand_work_to(self, world: WebWorld) -> None:
        actor = make(world)
        viewer = Actor(world.user_ids[Role.MANAGER], world.clinic_id, frozenset({Role.MANAGER}), "Manager")
        with world.database.reading() as session:
            assert actor.user_id not in {user_id for user_id, _ in list_colleagues(session, viewer)}
            member = next(each for each in list_members(session, world.clinic_id) if each.user_id == actor.user_id)
        assert not member.is_active
        assert member.roles == frozenset()
