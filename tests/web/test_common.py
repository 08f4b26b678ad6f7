"""What every page stands on: headers, errors, filters, frame, and how much a page asks of the database."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import structlog
from flask import render_template, request
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from tests.support.statements import sent
from tests.support.web import Browser, WebWorld, email_of
from tracker.domain.access import Permission
from tracker.domain.credentials import is_email
from tracker.domain.errors import InvalidInput, NotFound, Refused, StaleVersion
from tracker.domain.words import Role
from tracker.persistence.models import Clinic, DeploymentValue, Heartbeat, Room
from tracker.web.common.access import is_same_origin_path, permission, public
from tracker.web.common.database import read_session, writing
from tracker.web.common.errors import ErrorPage
from tracker.web.common.filters import ago, at, day, on, plural

_EMPTY_PAGE = ErrorPage(title="Nothing but the frame", sentences=())


#: A page that can be opened and sent, in whose place tests put views of their own.
PAGE = "/account/password"


PutView = Callable[[Callable[[], str]], None]


@pytest.fixture
def put_view(world: WebWorld, monkeypatch: pytest.MonkeyPatch) -> PutView:
    """Have ``PAGE`` answered by another view."""
    return lambda view: monkeypatch.setitem(world.app.view_functions, "accounts.password", view)


def rooms_of(world: WebWorld) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Room.name)))


def phones_of(world: WebWorld) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Clinic.phone)))


class TestAPage:
    def test_asks_once_who_is_there(self, world: WebWorld, put_view: PutView) -> None:
        @permission(Permission.ACCOUNT)
        def view() -> str:
            return render_template("errors/404.html", page=_EMPTY_PAGE)

        put_view(view)
        browser = world.sign_in(Role.NURSE)
        browser.get(PAGE)
        with sent(world.database.read, world.database.write) as seen:
            browser.get(PAGE)
        assert len(seen) == 1, seen

    @pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/health", "/account/password", "/static/tracker.css"])
    def test_carries_the_headers(self, world: WebWorld, path: str) -> None:
        headers = world.browser().get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers

    def test_is_kept_by_no_cache_behind_sign_in(self, world: WebWorld) -> None:
        assert world.sign_in(Role.NURSE).get("/account/password").headers["Cache-Control"] == "no-store"

    def test_names_static_files_by_their_content(self, world: WebWorld) -> None:
        text = world.browser().get("/sign-in").get_data(as_text=True)
        address = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert "?v=" in address
        answer = world.browser().get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert world.browser().get("/static/tracker.css").headers["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
    def test_is_not_given_under_another_name(self, world: WebWorld, host: str) -> None:
        assert world.browser().get("/sign-in", headers={"Host": host}).status_code == 400

    def test_believes_no_forwarded_address(self, world: WebWorld) -> None:
        browser = world.browser()
        for number in range(6):
            answer = browser.submit(
                "/sign-in",
                {"email": email_of(Role.NURSE), "password": "wrong"},
                headers={"X-Forwarded-For": f"10.0.0.{number}", "X-Forwarded-Host": "evil.example"},
            )
        assert answer.status_code == 429
        assert "evil.example" not in answer.get_data(as_text=True)


class TestAnError:
    @pytest.mark.parametrize(
        ("error", "status", "sentence"),
        [
            (NotFound("secret"), 404, "There is no such page or record in your clinic."),
            (StaleVersion(7, ["Dana W. booked the trial."]), 409, "Dana W. booked the trial."),
            (Refused([]), 409, "This step is not open"),
            (InvalidInput({"dose": "Give the dose in mcg."}), 400, "Give the dose in mcg."),
            (ZeroDivisionError("Moreno, Luis 1957-09-19"), 500, "Something went wrong on our side"),
            (OperationalError("select Moreno", {}, Exception("locked")), 503, "The database did not answer"),
        ],
    )
    def test_is_a_page_that_says_what_happened(
        self,
        world: WebWorld,
        put_view: PutView,
        monkeypatch: pytest.MonkeyPatch,
        *,
        error: Exception,
        status: int,
        sentence: str,
    ) -> None:
        @permission(Permission.ACCOUNT)
        def fail() -> str:
            raise error

        put_view(fail)
        monkeypatch.setitem(world.app.config, "PROPAGATE_EXCEPTIONS", False)
        with structlog.testing.capture_logs() as logs:
            answer = world.sign_in(Role.NURSE).get(PAGE)
        text = answer.get_data(as_text=True)
        assert answer.status_code == status
        assert sentence in text
        assert "Moreno" not in text + json.dumps(logs)
        if status >= 500:
            (entry,) = logs
            assert entry["reference"] in text
            assert any("fail" in place for place in entry["place"])

    def test_of_an_unknown_method_or_address_has_its_page(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.NURSE)
        assert "Nothing is here" in browser.get("/nowhere").get_data(as_text=True)
        answer = browser.get("/sign-out")
        assert answer.status_code == 405
        assert answer.headers["Allow"]

    def test_keeps_what_was_typed_when_the_page_was_too_old(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.ADMINISTRATOR)
        browser.csrf_token = "of-an-earlier-session"
        answer = browser.post(
            "/admin/rooms", {"name": "OR <2>", "password": "hush"}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "made before you last signed in" in text
        assert 'name="name"' in text
        assert 'value="OR &lt;2&gt;"' in text
        assert "hush" not in text
        assert "OR <2>" not in rooms_of(world)
        assert browser.post("/admin/rooms", {"name": "OR <2>"}).status_code == 303
        assert rooms_of(world) == ["OR <2>"]

    def test_offers_to_send_again_where_there_is_no_form_to_show(self, world: WebWorld, put_view: PutView) -> None:
        @permission(Permission.ACCOUNT)
        def view() -> str:
            with writing() as session:
                session.execute(update(Clinic).values(phone=request.form["phone"]))
            return "done"

        put_view(view)
        browser = world.sign_in(Role.NURSE)
        browser.csrf_token = "of-an-earlier-session"
        typed = {"phone": "<555>", "password": "hush"}
        answer = browser.post(PAGE, typed, headers={"Sec-Fetch-Site": "same-origin"})
        text = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert 'name="phone" value="&lt;555&gt;"' in text
        assert "hush" not in text
        assert phones_of(world) == [""]
        assert browser.post(PAGE, {"phone": "<555>"}).get_data(as_text=True) == "done"
        assert phones_of(world) == ["<555>"]

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
    def test_offers_nothing_to_send_again_that_came_from_elsewhere(self, world: WebWorld, site: str) -> None:
        browser = world.sign_in(Role.ADMINISTRATOR)
        browser.csrf_token = ""
        answer = browser.post("/admin/rooms", {"name": "OR 2"}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 400
        assert "OR 2" not in answer.get_data(as_text=True)


class TestTheDatabaseOfARequest:
    def test_shows_what_was_just_written(self, world: WebWorld, put_view: PutView) -> None:
        @permission(Permission.ACCOUNT)
        def view() -> str:
            read_session().get_one(Clinic, world.clinic_id)
            with writing() as session:
                session.execute(update(Clinic).values(phone="555"))
            return read_session().get_one(Clinic, world.clinic_id).phone

        put_view(view)
        assert world.sign_in(Role.NURSE).get(PAGE).get_data(as_text=True) == "555"

    def test_never_holds_two_write_transactions(self, world: WebWorld, put_view: PutView) -> None:
        @public
        def view() -> str:
            with writing(), writing():
                return "never"

        put_view(view)
        assert world.browser().get(PAGE).status_code == 500

    def test_fails_a_request_that_leaves_one_open(self, world: WebWorld, put_view: PutView) -> None:
        left = []

        @public
        def view() -> str:
            left.append(writing())
            left[0].__enter__()
            return "done"

        put_view(view)
        with pytest.raises(RuntimeError, match="write transaction open"):
            world.browser().get(PAGE)
        with world.app.app_context():
            left[0].gen.close()


class TestTheFrame:
    def test_shows_the_places_of_the_role(self, world: WebWorld) -> None:
        administrator = world.sign_in(Role.ADMINISTRATOR).get("/account/password").get_data(as_text=True)
        nurse = world.sign_in(Role.NURSE).get("/account/password").get_data(as_text=True)
        assert 'href="/admin/users"' in administrator
        assert 'href="/admin/users"' not in nurse
        assert "Administrator Person" in administrator

    def test_begins_the_day_where_the_role_works(self, world: WebWorld) -> None:
        assert world.sign_in(Role.ADMINISTRATOR).get("/").headers["Location"] == "/admin/users"
        for role in Role:
            browser = world.sign_in(role)
            assert browser.get(browser.get("/").headers["Location"]).status_code == 200

    def test_warns_when_the_scheduler_is_silent(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.NURSE)
        assert _warns(browser)
        _beat(world, "dispatch", "escalate", "reconcile")
        assert not _warns(browser)
        world.clock.advance(minutes=3)
        assert not _warns(browser)
        world.clock.advance(seconds=1)
        assert _warns(browser)

    def test_warns_when_one_of_the_two_jobs_never_ran(self, world: WebWorld) -> None:
        _beat(world, "reconcile", "backup")
        assert _warns(world.sign_in(Role.NURSE))

    def test_says_that_sending_is_paused_and_data_are_made_up(self, world: WebWorld) -> None:
        browser = world.sign_in(Role.NURSE)
        with world.database.writing() as session:
            session.execute(update(Clinic).values(sending_paused_at=world.clock.now()))
            session.execute(insert(DeploymentValue).values(name="is_demo", value="yes"))
        text = browser.get("/account/password").get_data(as_text=True)
        assert "Sending is paused" in text
        assert "Demonstration data" in text

    @pytest.mark.parametrize(
        ("role", "ways"),
        [
            (Role.COORDINATOR, {"/account/password", "/referrals/new", "/pumps/take-over"}),
            (Role.FRONT_DESK, {"/account/password"}),
        ],
    )
    def test_leads_to_everything_that_has_no_place_of_its_own(
        self, world: WebWorld, role: Role, ways: set[str]
    ) -> None:
        text = world.sign_in(role).get("/find").get_data(as_text=True)
        everywhere = {"/account/password", "/referrals/new", "/pumps/take-over"}
        assert {way for way in everywhere if f'href="{way}"' in text} == ways


class TestThePhoneBar:
    @pytest.mark.parametrize("role", [Role.LEAD_COORDINATOR, Role.NURSE, Role.MANAGER, Role.ADMINISTRATOR])
    def test_shows_five_places_and_the_rest_under_more(self, world: WebWorld, role: Role) -> None:
        text = world.sign_in(role).get("/pathways/itb").get_data(as_text=True)
        bar = text.partition('aria-label="Places"')[2].partition("</nav>")[0]
        flat, _, more = bar.partition("<details>")
        every = re.findall(r"<li( class=\"is-far\")?>\s*<a href=\"([^\"]+)\"", flat)
        near = [url for far, url in every if not far]
        assert len(near) == min(5, len(every))
        assert re.findall(r'<a href="([^"]+)"', more) == [url for far, url in every if far]
        assert ('<summary aria-current="true">' in bar) == ("/pathways/itb" not in near and "/pathways" not in near)

    def test_has_no_more_where_everything_has_room(self, world: WebWorld) -> None:
        text = world.sign_in(Role.FRONT_DESK).get("/find").get_data(as_text=True)
        assert "<summary" not in text.partition('aria-label="Places"')[2].partition("</nav>")[0]


class TestHealth:
    def test_is_red_for_machines_too(self, world: WebWorld) -> None:
        answer = world.browser().get("/health")
        assert (answer.status_code, answer.get_json()["status"]) == (503, "scheduler silent")
        _beat(world, "dispatch", "escalate", "reconcile")
        answer = world.browser().get("/health")
        assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")

    def test_shows_every_job_to_people(self, world: WebWorld) -> None:
        _beat(world, "dispatch", "backup")
        text = world.sign_in(Role.MANAGER).get("/health/detail").get_data(as_text=True)
        assert "never ran" in text
        assert "backup" in text


class TestWords:
    @pytest.mark.parametrize(
        ("days", "text"), [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (2, "in 2 days"), (-3, "3 days ago")]
    )
    def test_say_the_weekday_and_how_far_away(self, days: int, text: str) -> None:
        today = date(2026, 11, 22)
        assert day(today + timedelta(days=days), today).endswith(f" · {text}")

    def test_name_the_year_only_when_it_is_another(self) -> None:
        today = date(2026, 12, 30)
        assert on(date(2026, 12, 31), today) == "Thu 31 Dec"
        assert on(date(2027, 1, 1), today) == "Fri 1 Jan 2027"
        assert on(None) == "–"

    def test_show_instants_in_the_zone(self) -> None:
        assert at(datetime(2026, 11, 24, 14, 30, tzinfo=UTC), "America/Denver") == "Tue 24 Nov 2026 07:30"

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0, "0 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (7200, "2 h ago"),
            (100_000, "27 h ago"),
            (172_800, "2 d ago"),
        ],
    )
    def test_say_how_long_ago(self, seconds: int, text: str) -> None:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        assert ago(now - timedelta(seconds=seconds), now) == text

    def test_count(self) -> None:
        assert (plural(1, "day"), plural(3, "day"), plural(2, "entry", "entries")) == ("1 day", "3 days", "2 entries")


class TestAddresses:
    @pytest.mark.parametrize("target", ["/", "/cases/abc?x=1#y", "/a/b"])
    def test_on_this_site_are_followed(self, target: str) -> None:
        assert is_same_origin_path(target)

    @pytest.mark.parametrize(
        "target",
        [
            "",
            "x",
            "//x",
            "///x",
            "/\\x",
            "\\/x",
            "http://x",
            "https:x",
            "/\tx",
            "/\n/x",
            "javascript:x",
            "/\x00",
            " /x",
        ],
    )
    def test_elsewhere_are_not(self, target: str) -> None:
        assert not is_same_origin_path(target)

    @pytest.mark.parametrize("text", ["a@b.example", "o'neil+x@b.example"])
    def test_of_mail_are_recognised(self, text: str) -> None:
        assert is_email(text)

    @pytest.mark.parametrize(
        "text", ["", "a", "a@", "@b.example", "a@b", "a b@c.example", "a@b@c.example", "a@b.example\nBcc: x", "<a@b.c>"]
    )
    def test_of_mail_are_refused(self, text: str) -> None:
        assert not is_email(text)


def _warns(browser: Browser) -> bool:
    return "The scheduler is silent" in browser.get("/account/password").get_data(as_text=True)


def _beat(world: WebWorld, *names: str) -> None:
    with world.database.writing() as session:
        for name in names:
            session.execute(insert(Heartbeat).values(name=name, beat_at=world.clock.now(), detail=""))
