"""The settings of one deployment, read from the environment and from nowhere else.

A wrong or weak value is refused at the start with a sentence that names the variable, so that a clinic finds out then
and not on the day a reminder is due. What only some commands need (a secret for sign-in, a way to send mail) may be
missing until such a command starts: see :meth:`Settings.ready_to_serve` and :meth:`Settings.ready_to_send`.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

PREFIX = "TRACKER_"
SHORTEST_SECRET = 32
FEWEST_SECRET_CHARACTERS = 10
BYTES_OF_KEY = 32
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
#: What may be written, and what SQLAlchemy shall make of it.
DATABASE_SCHEMES = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
SMS_KIND = "that messages are posted to, like https://api.provider.example/Accounts/1/Messages.json"
DEAD_MAN_KIND = "that is asked for while all is well, like https://alarm.example/ping/1, without a question mark"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
PLACEHOLDERS = (
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "secret-key",
    "secret_key",
    "placeholder",
    "example",
)
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


class SettingsError(Exception):
    """A setting is missing, wrong or weak; the text says which and what it should be."""


class MailTransport(StrEnum):
    """How reminders leave. ``OUTBOX`` writes files instead of sending, for demonstrations and trials."""

    SMTP = "smtp"
    OUTBOX = "outbox"


class SmsTransport(StrEnum):
    """How text messages leave, if any do. ``HTTP`` hands them to a provider, ``OUTBOX`` writes files."""

    NONE = "none"
    HTTP = "http"
    OUTBOX = "outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One deployment. Whatever may carry a password stays out of ``repr`` and so out of logs and tracebacks."""

    database_url: str = field(default="sqlite:///tracker.db", repr=False)
    secret_key: str = field(default="", repr=False)
    base_url: str = "http://localhost:8000"
    reply_base_url: str = ""
    trusted_proxies: int = 0
    host: str = "127.0.0.1"
    port: int = 8000
    mail_transport: MailTransport | None = None
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_starttls: bool = True
    mail_from: str = ""
    outbox_dir: Path | None = None
    sms_transport: SmsTransport = SmsTransport.NONE
    sms_url: str = ""
    sms_account: str = ""
    sms_secret: str = field(default="", repr=False)
    sms_sender: str = ""
    sms_callback_base_url: str = ""
    sms_can_look_up: bool = False
    idle_minutes: int = 15
    session_hours: int = 12
    log_level: str = "INFO"
    metrics_token: str = field(default="", repr=False)
    downtime_dir: Path | None = None
    downtime_keep: int = 14
    downtime_key: str = field(default="", repr=False)
    dead_man_url: str = field(default="", repr=False)
    files_dir: Path | None = None

    @property
    def is_https(self) -> bool:
        """Whether people reach the pages over TLS, and cookies may carry the ``__Host-`` prefix."""
        return self.base_url.startswith("https://")

    @property
    def replies_at(self) -> str:
        """The address below which patients answer: a neutral one, or else the one that the clinic uses."""
        return self.reply_base_url or self.base_url

    def ready_to_serve(self) -> Self:
        """The same settings, for the web application.

        :raises SettingsError: there is no secret to sign forms with
        """
        if not self.secret_key:
            raise SettingsError(
                "TRACKER_SECRET_KEY is needed to serve pages: at least 32 random characters, for example from "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'."
            )
        return self

    def as_demonstration(self, *, database_url: str, secret_key: str, outbox_dir: Path) -> Self:
        """The same settings for a demonstration: a database of its own, files instead of messages, and no signal that
        would keep the alarm about the real clinic quiet."""
        return replace(
            self,
            database_url=database_url,
            secret_key=secret_key,
            mail_transport=MailTransport.OUTBOX,
            sms_transport=SmsTransport.OUTBOX,
            outbox_dir=outbox_dir,
            files_dir=outbox_dir.with_name("papers"),
            dead_man_url="",
        )

    def ready_to_send(self) -> Self:
        """The same settings, for whatever sends reminders.

        :raises SettingsError: nobody chose how mail leaves; with a default, reminders could go nowhere unnoticed
        """
        if self.mail_transport is None:
            raise SettingsError(
                "TRACKER_MAIL_TRANSPORT must be chosen: smtp sends, outbox writes files into TRACKER_OUTBOX_DIR."
            )
        return self


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from ``environ``; an empty variable counts as absent.

    :raises SettingsError: a value is wrong or weak, or a ``TRACKER_`` variable is not a setting
    """
    read = _Environment(environ)
    port = read.number("PORT", 8000, lowest=1, highest=65535)
    settings = Settings(
        database_url=_database_url(read.text("DATABASE_URL", "sqlite:///tracker.db")),
        secret_key=_secret("SECRET_KEY", read.text("SECRET_KEY")),
        base_url=_base_url("BASE_URL", read.text("BASE_URL", f"http://localhost:{port}")),
        reply_base_url=_other_base("REPLY_BASE_URL", read.text("REPLY_BASE_URL")),
        trusted_proxies=read.number("TRUSTED_PROXIES", 0, lowest=0, highest=8),
        host=read.text("HOST", "127.0.0.1"),
        port=port,
        mail_transport=_mail_transport(read.text("MAIL_TRANSPORT")),
        smtp_host=read.text("SMTP_HOST"),
        smtp_port=read.number("SMTP_PORT", 587, lowest=1, highest=65535),
        smtp_user=read.text("SMTP_USER"),
        smtp_password=read.text("SMTP_PASSWORD"),
        smtp_starttls=read.yes_or_no("SMTP_STARTTLS", default=True),
        mail_from=_mail_from(read.text("SMTP_FROM")),
        outbox_dir=_folder(read.text("OUTBOX_DIR")),
        sms_transport=_sms_transport(read.text("SMS_TRANSPORT", SmsTransport.NONE)),
        sms_url=_asked_url("SMS_URL", read.text("SMS_URL"), SMS_KIND),
        sms_account=_sms_account(read.text("SMS_ACCOUNT")),
        sms_secret=read.text("SMS_SECRET"),
        sms_sender=_sms_sender(read.text("SMS_SENDER")),
        sms_callback_base_url=_other_base("SMS_CALLBACK_BASE_URL", read.text("SMS_CALLBACK_BASE_URL")),
        sms_can_look_up=read.yes_or_no("SMS_CAN_LOOK_UP", default=False),
        idle_minutes=read.number("IDLE_MINUTES", 15, lowest=1, highest=15),
        session_hours=read.number("SESSION_HOURS", 12, lowest=1, highest=12),
        log_level=_log_level(read.text("LOG_LEVEL", "INFO")),
        metrics_token=_secret("METRICS_TOKEN", read.text("METRICS_TOKEN")),
        downtime_dir=_folder(read.text("DOWNTIME_DIR")),
        files_dir=_folder(read.text("FILES_DIR")),
        downtime_keep=read.number("DOWNTIME_KEEP", 14, lowest=1, highest=366),
        downtime_key=_downtime_key(read.text("DOWNTIME_KEY")),
        dead_man_url=_asked_url("DEAD_MAN_URL", read.text("DEAD_MAN_URL"), DEAD_MAN_KIND),
    )
    read.refuse_unknown()
    _check_mail(settings)
    _check_sms(settings)
    return settings


class _Environment:
    """The ``TRACKER_`` variables; remembers which were asked for, so that a misspelt one is noticed."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._values = {name: value.strip() for name, value in environ.items() if name.startswith(PREFIX)}
        self._known: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        self._known.add(PREFIX + name)
        return self._values.get(PREFIX + name) or default

    def number(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and lowest <= int(text) <= highest):
            raise SettingsError(f"{PREFIX}{name} must be a whole number from {lowest} to {highest}, not {text!r}.")
        return int(text)

    def yes_or_no(self, name: str, *, default: bool) -> bool:
        text = self.text(name, "yes" if default else "no").lower()
        if text not in YES | NO:
            raise SettingsError(f"{PREFIX}{name} must be yes or no, not {text!r}.")
        return text in YES

    def refuse_unknown(self) -> None:
        for name in sorted(self._values.keys() - self._known):
            if not name.startswith("TRACKER_TEST_"):
                near = get_close_matches(name, self._known, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise SettingsError(f"{name} is not a setting.{hint}")


def _database_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if scheme not in DATABASE_SCHEMES or not separator or not rest.strip("/"):
        raise SettingsError(
            "TRACKER_DATABASE_URL must look like sqlite:///tracker.db or postgresql://user:password@host/database."
        )
    if scheme == "sqlite" and (not rest.startswith("/") or rest.startswith(("/:memory:", "/file:"))):
        raise SettingsError(
            "TRACKER_DATABASE_URL must name a file: sqlite:///tracker.db, or sqlite:////var/lib/tracker.db."
        )
    return f"{DATABASE_SCHEMES[scheme]}://{rest}"


def _secret(name: str, text: str) -> str:
    if not text:
        return text
    if len(text) < SHORTEST_SECRET or len(set(text)) < FEWEST_SECRET_CHARACTERS:
        raise SettingsError(f"{PREFIX}{name} is too weak: at least {SHORTEST_SECRET} random characters are needed.")
    if any(word in text.lower() for word in PLACEHOLDERS):
        raise SettingsError(f"{PREFIX}{name} still looks like a placeholder; make a random one.")
    return text


def _base_url(name: str, text: str) -> str:
    parts = _address(name, text, "without a path, like https://tracker.clinic.example")
    if parts.path.strip("/"):
        raise SettingsError(f"{PREFIX}{name} must be an address without a path, like https://tracker.clinic.example.")
    return f"{parts.scheme}://{parts.netloc}"


def _address(name: str, text: str, kind: str) -> SplitResult:
    """An address on the web; ``kind`` ends the sentence that refuses it."""
    sentence = f"{PREFIX}{name} must be an address {kind}."
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(sentence) from error
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise SettingsError(sentence)
    if parts.username is not None:
        raise SettingsError(f"{PREFIX}{name} must not hold a user name or a password.")
    if parts.scheme == "http" and host not in LOCAL_HOSTS:
        raise SettingsError(f"{PREFIX}{name} must start with https:// because {host} is not this computer.")
    return parts


def _mail_transport(text: str) -> MailTransport | None:
    if not text:
        return None
    try:
        return MailTransport(text)
    except ValueError as error:
        raise SettingsError(f"TRACKER_MAIL_TRANSPORT must be smtp or outbox, not {text!r}.") from error


def _mail_from(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if text and not (text.isprintable() and at and local and domain and not set(text) & set(" <>,;")):
        raise SettingsError(f"TRACKER_SMTP_FROM must be a plain address like reminders@clinic.example, not {text!r}.")
    return text


def _sms_transport(text: str) -> SmsTransport:
    try:
        return SmsTransport(text)
    except ValueError as error:
        raise SettingsError(f"TRACKER_SMS_TRANSPORT must be none, http or outbox, not {text!r}.") from error


def _asked_url(name: str, text: str, kind: str) -> str:
    """An address that this computer asks, exactly as it is written."""
    if text:
        _address(name, text, kind)
        if not re.fullmatch(r"[!-~]+", text):
            raise SettingsError(f"{PREFIX}{name} must be an address {kind}.")
    return text


def _sms_account(text: str) -> str:
    if ":" in text or not text.isprintable():
        raise SettingsError("TRACKER_SMS_ACCOUNT must be the name to sign in with, without a colon.")
    return text


def _sms_sender(text: str) -> str:
    if text and not re.fullmatch(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}", text):
        raise SettingsError(
            f"TRACKER_SMS_SENDER must be a number with its country, like +13035550100, or a short code, not {text!r}."
        )
    return text


def _other_base(name: str, text: str) -> str:
    return _base_url(name, text) if text else text


def _downtime_key(text: str) -> str:
    try:
        is_key = not text or len(b64decode(text, altchars="-_", validate=True)) == BYTES_OF_KEY
    except ValueError:
        is_key = False
    if not is_key:
        raise SettingsError(
            "TRACKER_DOWNTIME_KEY must be 32 random bytes in URL-safe base64, for example from "
            "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'."
        )
    return text


def _folder(text: str) -> Path | None:
    return Path(text) if text else None


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise SettingsError(f"TRACKER_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {text!r}.")
    return text.upper()


def _check_mail(settings: Settings) -> None:
    if settings.mail_transport is MailTransport.OUTBOX and settings.outbox_dir is None:
        raise SettingsError("TRACKER_OUTBOX_DIR must name a folder when TRACKER_MAIL_TRANSPORT is outbox.")
    if settings.mail_transport is not MailTransport.SMTP:
        return
    if not settings.smtp_host or not settings.mail_from:
        raise SettingsError("TRACKER_SMTP_HOST and TRACKER_SMTP_FROM are needed when TRACKER_MAIL_TRANSPORT is smtp.")
    if settings.smtp_password and not settings.smtp_user:
        raise SettingsError("TRACKER_SMTP_PASSWORD was given without TRACKER_SMTP_USER.")
    if settings.smtp_password and not settings.smtp_starttls and settings.smtp_host not in LOCAL_HOSTS:
        raise SettingsError(
            "TRACKER_SMTP_STARTTLS must be yes when a password goes to another computer: others could read it."
        )


def _check_sms(settings: Settings) -> None:
    if settings.sms_transport is SmsTransport.OUTBOX and settings.outbox_dir is None:
        raise SettingsError("TRACKER_OUTBOX_DIR must name a folder when TRACKER_SMS_TRANSPORT is outbox.")
    if settings.sms_transport is not SmsTransport.HTTP:
        return
    if not all((settings.sms_url, settings.sms_account, settings.sms_secret, settings.sms_sender)):
        raise SettingsError(
            "TRACKER_SMS_URL, TRACKER_SMS_ACCOUNT, TRACKER_SMS_SECRET and TRACKER_SMS_SENDER are needed when "
            "TRACKER_SMS_TRANSPORT is http."
        )
    reports_to = settings.sms_callback_base_url or settings.base_url
    if urlsplit(reports_to).hostname in LOCAL_HOSTS and urlsplit(settings.sms_url).hostname not in LOCAL_HOSTS:
        raise SettingsError(
            "TRACKER_SMS_CALLBACK_BASE_URL must be an address that the provider can reach, where TRACKER_BASE_URL is "
            f"not; {reports_to} is this computer."
        )
