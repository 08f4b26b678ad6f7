"""The page of the downtime kit: when the last was made and where it stands, for whoever may ask for one. No patient."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import journey_in
from tests.support.web import Browser, WebWorld, lent_world
from tracker.domain.words import Role
from tracker.integrations.kit_shelf import FolderShelf
from tracker.persistence.database import Database
from tracker.services.downtime import KitMaker

KIT = "/safety/downtime-kit"


@pytest.fixture
def kept(sqlite_database: Database, clock: FixedClock, ids: SeededIds, tmp_path: Path) -> Iterator[WebWorld]:
    """A clinic with a patient, and a folder for kits."""
    with lent_world(sqlite_database, clock, ids, downtime_dir=tmp_path / "kits") as world:
        journey_in(world).refer()
        yield world


def make(world: WebWorld, *, key: str = "") -> int:
    folder = world.runtime.settings.downtime_dir
    assert folder is not None
    shelf = FolderShelf(folder, keep=14, key=key)
    maker = KitMaker(database=world.database, clock=world.clock, ids=world.ids, shelf=shelf, pause=lambda: None)
    return maker.make_due()


def body(browser: Browser) -> str:
    return str(browser.get(KIT).get_data(as_text=True)).partition("<main")[2]


class TestThePage:
    def test_says_that_none_is_made_where_no_folder_is_set(self, world: WebWorld) -> None:
        text = body(world.sign_in(Role.ADMINISTRATOR))
        assert "No folder is set" in text and "TRACKER_DOWNTIME_DIR" in text and "Make one now" not in text

    def test_says_when_the_last_one_was_made_what_it_holds_and_where(self, kept: WebWorld) -> None:
        make(kept)
        kept.clock.advance(hours=5)
        text = body(kept.sign_in(Role.LEAD_COORDINATOR))
        assert "made 5 h ago, Tue 17 Mar 2026 09:00" in text
        assert "0 pumps, 0 visits" in text and "/kits/main-clinic-" in text and "not sealed" in text
        assert "Okafor" not in text

    def test_says_that_it_is_sealed(self, kept: WebWorld) -> None:
        make(kept, key="cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")
        text = body(kept.sign_in(Role.ADMINISTRATOR))
        assert "sealed with the key" in text and "Z.kit" in text

    def test_is_red_when_that_of_today_is_missing(self, kept: WebWorld) -> None:
        make(kept)
        browser = kept.sign_in(Role.LEAD_COORDINATOR)
        assert "is missing" not in body(browser)
        kept.clock.advance(hours=24)
        assert "The kit of today is missing" in body(kept.sign_in(Role.LEAD_COORDINATOR))

    def test_is_found_from_the_safety_page_by_who_may_use_it(self, kept: WebWorld) -> None:
        assert KIT in kept.sign_in(Role.LEAD_COORDINATOR).get("/safety").get_data(as_text=True)
        assert KIT not in kept.sign_in(Role.PHYSICIAN).get("/safety").get_data(as_text=True)


class TestMakeOneNow:
    def test_is_queued_and_never_waits(self, kept: WebWorld) -> None:
        make(kept)
        browser = kept.sign_in(Role.LEAD_COORDINATOR)
        browser.get(KIT)
        answer = browser.post(KIT)
        assert (answer.status_code, answer.headers["Location"]) == (303, KIT)
        assert "made within two minutes" in body(browser)
        assert make(kept) == 1
        assert "made within two minutes" not in body(browser)

    def test_pressed_twice_is_asked_once(self, kept: WebWorld) -> None:
        browser = kept.sign_in(Role.ADMINISTRATOR)
        browser.get(KIT)
        browser.post(KIT)
        browser.post(KIT)
        assert "Somebody has asked already" in body(browser)
