"""What a provider reports about a text message: whether it is genuine, and in time."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.sms_provider import Accepted, SmsProvider
from tracker.domain.mail import Message
from tracker.integrations.sms.http import HttpTexter
from tracker.integrations.sms.signature import CLOCK_SKEW, is_fresh, verify

CALLBACK = "https://tracker.clinic.example/sms/reports"
SENT_AT = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
#: The states of a message in Twilio's words, in the order in which they come about.
STATES = ("queued", "sending", "sent", "delivered")


def sent_through(provider: SmsProvider) -> Accepted:
    texter = HttpTexter(
        url=provider.url,
        account=provider.account,
        secret=provider.secret,
        sender="+13035550100",
        callback_url=CALLBACK,
        timeout_s=5,
    )
    texter.send(Message("+13035550142", "", "Please come.", "0123abcd"))
    return provider.accepted[0]


class TestSignature:
    #: From the tests of Twilio's own library (twilio-python, tests/unit/test_request_validator.py).
    URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
    SECRET = "12345"
    FORM = (
        ("CallSid", "CA1234567890ABCDE"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
        ("Caller", "+14158675309"),
    )
    SIGNED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

    @pytest.mark.parametrize(
        ("url", "signature"),
        [
            (URL, SIGNED),
            (URL.replace(".com", ".com:1234"), SIGNED),
            (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
            (URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            (URL.replace("https", "http").replace(".com", ".com:1234"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ],
    )
    def test_is_that_of_the_provider_with_the_port_or_without(self, url: str, signature: str) -> None:
        assert verify(url, self.FORM, signature, self.SECRET)

    def test_counts_a_field_as_often_as_it_differs(self) -> None:
        form = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
        assert verify(self.URL, form, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", self.SECRET)

    @pytest.mark.parametrize(
        ("url", "form", "signature", "secret"),
        [
            (URL + "0", FORM, SIGNED, SECRET),
            (URL.replace("https", "http"), FORM, SIGNED, SECRET),
            (URL, FORM[1:], SIGNED, SECRET),
            (URL, (*FORM, ("Digits", "9")), SIGNED, SECRET),
            (URL, FORM, SIGNED.lower(), SECRET),
            (URL, FORM, SIGNED[:-1], SECRET),
            (URL, FORM, "", SECRET),
            (URL, FORM, "ñ\udc80", SECRET),
            (URL, (("a", "\udc80"),), SIGNED, SECRET),
            ("https://[::1", FORM, SIGNED, SECRET),
            ("https://host:port/", FORM, SIGNED, SECRET),
            ("", (), "", ""),
            (URL, FORM, SIGNED, "1234"),
        ],
    )
    def test_of_anything_else_is_false(
        self, url: str, form: tuple[tuple[str, str], ...], signature: str, secret: str
    ) -> None:
        assert not verify(url, form, signature, secret)

    def test_without_a_secret_is_never_right(self) -> None:
        with SmsProvider(secret="") as provider:
            report = provider.report(sent_through(provider), "delivered")
        assert not verify(report.url, report.form, report.signature, "")

    @pytest.mark.parametrize("seed", range(5))
    def test_holds_for_every_report_however_often_and_in_whatever_order(self, seed: int) -> None:
        with SmsProvider() as provider:
            reports = provider.reports(sent_through(provider), STATES, chance=random.Random(seed))
        assert {dict(each.form)["MessageStatus"] for each in reports} == set(STATES)
        assert all(verify(each.url, each.form, each.signature, provider.secret) for each in reports)
        assert {each.url for each in reports} == {f"{CALLBACK}/0123abcd"}


class TestFreshness:
    WINDOW = timedelta(days=3)
    INSTANT = timedelta(microseconds=1)

    @pytest.mark.parametrize(
        ("after", "fresh"),
        [
            (-CLOCK_SKEW - INSTANT, False),
            (-CLOCK_SKEW, True),
            (timedelta(0), True),
            (WINDOW, True),
            (WINDOW + INSTANT, False),
        ],
    )
    def test_lasts_from_the_sending_to_the_end_of_the_window(self, after: timedelta, fresh: bool) -> None:
        assert is_fresh(SENT_AT, SENT_AT + after, self.WINDOW) is fresh
