"""The texts of consents on their pages: read, tried, changed and taken back through the real forms."""

import html
import re

import pytest
from sqlalchemy import select

from tests.support.statements import sent
from tests.support.web import Browser, WebWorld
from tracker.domain.consent_texts import WhichText
from tracker.domain.own_words import LAST_SHIPPED
from tracker.domain.words import Role
from tracker.persistence.models import ConsentTextRow
from tracker.queries.consent_texts import shipped, shipped_texts

LIST = "/admin/consents"
URL = f"{LIST}/trial/en"
TEXT = shipped(WhichText("trial", "en"))
FIRST = LAST_SHIPPED + 1


@pytest.fixture
def manager(world: WebWorld) -> Browser:
    return world.sign_in(Role.MANAGER)


def typed(**values: object) -> dict[str, object]:
    usual = {"title": "Our consent", "body": "# One\n\nA dose at $clinic.", "approved_by": "Dr Haddad",
             "approved_on": "2026-01-05", "expected_version": TEXT.version, "do": "save"}  # fmt: skip
    return {**usual, **values}


def plain(answer: object) -> str:
    return html.unescape(answer.get_data(as_text=True))


def stored(world: WebWorld) -> list[ConsentTextRow]:
    with world.database.reading() as session:
        return list(session.scalars(select(ConsentTextRow).order_by(ConsentTextRow.version)))


class TestTheList:
    def test_has_every_text_and_says_that_nobody_approved_it(self, manager: Browser) -> None:
        page = plain(manager.get(LIST))
        links = re.findall(rf'href="{LIST}/(\w+)/(\w+)"', page)
        assert links == [(each.procedure, each.language) for each in shipped_texts()]
        assert page.count("version 1, not clinically approved") == len(links)
        manager.submit(URL, typed())
        assert "own words, version 1, approved by" in plain(manager.get(LIST))

    def test_takes_the_same_statements_however_many_are_a_clinics_own(self, world: WebWorld, manager: Browser) -> None:
        manager.get(LIST)
        with sent(world.database.read) as few:
            manager.get(LIST)
        for which in shipped_texts():
            assert manager.submit(f"{LIST}/{which.procedure}/{which.language}", typed()).status_code == 303
        manager.get(LIST)
        with sent(world.database.read) as many:
            manager.get(LIST)
        assert len(many) == len(few)


class TestAText:
    def test_is_changed_and_says_who_approved_it_and_who_wrote_it(self, world: WebWorld, manager: Browser) -> None:
        assert manager.submit(URL, typed()).status_code == 303
        (row,) = stored(world)
        assert (row.title, row.version, row.written_by) == ("Our consent", FIRST, world.user_ids[Role.MANAGER])
        page = plain(manager.get(URL))
        assert "Saved: own words, version 1." in page and "Manager Person" in page and "Dr Haddad" in page
        assert page.count("this is signed") == 1 and "A dose at Main Clinic." in page

    @pytest.mark.parametrize(("change", "sentence"), [
        ({"title": ""}, "Give it a title."),
        ({"body": "It costs $5."}, "A $ stands here only in $clinic"),
        ({"approved_by": " "}, "Name the clinician who approved it."),
        ({"approved_on": ""}, "Give the day on which it was approved."),
        ({"approved_on": "2031-01-01"}, "This date is in the future."),
    ])  # fmt: skip
    def test_that_may_not_be_signed_is_refused_at_the_field_and_stays_typed(
        self, world: WebWorld, manager: Browser, change: dict[str, str], sentence: str
    ) -> None:
        answer = manager.submit(URL, typed(**change))
        ((name, value),) = change.items()
        assert answer.status_code == 422 and sentence in plain(answer).partition(f'id="{name}-error"')[2]
        assert value in plain(answer) and stored(world) == []

    def test_shows_how_it_would_read_and_saves_nothing(self, world: WebWorld, manager: Browser) -> None:
        answer = manager.submit(URL, typed(do="preview", body="<i>at</i> $clinic"))
        assert answer.status_code == 200 and stored(world) == []
        assert "&lt;i&gt;at&lt;/i&gt; Main Clinic" in answer.get_data(as_text=True)

    def test_from_a_form_that_is_behind_is_a_409_and_keeps_what_was_typed(
        self, world: WebWorld, manager: Browser
    ) -> None:
        manager.submit(URL, typed())
        answer = manager.submit(URL, typed(title="Mine"))
        assert answer.status_code == 409 and "Somebody changed this text meanwhile" in plain(answer)
        assert "Mine" in plain(answer) and len(stored(world)) == 1

    def test_goes_back_to_one_that_was_approved_and_to_no_draft(self, world: WebWorld, manager: Browser) -> None:
        manager.submit(URL, typed())
        manager.submit(URL, typed(title="Second", expected_version=FIRST))
        back = {"version": FIRST, "expected_version": FIRST + 1}
        assert manager.submit(f"{URL}", back | {"do": ""}).status_code == 422
        assert manager.post(f"{URL}/back", back).status_code == 303
        assert [row.title for row in stored(world)] == ["Our consent", "Second", "Our consent"]
        refused = manager.post(f"{URL}/back", {"version": TEXT.version, "expected_version": FIRST + 2})
        assert refused.status_code == 422 and "Name the clinician who approved it." in plain(refused)
        assert manager.post(f"{URL}/back", {"version": "x", "expected_version": FIRST + 2}).status_code == 400
        assert manager.post(f"{URL}/back", {"version": 777, "expected_version": FIRST + 2}).status_code == 404
        assert len(stored(world)) == 3

    @pytest.mark.parametrize("address", [f"{LIST}/trial/fr", f"{LIST}/surgery/en"])
    def test_that_there_is_not_is_not_found(self, manager: Browser, address: str) -> None:
        assert manager.get(address).status_code == 404
