"""What a page carries along of a second person's confirmation: for whoever was signed in, and for what was read."""

from dataclasses import replace

import pytest
from flask import g

from tests.support.web import WebWorld
from tracker.domain.access import Actor
from tracker.domain.words import Role
from tracker.services.work import Confirmation
from tracker.web.common.second_person import CARRIED, confirmation, open_sealed, sealed

READ = "dose of one case"


def carried(world: WebWorld, who: Actor) -> str:
    with world.app.test_request_context():
        g.actor, g.second = who, Confirmation(world.user_ids[Role.PHYSICIAN], world.clock.now())
        return sealed(READ)


def taken(world: WebWorld, who: Actor, what: str, token: str) -> Confirmation | None:
    with world.app.test_request_context(method="POST", data={CARRIED: token}):
        g.actor = who
        open_sealed(what)
        return confirmation()


@pytest.fixture
def nurse(world: WebWorld) -> Actor:
    return Actor(world.user_ids[Role.NURSE], world.clinic_id, frozenset({Role.NURSE}), "Nurse Person")


def test_counts_for_the_same_person_and_words(world: WebWorld, nurse: Actor) -> None:
    found = taken(world, nurse, READ, carried(world, nurse))
    assert found is not None and found.user_id == world.user_ids[Role.PHYSICIAN]


def test_counts_for_nobody_else_and_nothing_else(world: WebWorld, nurse: Actor) -> None:
    token = carried(world, nurse)
    assert taken(world, replace(nurse, user_id=nurse.user_id + 1), READ, token) is None
    assert taken(world, replace(nurse, clinic_id=nurse.clinic_id + 1), READ, token) is None
    assert taken(world, nurse, "dose of another case", token) is None
