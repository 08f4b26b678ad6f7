"""A manufacturer's letter is traced to the patients, opens a to-do for each once, and goes along as a file."""

import html
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.journey import NURSE, PHYSICIAN, Journey
from tests.support.milestones import Milestones
from tests.support.todos import open_todos
from tests.support.web import WebWorld
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry
from tracker.services import advisories, steps

At = Callable[[str], tuple[WebWorld, Journey]]
LETTER = {"number": "FA-2026-7", "text": "Replace early"}
RANGE = "/advisories?model=synchromed&serial_from=NGP100&serial_to=NGP200"


@pytest.fixture
def at(milestones: Milestones) -> At:
    return milestones.at


def page(world: WebWorld, url: str, role: Role = Role.LEAD_COORDINATOR, clinic: str = "main") -> str:
    answer = world.sign_in(role, clinic).get(url)
    assert answer.status_code == 200
    return html.unescape(answer.text).partition('id="main"')[2]


class TestTracing:
    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("model=synchromed", True),
            ("model=prometra", False),
            ("model=%25", False),
            ("serial_from=NGP123&serial_to=NGP123", True),
            ("model=synchromed&serial_from=NGP124", False),
            ("lot=Q9", True),
            ("", False),
        ],
    )
    def test_finds_by_model_serials_or_lot(self, at: At, query: str, is_found: bool) -> None:
        world, _ = at("maintained")
        assert ("Okafor" in page(world, f"/advisories?{query}")) is is_found

    @pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.ADMINISTRATOR])
    def test_is_for_them_too(self, at: At, role: Role) -> None:
        assert "NGP123" in page(at("maintained")[0], RANGE, role)

    def test_shows_nobody_of_another_clinic_and_nobody_who_died(self, at: At) -> None:
        world, journey = at("maintained")
        assert "Okafor" not in page(world, RANGE, clinic="north")
        day, second = journey.today, journey.user_ids[NURSE]
        journey.do(PHYSICIAN, lambda w, r: steps.record_death(w, r, died_on=day, source="x", second_by=second))
        assert "Okafor" not in page(world, RANGE)

    def test_goes_along_as_a_file_and_every_look_is_on_the_record(self, at: At) -> None:
        world, _ = at("maintained")
        browser = world.sign_in(Role.PHYSICIAN)
        text = browser.get(RANGE.replace("/advisories", "/advisories.csv")).text
        assert "Okafor,James" in text and "NGP123" in text
        with world.database.reading() as session:
            assert "advisories.export" in session.scalars(select(AccessEntry.page)).all()


class TestOpening:
    def test_opens_a_to_do_for_each_once_that_the_case_shows(self, at: At) -> None:
        world, journey = at("maintained")
        browser = world.sign_in(Role.LEAD_COORDINATOR)
        assert browser.submit(RANGE, LETTER).status_code == 303
        assert "1 part had it already" in html.unescape(
            browser.get(browser.submit(RANGE, LETTER).headers["Location"]).text
        )
        assert "advisory" in open_todos(journey)
        case = html.unescape(world.sign_in(NURSE).get(f"/cases/{journey.public_id}").text)
        assert "Advisory FA-2026-7: Replace early" in case
        assert f"/cases/{journey.public_id}/advisory/" in case

    def test_says_what_is_missing_and_keeps_the_rest(self, at: At) -> None:
        world, journey = at("maintained")
        answer = world.sign_in(Role.LEAD_COORDINATOR).submit(RANGE, {"number": "", "text": "Replace early"})
        assert answer.status_code == 422
        assert "Which advisory is it?" in answer.text and "Replace early" in answer.text
        assert "advisory" not in open_todos(journey)

    def test_of_nobody_is_said(self, at: At) -> None:
        world, _ = at("maintained")
        answer = world.sign_in(Role.LEAD_COORDINATOR)
        answer.get(RANGE)
        found = answer.post("/advisories?model=prometra", LETTER)
        assert found.status_code == 422

    def test_ends_with_what_was_done(self, at: At) -> None:
        _, journey = at("maintained")
        pump = journey.look().snapshot.pump
        assert pump is not None
        part = pump.device
        seq = journey.do(
            PHYSICIAN, lambda w, r: advisories.record_advisory(w, r, device=part, number="FA", text="look")
        ).fact_seqs[0]
        with pytest.raises(InvalidInput):
            journey.do(PHYSICIAN, lambda w, r: advisories.record_advisory(w, r, device=part, number="fa ", text="look"))
        with pytest.raises(NotFound):
            journey.do(PHYSICIAN, lambda w, r: advisories.record_advisory(w, r, device=999, number="FA", text="look"))
        journey.do(NURSE, lambda w, r: advisories.settle_advisory(w, r, advisory_seq=seq, reason="read, in order"))
        assert "advisory" not in open_todos(journey)
