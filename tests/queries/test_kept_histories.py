"""Histories that were read once are not read again, and never outlive what is stored; what is kept is bounded."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.support.histories import Told
from tests.support.statements import sent
from tests.support.stored_history import fill
from tests.support.told_clinic import told_clinic
from tests.support.web import WebWorld
from tracker.domain.reporting.columns import Blockers, Stays
from tracker.domain.reporting.history import History
from tracker.persistence.models import Clinic, ClinicHistory
from tracker.queries.clinic_history.kept import Kept, Mark, Shelf, numbers
from tracker.queries.clinic_history.making import Made
from tracker.queries.clinic_history.stored import read_history
from tracker.services.clinic_histories import pack, store


@pytest.fixture
def world(world: WebWorld) -> WebWorld:
    fill(world)
    return world


def read(world: WebWorld, *kinds: type) -> History:
    with world.database.reading() as session:
        found = read_history(session, world.clinic_id, *kinds)
    assert found is not None
    return found


def a_kept(history: History) -> Kept:
    return Kept(Mark(history.as_of, 1), frozenset(), history)


def test_the_same_history_is_unpacked_once_whichever_parts_are_asked_for(world: WebWorld) -> None:
    first = read(world, Stays)
    with sent(world.database.read) as said:
        second = read(world, Blockers)
    assert len(said) == 1
    assert second.cases is first.cases
    assert read(world, Stays, Blockers).of(Stays) is first.of(Stays)
    with pytest.raises(LookupError):
        second.of(Stays)


def test_another_clinics_history_is_its_own_whatever_their_marks(world: WebWorld) -> None:
    """Two clinics' histories can be made at one instant, at the same event, and be as long as each other."""
    clinics = world.clinic_id, world.add_clinic("north")
    with world.database.writing() as session:
        for number, clinic_id in enumerate(clinics):
            told = Told()
            told.case(id=5001 + number)
            store(session, clinic_id, Made(told.history(), 1), pack(told.history()))
    with world.database.reading() as session:
        found = [read_history(session, clinic_id) for clinic_id in (*clinics, *clinics)]
    assert [list(each.cases.id) for each in found if each] == [[5001], [5002], [5001], [5002]]


def test_what_was_worked_out_of_a_history_stays_with_it(world: WebWorld) -> None:
    def work_out(_history: History, *_of: object) -> object:
        return object()

    first = read(world, Stays)
    assert first.once(work_out) is read(world, Blockers).once(work_out)
    assert first.once(work_out, 1) is not first.once(work_out)


def test_a_newer_one_is_read(world: WebWorld) -> None:
    before = read(world, Stays)
    newer = told_clinic(list(before.cases.id)[:5])
    with world.database.writing() as session:
        store(session, world.clinic_id, Made(newer, 2), pack(newer))
    assert list(read(world, Stays).cases.id) == list(before.cases.id)[:5]
    with world.database.writing() as session:
        session.execute(update(ClinicHistory).values(as_of=before.as_of + timedelta(minutes=15)))
    assert read(world).as_of == before.as_of + timedelta(minutes=15)


def test_another_one_of_the_same_instant_is_read(world: WebWorld) -> None:
    """Where a clock stands, as in tests."""
    before = read(world, Stays)
    other = told_clinic(list(before.cases.id)[:5])
    with world.database.writing() as session:
        store(session, world.clinic_id, Made(other, 1), {name: pack(other)[name] for name in ("cases", "stays")})
    assert list(read(world, Stays).cases.id) == list(read(world, Blockers).cases.id) == list(before.cases.id)[:5]


def test_another_zone_has_other_days(world: WebWorld) -> None:
    before = read(world)
    with world.database.writing() as session:
        session.execute(update(Clinic).where(Clinic.id == world.clinic_id).values(zone="Asia/Tokyo"))
    assert (before.zone, read(world).zone) == ("America/Denver", "Asia/Tokyo")


def test_as_many_numbers_are_kept_as_there_is_room_for_and_at_least_one_clinic() -> None:
    history = told_clinic(range(8))
    each = numbers(history.parts)
    shelf = Shelf(most=2 * each)
    for clinic_id in (1, 2):
        shelf.put(clinic_id, a_kept(history))
    assert shelf.find(1) is not None
    shelf.put(3, a_kept(history))
    assert shelf.clinics == (1, 3)
    small = Shelf(most=1)
    small.put(1, a_kept(history))
    small.put(2, a_kept(Told().history()))
    assert small.clinics == (2,)
