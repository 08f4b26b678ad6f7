"""Signing in and out, passwords and one-time links, through the real forms."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from tests.support.web import PASSWORD, WebWorld, email_of, make_world
from tracker.domain.words import Role
from tracker.persistence.models import Membership, SigninSession, User
from tracker.persistence.vocabulary import LinkPurpose
from tracker.services import accounts

_NEW = "seven amber lanterns"


def _is_signed_in(response) -> bool:
    return response.status_code == 200


def _link(world: WebWorld, role: Role, purpose: LinkPurpose = LinkPurpose.RESET) -> str:
    with world.database.writing() as session:
        link = accounts.make_link(
            session, user_id=world.user_ids[role], purpose=purpose, created_by=None, at=world.clock.now(), ids=world.ids
        )
    return f"/set-password/{link.token}"


class TestSigningIn:
    def test_leads_to_where_the_visitor_wanted_to_go(self, world: WebWorld) -> None:
        browser = world.browser()
        answer = browser.get("/account/password")
        assert answer.status_code == 303
        sign_in = answer.headers["Location"]
        answer = browser.submit(sign_in, {"email": email_of(Role.NURSE), "password": PASSWORD})
        assert answer.headers["Location"] == "/account/password"
        assert _is_signed_in(browser.get("/account/password"))

    @pytest.mark.parametrize(
        "target",
        [
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "/\tevil",
            "evil",
            "/a\r\nb",
        ],
    )
    def test_never_leads_to_another_site(self, world: WebWorld, target: str) -> None:
        browser = world.browser()
        browser.get("/sign-in")
        answer = browser.client.post(
            "/sign-in",
            query_string={"next": target},
            data={"csrf_token": browser.csrf_token, "email": email_of(Role.NURSE), "password": PASSWORD},
        )
        assert answer.headers["Location"] == "/"

    def test_answers_a_wrong_password_and_an_unknown_address_alike(self, world: WebWorld) -> None:
        known = world.browser().submit("/sign-in", {"email": email_of(Role.NURSE), "password": "wrong"})
        unknown_browser = world.browser()
        unknown = unknown_browser.submit("/sign-in", {"email": "nobody@main.example", "password": "wrong"})

        def body(response, email: str) -> str:
            text = response.get_data(as_text=True).replace(email, "EMAIL")
            return "\n".join(line for line in text.splitlines() if "csrf_token" not in line)

        assert known.status_code == unknown.status_code == 422
        assert body(known, email_of(Role.NURSE)) == body(unknown, "nobody@main.example")

    def test_stops_after_five_failures_even_with_the_right_password(self, world: WebWorld) -> None:
        browser = world.browser()
        for _ in range(5):
            browser.submit("/sign-in", {"email": email_of(Role.NURSE), "password": "wrong"})
        answer = browser.submit("/sign-in", {"email": email_of(Role.NURSE).upper(), "password": PASSWORD})
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "900"
        world.clock.advance(minutes=15, seconds=1)
        answer = browser.submit("/sign-in", {"email": email_of(Role.NURSE), "password": PASSWORD})
        assert answer.status_code == 303

    def test_counts_failures_of_one_address_over_all_accounts(self, world: WebWorld) -> None:
        browser = world.browser()
        for number in range(30):
            browser.submit("/sign-in", {"email": f"guess{number}@main.example", "password": "wrong"})
        answer = browser.submit("/sign-in", {"email": email_of(Role.NURSE), "password": PASSWORD})
        assert answer.status_code == 429

    def test_does_not_count_successes(self, world: WebWorld) -> None:
        for _ in range(7):
            world.sign_in_by_form(Role.NURSE)

    def test_gives_the_browser_a_new_session(self, world: WebWorld) -> None:
        browser = world.browser()
        browser.get("/sign-in")
        before = browser.client.get_cookie("tracker")
        browser.post("/sign-in", {"email": email_of(Role.NURSE), "password": PASSWORD})
        after = browser.client.get_cookie("tracker")
        assert before is not None
        assert after is not None
        assert before.value != after.value
        thief = world.browser()
        thief.client.set_cookie("tracker", before.value)
        assert thief.get("/account/password").status_code == 303

    def test_needs_the_token_of_the_form(self, world: WebWorld) -> None:
        answer = world.browser().post("/sign-in", {"email": email_of(Role.NURSE), "password": PASSWORD})
        assert answer.status_code == 400

    def test_is_refused_to_somebody_without_a_clinic(self, world: WebWorld) -> None:
        with world.database.writing() as session:
            session.execute(
                update(Membership).where(Membership.user_id == world.user_ids[Role.NURSE]).values(is_active=False)
            )
        answer = world.browser().submit("/sign-in", {"email": email_of(Role.NURSE), "password": PASSWORD})
        assert answer.status_code == 422

    def test_keeps_what_was_typed_except_the_password(self, world: WebWorld) -> None:
        answer = world.browser().submit("/sign-in", {"email": "me@main.example", "password": "wrong-one-here"})
        text = answer.get_data(as_text=True)
        assert 'value="me@main.example"' in text
        assert "wrong-one-here" not in text


class TestTheSession:
    def test_ends_after_fifteen_idle_minutes(self, world: WebWorld) -> None:
        browser = world.sign_in_by_form(Role.NURSE)
        world.clock.advance(minutes=15)
        assert _is_signed_in(browser.get("/account/password"))
        world.clock.advance(minutes=15, seconds=1)
        assert browser.get("/account/password").status_code == 303

    def test_ends_after_twelve_hours_however_busy(self, world: WebWorld) -> None:
        browser = world.sign_in_by_form(Role.NURSE)
        for _ in range(72):
            world.clock.advance(minutes=10)
            assert _is_signed_in(browser.get("/account/password"))
        world.clock.advance(seconds=1)
        assert browser.get("/account/password").status_code == 303

    def test_ends_on_the_server_when_signing_out(self, world: WebWorld) -> None:
        browser = world.sign_in_by_form(Role.NURSE)
        browser.get("/account/password")
        cookie = browser.client.get_cookie("tracker")
        assert cookie is not None
        answer = browser.post("/sign-out", {"unsaved": "none"})
        assert answer.status_code == 303
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert browser.client.get_cookie("tracker") is None
        thief = world.browser()
        thief.client.set_cookie("tracker", cookie.value)
        assert thief.get("/account/password").status_code == 303

    def test_ends_at_once_when_the_account_is_not_active(self, world: WebWorld) -> None:
        browser = world.sign_in_by_form(Role.NURSE)
        with world.database.writing() as session:
            session.execute(update(User).where(User.id == world.user_ids[Role.NURSE]).values(is_active=False))
        assert browser.get("/account/password").status_code == 303

    def test_is_written_at_most_once_a_minute(self, world: WebWorld) -> None:
        browser = world.sign_in_by_form(Role.NURSE)
        browser.get("/account/password")

        def last_seen():
            with world.database.reading() as session:
                return session.scalar(select(func.max(SigninSession.last_seen_at)))

        start = world.clock.now()
        world.clock.advance(seconds=59)
        browser.get("/account/password")
        assert last_seen() == start
        world.clock.advance(seconds=1)
        browser.get("/account/password")
        assert last_seen() == start + timedelta(minutes=1)

    def test_costs_nothing_for_visitors_who_see_no_form(self, world: WebWorld) -> None:
        for path in ("/", "/health", "/nowhere", "/static/tracker.css"):
            world.browser().get(path)
        with world.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(SigninSession)) == 0

    def test_is_deleted_when_it_is_dead(self, world: WebWorld) -> None:
        world.sign_in_by_form(Role.NURSE)
        world.browser().get("/sign-in")
        limits = world.runtime.session_limits
        with world.database.writing() as session:
            # The session of the sign-in form ended when the person came in.
            assert accounts.purge_dead_sessions(session, at=world.clock.now(), limits=limits) == 1
            at = world.clock.advance(minutes=16)
            assert accounts.purge_dead_sessions(session, at=at, limits=limits) == 1
            at = world.clock.advance(hours=1)
            assert accounts.purge_dead_sessions(session, at=at, limits=limits) == 1


class TestTheCookie:
    def test_is_bound_to_this_host_and_secure_over_https(self, sqlite_database, clock, ids) -> None:
        world = make_world(sqlite_database, clock, ids, base_url="https://tracker.example")
        answer = world.browser().get("/sign-in", base_url="https://tracker.example")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-tracker=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


class TestChangingThePassword:
    def test_ends_every_other_session_and_keeps_this_one(self, world: WebWorld) -> None:
        here, there = world.sign_in_by_form(Role.NURSE), world.sign_in_by_form(Role.NURSE)
        answer = here.submit("/account/password", {"current": PASSWORD, "password": _NEW, "again": _NEW})
        assert answer.status_code == 303
        assert _is_signed_in(here.get("/account/password"))
        assert there.get("/account/password").status_code == 303
        assert (
            world.browser().submit("/sign-in", {"email": email_of(Role.NURSE), "password": PASSWORD}).status_code == 422
        )
        assert world.browser().submit("/sign-in", {"email": email_of(Role.NURSE), "password": _NEW}).status_code == 303

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"current": "wrong", "password": _NEW, "again": _NEW}, "This is not your current password."),
            ({"current": PASSWORD, "password": "short", "again": "short"}, "Use at least 12 characters."),
            ({"current": PASSWORD, "password": "x" * 129, "again": "x" * 129}, "Use at most 128 characters."),
            ({"current": PASSWORD, "password": "passwordpassword", "again": "passwordpassword"}, "one of the first"),
            (
                {"current": PASSWORD, "password": "nurse of denver 1", "again": "nurse of denver 1"},
                "your e-mail address",
            ),
            ({"current": PASSWORD, "password": _NEW, "again": "another thing"}, "The two passwords differ."),
            ({"current": PASSWORD, "password": _NEW}, "once more"),
        ],
    )
    def test_is_refused_with_a_sentence(self, world: WebWorld, data: dict[str, str], sentence: str) -> None:
        browser = world.sign_in_by_form(Role.NURSE)
        answer = browser.submit("/account/password", data)
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)
        world.sign_in_by_form(Role.NURSE)


class TestAOneTimeLink:
    def test_sets_the_password_and_signs_in(self, world: WebWorld) -> None:
        browser = world.browser()
        answer = browser.submit(_link(world, Role.NURSE), {"password": _NEW, "again": _NEW})
        assert answer.status_code == 303
        assert _is_signed_in(browser.get("/account/password"))

    def test_works_once(self, world: WebWorld) -> None:
        link = _link(world, Role.NURSE)
        world.browser().submit(link, {"password": _NEW, "again": _NEW})
        assert world.browser().get(link).status_code == 404

    def test_is_not_used_up_by_looking_at_it(self, world: WebWorld) -> None:
        link = _link(world, Role.NURSE)
        world.browser().get(link)
        assert world.browser().submit(link, {"password": _NEW, "again": _NEW}).status_code == 303

    @pytest.mark.parametrize(("purpose", "minutes"), [(LinkPurpose.RESET, 30), (LinkPurpose.FIRST, 24 * 60)])
    def test_works_only_for_a_while(self, world: WebWorld, purpose: LinkPurpose, minutes: int) -> None:
        link = _link(world, Role.NURSE, purpose)
        world.clock.advance(minutes=minutes, seconds=-1)
        assert world.browser().get(link).status_code == 200
        world.clock.advance(seconds=1)
        assert world.browser().get(link).status_code == 404

    def test_stops_working_when_a_newer_one_is_made(self, world: WebWorld) -> None:
        first, second = _link(world, Role.NURSE), _link(world, Role.NURSE)
        assert world.browser().get(first).status_code == 404
        assert world.browser().get(second).status_code == 200

    def test_stops_working_when_the_password_changes(self, world: WebWorld) -> None:
        link = _link(world, Role.NURSE)
        world.sign_in_by_form(Role.NURSE).submit(
            "/account/password", {"current": PASSWORD, "password": _NEW, "again": _NEW}
        )
        assert world.browser().get(link).status_code == 404


class TestTwoClinics:
    def test_are_chosen_from_after_signing_in(self, world: WebWorld) -> None:
        other = world.add_clinic("north")
        with world.database.writing() as session:
            session.execute(
                insert(Membership).values(clinic_id=other, user_id=world.user_ids[Role.NURSE], is_active=True)
            )
        browser = world.sign_in_by_form(Role.NURSE)
        assert browser.get("/account/password").headers["Location"] == "/account/clinic"
        text = browser.get("/account/clinic").get_data(as_text=True)
        assert "Main Clinic" in text
        assert "North Clinic" in text
        main = text.split("Main Clinic")[0].rpartition('value="')[2].partition('"')[0]
        assert browser.post("/account/clinic", {"clinic": main}).status_code == 303
        assert _is_signed_in(browser.get("/account/password"))

    def test_somebody_elses_clinic_cannot_be_chosen(self, world: WebWorld) -> None:
        world.add_clinic("north")
        browser = world.sign_in_by_form(Role.NURSE)
        assert browser.submit("/account/clinic", {"clinic": "f" * 32}).status_code == 404
