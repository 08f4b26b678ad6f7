"""PINs and shared tablets on both engines: what the pages cannot show of the use cases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import add_clinic
from tracker.domain.credentials import SessionLimits, fingerprint
from tracker.domain.pins import TRIES
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Event, MemberPin, SigninSession
from tracker.queries.accounts import find_browser_session
from tracker.queries.pins import find_pin
from tracker.queries.tablets import list_people_on
from tracker.services import accounts, pins, tablets

LIMITS = SessionLimits()
TABLET, ANOTHER = fingerprint("this tablet"), fingerprint("another tablet")


class Ward:
    """A clinic whose people sign in on tablets."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds) -> None:
        self.database, self.clock = database, clock
        self.clinic_id, self.people = add_clinic(database, ids, clock.now(), "main")

    def sign_in(self, role: Role, token: str, tablet: str | None = TABLET) -> None:
        with self.database.writing() as session:
            accounts.open_browser_session(
                session, token=token, user_id=self.people[role], clinic_id=self.clinic_id, data={"a": token},
                at=self.clock.now(), tablet_hash=tablet,
            )  # fmt: skip

    def take_up(self, role: Role, token: str, tablet: str = TABLET, new: str = "new") -> bool:
        with self.database.writing() as session:
            taken = tablets.take_up(
                session, tablet_hash=tablet, token_hash=fingerprint(token), new_token=new, user_id=self.people[role],
                at=self.clock.now(), limits=LIMITS,
            )  # fmt: skip
        assert taken is None or taken.data["a"] == "n", "with what it holds"
        return taken is not None

    def is_open(self, token: str) -> bool:
        with self.database.reading() as session:
            found = find_browser_session(session, token=token, at=self.clock.now(), limits=LIMITS)
        return found is not None and not found.is_locked

    def names(self, tablet: str = TABLET) -> list[str]:
        with self.database.reading() as session:
            return [each.name for each in list_people_on(session, tablet, at=self.clock.now(), limits=LIMITS)]

    def give_pin(self, role: Role, failures: int = 0) -> None:
        with self.database.writing() as session:
            session.add(
                MemberPin(
                    clinic_id=self.clinic_id, user_id=self.people[role], pin_hash="h", set_at=self.clock.now(),
                    failures=failures,
                )
            )  # fmt: skip

    def try_wrong(self, role: Role) -> bool:
        """Whether the try was counted at all."""
        with self.database.writing() as session:
            tried = pins.reserve_try(
                session, clinic_id=self.clinic_id, user_id=self.people[role], by=None, place="tablet"
            )
            if tried is not None:
                pins.refuse_try(session, tried, at=self.clock.now())
        return tried is not None

    def told(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(Event.kind).order_by(Event.seq)))


@pytest.fixture
def ward(database: Database, clock: FixedClock, ids: SeededIds) -> Ward:
    """On each engine in turn."""
    return Ward(database, clock, ids)


def test_one_session_of_a_tablet_is_open_and_the_others_wait_for_their_owner(ward: Ward) -> None:
    ward.sign_in(Role.NURSE, "n")
    ward.sign_in(Role.PHYSICIAN, "elsewhere", ANOTHER)
    ward.sign_in(Role.PHYSICIAN, "p")
    assert (ward.is_open("n"), ward.is_open("p"), ward.is_open("elsewhere")) == (False, True, True)
    assert ward.names() == ["Nurse Person", "Physician Person"]

    assert not ward.take_up(Role.NURSE, "n", ANOTHER), "a PIN opens nothing on another device"
    assert not ward.take_up(Role.NURSE, "p"), "and nobody else's session"
    assert ward.take_up(Role.NURSE, "n")
    assert (ward.is_open("new"), ward.is_open("n"), ward.is_open("p")) == (True, False, False)

    ward.sign_in(Role.NURSE, "again")
    assert ward.names() == ["Nurse Person", "Physician Person"], "each once"
    assert not ward.is_open("new")


def test_a_session_of_a_tablet_locks_when_idle_and_ends_when_it_is_too_old(ward: Ward) -> None:
    ward.sign_in(Role.NURSE, "n")
    ward.sign_in(Role.PHYSICIAN, "alone", None)
    ward.clock.advance(minutes=5)
    assert ward.is_open("n")
    ward.clock.advance(seconds=1)
    assert not ward.is_open("n")
    ward.clock.advance(hours=11, minutes=54, seconds=59)
    with ward.database.writing() as session:
        assert accounts.purge_dead_sessions(session, at=ward.clock.now(), limits=LIMITS) == 1
    assert ward.take_up(Role.NURSE, "n"), "after twelve hours to the second"
    ward.clock.advance(seconds=1)
    assert ward.names() == []
    assert not ward.take_up(Role.NURSE, "new", new="newer"), "whatever PIN is typed"
    assert not ward.is_open("new")


def test_signing_out_of_a_tablet_ends_everybodys_session_there(ward: Ward) -> None:
    ward.sign_in(Role.NURSE, "n")
    ward.sign_in(Role.PHYSICIAN, "p")
    ward.sign_in(Role.MANAGER, "m", ANOTHER)
    with ward.database.writing() as session:
        tablets.end_tablet(session, tablet_hash=TABLET, at=ward.clock.now())
    with ward.database.reading() as session:
        left = session.scalars(select(SigninSession.token_hash).where(SigninSession.ended_at.is_(None))).all()
    assert left == [fingerprint("m")]


def test_a_pin_is_locked_by_wrong_tries_and_opened_by_the_password(ward: Ward) -> None:
    ward.give_pin(Role.NURSE)
    ward.give_pin(Role.PHYSICIAN, failures=TRIES - 1)
    assert [ward.try_wrong(Role.NURSE) for _ in range(TRIES + 2)] == [True] * TRIES + [False] * 2
    assert ward.told() == ["pin_refused"] * TRIES + ["pin_locked"]
    at = ward.clock.now() + timedelta(hours=1)
    with ward.database.writing() as session:
        for role in (Role.NURSE, Role.PHYSICIAN, Role.MANAGER):
            pins.password_given(session, user_id=ward.people[role], at=at)
    assert ward.told()[-1:] == ["pin_unlocked"]
    assert ward.told().count("pin_unlocked") == 1, "the other one was not locked"
    with ward.database.reading() as session:
        for role in (Role.NURSE, Role.PHYSICIAN):
            state = find_pin(session, ward.clinic_id, ward.people[role])
            assert state is not None
            assert state.failures == 0
        body = session.scalars(select(Event.body).where(Event.kind == "pin_locked")).one()
    assert sorted(json.loads(body)["body"]) == ["failures", "place", "user"]
