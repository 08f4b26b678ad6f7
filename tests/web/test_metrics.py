"""``/metrics``: off without a token, closed without the right one, and about nobody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import journey_in
from tests.support.web import WebWorld, lent_world
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic
from tracker.queries.accounts import TICKING_JOBS
from tracker.services.heartbeats import beat
from tracker.services.safety import check_clinics
from tracker.web.metrics import routes

TOKEN = "kT9vQ2xL7nB4mR8wY3cF6hJ1sD5gZ0pA"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def guarded(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """A clinic whose figures are for whoever shows the token."""
    with lent_world(sqlite_database, clock, ids, metrics_token=TOKEN) as world:
        yield world


@pytest.fixture
def watched(database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """A clinic with a patient who has a pump, and another with nobody; on either engine."""
    with lent_world(database, clock, ids, metrics_token=TOKEN) as world:
        journey_in(world).take_over()
        world.add_clinic("north")
        with world.database.writing() as session:
            for name in TICKING_JOBS:
                beat(session, name=name, at=world.clock.now())
        check_clinics(world.database, world.clock, world.ids, pause=lambda: None)
        yield world


def figures(world: WebWorld) -> Figures:
    answer = world.browser().get("/metrics", headers=SHOWN)
    assert answer.status_code == 200 and answer.content_type.startswith("text/plain")
    families = text_string_to_metric_families(answer.get_data(as_text=True))
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def of(world: WebWorld, name: str, found: Figures, **labels: str) -> float:
    with world.database.reading() as session:
        clinic = session.get_one(Clinic, world.clinic_id).public_id
    return found[f"tracker_{name}", tuple(sorted({"clinic": clinic, **labels}.items()))]


class TestWhoMayAsk:
    def test_is_nobody_where_no_token_is_set(self, world: WebWorld) -> None:
        assert world.browser().get("/metrics").status_code == 404
        assert world.browser().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    @pytest.mark.parametrize(
        "shown", ["", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer ä"]
    )
    def test_is_nobody_with_another_token(self, guarded: WebWorld, shown: str) -> None:
        answer = guarded.browser().get("/metrics", headers={"Authorization": shown})
        assert (answer.status_code, answer.get_data()) == (401, b"")
        assert guarded.sign_in(Role.ADMINISTRATOR).get("/metrics").status_code == 401

    def test_is_compared_in_constant_time(self, guarded: WebWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        compared: list[tuple[bytes, bytes]] = []
        monkeypatch.setattr(routes, "compare_digest", lambda *both: bool(compared.append(both)))
        assert guarded.browser().get("/metrics", headers=SHOWN).status_code == 401
        assert compared == [(TOKEN.encode(), TOKEN.encode())]


class TestFigures:
    def test_are_those_of_the_safety_page_by_clinic(self, watched: WebWorld) -> None:
        watched.clock.advance(seconds=40)
        found = figures(watched)
        assert of(watched, "pumps_in_place", found) == 1
        assert of(watched, "pumps_unplanned", found) == 0
        assert of(watched, "cases_open", found) == 1
        assert of(watched, "safety_check_age_seconds", found) == 40
        assert of(watched, "invariant_failing", found, invariant="I1") == 0
        assert of(watched, "reminders", found, state="planned") > 0
        assert of(watched, "reminders", found, state="unknown") == 0
        assert of(watched, "pump_list_compared_days_ago", found) < 90
        assert [name for name, _ in found].count("tracker_pump_list_compared_days_ago") == 1
        assert found["tracker_scheduler_heartbeat_age_seconds", (("job", "dispatch"),)] == 40
        assert found["tracker_scheduler_up", ()] == 1
        assert len([name for name, _ in found if name == "tracker_pumps_unplanned"]) == 2

    def test_show_what_goes_wrong(self, watched: WebWorld) -> None:
        watched.clock.advance(days=200)
        check_clinics(watched.database, watched.clock, watched.ids, pause=lambda: None)
        watched.clock.set(watched.clock.now() + timedelta(minutes=11))
        found = figures(watched)
        assert (of(watched, "pumps_unplanned", found), of(watched, "pumps_unplanned_red", found)) == (1, 1)
        assert of(watched, "invariant_failing", found, invariant="I2") == 1
        assert of(watched, "safety_check_stale", found) == 1
        assert found["tracker_scheduler_up", ()] == 0

    def test_of_a_clinic_that_was_never_checked_say_so(self, watched: WebWorld) -> None:
        watched.add_clinic("south")
        stale = [value for (name, _), value in figures(watched).items() if name == "tracker_safety_check_stale"]
        assert sorted(stale) == [0, 0, 1]

    def test_are_about_nobody(self, watched: WebWorld) -> None:
        text = watched.browser().get("/metrics", headers=SHOWN).get_data(as_text=True)
        for word in ("Okafor", "James", "0044", "1961", "Clinic", "Person", "example", "G35", "Main", "North"):
            assert word not in text, word
        labels = {name for (_, pairs) in figures(watched) for name, _ in pairs}
        assert labels == {"clinic", "invariant", "job", "state"}
