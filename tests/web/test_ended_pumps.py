"""What ended a pump's refills stays before the physicians for thirty days, and is put right from there."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tests.support.milestones import Milestones
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Obligation
from tracker.services import evaluations, pumps, steps

At = Callable[[str], tuple[WebWorld, Journey]]


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


def page(world: WebWorld, role: Role = PHYSICIAN, clinic: str = "main") -> str:
    answer = world.sign_in(role, clinic).get("/refills/ended")
    assert answer.status_code == 200
    return html.unescape(answer.text).partition('id="main"')[2]


def remove(journey: Journey, paper: int | None = None) -> None:
    pump = journey.look().snapshot.pump
    assert pump is not None
    second = None if paper else journey.user_ids[PHYSICIAN]
    journey.do(
        NURSE,
        lambda w, r: pumps.remove_device(
            w, r, device=pump.device, second_by=second, document_seq=paper, removed_at=None
        ),
    )


def die(journey: Journey) -> None:
    second, day = journey.user_ids[NURSE], journey.today
    journey.do(COORDINATOR, lambda w, r: steps.record_death(w, r, died_on=day, source="the daughter", second_by=second))


def hand_over(journey: Journey) -> None:
    second = journey.user_ids[NURSE]
    journey.do(PHYSICIAN, lambda w, r: steps.record_transfer(w, r, to_clinic="Mesa Clinic", second_by=second))


def refills(journey: Journey) -> int:
    with journey.database.reading() as session:
        query = select(Obligation.id).where(Obligation.kind == "refill", Obligation.is_open)
        return len(session.scalars(query).all())


class TestTheList:
    @pytest.mark.parametrize(
        ("ending", "said", "second"),
        [
            (remove, "Taken out", "Physician Person"),
            (die, "said by the daughter", "Nurse Person"),
            (hand_over, "Transferred to Mesa Clinic", "Nurse Person"),
        ],
    )
    def test_tells_what_ended_the_refills_and_who_confirmed_it(
        self, at: At, ending: Callable[[Journey], None], said: str, second: str
    ) -> None:
        world, journey = at("maintained")
        assert "Okafor" not in page(world)
        ending(journey)
        if ending is hand_over:
            journey.step("transferred", COORDINATOR, reason="moved away")
        assert refills(journey) == 0
        text = page(world)
        for each in ("Okafor", "SynchroMed II, serial NGP123", said, second):
            assert each in text

    def test_names_the_document(self, at: At) -> None:
        world, journey = at("maintained")
        day = journey.today
        written = journey.do(NURSE, lambda w, r: evaluations.record_document(w, r, kind="other", dated_on=day))
        remove(journey, written.fact_seqs[0])
        assert "document of" in page(world)

    def test_does_not_tell_of_a_transfer_that_is_not_over(self, at: At) -> None:
        world, journey = at("maintained")
        hand_over(journey)
        assert "Mesa Clinic" not in page(world)

    def test_does_not_tell_of_a_death_without_a_pump(self, at: At) -> None:
        world, journey = at("evaluating")
        die(journey)
        assert "Okafor" not in page(world)

    @pytest.mark.parametrize(("days", "is_there"), [(30, True), (31, False)])
    def test_keeps_each_for_thirty_days(self, at: At, days: int, is_there: bool) -> None:
        world, journey = at("maintained")
        remove(journey)
        world.clock.set(world.clock.now() + timedelta(days=days))
        assert ("Okafor" in page(world)) is is_there

    @pytest.mark.parametrize("ending", [remove, die, hand_over])
    def test_is_the_clinics_own_and_on_the_record(self, at: At, ending: Callable[[Journey], None]) -> None:
        world, journey = at("maintained")
        ending(journey)
        if ending is hand_over:
            journey.step("transferred", COORDINATOR, reason="moved away")
        assert "Okafor" in page(world)
        assert "Okafor" not in page(world, clinic="north")
        with world.database.reading() as session:
            assert "ended_pumps.index" in session.scalars(select(AccessEntry.page)).all()

    def test_is_one_press_from_the_refills(self, at: At) -> None:
        world, _ = at("referred")
        assert 'href="/refills/ended"' in world.sign_in(PHYSICIAN).get("/refills").text
        assert 'href="/refills/ended"' not in world.sign_in(NURSE).get("/refills").text


class TestAMistake:
    @pytest.mark.parametrize("ending", [remove, die, hand_over])
    def test_put_right_from_here_brings_the_refill_back_at_once(
        self, at: At, ending: Callable[[Journey], None]
    ) -> None:
        world, journey = at("maintained")
        ending(journey)
        if ending is hand_over:
            journey.step("transferred", COORDINATOR, reason="moved away")
        url = page(world).partition('href="/cases/' + journey.public_id + "/correct")[2].partition('"')[0]
        url = f"/cases/{journey.public_id}/correct{url}"
        values = {"expected_version": journey.version, "reason": "another patient's"}
        answer = world.sign_in(PHYSICIAN).submit(url, values)
        assert answer.status_code == 303
        assert refills(journey) == 1
        assert "Okafor" not in page(world)
