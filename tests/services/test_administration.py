"""Accounts, members and the clinic's settings on both engines: what the pages cannot show of the use cases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import add_clinic
from tracker.domain import credentials
from tracker.domain.access import Actor
from tracker.domain.errors import InvalidInput, LinkNotUsable, NotPermitted, StaleVersion, TooManyAttempts
from tracker.domain.words import Role
from tracker.integrations.ids import RandomIds
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, SigninAttempt, SigninLink, SigninSession
from tracker.persistence.vocabulary import LinkPurpose
from tracker.queries.accounts import find_browser_session, get_open_link, get_signed_in, list_members
from tracker.services import accounts, clinic_setup, members
from tracker.services.members import Administration
from tracker.services.work import Work

LIMITS = credentials.SessionLimits()


class Place:
    """A clinic with its people in a database of one engine."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds) -> None:
        self.database, self.clock, self.ids = database, clock, ids
        self.clinic_id, self.people = add_clinic(database, ids, clock.now(), "main")

    def actor(self, role: Role) -> Actor:
        """The person of a role."""
        return Actor(self.people[role], self.clinic_id, frozenset({role}), "somebody")

    def administer(self, use_case: Callable[[Administration], object], role: Role | None = Role.ADMINISTRATOR) -> None:
        """Run a use case on people; without a role as the operator."""
        with self.database.writing() as session:
            actor = self.actor(role) if role is not None else None
            use_case(Administration(session, self.clinic_id, actor, self.ids, self.clock.now()))

    def work(self, use_case: Callable[[Work], object], role: Role = Role.ADMINISTRATOR) -> None:
        """Run a use case on the clinic."""
        with self.database.writing() as session:
            use_case(Work(session, self.actor(role), self.ids, self.clock.now()))

    def member(self, role: Role):
        """The person of a role as the page of users shows them."""
        with self.database.reading() as session:
            return next(m for m in list_members(session, self.clinic_id) if m.user_id == self.people[role])


@pytest.fixture
def place(database: Database, clock: FixedClock, ids: SeededIds) -> Place:
    """One clinic, on each engine in turn."""
    return Place(database, clock, ids)


class TestSessionsAndLinks:
    def test_are_found_by_their_token_and_stored_without_it(self, place: Place) -> None:
        at, user = place.clock.now(), place.people[Role.NURSE]
        with place.database.writing() as session:
            accounts.open_browser_session(
                session, token="t0", user_id=user, clinic_id=place.clinic_id, data={"a": "b"}, at=at
            )
        with place.database.reading() as session:
            found = find_browser_session(session, token="t0", at=at, limits=LIMITS)
            assert found is not None
            assert (found.data, found.user_id, found.last_seen_at) == ({"a": "b"}, user, at)
            assert session.scalar(select(SigninSession.token_hash)) == credentials.fingerprint("t0")
            assert find_browser_session(session, token="t1", at=at, limits=LIMITS) is None

    def test_once_ended_stay_ended(self, place: Place) -> None:
        at, user = place.clock.now(), place.people[Role.NURSE]
        with place.database.writing() as session:
            accounts.open_browser_session(session, token="t0", user_id=user, clinic_id=None, data={"a": "b"}, at=at)
            accounts.end_sessions_of(session, user_id=user, at=at)
            accounts.save_browser_session(
                session.connection(), token="t0", user_id=user, clinic_id=None, data={"a": "c"}, at=at
            )
            accounts.touch_browser_session(session, token="t0", at=at)
        with place.database.reading() as session:
            assert find_browser_session(session, token="t0", at=at, limits=LIMITS) is None

    def test_are_purged_with_old_attempts(self, place: Place) -> None:
        at = place.clock.now()
        with place.database.writing() as session:
            accounts.reserve_attempt(session, email="a@b.example", address="::1", at=at, ids=place.ids)
            accounts.make_link(
                session,
                user_id=place.people[Role.NURSE],
                purpose=LinkPurpose.FIRST,
                created_by=None,
                at=at,
                ids=place.ids,
            )
            accounts.open_browser_session(session, token="t0", user_id=None, clinic_id=None, data={"a": "b"}, at=at)
        later = place.clock.advance(days=92)
        with place.database.writing() as session:
            assert accounts.purge_dead_sessions(session, at=later, limits=LIMITS) == 1
            for table in (SigninSession, SigninAttempt, SigninLink):
                assert session.scalar(select(func.count()).select_from(table)) == 0

    def test_a_link_is_used_by_one_of_two_who_try_at_once(self, place: Place) -> None:
        at, user = place.clock.now(), place.people[Role.NURSE]
        with place.database.writing() as session:
            link = accounts.make_link(
                session, user_id=user, purpose=LinkPurpose.RESET, created_by=None, at=at, ids=place.ids
            )

        def use(number: int) -> bool:
            try:
                with place.database.writing() as session:
                    accounts.use_link(session, token=link.token, password_hash=f"hash {number}", at=at)
            except LinkNotUsable:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(use, range(8))) == 1
        with place.database.reading() as session, pytest.raises(LinkNotUsable):
            get_open_link(session, token=link.token, at=at)


class TestThrottling:
    def test_holds_when_many_try_at_once(self, place: Place) -> None:
        threads = 4

        def attempt(_number: int) -> bool:
            try:
                with place.database.writing() as session:
                    accounts.reserve_attempt(
                        session, email="a@b.example", address="::1", at=place.clock.now(), ids=RandomIds()
                    )
            except TooManyAttempts:
                return False
            return True

        with ThreadPoolExecutor(threads) as pool:
            let_through = sum(pool.map(attempt, range(40)))
        slack = 0 if place.database.is_sqlite else threads - 1
        assert credentials.FAILURES_PER_EMAIL <= let_through <= credentials.FAILURES_PER_EMAIL + slack


class TestMembers:
    def test_are_kept_by_administrators_only(self, place: Place) -> None:
        for role in set(Role) - {Role.ADMINISTRATOR}:
            with pytest.raises(NotPermitted):
                place.administer(lambda work: members.invite(work, email="a@b.c", name="A", roles=[Role.NURSE]), role)

    def test_are_not_kept_by_the_administrator_of_another_clinic(self, place: Place) -> None:
        other, people = add_clinic(place.database, place.ids, place.clock.now(), "north")
        stranger = Actor(people[Role.ADMINISTRATOR], other, frozenset({Role.ADMINISTRATOR}), "stranger")
        with place.database.writing() as session:
            work = Administration(session, place.clinic_id, stranger, place.ids, place.clock.now())
            with pytest.raises(NotPermitted):
                members.invite(work, email="a@b.example", name="A", roles=[Role.NURSE])

    def test_get_a_link_from_the_operator_even_when_they_work_elsewhere(self, place: Place) -> None:
        other, _ = add_clinic(place.database, place.ids, place.clock.now(), "north")
        with place.database.writing() as session:
            work = Administration(session, other, None, place.ids, place.clock.now())
            invited = members.invite(work, email="nurse@main.example", name="N", roles=[Role.NURSE])
        assert invited.link is None
        version = place.member(Role.NURSE).version

        def make(work: Administration) -> None:
            public_id = place.member(Role.NURSE).public_id
            members.make_reset_link(work, public_id=public_id, expected_version=version)

        with pytest.raises(InvalidInput):
            place.administer(make)
        place.administer(make, None)

    def test_keep_one_administrator_when_two_leave_at_once(self, place: Place) -> None:
        nurse = place.member(Role.NURSE)
        place.administer(
            lambda work: members.change_roles(
                work, public_id=nurse.public_id, expected_version=nurse.version, roles=[Role.ADMINISTRATOR]
            )
        )
        leaving = [place.member(Role.NURSE), place.member(Role.ADMINISTRATOR)]

        def leave(member) -> bool:
            try:
                place.administer(
                    lambda work: members.end_access(work, public_id=member.public_id, expected_version=member.version),
                    None,
                )
            except InvalidInput:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(leave, leaving)) == [False, True]

    def test_have_their_roles_in_one_statement(self, place: Place) -> None:
        nurse = place.member(Role.NURSE)
        wanted = {Role.NURSE, Role.MANAGER, Role.LEAD_COORDINATOR}
        place.administer(
            lambda work: members.change_roles(
                work, public_id=nurse.public_id, expected_version=nurse.version, roles=wanted
            )
        )
        with place.database.reading() as session:
            person = get_signed_in(session, nurse.user_id, place.clinic_id)
            assert person.roles == wanted
            assert person.clinic is not None
            assert get_signed_in(session, nurse.user_id, None).clinic is None
            assert verify_chain(session, place.clinic_id).is_whole

    def test_are_changed_once_from_one_version(self, place: Place) -> None:
        nurse = place.member(Role.NURSE)

        def change(work: Administration) -> None:
            members.change_roles(work, public_id=nurse.public_id, expected_version=nurse.version, roles=[Role.MANAGER])

        place.administer(change)
        with pytest.raises(StaleVersion) as caught:
            place.administer(change)
        assert caught.value.current_version == nurse.version + 1


class TestTheClinic:
    def test_is_set_up_by_those_who_manage_it(self, place: Place) -> None:
        place.work(lambda work: clinic_setup.add_room(work, name="OR 1"), Role.ADMINISTRATOR)
        place.work(lambda work: clinic_setup.add_room(work, name="OR 2"), Role.MANAGER)
        for role in set(Role) - {Role.ADMINISTRATOR, Role.MANAGER}:
            with pytest.raises(NotPermitted):
                place.work(lambda work: clinic_setup.add_room(work, name="OR 1"), role)
            with pytest.raises(NotPermitted):
                place.work(lambda work: clinic_setup.close_day(work, on_date=date(2026, 12, 25), label="x"), role)

    def test_is_made_with_a_chain_of_its_own(self, place: Place) -> None:
        with place.database.writing() as session:
            clinic_id = clinic_setup.create_clinic(
                session, name="  North   Clinic ", zone="Asia/Kathmandu", at=place.clock.now(), ids=place.ids
            )
        with place.database.reading() as session:
            clinic = session.get_one(Clinic, clinic_id)
            assert (clinic.name, clinic.zone, clinic.open_weekdays) == ("North Clinic", "Asia/Kathmandu", "12345")
            assert verify_chain(session, clinic_id).is_whole
            assert place.clock.now().astimezone(ZoneInfo(clinic.zone)).minute == 45

    def test_is_closed_and_opened(self, place: Place) -> None:
        day = date(2026, 12, 25)
        place.work(lambda work: clinic_setup.close_day(work, on_date=day, label="Christmas"))
        with pytest.raises(InvalidInput):
            place.work(lambda work: clinic_setup.close_day(work, on_date=day, label="again"))
        place.work(lambda work: clinic_setup.open_day(work, on_date=day))
