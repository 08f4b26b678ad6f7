"""The import pages: looking writes nothing, importing says what was done, and doing it again changes nothing."""

import io
import re

import pytest
from sqlalchemy import select

from tests.support.importing import GOOD, MESSY, line, referral_file, row_counts
from tests.support.web import Browser, WebWorld
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry, Case

PATH, CONFIRM = "/referrals/import", "/referrals/import/confirm"
_CONTENT = re.compile(r'name="content"[^>]*value="([^"]*)"')


@pytest.fixture
def coordinator(world: WebWorld) -> Browser:
    """The coordinator's browser."""
    return world.sign_in(Role.COORDINATOR)


def choose(browser: Browser, content: bytes, name: str = "referrals.csv") -> tuple[int, str]:
    """Choose a file and look at it."""
    answer = browser.submit(PATH, {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")
    # The test client writes a large form into a file of its own and leaves it open.
    answer.request.environ["wsgi.input"].close()
    return answer.status_code, answer.get_data(as_text=True)


def carried(page: str) -> str:
    """The file as the preview's form carries it."""
    found = _CONTENT.search(page)
    assert found is not None
    return found.group(1)


def counts(world: WebWorld) -> dict[str, int]:
    """Rows per table, but for who looked, when somebody was last seen, and the importing person's session."""
    with world.database.reading() as session:
        stored = row_counts(session)
    return {name: number for name, number in stored.items() if name != "access_entries"}


@pytest.fixture(autouse=True)
def _in_november(world: WebWorld) -> None:
    world.clock.advance(days=250)


class TestLooking:
    def test_shows_what_would_happen_and_writes_nothing(self, world: WebWorld, coordinator: Browser) -> None:
        before = counts(world)
        status, page = choose(coordinator, MESSY)
        assert status == 200
        assert "Import 30 referrals" in page
        assert "Nothing is written yet." in page
        assert "“03/07/1961” could be two different days." in page
        assert "“call mother” cannot be a telephone number." in page
        assert counts(world) == before

    def test_is_recorded(self, world: WebWorld, coordinator: Browser) -> None:
        choose(coordinator, MESSY)
        with world.database.reading() as session:
            entry = session.scalars(select(AccessEntry)).one()
        assert (entry.page, entry.row_count) == ("referral_import.preview", 43)
        assert entry.detail == ""

    def test_shows_no_markup_of_the_file(self, coordinator: Browser) -> None:
        _, page = choose(coordinator, referral_file(line(family_name="<script>alert(1)</script>", phone="<i>call</i>")))
        assert "<script>alert" not in page
        assert "<i>" not in page

    def test_offers_nothing_where_nothing_would_come_in(self, coordinator: Browser) -> None:
        _, page = choose(coordinator, referral_file(line(procedure="SCS")))
        assert "There is nothing to import." in page
        assert _CONTENT.search(page) is None

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "The file is empty."),
            (b"PK\x03\x04 a workbook", "This is an Excel workbook"),
            (b"name,phone\n", "These columns are missing"),
            (b"x" * (1024 * 1024 + 1), "The file is larger than 1 MB"),
            (referral_file(*(line(mrn=f"M-{number}") for number in range(1001))), "The file has 1,001 rows"),
        ],
        ids=["empty", "workbook", "columns", "size", "rows"],
    )
    def test_of_what_cannot_be_read_is_a_sentence_beside_the_field(
        self, coordinator: Browser, content: bytes, sentence: str
    ) -> None:
        status, page = choose(coordinator, content)
        assert status == 422
        assert sentence in page
        assert 'aria-invalid="true"' in page

    def test_without_a_file_is_a_sentence(self, coordinator: Browser) -> None:
        answer = coordinator.submit(PATH, {})
        assert answer.status_code == 422
        assert "Choose a file." in answer.get_data(as_text=True)

    def test_of_far_too_large_a_file_is_a_page(self, coordinator: Browser) -> None:
        status, page = choose(coordinator, b"x" * (9 * 1024 * 1024))
        assert status == 413
        assert "Nothing was saved." in page


class TestImporting:
    def test_says_what_was_done_and_links_to_every_case(self, world: WebWorld, coordinator: Browser) -> None:
        _, page = choose(coordinator, MESSY)
        answer = coordinator.post(CONFIRM, {"content": carried(page)})
        result = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "30 referrals imported." in result
        with world.database.reading() as session:
            cases = session.scalars(select(Case.public_id)).all()
        assert len(cases) == 30
        assert all(f"/cases/{public_id}" in result for public_id in cases)

    def test_a_second_time_changes_nothing(self, world: WebWorld, coordinator: Browser) -> None:
        _, page = choose(coordinator, MESSY)
        coordinator.post(CONFIRM, {"content": carried(page)})
        before = counts(world)
        again = coordinator.post(CONFIRM, {"content": carried(page)}).get_data(as_text=True)
        assert "0 referrals imported." in again
        assert counts(world) == before
        _, page = choose(coordinator, MESSY)
        assert "There is nothing to import." in page

    def test_is_by_the_person_who_confirmed(self, world: WebWorld, coordinator: Browser) -> None:
        _, page = choose(coordinator, referral_file(line()))
        coordinator.post(CONFIRM, {"content": carried(page)})
        with world.database.reading() as session:
            pages = session.execute(select(AccessEntry.page, AccessEntry.user_id).order_by(AccessEntry.id)).all()
        assert [entry.page for entry in pages] == ["referral_import.preview", "referred", "referral_import.confirm"]
        assert {entry.user_id for entry in pages} == {world.user_ids[Role.COORDINATOR]}

    @pytest.mark.parametrize("content", ["", "not base64!", "bm90IGEgdGFibGU="])
    def test_of_a_damaged_form_is_refused(self, world: WebWorld, coordinator: Browser, content: str) -> None:
        before = counts(world)
        coordinator.get(PATH)
        assert coordinator.post(CONFIRM, {"content": content}).status_code == 400
        assert counts(world) == before

    def test_reaches_only_the_own_clinic(self, world: WebWorld, coordinator: Browser) -> None:
        other = world.add_clinic("other")
        _, page = choose(coordinator, referral_file(line()))
        coordinator.post(CONFIRM, {"content": carried(page)})
        with world.database.reading() as session:
            assert list(session.scalars(select(Case.clinic_id))) == [world.clinic_id]
        assert other != world.clinic_id

    def test_takes_the_whole_intake_sheet(self, coordinator: Browser) -> None:
        _, page = choose(coordinator, GOOD)
        assert "Import 251 referrals" in page
        assert "And 241 more rows." in page
