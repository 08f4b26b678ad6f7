"""What is sent after the sign-in ended, in another tab or by waiting, is not lost, and nobody else sees or sends it."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support.journey import Journey
from tests.support.milestones import Milestones
from tests.support.web import PASSWORD, Browser, WebWorld, email_of
from tracker.domain.words import Role
from tracker.persistence.models import KeptForm, Membership, MembershipRole
from tracker.scheduler.jobs import JOBS, run_once

HERE = {"Sec-Fetch-Site": "same-origin"}
REASON = "the brother is in hospital <until May>"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def at(milestones: Milestones) -> Callable[[str], tuple[WebWorld, Journey]]:
    return milestones.at


@pytest.fixture
def scene(milestones: Milestones) -> "Scene":
    """A nurse with a form about holding the case open."""
    world, journey = milestones.at("evaluating")
    return Scene(world, journey)


class Scene:
    def __init__(self, world: WebWorld, journey: Journey) -> None:
        self.world, self.journey = world, journey
        self.browser = world.sign_in(Role.NURSE)
        self.url = f"/cases/{journey.public_id}/hold"
        until = (journey.today + timedelta(days=30)).isoformat()
        self.page = text_of(self.browser.get(self.url))
        self.typed = {"until_on": until, "reason": REASON, "expected_version": str(journey.version)}

    def send(self, headers: dict[str, str] | None = None, **values: str) -> str:
        """Send the form as its page made it; returns where the answer leads."""
        answer = self.send_anyway(headers, **values)
        assert answer.status_code == 303, text_of(answer)
        return answer.headers["Location"]

    def send_anyway(self, headers: dict[str, str] | None = None, **values: str) -> TestResponse:
        """Send the form as its page made it, whoever is signed in by now."""
        made = dict(_HIDDEN.findall(self.page))
        return self.browser.client.post(self.url, data={**made, **self.typed, **values}, headers=headers or HERE)

    def leave(self, how: str) -> None:
        """The sign-in ends."""
        if how == "sign-out":
            self.browser.post("/sign-out")
        else:
            self.world.clock.advance(minutes=16)

    def come_back(self, role: Role = Role.NURSE, clinic: str = "main") -> tuple[Browser, TestResponse]:
        """Somebody signs in, in the same browser."""
        answer = self.browser.submit("/sign-in", {"email": email_of(role, clinic), "password": PASSWORD})
        assert answer.status_code == 303
        return self.browser, self.browser.get(answer.headers["Location"])

    def press(self) -> TestResponse:
        """Have what is kept put back into its form."""
        page = self.browser.get("/account/kept").get_data(as_text=True)
        form = page.partition('<form class="form"')[2].partition("</form>")[0]
        fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}
        pressed = re.search(r'name="kept_form" value="(\d+)"', form)
        address = re.search(r'action="([^"]+)"', form)
        assert pressed is not None
        assert address is not None
        return self.browser.post(html.unescape(address[1]), {**fields, "kept_form": pressed[1]}, headers=HERE)

    @property
    def rows(self) -> list[str]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(KeptForm.sealed)))


def text_of(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize("how", ["sign-out", "waiting"])
def test_comes_back_into_its_form_and_is_saved_when_it_is_sent_again(scene: Scene, how: str) -> None:
    scene.leave(how)
    before = scene.journey.look().head.version
    location = scene.send()
    assert location == "/sign-in?unsaved=kept"
    assert "sign in as the same person" in text_of(scene.browser.get(location))
    (sealed,) = scene.rows
    assert "brother" not in sealed

    _browser, page = scene.come_back()
    assert page.request.path == "/account/kept"
    assert REASON in text_of(page)
    assert scene.journey.look().head.version == before

    shown = scene.press()
    assert shown.status_code == 422
    assert "You were signed out before this was saved." in text_of(shown)
    assert REASON in text_of(shown)
    assert scene.rows == []
    assert scene.journey.look().head.version == before

    scene.page = shown.get_data(as_text=True)
    assert scene.send().startswith(f"/cases/{scene.journey.public_id}")
    assert scene.journey.look().head.version == before + 1


def test_is_seen_by_nobody_else(scene: Scene) -> None:
    scene.leave("sign-out")
    scene.send()
    browser, page = scene.come_back(Role.COORDINATOR)
    assert page.request.path != "/account/kept"
    assert browser.get("/account/kept").status_code == 303
    (row,) = rows_of(scene)
    browser.post(f"/account/kept/{row}/discard")
    browser.post(scene.url, {**scene.typed, "kept_form": str(row)}, headers=HERE)
    assert len(scene.rows) == 1
    browser.post("/sign-out")
    _browser, page = scene.come_back()
    assert REASON in text_of(page)


def test_of_one_clinic_is_not_seen_at_another_by_the_same_person(scene: Scene) -> None:
    world, nurse = scene.world, scene.world.user_ids[Role.NURSE]
    other, _ = world.clinics["north"]
    with world.database.writing() as session:
        session.add(Membership(clinic_id=other, user_id=nurse, is_active=True))
        session.flush()
        session.add(MembershipRole(clinic_id=other, user_id=nurse, role=Role.NURSE))
    world.clinics["also north"] = (other, {Role.NURSE: nurse})
    scene.leave("sign-out")
    scene.send()
    (row,) = rows_of(scene)
    browser = world.sign_in(Role.NURSE, "also north")
    assert browser.get("/account/kept").status_code == 303
    browser.get("/account/password")
    browser.post(f"/account/kept/{row}/discard")
    assert rows_of(scene) == [row]


ELSE = "This form was opened by somebody else who has signed out since."


@pytest.mark.parametrize(
    ("role", "clinic"),
    [(Role.COORDINATOR, "main"), (Role.ADMINISTRATOR, "main"), (Role.NURSE, "north")],
    ids=["of the same clinic", "who may not hold a case", "of another clinic"],
)
def test_that_another_person_sends_is_kept_for_whoever_typed_it(scene: Scene, role: Role, clinic: str) -> None:
    before = scene.journey.look().head.version
    scene.leave("sign-out")
    scene.come_back(role, clinic)
    answer = scene.send_anyway()
    assert answer.status_code == 400
    assert f"{ELSE} It is kept for them." in text_of(answer)
    assert "brother" not in text_of(answer)
    assert len(scene.rows) == 1
    assert scene.journey.look().head.version == before
    assert scene.browser.get("/account/kept").status_code == 303

    scene.browser.post("/sign-out")
    _browser, page = scene.come_back()
    assert REASON in text_of(page)
    assert REASON in text_of(scene.press())


@pytest.mark.parametrize("made", [{}, {"form_of": ""}], ids=["by the same person", "that names nobody"])
def test_that_the_same_person_sends_after_signing_in_anew_is_shown_at_once(scene: Scene, made: dict[str, str]) -> None:
    scene.leave("sign-out")
    scene.come_back()
    answer = scene.send_anyway(**made)
    assert answer.status_code == 422
    assert "This page was made before you last signed in." in text_of(answer)
    assert REASON in text_of(answer)
    assert scene.rows == []


def test_of_another_person_that_is_too_old_is_neither_kept_nor_shown(scene: Scene) -> None:
    scene.world.clock.advance(hours=12, minutes=1)
    scene.come_back(Role.COORDINATOR)
    answer = scene.send_anyway()
    assert f"{ELSE} It could not be kept for them." in text_of(answer)
    assert "brother" not in text_of(answer)
    assert scene.rows == []


def rows_of(scene: Scene) -> list[int]:
    with scene.world.database.reading() as session:
        return list(session.scalars(select(KeptForm.id)))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_of_another_site_is_not_kept(scene: Scene, site: str) -> None:
    scene.leave("sign-out")
    assert scene.send({"Sec-Fetch-Site": site}) == "/sign-in?unsaved=lost"
    assert scene.rows == []


@pytest.mark.parametrize("author", ["", "x", "forged" * 20])
def test_that_no_page_of_ours_made_is_not_kept(scene: Scene, author: str) -> None:
    scene.leave("sign-out")
    assert scene.send(form_of=author) == "/sign-in?unsaved=lost"
    assert scene.rows == []


def test_that_is_as_old_as_half_a_day_is_not_kept(scene: Scene) -> None:
    scene.world.clock.advance(hours=12, minutes=1)
    assert scene.send() == "/sign-in?unsaved=lost"


def test_says_where_nothing_could_be_kept(scene: Scene) -> None:
    assert "nothing could be kept" in text_of(scene.world.browser().get("/sign-in?unsaved=lost"))


def test_that_is_too_large_is_not_kept(scene: Scene) -> None:
    scene.leave("sign-out")
    assert scene.send(reason="x" * 200_000) == "/sign-in?unsaved=lost"


def test_never_holds_a_password(scene: Scene) -> None:
    scene.leave("sign-out")
    scene.send(password="hush hush", current="hush too")
    _browser, page = scene.come_back()
    assert "hush" not in text_of(page)
    assert "hush" not in text_of(scene.press())


def test_is_gone_after_half_a_day(scene: Scene) -> None:
    scene.leave("sign-out")
    scene.send()
    scene.world.clock.advance(hours=12, minutes=1)
    _browser, page = scene.come_back()
    assert page.request.path != "/account/kept"
    run_once(scene.world.runtime, [job for job in JOBS if job.name == "purge"])
    assert scene.rows == []


def test_can_be_thrown_away(scene: Scene) -> None:
    scene.leave("sign-out")
    scene.send()
    browser, _page = scene.come_back()
    (row,) = rows_of(scene)
    assert browser.post(f"/account/kept/{row}/discard").status_code == 303
    assert scene.rows == []
    assert browser.get("/account/kept").status_code == 303


def test_stays_kept_where_its_form_does_not_open(scene: Scene) -> None:
    scene.url = f"/cases/{'0' * 32}/hold"
    scene.leave("sign-out")
    scene.send()
    scene.come_back()
    assert scene.press().status_code == 404
    assert len(scene.rows) == 1


def test_of_one_person_keeps_the_latest_twenty(scene: Scene) -> None:
    scene.leave("sign-out")
    for number in range(22):
        scene.send(reason=f"number {number}.")
    assert len(scene.rows) == 20
    _browser, page = scene.come_back()
    text = text_of(page)
    assert "number 21." in text
    assert "number 1." not in text
