"""A canary patient goes the whole way. Nothing of her may turn up in a log, an address, a message or abroad.

Her name, number, birth date, telephone, address and diagnosis are words that occur nowhere else, so that one hit is a
leak. Only her first name may stand in a message, and everything may stand on the pages of her own clinic.
"""

import logging
import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.access.test_matrix import expected_roles, part
from tests.access.test_nonsense import fields_of
from tests.conftest import NOW
from tests.support.databases import SqliteDatabases
from tests.support.fixed import FixedClock, SeededIds
from tests.support.journey import Journey, a_person, journey_in
from tests.support.mailers import RecordingMailer
from tests.support.web import Browser, WebWorld, lent_world, make_world
from tracker.domain.neutral import words_not_to_tell
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import AccessEntry, Heartbeat
from tracker.runtime import Runtime
from tracker.scheduler.jobs import TICKING, Job, run_once, tick
from tracker.services.patients import Reach
from tracker.web.cases import show

GIVEN, FAMILY, MRN, BORN = "Zzyzxa", "Quillfeather", "CANARY-77123", date(1957, 8, 23)
PHONE, EMAIL, CODE, DIAGNOSIS = "3035550147", "quill@secret-inbox.example", "G82.54", "xanthoplegia"
WORDS = (
    FAMILY, MRN, "77123", PHONE, "303-555-0147", "303) 555-0147", EMAIL, "secret-inbox", CODE, DIAGNOSIS,
    "1957-08-23", "23 Aug 1957", "08/23/1957", "Aug 23, 1957",
)  # fmt: skip
LINK = re.compile(r"(?:href|action|src|formaction)=\"([^\"]*)\"")
TO_ANSWER = re.compile(r"^http://localhost:8000/r/[\w-]{43}$", re.MULTILINE)
MARKUP, TITLE = re.compile(r"<[^>]*>"), re.compile(r"(?:SUMMARY|LOCATION|DESCRIPTION):(.*)")
TOKEN = re.compile(r'value="[^"]{30,}"')
PEOPLE = (Role.LEAD_COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.MANAGER, Role.ADMINISTRATOR)
#: Their addresses are handed to the telephone and the mail program, never to a server.
NOT_ASKED_FOR = ("tel:", "mailto:", "#")


def leaks(text: str, *, with_first_name: bool = True) -> list[str]:
    """The canary's words in a text."""
    words = (*WORDS, GIVEN) if with_first_name else WORDS
    return [word for word in words if word.casefold() in text.casefold()]


def unfolded(calendar: str) -> str:
    """A calendar file with its long lines whole (RFC 5545, 3.1)."""
    return calendar.replace("\r\n ", "")


def canary(journey: Journey) -> Journey:
    """She is referred, and goes all the way."""
    reach = (Reach("email", EMAIL, EMAIL), Reach("phone", f"+1{PHONE}", PHONE))
    person = a_person(given_name=GIVEN, family_name=FAMILY, mrn=MRN, birth_on=BORN, reach=reach, allergies=DIAGNOSIS)
    journey.refer(person, diagnosis=DIAGNOSIS, diagnosis_code=CODE, notes=f"{GIVEN} {FAMILY} {DIAGNOSIS}")
    return journey.go("maintained")


@pytest.fixture
def mailer() -> RecordingMailer:
    return RecordingMailer()


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    """An empty clinic."""
    with lent_world(sqlite_database, clock, ids) as world:
        yield world


@pytest.fixture(scope="module")
def hers(sqlite_databases: SqliteDatabases) -> Iterator[tuple[WebWorld, Journey]]:
    """The clinic that knows her, and her way through it; and another clinic."""
    with sqlite_databases.fresh() as database:
        world = make_world(database, FixedClock(NOW), SeededIds())
        world.add_clinic("north")
        yield world, canary(journey_in(world))


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Everything that was logged, by whatever library, at the level of production."""
    caplog.set_level(logging.WARNING)
    said: list[str] = []
    with capture_logs() as records:
        yield said
    said += [str(record) for record in records]
    said += [f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records]
    assert [(line, leaks(line)) for line in said if leaks(line)] == []


def her_addresses(world: WebWorld, journey: Journey) -> Iterator[tuple[str, str, str]]:
    """Every address with each of its methods: where it can name her case, it does."""
    appointment = journey.visit_for("refill")
    own: dict[str, object] = {"public_id": journey.public_id, "case_id": journey.public_id, "appointment": appointment}
    adapter = world.app.url_map.bind("localhost")
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint not in {"static", "accounts.sign_out"}:
            values = {name: own.get(name, part(rule, name)) for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, force_external=False)
            yield from ((rule.endpoint, method, path) for method in {"GET", "POST"} & (rule.methods or set()))


def led_to(answer: TestResponse) -> list[str]:
    """Every address that an answer makes a browser ask for."""
    found = [answer.headers.get("Location", "")]
    if answer.mimetype == "text/html":
        found += LINK.findall(answer.get_data(as_text=True))
    return [each for each in found if not each.startswith(NOT_ASKED_FOR)]


class TestHerOwnClinic:
    @pytest.mark.parametrize(
        "role",
        [
            *(pytest.param(role, marks=pytest.mark.slow) for role in (Role.LEAD_COORDINATOR, Role.PHYSICIAN)),
            Role.FRONT_DESK,
        ],
    )
    def test_puts_nothing_of_her_into_an_address_or_a_log(
        self, hers: tuple[WebWorld, Journey], role: Role, logs: list[str], capfd: pytest.CaptureFixture[str]
    ) -> None:
        world, journey = hers
        browser = world.sign_in(role)
        found, shown = [], 0
        for _endpoint, method, path in her_addresses(world, journey):
            page = browser.get(path)
            answer = page if method == "GET" else self._post(browser, path, page)
            shown += FAMILY in page.get_data(as_text=True)
            found += [f"{method} {path} leads to {link}" for link in led_to(answer) if leaks(link)]
        assert found == []
        assert shown > 5, "she was on hardly any page: this test shows nothing"
        assert leaks("".join(capfd.readouterr())) == []

    def _post(self, browser: Browser, path: str, page: TestResponse) -> TestResponse:
        typed = f"{GIVEN} {FAMILY} {MRN} {DIAGNOSIS}"
        return browser.post(path, dict.fromkeys(fields_of(page.get_data(as_text=True)), typed))

    def test_keeps_no_note_of_what_was_looked_for(self, hers: tuple[WebWorld, Journey], logs: list[str]) -> None:
        world, _ = hers
        browser = world.sign_in(Role.COORDINATOR)
        for text in (FAMILY, MRN, PHONE, "1957-08-23", GIVEN):
            asked = browser.submit("/find", {"q": text})
            assert not leaks(asked.headers["Location"])
            answer = browser.get(asked.headers["Location"])
            assert FAMILY in answer.get_data(as_text=True)
            assert [link for link in led_to(answer) if leaks(link)] == []
        with world.database.reading() as session:
            assert leaks(" ".join(session.scalars(select(AccessEntry.detail)))) == []

    def test_says_nothing_of_her_where_something_breaks(
        self, hers: tuple[WebWorld, Journey], monkeypatch: pytest.MonkeyPatch, logs: list[str]
    ) -> None:
        world, journey = hers
        browser = world.sign_in(Role.PHYSICIAN)

        def break_down(*_: object) -> None:
            raise ValueError(f"cannot show {GIVEN} {FAMILY}, {MRN}, {BORN}, {DIAGNOSIS}")

        monkeypatch.setattr(show, "_clinical", break_down)
        monkeypatch.setitem(world.app.config, "TESTING", False)
        answer = browser.get(f"/cases/{journey.public_id}")
        assert answer.status_code == 500
        assert leaks(answer.get_data(as_text=True)) == []


class TestAnotherClinic:
    @pytest.mark.slow
    def test_is_told_nothing_of_her(self, hers: tuple[WebWorld, Journey], logs: list[str]) -> None:
        world, journey = hers
        browsers = {role: world.sign_in(role, "north") for role in PEOPLE}
        found = []
        for endpoint, method, path in her_addresses(world, journey):
            browser = browsers[next((role for role in PEOPLE if role in expected_roles(endpoint)), Role.NURSE)]
            browser.get("/account/password")
            answer = browser.get(path) if method == "GET" else browser.post(path)
            if leaks(answer.get_data(as_text=True)) or any(leaks(link) for link in led_to(answer)):
                found.append(f"{method} {path} shows her")
            if journey.public_id in path and not endpoint.startswith("admin.") and answer.status_code != 404:
                found.append(f"{method} {path} answers {answer.status_code}")
        assert found == []

    def test_is_told_the_same_as_of_nobody(self, hers: tuple[WebWorld, Journey]) -> None:
        world, journey = hers
        browser = world.sign_in(Role.PHYSICIAN, "north")
        of_her = browser.get(f"/cases/{journey.public_id}").get_data(as_text=True)
        of_nobody = browser.get(f"/cases/{'f' * 32}").get_data(as_text=True)
        assert TOKEN.sub("", of_her) == TOKEN.sub("", of_nobody)


class TestMessages:
    @pytest.mark.slow
    def test_hold_her_first_name_at_most(self, world: WebWorld, mailer: RecordingMailer, logs: list[str]) -> None:
        runtime = Runtime(
            settings=world.runtime.settings, database=world.database, clock=world.clock, ids=world.ids,
            passwords=world.runtime.passwords, mailer=mailer,
        )  # fmt: skip
        journey = journey_in(world)
        self._watched(journey, runtime)
        kinds = {message.subject for message in mailer.sent}
        assert len(mailer.sent) > 5 and len(kinds) >= 2
        assert {len(message.attachments) for message in mailer.sent} == {0, 1}
        for message in mailer.sent:
            text = f"{message.subject}\n{message.body}"
            files = "".join(f"{each.filename}\n{unfolded(each.content)}" for each in message.attachments)
            everything = f"{text}\n{message.html}\n{files}"
            assert leaks(everything, with_first_name=False) == []
            assert GIVEN not in message.subject + files
            # The one link is random: it names nobody, and no record of hers.
            rest, links = TO_ANSWER.subn("", text)
            assert links == 1 and journey.public_id not in everything and "http" not in rest + files
            (link,) = TO_ANSWER.findall(text)
            assert words_not_to_tell(rest) == ()
            assert words_not_to_tell(MARKUP.sub(" ", message.html).replace(link, "")) == ()
            assert words_not_to_tell(" ".join(TITLE.findall(files)) + files.partition(".ics\n")[0]) == ()
            assert leaks(message.reference) == []

    def _watched(self, journey: Journey, runtime: Runtime) -> None:
        """Weeks pass before every visit, and the scheduler runs every day of them."""
        reach = (Reach("email", EMAIL, EMAIL),)
        person = a_person(given_name=GIVEN, family_name=FAMILY, mrn=MRN, birth_on=BORN, reach=reach)
        journey.refer(person, diagnosis=DIAGNOSIS)
        for stage, purpose in (("trial_to_book", "trial"), ("implant_to_book", "implant"), ("maintained", "")):
            journey.go(stage)
            if purpose:
                journey.book(purpose, journey.in_days(20))
            for _ in range(80 if not purpose else 19):
                journey.clock.advance(days=1)
                run_once(runtime, TICKING)
            if purpose:
                self._next_day(journey, purpose)

    def _next_day(self, journey: Journey, purpose: str) -> None:
        journey.sign(purpose)
        if purpose == "trial":
            journey.come(journey.visit_for("trial"))
        else:
            journey.go("implant_day")

    def test_that_fail_leave_nothing_of_her_behind(self, world: WebWorld, logs: list[str]) -> None:
        def fail(_runtime: Runtime, _pause: object) -> str:
            raise ValueError(f"cannot write to {GIVEN} {FAMILY} at {EMAIL}")

        assert tick(world.runtime, Job("dispatch", 15, fail)) is False
        with world.database.reading() as session:
            assert leaks(" ".join(session.scalars(select(Heartbeat.detail)))) == []
