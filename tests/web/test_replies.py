"""A patient's link without sign-in, and texts as the provider hands them over."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.factories.case_world import CaseWorld
from tests.factories.post import REPLIES_AT, SOON, Post
from tests.support.fixed import FixedClock, SeededIds
from tests.support.web import Browser, WebWorld, lent_world
from tracker.persistence.database import Database
from tracker.persistence.models import (
    AppointmentRow,
    Clinic,
    ContactPoint,
    Event,
    InboundMessage,
    Patient,
    Reminder,
    StaffTask,
    StageCount,
)

MOBILE, SENDER = "+13035550142", "+13035550100"
SECRET = "secret of the provider"
BACK = "https://reports.clinic.example"
#: What no page for patients may say, in whatever language.
DENIED = ("implant", "pump", "tracker<", "evaluation", "referral", "refill", "Family1", "M1")


class Outside:
    """A clinic that reminded a patient, and browsers of people outside."""

    def __init__(self, post: Post, web: WebWorld) -> None:
        self.post, self.web, self.database = post, web, web.database
        self.post.dispatch()

    def path(self) -> str:
        """The address of the link in the last mail, below the host."""
        lines = self.post.mailer.sent[-1].body.splitlines()
        (link,) = [each for each in lines if each.startswith(f"{REPLIES_AT}/r/")]
        return link.removeprefix(REPLIES_AT)

    def browser(self) -> Browser:
        """Somebody's, who never signs in."""
        return self.web.browser()

    def press(self, answer: str) -> TestResponse:
        """Open the page, press a button, and see what comes of it."""
        browser = self.browser()
        response = browser.submit(self.path(), {"answer": answer})
        assert response.status_code == 303, response.text
        return browser.get(response.headers["Location"])

    def visit(self) -> AppointmentRow:
        """As it stands."""
        with self.database.reading() as session:
            return session.scalars(select(AppointmentRow).where(AppointmentRow.superseded_by.is_(None))).one()

    def posted(self, path: str, form: Mapping[str, str], *, secret: str = SECRET, base: str = BACK) -> TestResponse:
        """What the provider posts, signed."""
        signed = f"{base}{path}" + "".join(f"{name}{form[name]}" for name in sorted(form))
        digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()
        headers = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
        return self.browser().client.post(path, data=dict(form), headers=headers, base_url=BACK)


@contextmanager
def seen_from_outside(database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[Outside]:
    """The clinic, where texts come in and patients have links."""
    post = Post(CaseWorld(database, clock, ids))
    with database.writing() as session:
        session.add(StageCount(clinic_id=1, pathway="itb", stage="referred", owner_user_id=0, n=1))
    settings = {"sms_secret": SECRET, "sms_callback_base_url": BACK, "reply_base_url": REPLIES_AT, "sms_sender": SENDER}
    with lent_world(database, clock, ids, **settings) as web:
        yield Outside(post, web)


@pytest.fixture
def outside(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[Outside]:
    with seen_from_outside(sqlite_database, clock, ids) as outside:
        yield outside


def stored(outside: Outside) -> list[object]:
    """Everything that a look must not change."""
    tables = (AppointmentRow, ContactPoint, Event, Patient, Reminder, StaffTask)
    with outside.database.reading() as session:
        return [
            {name: value for name, value in vars(row).items() if not name.startswith("_")}
            for table in tables
            for row in session.scalars(select(table))
        ]


class TestThePage:
    def test_says_who_is_expected_when_and_whom_to_call_and_nothing_else(self, outside: Outside) -> None:
        answer = outside.browser().get(outside.path())
        for said in ("Ada", "Thursday, March 26, 2026", "9:00 AM", "Riverside Clinic", "555-0100", "911"):
            assert said in answer.text
        page = "".join(part.partition('"')[2] for part in answer.text.casefold().split('value="'))
        assert [word for word in DENIED if word.casefold() in page.replace("tracker.", "")] == []
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_calls_the_clinic_as_messages_do(self, outside: Outside) -> None:
        with outside.database.writing() as session:
            session.execute(
                update(Clinic).where(Clinic.id == 1).values(name="Mesa Pump Center", message_name="Mesa Associates")
            )
        for path, status in ((outside.path(), 200), (outside.path(), 404)):
            answer = outside.browser().get(path)
            assert answer.status_code == status
            assert "Mesa Associates" in answer.text and "Mesa Pump" not in answer.text
            outside.web.clock.advance(days=30)

    def test_changes_nothing_by_being_looked_at(self, outside: Outside) -> None:
        before = stored(outside)
        for address in ("", "?answer=confirm", "?answer=stop&done=stopped", "?again=1"):
            outside.browser().get(outside.path() + address)
            outside.browser().client.head(outside.path() + address)
        assert stored(outside) == before

    def test_needs_the_token_of_its_form_and_is_shown_again_without(self, outside: Outside) -> None:
        before = stored(outside)
        answer = outside.browser().post(outside.path(), {"answer": "confirm"})
        assert answer.headers["Location"] == f"{outside.path()}?again=1"
        assert stored(outside) == before
        assert "Please press once more" in outside.browser().get(answer.headers["Location"]).text

    def test_confirms(self, outside: Outside) -> None:
        page = outside.press("confirm")
        assert "Your visit is confirmed" in page.text
        assert 'value="confirm"' not in page.text
        assert (outside.visit().state, outside.visit().reason) == ("confirmed", "link")

    @pytest.mark.parametrize("done", ["confirmed", "stopped", "cancelled", "moved", "past", "help", "unknown", "<b>"])
    def test_says_that_something_was_answered_only_where_it_is_so(self, outside: Outside, done: str) -> None:
        page = outside.browser().get(f"{outside.path()}?done={done}").text
        assert 'class="banner' not in page

    def test_takes_a_no_without_cancelling(self, outside: Outside) -> None:
        assert "Nothing is cancelled yet" in outside.press("cannot").text
        assert outside.visit().state == "booked"
        with outside.database.reading() as session:
            assert session.scalars(select(StaffTask.kind)).all() == ["reply_cannot"]

    def test_says_what_was_said_last(self, outside: Outside, clock: FixedClock) -> None:
        outside.press("confirm")
        clock.advance(minutes=1)
        outside.press("cannot")
        page = outside.browser().get(outside.path()).text
        assert "You said that you can’t come." in page and "You said that you will come" not in page
        assert 'value="cannot"' not in page

    def test_says_that_they_come_after_all(self, outside: Outside, clock: FixedClock) -> None:
        outside.press("cannot")
        clock.advance(minutes=1)
        outside.press("confirm")
        page = outside.browser().get(outside.path()).text
        assert "You said that you will come" in page and "You said that you can’t come" not in page

    def test_asks_for_a_call(self, outside: Outside) -> None:
        assert "We will call you" in outside.press("call").text
        with outside.database.reading() as session:
            assert session.scalars(select(StaffTask.kind)).all() == ["reply_call"]

    def test_is_in_the_language_that_was_chosen(self, outside: Outside) -> None:
        page = outside.press("es").text
        assert '<html lang="es">' in page
        assert "Desde ahora le escribimos en español" in page and "jueves, 26 de marzo de 2026" in page
        assert "No puedo ir" in page

    def test_ends_messages_to_the_address_and_begins_them_again(self, outside: Outside) -> None:
        page = outside.press("stop").text
        assert "No more messages will come here" in page and 'value="start"' in page
        with outside.database.reading() as session:
            assert session.scalars(select(ContactPoint.opted_out_at)).one() is not None
        assert 'value="stop"' in outside.press("start").text
        with outside.database.reading() as session:
            assert session.scalars(select(ContactPoint.opted_out_at)).one() is None

    @pytest.mark.parametrize(
        ("state", "said"), [("cancelled", "This visit was cancelled"), ("no_show", "The time of this visit has passed")]
    )
    def test_of_a_visit_that_is_off_says_so(self, outside: Outside, state: str, said: str) -> None:
        outside.post.world.change(outside.post.visit, state=state)
        page = outside.browser().get(outside.path()).text
        assert said in page
        assert 'value="confirm"' not in page and 'value="cannot"' not in page and 'value="call"' in page

    def test_of_a_visit_that_was_moved_shows_the_time_that_was_told(self, outside: Outside) -> None:
        outside.post.world.move(outside.post.visit, "2026-03-27T11:00")
        page = outside.browser().get(outside.path()).text
        assert "was moved to another time" in page and "March 26" in page and "March 27" not in page

    def test_takes_no_answer_that_it_does_not_offer(self, outside: Outside) -> None:
        before = stored(outside)
        for wrong in ("", "cancel", "de", "arrive"):
            assert outside.browser().submit(outside.path(), {"answer": wrong}).status_code == 400
        assert [each for each in stored(outside) if each not in before] == []


class TestALinkThatIsDead:
    def test_of_one_that_never_was_tells_nothing(self, outside: Outside) -> None:
        answer = outside.browser().get("/r/never")
        assert answer.status_code == 404
        assert "This link no longer works" in answer.text
        assert "Riverside" not in answer.text and "tracker ·" not in answer.text and "Implant" not in answer.text

    @pytest.mark.parametrize("path", ["/r", "/r/", "/r/never/", "/r/never/again", "/r/never/again/"])
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    def test_of_what_only_looks_like_one_tells_nothing(self, outside: Outside, path: str, method: str) -> None:
        browser = outside.browser()
        browser.get("/sign-in")
        client = browser.client
        answer = client.open(path, method=method, follow_redirects=method == "GET")
        assert "Tracker" not in answer.text and "Implant" not in answer.text and "Riverside" not in answer.text
        if method == "GET":
            assert answer.status_code == 404 and "This link no longer works" in answer.text

    def test_with_a_slash_too_many_leads_to_the_link(self, outside: Outside) -> None:
        answer = outside.browser().get(f"{outside.path()}/")
        assert (answer.status_code, answer.headers["Location"]) == (308, outside.path())

    def test_in_spanish_for_whoever_reads_it(self, outside: Outside) -> None:
        answer = outside.browser().get("/r/never", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.1"})
        assert "Este enlace ya no funciona" in answer.text

    def test_a_day_after_the_visit_names_the_clinic_alone(self, outside: Outside) -> None:
        path, browser = outside.path(), outside.browser()
        outside.web.clock.set(outside.post.visit.starts_at + timedelta(days=1))
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "Riverside Clinic" in answer.text and "555-0100" in answer.text and "Ada" not in answer.text
        browser.get("/sign-in")
        assert browser.post(path, {"answer": "confirm"}).status_code == 404
        assert outside.visit().state == "booked"

    def test_slows_down_whoever_tries_many(self, outside: Outside) -> None:
        browser = outside.browser()
        told = [browser.get(f"/r/guess{number}").status_code for number in range(31)]
        assert told == [404] * 30 + [429]
        assert browser.get(outside.path()).status_code == 200
        # It hinders nobody who signs in from the same place.
        assert browser.submit("/sign-in", {"email": "nobody@clinic.example", "password": "x"}).status_code == 422

    def test_slows_down_who_presses_on_and_on(self, outside: Outside) -> None:
        browser = outside.browser()
        told = [browser.submit(outside.path(), {"answer": "call"}).status_code for _ in range(31)]
        assert told == [303] * 30 + [429]

    def test_says_nothing_of_the_system_when_it_breaks(self, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
        def break_down(*_: object, **__: object) -> None:
            raise ValueError("Ada has a pump")

        monkeypatch.setattr("tracker.web.replies.routes.find_reply_page", break_down)
        answer = outside.browser().get(outside.path())
        assert answer.status_code == 500
        assert "Nothing was changed" in answer.text
        assert "Ada" not in answer.text and "pump" not in answer.text and "Implant" not in answer.text


class TestTheNeutralHost:
    def test_has_the_link_and_nothing_of_the_staffs(self, outside: Outside) -> None:
        client = outside.browser().client
        assert client.get(outside.path(), base_url=REPLIES_AT).status_code == 200
        assert client.get("/static/tracker.css", base_url=REPLIES_AT, buffered=True).status_code == 200
        for path in ("/", "/sign-in", "/health", "/today", "/nothing"):
            for host in (REPLIES_AT, BACK):
                answer = client.get(path, base_url=host)
                assert (answer.status_code, answer.text) == (404, "")
        assert client.get("/sign-in").status_code == 200

    def test_is_the_clinics_own_where_none_is_set(self, world: WebWorld) -> None:
        assert world.runtime.settings.replies_at == "http://localhost:8000"
        assert world.browser().get("/sign-in").status_code == 200

    def test_stands_in_the_mail(self, outside: Outside) -> None:
        assert f"{REPLIES_AT}/r/" in outside.post.mailer.sent[-1].body


def take_texts(outside: Outside) -> Outside:
    """The patient takes texts, and was reminded by one."""
    world = outside.post.world
    world.email(MOBILE, kind="phone", texts_agreed_at=world.clock.now())
    with outside.database.writing() as session:
        session.execute(update(Clinic).values(sends_texts=True))
    world.reconcile()
    world.clock.set(SOON + timedelta(days=1, hours=8))
    outside.post.dispatch()
    assert [each.recipient for each in outside.post.texter.sent] == [MOBILE]
    return outside


@pytest.fixture
def texted(outside: Outside) -> Outside:
    return take_texts(outside)


def says(outside: Outside, text: str, *, sid: str = "SM1", sender: str = MOBILE, **more: str) -> TestResponse:
    return outside.posted("/sms/replies", {"MessageSid": sid, "From": sender, "Body": text, **more})


class TestATextThatComesIn:
    def test_is_answered_in_the_providers_own_form(self, texted: Outside) -> None:
        answer = says(texted, "Yes")
        assert answer.status_code == 200 and answer.mimetype == "text/xml"
        assert answer.text == (
            '<?xml version="1.0" encoding="UTF-8"?><Response><Message>Riverside Clinic: Thank you. Your visit is '
            "confirmed. Call 555-0100. Not read for emergencies.</Message></Response>"
        )
        assert texted.visit().state == "confirmed"

    def test_handed_over_twice_is_stored_once(self, texted: Outside) -> None:
        first, again = says(texted, "N").text, says(texted, "N").text
        assert first == again
        with texted.database.reading() as session:
            assert len(session.scalars(select(InboundMessage)).all()) == 1
            assert len(session.scalars(select(StaffTask).where(StaffTask.kind == "reply_cannot")).all()) == 1

    @pytest.mark.parametrize("wrong", [{"secret": "another"}, {"secret": ""}, {"base": "https://elsewhere.example"}])
    def test_without_the_providers_signature_is_refused(self, texted: Outside, wrong: dict[str, str]) -> None:
        form = {"MessageSid": "SM1", "From": MOBILE, "Body": "STOP"}
        assert texted.posted("/sms/replies", form, **wrong).status_code == 401
        assert texted.browser().client.post("/sms/replies", data=form).status_code == 401
        with texted.database.reading() as session:
            assert session.scalars(select(InboundMessage)).all() == []

    def test_with_signs_that_are_taken_out_is_genuine_all_the_same(self, texted: Outside) -> None:
        assert "Somebody will read this" in says(texted, "\u202ehola\x00 a < b").text
        with texted.database.reading() as session:
            assert session.scalars(select(InboundMessage.text)).one() == "hola a < b"

    def test_of_our_own_number_is_no_text(self, texted: Outside) -> None:
        assert "<Message>" not in says(texted, "Yes", sender="+13035550100").text

    @pytest.mark.parametrize(("count", "said"), [("0", "confirmed"), ("1", "Somebody will read this")])
    def test_with_a_picture_is_read_by_a_person(self, texted: Outside, count: str, said: str) -> None:
        assert said in says(texted, "Yes", NumMedia=count).text

    def test_that_the_provider_ended_by_itself_gets_no_words(self, texted: Outside) -> None:
        assert "<Message>" not in says(texted, "CANCEL", OptOutType="STOP").text
        with texted.database.reading() as session:
            out = select(ContactPoint.opted_out_at).where(ContactPoint.value == MOBILE)
            assert session.scalars(out).one() is not None

    @pytest.mark.parametrize("form", [{}, {"From": "1"}, {"MessageSid": "SM1"}, {"MessageSid": "S" * 65, "From": "1"}])
    def test_that_names_no_message_or_sender_is_refused(self, texted: Outside, form: dict[str, str]) -> None:
        assert texted.posted("/sms/replies", form).status_code == 400
