"""A tablet that several people share: it locks itself, changes hands with a PIN, and nothing typed is lost."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.milestones import Milestones
from tests.support.web import PASSWORD, PIN, WebWorld, email_of
from tracker.domain.words import Role
from tracker.persistence.models import Event, KeptForm, SigninSession, User

HERE = {"Sec-Fetch-Site": "same-origin"}
COOKIE, SESSION, LOCKED = "tracker-tablet", "tracker", "tracker-locked"
REASON = "the brother is in hospital"


def text_of(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


class Tablet:
    """One device on the ward, with a browser that keeps its cookies."""

    def __init__(self, world: WebWorld) -> None:
        self.world, self.browser = world, world.browser()

    def sign_in(self, role: Role, **more: str) -> TestResponse:
        """Somebody gives the password, and says that the tablet is shared."""
        typed = {"email": email_of(role), "password": PASSWORD, "is_shared": "y", **more}
        answer = self.browser.submit("/sign-in", typed)
        assert answer.status_code == 303, text_of(answer)
        return answer

    def lock(self, at: str = "/account/pin") -> TestResponse:
        """Press the button on some page."""
        self.browser.get("/account/pin")
        return self.browser.post("/tablet/lock", headers={"Referer": f"http://localhost{at}"})

    def unlock(self, role: Role, pin: str = PIN, after: str = "") -> TestResponse:
        """Tap the name on the page ``after`` which it locked, and type the PIN."""
        page = text_of(self.browser.get(after or "/tablet"))
        name = f"{role.value.replace('_', ' ').title()} Person"
        (url,) = re.findall(rf'<a href="([^"]+)">{name}</a>', page)
        return self.browser.submit(url, {"pin": pin})

    def is_used_by(self) -> str:
        """Who is signed in; empty: nobody."""
        page = text_of(self.browser.get("/account/password", follow_redirects=True))
        found = re.search(r"<b>([^<]+) Person</b>", page)
        return found[1] if found else ""


@pytest.fixture
def tablet(world: WebWorld) -> Tablet:
    """The nurse and the physician signed in on it, the physician last."""
    for role in (Role.NURSE, Role.PHYSICIAN, Role.FRONT_DESK):
        world.give_pin(role)
    found = Tablet(world)
    found.sign_in(Role.NURSE)
    found.lock()
    found.sign_in(Role.PHYSICIAN)
    return found


class TestChangingHands:
    def test_takes_a_name_and_a_pin_and_everybody_is_themselves(self, tablet: Tablet) -> None:
        assert tablet.is_used_by() == "Physician"
        before = tablet.browser.client.get_cookie(SESSION)
        answer = tablet.lock()
        assert answer.headers["Location"].startswith("/tablet")
        assert tablet.is_used_by() == ""
        tablet.unlock(Role.NURSE)
        assert tablet.is_used_by() == "Nurse"
        tablet.lock()
        tablet.unlock(Role.PHYSICIAN)
        assert tablet.is_used_by() == "Physician"
        thief = tablet.world.browser()
        thief.client.set_cookie(SESSION, before.value)
        assert thief.get("/day").status_code == 303, "an id from before it was locked opens nothing"

    def test_goes_on_where_the_tablet_was_for_those_who_may_see_it(self, tablet: Tablet) -> None:
        locked = tablet.lock(at="/board?view=table")
        assert tablet.unlock(Role.NURSE, after=locked.headers["Location"]).headers["Location"] == "/board?view=table"
        tablet.lock()
        tablet.sign_in(Role.FRONT_DESK)
        locked = tablet.lock(at="/board")
        assert tablet.unlock(Role.FRONT_DESK, after=locked.headers["Location"]).headers["Location"] == "/"

    def test_tells_a_wrong_pin_and_after_some_only_takes_the_password(self, tablet: Tablet) -> None:
        tablet.lock()
        answer = tablet.unlock(Role.NURSE, "9031")
        assert answer.status_code == 422
        assert "This is not the PIN of Nurse Person. 4 more tries" in text_of(answer)
        for _ in range(4):
            tablet.unlock(Role.NURSE, "9031")
        assert "is locked" in text_of(tablet.unlock(Role.NURSE))
        assert tablet.is_used_by() == ""
        with tablet.world.database.reading() as session:
            assert set(session.execute(select(Event.kind, Event.actor_id))) == {
                ("pin_refused", None),
                ("pin_locked", None),
            }
        tablet.sign_in(Role.NURSE)
        tablet.lock()
        tablet.unlock(Role.NURSE)
        assert tablet.is_used_by() == "Nurse"

    def test_opens_nothing_on_another_device(self, tablet: Tablet) -> None:
        with tablet.world.database.reading() as session:
            nurse = session.scalars(select(User.public_id).where(User.id == tablet.world.user_ids[Role.NURSE])).one()
        for other in (Tablet(tablet.world), Tablet(tablet.world)):
            page = text_of(other.browser.get(f"/tablet?who={nurse}"))
            assert "Nobody is signed in on this device." in page and "Nurse Person" not in page
            other.browser.get("/sign-in")
            answer = other.browser.post(f"/tablet?who={nurse}", {"pin": PIN})
            assert (answer.status_code, other.is_used_by()) == (422, "")
            other.browser.client.set_cookie(COOKIE, "f" * 43)

    def test_is_not_offered_after_the_password_has_changed_or_access_has_ended(self, tablet: Tablet) -> None:
        tablet.browser.submit("/account/password", {"current": PASSWORD, "password": "seven amber lanterns",
                                                    "again": "seven amber lanterns"})  # fmt: skip
        tablet.lock()
        assert "Physician Person" in text_of(tablet.browser.get("/tablet"))
        elsewhere = tablet.world.sign_in(Role.NURSE)
        elsewhere.submit("/account/password", {"current": PASSWORD, "password": "nine violet harbours",
                                               "again": "nine violet harbours"})  # fmt: skip
        assert "Nurse Person" not in text_of(tablet.browser.get("/tablet"))


class TestLockingWithoutNetwork:
    """The page could not tell the server: a cookie does, with the first request that reaches it."""

    @pytest.mark.parametrize("path", ["/tablet", "/day", "/tablet?next=/day"])
    def test_holds_for_whatever_is_asked_first(self, tablet: Tablet, path: str) -> None:
        tablet.browser.client.set_cookie(LOCKED, "1")
        page = text_of(tablet.browser.get(path, follow_redirects=True))
        assert "Nurse Person" in page and "Physician Person" in page and "Type" not in page
        assert tablet.browser.client.get_cookie(LOCKED) is None
        assert tablet.is_used_by() == ""
        tablet.unlock(Role.NURSE)
        assert tablet.is_used_by() == "Nurse"

    def test_keeps_what_was_typed_and_leaves_other_devices_alone(self, tablet: Tablet) -> None:
        own = tablet.world.sign_in(Role.NURSE)
        own.client.set_cookie(LOCKED, "1")
        assert own.get("/day").status_code == 200
        tablet.browser.get("/account/pin")
        tablet.browser.client.set_cookie(LOCKED, "1")
        answer = tablet.browser.post("/account/password", {"current": PASSWORD}, headers=HERE)
        assert answer.headers["Location"].startswith("/tablet")
        assert tablet.is_used_by() == ""


class TestLockingItself:
    def test_comes_with_the_next_request_and_lasts_as_long_as_a_sign_in_may(self, tablet: Tablet) -> None:
        tablet.world.clock.advance(minutes=5)
        assert tablet.browser.get("/day").status_code == 200
        tablet.world.clock.advance(minutes=5, seconds=1)
        answer = tablet.browser.get("/day?on=2026-03-18")
        assert answer.headers["Location"] == "/tablet?next=/day?on%3D2026-03-18"
        assert (
            tablet.unlock(Role.PHYSICIAN, after=answer.headers["Location"]).headers["Location"] == "/day?on=2026-03-18"
        )
        tablet.world.clock.advance(hours=12)
        assert tablet.browser.get("/day").headers["Location"] == "/sign-in?next=/day"

    def test_is_put_off_by_typing_and_not_by_a_page_that_asks_by_itself(self, tablet: Tablet) -> None:
        tablet.browser.get("/day")
        for _ in range(3):
            tablet.world.clock.advance(minutes=4)
            assert tablet.browser.post("/tablet/in-use").status_code == 204
        tablet.world.clock.advance(minutes=4)
        assert tablet.browser.get("/day", headers={"Sec-Fetch-Dest": "empty"}).status_code == 200
        tablet.world.clock.advance(minutes=2)
        assert tablet.browser.get("/day").status_code == 303

    def test_is_nothing_that_a_persons_own_computer_does(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.NURSE)
        world.clock.advance(minutes=14)
        page = text_of(browser.get("/day"))
        assert "tablet" not in page
        assert browser.post("/tablet/lock").headers["Location"] == "/"
        assert browser.get("/day").status_code == 200


class TestWhatWasTyped:
    @pytest.fixture
    def form(self, milestones: Milestones) -> tuple[Tablet, str, dict[str, str]]:
        """A nurse with a form that she has not sent."""
        world, journey = milestones.at("evaluating")
        for role in (Role.NURSE, Role.PHYSICIAN):
            world.give_pin(role)
        tablet = Tablet(world)
        tablet.sign_in(Role.PHYSICIAN)
        tablet.lock()
        tablet.sign_in(Role.NURSE)
        url = f"/cases/{journey.public_id}/hold"
        made = dict(
            re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text_of(tablet.browser.get(url)))
        )
        until = (journey.today + timedelta(days=30)).isoformat()
        return tablet, url, {**made, "until_on": until, "reason": REASON}

    @pytest.mark.parametrize("covered", [True, False], ids=["when it is covered", "with the next request"])
    def test_is_kept_for_whoever_typed_it(self, form: tuple[Tablet, str, dict[str, str]], *, covered: bool) -> None:
        tablet, url, typed = form
        if covered:
            answer = tablet.browser.client.post(url, data={**typed, "keep_only": "yes", "pin": PIN}, headers=HERE)
            assert answer.status_code == 204
            tablet.lock()
        else:
            tablet.world.clock.advance(minutes=6)
            answer = tablet.browser.client.post(url, data=typed, headers=HERE)
            assert answer.headers["Location"] == "/tablet?unsaved=kept"
            assert "What you typed is kept" in text_of(tablet.browser.get("/tablet?unsaved=kept"))
        with tablet.world.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(KeptForm)) == 1
            assert session.scalar(select(Event.kind).where(Event.kind == "held")) is None
        assert tablet.unlock(Role.PHYSICIAN).headers["Location"] == "/"
        assert REASON not in text_of(tablet.browser.get("/account/kept", follow_redirects=True))
        tablet.lock()
        assert tablet.unlock(Role.NURSE).headers["Location"] == "/account/kept"
        page = text_of(tablet.browser.get("/account/kept"))
        assert REASON in page and PIN not in page and "keep_only" not in page


class TestSigningOut:
    def test_says_who_else_is_there_and_ends_everybodys_session(self, tablet: Tablet) -> None:
        warned = text_of(tablet.browser.submit("/sign-out"))
        assert "2 people signed in on this tablet" in warned and "Besides you: Nurse Person." in warned
        assert tablet.is_used_by() == "Physician"
        tablet.browser.submit("/sign-out", {"how": "all"})
        assert "Nobody is signed in on this device." in text_of(tablet.browser.get("/tablet"))

    def test_can_be_of_one_alone_who_goes_home(self, tablet: Tablet) -> None:
        assert tablet.browser.submit("/sign-out", {"how": "me"}).headers["Location"] == "/tablet"
        page = text_of(tablet.browser.get("/tablet"))
        assert "Nurse Person" in page and "Physician Person" not in page
        tablet.unlock(Role.NURSE)
        assert tablet.browser.submit("/sign-out").headers["Location"] == "/sign-in?out=1"


def test_a_device_is_shared_until_somebody_says_otherwise(world: WebWorld) -> None:
    tablet = Tablet(world)
    assert "checked" not in text_of(tablet.browser.get("/sign-in"))
    answer = tablet.sign_in(Role.NURSE)
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(COOKIE)]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "You have no PIN yet" in text_of(tablet.browser.get("/day"))
    tablet.browser.submit("/sign-out", {"how": "all"})
    assert "checked" in text_of(tablet.browser.get("/sign-in"))
    tablet.sign_in(Role.NURSE, is_shared="")
    assert tablet.browser.client.get_cookie(COOKIE) is None
    world.clock.advance(minutes=14)
    assert tablet.is_used_by() == "Nurse", "no tablet, no lock"


def test_a_new_session_id_alone_makes_no_sign_in_longer(world: WebWorld) -> None:
    browser, began_at = world.sign_in(Role.NURSE), world.clock.now()
    world.clock.advance(minutes=14)
    (clinic,) = re.findall(r'name="clinic" value="([^"]+)"', text_of(browser.get("/account/clinic")))
    assert browser.post("/account/clinic", {"clinic": clinic}).status_code == 303
    with world.database.reading() as session:
        live = select(SigninSession.created_at).where(SigninSession.ended_at.is_(None))
        assert session.scalars(live).all() == [began_at]
