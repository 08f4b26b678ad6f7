"""Many people on one case at once: every edit that was accepted is there, and every other one was told so."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from tests.conftest import NOW
from tests.support.journey import Journey, a_person, journey_in
from tests.support.reoperating import begun, booked
from tests.support.web import WebWorld
from tracker.domain.errors import StaleVersion
from tracker.domain.words import Role
from tracker.integrations.ids import RandomIds
from tracker.persistence.chain import verify_chain
from tracker.persistence.database import Database
from tracker.persistence.models import AccessEntry, Case, Event, Patient
from tracker.queries.snapshots import load_snapshot
from tracker.services import appointments, patients, steps
from tracker.services.appointments import Slot
from tracker.services.work import CaseRef, Work

PEOPLE, EDITS = 8, 12
#: Whether somebody waits for this very transaction, on PostgreSQL. On SQLite everybody waits before they begin.
WAITING = text("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1")


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


def test_two_people_who_correct_one_patient_lose_nothing(journey: Journey) -> None:
    """Both forms were made from the same version; the second waits for the first and is told."""
    with journey.database.reading() as session:
        patient = session.scalars(select(Patient)).one()
    at_once = Barrier(PEOPLE)

    def correct(number: int) -> str:
        person = a_person(city=f"Town {number}")
        at_once.wait()
        try:
            with journey.database.writing() as session:
                work = Work(session, journey.actor(Role.COORDINATOR), RandomIds(), NOW)
                patients.change_patient(work, patient.public_id, patient.version, person, journey.today)
        except StaleVersion:
            return ""
        return person.city

    with ThreadPoolExecutor(PEOPLE) as people:
        accepted = [city for city in people.map(correct, range(PEOPLE)) if city]
    with journey.database.reading() as session:
        stands = session.scalars(select(Patient)).one()
        told = session.scalar(select(func.count()).where(Event.kind == "patient_changed"))
    assert accepted == [stands.city]
    assert (stands.version, told) == (patient.version + 1, 1)


def test_who_waited_for_a_case_sees_what_was_booked_beside_it_meanwhile(world: WebWorld) -> None:
    """On PostgreSQL the statement that waits for the lock looks at other rows as they were before it waited."""
    pump = journey_in(world).go("maintained")
    beside = begun(pump)
    visit, slot = booked(beside), Slot(starts=beside.in_days(9), minutes=60)
    case_id = pump.look().head.case_id

    def wait_and_look() -> date | None:
        with world.database.writing() as session:
            return load_snapshot(session, pump.clinic_id, case_id, lock=True).snapshot.replacement_on

    with ThreadPoolExecutor(1) as other:
        with world.database.writing() as session:
            work = Work(session, beside.actor(Role.COORDINATOR), RandomIds(), world.clock.now())
            appointments.move(work, CaseRef(beside.public_id, beside.version), appointment=visit, slot=slot)
            found = other.submit(wait_and_look)
            while not (world.database.is_sqlite or found.done() or session.scalar(WAITING)):
                pass
        assert found.result() == slot.starts.date()
