"""Many people on one case at once: every edit that was accepted is there, and every other one was told so."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.conftest import NOW
from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import Journey, journey_in
from tests.support.web import WebWorld, make_world
from tracker.domain.errors import StaleVersion
from tracker.domain.words import Role
from tracker.integrations.ids import RandomIds
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import AccessEntry, Case, Event
from tracker.services import steps
from tracker.services.work import CaseRef, Work

PEOPLE, EDITS = 8, 12


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> WebWorld:
    return make_world(database, clock, ids)


@pytest.fixture
def journey(world: WebWorld) -> Journey:
    """A case that was referred."""
    journey = journey_in(world)
    journey.refer()
    return journey


def version_of(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(Case.version)).one()


def edits(journey: Journey, number: int) -> Counter[str]:
    """One person who puts the case on hold again and again, always from the version of a page opened just before."""
    actor, ids, told = journey.actor(Role.COORDINATOR), RandomIds(), Counter[str]()
    for attempt in range(EDITS):
        seen = version_of(journey.database)
        try:
            with journey.database.writing() as session:
                work = Work(session, actor, ids, NOW)
                until_on = date(2026, 4, 1) + timedelta(days=number * EDITS + attempt)
                steps.hold(work, CaseRef(journey.public_id, seen), until_on=until_on, reason=f"{number}")
        except StaleVersion:
            told["stale"] += 1
        else:
            told["accepted"] += 1
    return told


def test_no_edit_is_lost_and_none_is_written_over_another(journey: Journey) -> None:
    before = journey.version
    with ThreadPoolExecutor(PEOPLE) as people:
        # Whatever else is raised, "database is locked" for one, comes out here.
        told = sum(people.map(lambda number: edits(journey, number), range(PEOPLE)), Counter[str]())
    assert told["accepted"] + told["stale"] == PEOPLE * EDITS
    assert told["accepted"] >= EDITS and told["stale"] > 0
    with journey.database.reading() as session:
        mine = Event.kind == "held"
        versions = session.scalars(select(Event.case_version).where(mine).order_by(Event.seq)).all()
        looked = session.scalar(select(func.count()).where(AccessEntry.page == "held"))
        chain = verify_chain(session, journey.clinic_id)
    assert versions == list(range(before + 1, before + told["accepted"] + 1))
    assert (version_of(journey.database), looked) == (versions[-1], told["accepted"])
    assert chain.is_whole


def test_the_same_form_sent_twice_writes_once(world: WebWorld, journey: Journey) -> None:
    browsers = [world.sign_in(Role.COORDINATOR) for _ in range(2)]
    path = f"/cases/{journey.public_id}/hold"
    typed = {"expected_version": journey.version, "until_on": "2026-04-01", "reason": "letter awaited"}
    for browser in browsers:
        assert browser.get(path).status_code == 200
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda browser: browser.post(path, typed).status_code, browsers))
    assert sorted(answers) == [303, 409]
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).where(Event.kind == "held")) == 1
