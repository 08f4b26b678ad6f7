"""Text messages over HTTP against a real provider in this process, and into files."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings, SmsTransport
from tests.support.certificates import Authority
from tests.support.sms_provider import Manner, SmsProvider
from tracker.domain.mail import Attachment, MailRejected, MailUnavailable, MailUncertain, Message
from tracker.integrations.sms.answers import ABOUT_US, FOR_GOOD
from tracker.integrations.sms.choice import choose_texter
from tracker.integrations.sms.http import HttpTexter
from tracker.integrations.sms.outbox import TextOutbox
from tracker.runtime import build_runtime

NUMBER = "+13035550142"
MESSAGE = Message(NUMBER, "Your appointment", "Hello José, please come & call ¿+1?", "0123abcd")
CALLBACK = "https://tracker.clinic.example/sms/reports"
QUEUED = b'{"sid": "SM1", "status": "queued"}'


@pytest.fixture
def provider() -> Iterator[SmsProvider]:
    with SmsProvider() as running:
        yield running


@pytest.fixture
def texter(provider: SmsProvider) -> HttpTexter:
    return texter_for(provider)


def texter_for(provider: SmsProvider, *, url: str = "") -> HttpTexter:
    return HttpTexter(
        url=url or provider.url,
        account=provider.account,
        secret=provider.secret,
        sender="+13035550100",
        callback_url=CALLBACK,
        can_look_up=True,
        timeout_s=5,
    )


def impatient(texter: HttpTexter) -> HttpTexter:
    """The same, for a provider that never answers."""
    return replace(texter, timeout_s=0.2)


def listing(*messages: dict[str, object], more: str | None = None) -> tuple[int, bytes]:
    return 200, json.dumps({"messages": messages, "next_page_uri": more}).encode()


class TestSending:
    def test_hands_over_the_body_under_our_reference(self, provider: SmsProvider, texter: HttpTexter) -> None:
        receipt = texter.send(MESSAGE)
        (taken,) = provider.accepted
        assert receipt.reference == taken.sid
        assert taken.form == {
            "To": NUMBER,
            "From": "+13035550100",
            "Body": MESSAGE.body,
            "Reference": "0123abcd",
            "StatusCallback": f"{CALLBACK}/0123abcd",
        }
        assert texter.reaches_people

    def test_asks_for_no_report_where_nobody_hears_it(self, provider: SmsProvider, texter: HttpTexter) -> None:
        replace(texter, callback_url="").send(MESSAGE)
        assert "StatusCallback" not in provider.accepted[0].form

    def test_leaves_out_what_a_text_cannot_carry(self, provider: SmsProvider, texter: HttpTexter) -> None:
        texter.send(
            replace(MESSAGE, html="<p>secret</p>", attachments=(Attachment("a.ics", "text/calendar", "secret"),))
        )
        assert "secret" not in str(provider.accepted)
        assert MESSAGE.subject not in str(provider.accepted)

    @pytest.mark.parametrize(
        "number", ["", "3035550142", "+1 303 555 0142", "+13035550142\r\n", "+13035550142,+13035550143", "+٣٠٣٥٥٥٠١٤٢"]
    )
    def test_sends_nothing_to_what_is_no_number(self, provider: SmsProvider, texter: HttpTexter, number: str) -> None:
        with pytest.raises(MailRejected) as refused:
            texter.send(replace(MESSAGE, recipient=number))
        assert provider.posted == 0
        assert "303" not in str(refused.value)

    def test_keeps_its_secret_to_itself(self, texter: HttpTexter) -> None:
        assert texter.secret not in repr(texter)


class TestRefusals:
    @pytest.mark.parametrize("code", FOR_GOOD)
    def test_of_the_number_or_the_text_are_for_good(self, provider: SmsProvider, texter: HttpTexter, code: int) -> None:
        provider.says = 400, json.dumps({"code": code, "message": f"{NUMBER} will not do", "status": 400}).encode()
        with pytest.raises(MailRejected) as refused:
            texter.send(MESSAGE)
        assert str(refused.value) == f"400 {code}"

    @pytest.mark.parametrize(
        ("status", "body", "said"),
        [
            # Our sender, a missing permission, an address that we gave wrong, and codes that nobody knows.
            (400, b'{"code": 21606}', "400 21606"),
            (400, b'{"code": 21408}', "400 21408"),
            (400, b'{"code": 21609}', "400 21609"),
            (400, b'{"code": "21211"}', "400"),
            (400, b'{"code": true}', "400"),
            (400, b'{"code": -1}', "400"),
            (400, b'{"code": 99999999999999999999}', "400"),
            (400, b"", "400"),
            (400, b"<html>21211</html>", "400"),
            (400, b"[" * 30_000, "400"),
            (408, b"", "408"),
            (429, b'{"code": 20429}', "429 20429"),
            (301, b"", "301"),
            (307, b'{"sid": "SM1", "status": "queued"}', "307"),
            (500, b"", "500"),
            (503, b'{"sid": "SM1", "status": "queued"}', "503"),
            *((status, b'{"code": 21211}', f"{status} 21211") for status in sorted(ABOUT_US)),
        ],
    )
    def test_of_anything_else_may_be_put_right(
        self, provider: SmsProvider, texter: HttpTexter, status: int, body: bytes, said: str
    ) -> None:
        provider.says = status, body
        with pytest.raises(MailUnavailable) as refused:
            texter.send(MESSAGE)
        assert str(refused.value) == said

    def test_of_our_sign_in_lose_no_message(self, provider: SmsProvider, texter: HttpTexter) -> None:
        with pytest.raises(MailUnavailable, match="401 20003"):
            replace(texter, secret="wrong").send(MESSAGE)
        assert provider.accepted == ()
        assert texter.send(MESSAGE).reference == provider.accepted[0].sid

    @pytest.mark.parametrize("status", [502, 504, 303, 999])
    def test_from_something_in_between_say_nothing(
        self, provider: SmsProvider, texter: HttpTexter, status: int
    ) -> None:
        provider.says, provider.accepts_anyway = (status, b""), True
        with pytest.raises(MailUncertain):
            texter.send(MESSAGE)
        assert len(provider.accepted) == 1


class TestSilence:
    @pytest.mark.parametrize("manner", [Manner.BREAK_AFTER, Manner.BREAK_WITHIN])
    def test_after_the_message_leaves_everything_open(
        self, provider: SmsProvider, texter: HttpTexter, manner: Manner
    ) -> None:
        provider.manner = manner
        with pytest.raises(MailUncertain):
            texter.send(MESSAGE)
        assert len(provider.wait_for(1)) == 1

    def test_that_lasts_too_long_leaves_everything_open(self, provider: SmsProvider, texter: HttpTexter) -> None:
        provider.manner = Manner.HOLD
        with pytest.raises(MailUncertain, match="TimeoutError"):
            impatient(texter).send(MESSAGE)
        assert len(provider.wait_for(1)) == 1

    def test_is_the_same_to_us_where_nothing_was_accepted(self, provider: SmsProvider, texter: HttpTexter) -> None:
        provider.manner = Manner.BREAK_BEFORE
        with pytest.raises(MailUncertain):
            texter.send(MESSAGE)
        assert provider.accepted == ()

    def test_before_the_message_means_that_nothing_went(self, texter: HttpTexter) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            nobody = replace(texter, url=f"http://127.0.0.1:{closed.getsockname()[1]}/")
            with pytest.raises(MailUnavailable):
                nobody.send(MESSAGE)

    def test_of_a_server_that_never_begins_encryption_means_that_nothing_went(self, texter: HttpTexter) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            dumb = replace(texter, url=f"https://127.0.0.1:{mute.getsockname()[1]}/")
            with pytest.raises(MailUnavailable, match="TimeoutError"):
                impatient(dumb).send(MESSAGE)

    @pytest.mark.parametrize("host", ["a..example", "xn--" + "a" * 70 + ".example"])
    def test_of_an_address_that_is_none_means_that_nothing_went(self, texter: HttpTexter, host: str) -> None:
        with pytest.raises(MailUnavailable):
            replace(texter, url=f"https://{host}/").send(MESSAGE)


class TestLies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"OK",
            b"\xff\xfe",
            b"[]",
            b"null",
            b"{}",
            b'{"sid": "SM1"}',
            b'{"status": "queued"}',
            b'{"sid": "", "status": "queued"}',
            b'{"sid": 7, "status": "queued"}',
            b'{"sid": "SM1\\nX: y", "status": "queued"}',
            b'{"sid": "SM1", "status": ["queued"]}',
            b'{"sid": "SM1", "status": "+13035550142"}',
            b"[" * 30_000,
            b"<html>welcome to the hotel</html>",
            QUEUED[:-1] + b" " * 70_000 + b"}",
        ],
    )
    def test_of_success_that_cannot_be_read_leave_everything_open(
        self, provider: SmsProvider, texter: HttpTexter, body: bytes
    ) -> None:
        provider.says, provider.accepts_anyway = (200, body), True
        with pytest.raises(MailUncertain, match="200 without a receipt"):
            texter.send(MESSAGE)

    @pytest.mark.parametrize(
        ("state", "code", "error"),
        [
            ("failed", 30005, MailRejected),
            ("undelivered", 30006, MailRejected),
            ("failed", 30001, MailUnavailable),
            ("canceled", None, MailUnavailable),
        ],
    )
    def test_of_acceptance_are_refusals_where_the_message_will_not_go(
        self, provider: SmsProvider, state: str, code: int | None, error: type[Exception]
    ) -> None:
        provider.says = 201, json.dumps({"sid": "SM1", "status": state, "error_code": code}).encode()
        with pytest.raises(error) as refused:
            texter_for(provider).send(MESSAGE)
        assert str(refused.value) == f"201 {state} {code or ''}".rstrip()

    def test_in_a_list_are_not_believed(self, provider: SmsProvider, texter: HttpTexter) -> None:
        for answer in (
            (200, b"nonsense"),
            (200, b'{"messages": "none"}'),
            (200, b'{"messages": [7]}'),
            (404, b'{"messages": []}'),
            (503, b""),
            listing({"reference": "others", "status": "sent"}),
            listing({"reference": "0123abcd", "status": ["sent"]}),
            listing({"reference": "0123abcd"}),
            listing(more="/next"),
            listing({"reference": "0123abcd", "status": "failed"}, {"reference": "others", "status": "sent"}),
        ):
            provider.lists = answer
            assert texter.was_sent("0123abcd") is None, answer


class TestLookingUp:
    def test_finds_what_was_accepted_in_silence(self, provider: SmsProvider, texter: HttpTexter) -> None:
        assert texter.was_sent("0123abcd") is False
        provider.manner = Manner.BREAK_AFTER
        with pytest.raises(MailUncertain):
            texter.send(MESSAGE)
        assert texter.was_sent("0123abcd") is True
        assert texter.was_sent("other&Reference=0123abcd") is False

    def test_knows_nothing_of_a_provider_that_cannot_be_asked(self, provider: SmsProvider, texter: HttpTexter) -> None:
        texter.send(MESSAGE)
        assert replace(texter, can_look_up=False).was_sent("0123abcd") is None
        assert replace(texter, secret="wrong").was_sent("0123abcd") is None
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            nobody = replace(texter, url=f"http://127.0.0.1:{closed.getsockname()[1]}/")
            assert nobody.was_sent("0123abcd") is None

    def test_takes_a_message_for_sent_if_one_copy_goes(self, provider: SmsProvider, texter: HttpTexter) -> None:
        failed: dict[str, object] = {"reference": "0123abcd", "status": "failed"}
        provider.lists = listing(failed)
        assert texter.was_sent("0123abcd") is False
        provider.lists = listing(failed, failed | {"status": "queued"})
        assert texter.was_sent("0123abcd") is True

    def test_makes_no_copy_disappear(self, provider: SmsProvider, texter: HttpTexter) -> None:
        """The provider knows no idempotency: whoever sends twice has sent two."""
        provider.manner = Manner.BREAK_AFTER
        for _ in range(2):
            with pytest.raises(MailUncertain):
                texter.send(MESSAGE)
        assert [each.reference for each in provider.wait_for(2)] == ["0123abcd", "0123abcd"]


class TestEncryption:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path)

    def test_is_used_with_a_certificate_that_can_be_trusted(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        with SmsProvider(tls=authority.server("127.0.0.1")) as provider:
            assert texter_for(provider).send(MESSAGE).reference == provider.accepted[0].sid

    @pytest.mark.parametrize(("is_known", "name"), [(False, "127.0.0.1"), (True, "127.0.0.2")])
    def test_refuses_a_certificate_of_a_stranger_or_for_another_name(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch, is_known: bool, name: str
    ) -> None:
        if is_known:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        with SmsProvider(tls=authority.server(name)) as provider:
            with pytest.raises(MailUnavailable, match="SSLCertVerificationError"):
                texter_for(provider).send(MESSAGE)
            assert provider.posted == 0


class TestOutbox:
    def test_leaves_a_file_that_reaches_nobody(self, tmp_path: Path) -> None:
        outbox = TextOutbox(tmp_path / "new")
        assert outbox.was_sent("0123abcd") is False
        outbox.send(MESSAGE)
        assert outbox.send(MESSAGE).reference == "0123abcd"
        (path,) = (tmp_path / "new").iterdir()
        assert path.name == "0123abcd.txt"
        assert path.read_text(encoding="utf-8") == f"To: {NUMBER}\n\n{MESSAGE.body}\n"
        assert outbox.was_sent("0123abcd") is True
        assert outbox.reaches_people is False

    def test_is_tried_again_where_the_folder_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("a file, not a folder")
        with pytest.raises(MailUnavailable):
            TextOutbox(tmp_path / "taken").send(MESSAGE)


class TestChoice:
    PROVIDER = Settings(
        base_url="https://tracker.clinic.example",
        sms_transport=SmsTransport.HTTP,
        sms_url="https://api.provider.example/Messages.json",
        sms_account="AC1",
        sms_secret="s3cret",
        sms_sender="+13035550100",
    )

    def test_is_nothing_where_nobody_chose(self) -> None:
        assert choose_texter(Settings()) is None

    def test_is_the_folder_for_demonstrations_whatever_was_chosen(self, tmp_path: Path) -> None:
        for settings in (Settings(), self.PROVIDER):
            demo = settings.as_demonstration(database_url="sqlite:///d.db", secret_key="s" * 40, outbox_dir=tmp_path)
            assert choose_texter(demo) == TextOutbox(tmp_path)

    def test_is_made_with_the_runtime(self, tmp_path: Path) -> None:
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'tracker.db'}", sms_transport=SmsTransport.OUTBOX, outbox_dir=tmp_path
        )
        runtime = build_runtime(settings)
        runtime.database.dispose()
        assert (runtime.mailer, runtime.texter) == (None, TextOutbox(tmp_path))

    @pytest.mark.parametrize(
        ("base", "reports_to"),
        [("", CALLBACK), ("https://reports.clinic.example", "https://reports.clinic.example/sms/reports")],
    )
    def test_is_the_provider_with_reports_to_where_it_reaches_us(self, base: str, reports_to: str) -> None:
        assert choose_texter(replace(self.PROVIDER, sms_callback_base_url=base, sms_can_look_up=True)) == HttpTexter(
            url="https://api.provider.example/Messages.json",
            account="AC1",
            secret="s3cret",
            sender="+13035550100",
            callback_url=reports_to,
            can_look_up=True,
        )
