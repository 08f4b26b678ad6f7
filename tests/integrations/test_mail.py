"""Mail over SMTP against a real server in this process, and into files."""

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.factories.case_world import CaseWorld
from tests.factories.post import Post
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.mail import Attachment, MailRejected, MailUnavailable, MailUncertain, Message
from tracker.integrations.mail.outbox import FileOutbox
from tracker.integrations.mail.smtp import SmtpMailer
from tracker.persistence.database import Database

MESSAGE = Message("ada@example.org", "Your appointment", "Hello Ada,\n\nplease come.\n", "0123abcd")
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Cita en la clínica\r\nEND:VCALENDAR\r\n"
WHOLE = replace(
    MESSAGE,
    body="Hola José:\n\nsu cita …\n",
    html="<p>Hola José:</p>" + "<p>su cita …</p>" * 100,
    attachments=(Attachment("appointment.ics", "text/calendar; method=PUBLISH", CALENDAR),),
)


class Server:
    """A mail server that answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.recipient_answer = "250 OK"
        self.data_answer = "250 OK"
        self.hangs_up = False

    async def handle_RCPT(  # noqa: N802  # the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        self.taken.append(envelope)
        if self.hangs_up:
            assert server.transport is not None
            server.transport.abort()
        return self.data_answer


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def mailer(server: Server) -> Iterator[SmtpMailer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpMailer(host="127.0.0.1", port=port, sender="reminders@clinic.example", starttls=False, timeout_s=5)
    controller.stop()


class TestSmtp:
    def test_hands_over_the_message_under_our_reference(self, server: Server, mailer: SmtpMailer) -> None:
        assert mailer.send(MESSAGE).reference == "0123abcd"
        (envelope,) = server.taken
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content)
        assert (mail["To"], mail["Subject"], mail["Message-ID"], mail["Auto-Submitted"]) == (
            "ada@example.org",
            "Your appointment",
            "<0123abcd@clinic.example>",
            "auto-generated",
        )
        assert "please come." in str(mail.get_payload())
        assert (mailer.reaches_people, mailer.was_sent("0123abcd")) == (True, None)

    @pytest.mark.parametrize(
        ("where", "answer", "error"),
        [
            ("recipient_answer", "550 5.1.1 no such user ada@example.org", MailRejected),
            ("recipient_answer", "450 4.2.1 later", MailUnavailable),
            ("data_answer", "554 5.7.1 refused", MailRejected),
            ("data_answer", "451 4.3.0 later", MailUnavailable),
        ],
    )
    def test_tells_refused_for_good_from_not_now(
        self, server: Server, mailer: SmtpMailer, where: str, answer: str, error: type[Exception]
    ) -> None:
        setattr(server, where, answer)
        with pytest.raises(error) as raised:
            mailer.send(MESSAGE)
        assert str(raised.value) == " ".join(answer.split()[:2])

    def test_does_not_know_what_became_of_it_when_the_line_goes_dead(self, server: Server, mailer: SmtpMailer) -> None:
        server.hangs_up = True
        with pytest.raises(MailUncertain):
            mailer.send(MESSAGE)
        assert len(server.taken) == 1

    def test_knows_that_nothing_went_where_nobody_listens(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            nobody = SmtpMailer(host="127.0.0.1", port=closed.getsockname()[1], sender="a@b.example", timeout_s=1)
            with pytest.raises(MailUnavailable):
                nobody.send(MESSAGE)

    def test_never_sends_in_the_clear_where_encryption_was_asked(self, server: Server, mailer: SmtpMailer) -> None:
        strict = SmtpMailer(host=mailer.host, port=mailer.port, sender=mailer.sender, starttls=True, timeout_s=5)
        with pytest.raises(MailUnavailable):
            strict.send(MESSAGE)
        assert server.taken == []

    @pytest.mark.parametrize(
        "recipient",
        [
            "ada@example.org\r\nBcc: eve@example.org",
            "",
            "not an address",
            "Ada <a@b.example>",
            "a@b.example,c@d.example",
        ],
    )
    def test_sends_nothing_to_what_is_no_address(self, server: Server, mailer: SmtpMailer, recipient: str) -> None:
        with pytest.raises(MailRejected):
            mailer.send(Message(recipient, "s", "b", "r"))
        assert server.taken == []

    def test_keeps_its_password_to_itself(self) -> None:
        assert "hunter2" not in repr(SmtpMailer(host="h", port=1, sender="a@b.example", user="u", password="hunter2"))


class TestParts:
    @pytest.fixture(params=["smtp", "outbox"])
    def wire(self, request: pytest.FixtureRequest, server: Server, mailer: SmtpMailer, tmp_path: Path) -> bytes:
        """The octets of the whole message, by either way."""
        if request.param == "outbox":
            FileOutbox(tmp_path).send(WHOLE)
            return (tmp_path / "0123abcd.eml").read_bytes()
        mailer.send(WHOLE)
        (envelope,) = server.taken
        assert isinstance(envelope.content, bytes)
        return envelope.content

    def test_are_the_words_the_same_in_html_and_the_files(self, wire: bytes) -> None:
        mail = message_from_bytes(wire, policy=modern)
        assert isinstance(mail, EmailMessage)
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "text/calendar",
        ]
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None and plain.get_content().splitlines() == WHOLE.body.splitlines()
        assert html is not None and html.get_content().splitlines() == [WHOLE.html]

    def test_hold_a_file_as_it_was_written(self, wire: bytes) -> None:
        mail = message_from_bytes(wire, policy=modern)
        assert isinstance(mail, EmailMessage)
        (file,) = mail.iter_attachments()
        assert file.get_filename() == "appointment.ics"
        assert dict(file["Content-Type"].params) == {"method": "PUBLISH", "charset": "utf-8"}
        assert file.get_payload(decode=True) == CALENDAR.encode()

    def test_pass_through_a_server_that_takes_seven_bits_and_short_lines(self, wire: bytes) -> None:
        assert wire.isascii()
        assert max(map(len, wire.split(b"\r\n"))) <= 998

    def test_fail_as_a_plain_message_does(self, server: Server, mailer: SmtpMailer) -> None:
        server.data_answer = "554 5.7.1 refused"
        with pytest.raises(MailRejected):
            mailer.send(WHOLE)
        server.hangs_up = True
        with pytest.raises(MailUncertain):
            mailer.send(WHOLE)

    @pytest.mark.parametrize(
        "name", ["", "Ada Okafor.ics", "pump\r\nBcc: x.ics", "../x.ics", "x", ".ics", "cita–1.ics", 'a".ics', "x.ics\n"]
    )
    def test_have_plain_names(self, name: str) -> None:
        with pytest.raises(ValueError, match="name of an attachment"):
            Attachment(name, "text/calendar", "")

    @pytest.mark.parametrize("kind", ["", "calendar", "text/calendar; method", "text/a\r\nBcc: x", "text/a; b=c;"])
    def test_have_a_type(self, kind: str) -> None:
        with pytest.raises(ValueError, match="type of an attachment"):
            Attachment("a.ics", kind, "")


class TestAReminder:
    def test_arrives_as_text_as_html_and_with_the_visit_for_a_calendar(
        self, server: Server, mailer: SmtpMailer, sqlite_database: Database, clock: FixedClock, ids: SeededIds
    ) -> None:
        post = Post(CaseWorld(sqlite_database, clock, ids))
        post.dispatcher(mailer).dispatch_due()
        (envelope,) = server.taken
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=modern)
        assert isinstance(mail, EmailMessage)
        plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None and page is not None
        (link,) = re.findall(r"^https://visits\.example/r/\S+", plain.get_content(), re.MULTILINE)
        assert f'<a href="{link}">' in page.get_content() and "<p>Hello Ada,</p>" in page.get_content()
        (file,) = mail.iter_attachments()
        calendar = file.get_payload(decode=True)
        assert isinstance(calendar, bytes) and b"DTSTART:20260326T130000Z\r\n" in calendar
        assert (file.get_filename(), file.get_content_type()) == ("appointment.ics", "text/calendar")
        assert "appointment at Riverside Clinic" in plain.get_content() and "Riverside" not in mail["Subject"]


class TestOutbox:
    def test_leaves_a_file_that_reaches_nobody(self, tmp_path: Path) -> None:
        outbox = FileOutbox(tmp_path / "new")
        assert outbox.was_sent("0123abcd") is False
        outbox.send(MESSAGE)
        outbox.send(MESSAGE)
        (path,) = (tmp_path / "new").iterdir()
        assert message_from_bytes(path.read_bytes())["X-Recipient"] == "ada@example.org"
        assert outbox.was_sent("0123abcd") is True
        assert outbox.reaches_people is False

    def test_is_tried_again_where_the_folder_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("a file, not a folder")
        with pytest.raises(MailUnavailable):
            FileOutbox(tmp_path / "taken").send(MESSAGE)
