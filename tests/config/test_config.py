"""Settings: each wrong or weak value is refused with a sentence that names its variable."""

from pathlib import Path

import pytest

from config import MailTransport, Settings, SettingsError, SmsTransport, load_settings

GOOD_SECRET = "kT9vQ2xL7nB4mR8wY3cF6hJ1sD5gZ0pA"
KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
SMTP = {
    "TRACKER_MAIL_TRANSPORT": "smtp",
    "TRACKER_SMTP_HOST": "mail.clinic.example",
    "TRACKER_SMTP_FROM": "reminders@clinic.example",
}

ALARM = "https://alarm.example/ping/4f1c"
SMS = {
    "TRACKER_BASE_URL": "https://tracker.clinic.example",
    "TRACKER_SMS_TRANSPORT": "http",
    "TRACKER_SMS_URL": "https://api.provider.example/2010-04-01/Accounts/AC1/Messages.json",
    "TRACKER_SMS_ACCOUNT": "AC1",
    "TRACKER_SMS_SECRET": "hunter3",
    "TRACKER_SMS_SENDER": "+13035550100",
}


class TestLoadSettings:
    def test_needs_nothing_to_reach_a_local_database(self) -> None:
        assert load_settings({}) == Settings()

    def test_takes_an_empty_variable_as_absent(self) -> None:
        assert load_settings({"TRACKER_PORT": "", "TRACKER_SECRET_KEY": "  "}) == Settings()

    def test_reads_every_setting(self) -> None:
        settings = load_settings(
            SMTP
            | {
                "TRACKER_DATABASE_URL": "postgresql://tracker:pw@db/tracker",
                "TRACKER_SECRET_KEY": GOOD_SECRET,
                "TRACKER_BASE_URL": "https://tracker.clinic.example/",
                "TRACKER_TRUSTED_PROXIES": "1",
                "TRACKER_HOST": "0.0.0.0",
                "TRACKER_PORT": "8080",
                "TRACKER_SMTP_PORT": "2525",
                "TRACKER_SMTP_USER": "clinic",
                "TRACKER_SMTP_PASSWORD": "pw",
                "TRACKER_SMTP_STARTTLS": "Yes",
                "TRACKER_OUTBOX_DIR": "/var/lib/tracker/outbox",
                "TRACKER_IDLE_MINUTES": "10",
                "TRACKER_SESSION_HOURS": "8",
                "TRACKER_LOG_LEVEL": "debug",
                "TRACKER_METRICS_TOKEN": GOOD_SECRET[::-1],
                "TRACKER_DOWNTIME_DIR": "/var/lib/tracker/downtime",
                "TRACKER_DOWNTIME_KEEP": "30",
                "TRACKER_DOWNTIME_KEY": KEY,
                "TRACKER_DEAD_MAN_URL": ALARM,
            }
        )
        assert settings == Settings(
            database_url="postgresql+psycopg://tracker:pw@db/tracker",
            secret_key=GOOD_SECRET,
            base_url="https://tracker.clinic.example",
            trusted_proxies=1,
            host="0.0.0.0",
            port=8080,
            mail_transport=MailTransport.SMTP,
            smtp_host="mail.clinic.example",
            smtp_port=2525,
            smtp_user="clinic",
            smtp_password="pw",
            smtp_starttls=True,
            mail_from="reminders@clinic.example",
            outbox_dir=Path("/var/lib/tracker/outbox"),
            idle_minutes=10,
            session_hours=8,
            log_level="DEBUG",
            metrics_token=GOOD_SECRET[::-1],
            downtime_dir=Path("/var/lib/tracker/downtime"),
            downtime_keep=30,
            downtime_key=KEY,
            dead_man_url=ALARM,
        )
        assert settings.is_https

    def test_reads_where_scans_lie(self) -> None:
        assert load_settings({"TRACKER_FILES_DIR": "/var/papers"}) == Settings(files_dir=Path("/var/papers"))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "mysql://db/tracker"),
            ("DATABASE_URL", "tracker.db"),
            ("DATABASE_URL", "sqlite://"),
            ("DATABASE_URL", "sqlite:///:memory:"),
            ("DATABASE_URL", "sqlite://tracker.db"),
            ("DATABASE_URL", "postgresql://"),
            ("SECRET_KEY", GOOD_SECRET[:31]),
            ("SECRET_KEY", "a" * 64),
            ("SECRET_KEY", "please-changeme-" + GOOD_SECRET),
            ("BASE_URL", "tracker.clinic.example"),
            ("BASE_URL", "ftp://tracker.clinic.example"),
            ("BASE_URL", "http://tracker.clinic.example"),
            ("BASE_URL", "http://localhost.evil.example"),
            ("BASE_URL", "https://tracker.clinic.example/app"),
            ("BASE_URL", "https://user:pw@tracker.clinic.example"),
            ("BASE_URL", "https://tracker.clinic.example:port"),
            ("BASE_URL", "https://[::1"),
            ("TRUSTED_PROXIES", "-1"),
            ("TRUSTED_PROXIES", "9"),
            ("PORT", "0"),
            ("PORT", "65536"),
            ("PORT", "eighty"),
            ("PORT", "8O80"),
            ("PORT", "٨٠"),
            ("PORT", "9" * 5000),
            ("SMTP_PORT", "70000"),
            ("SMTP_STARTTLS", "maybe"),
            ("SMTP_FROM", "reminders"),
            ("SMTP_FROM", "The clinic <reminders@clinic.example>"),
            ("SMTP_FROM", "reminders@clinic.example\nBcc: x@evil.example"),
            ("MAIL_TRANSPORT", "pigeon"),
            ("SMS_TRANSPORT", "pigeon"),
            ("DEAD_MAN_URL", "alarm.example/ping/1"),
            ("DEAD_MAN_URL", "http://alarm.example/ping/1"),
            ("DEAD_MAN_URL", "ftp://alarm.example/ping/1"),
            ("DEAD_MAN_URL", "https://user:pw@alarm.example/ping/1"),
            ("DEAD_MAN_URL", "https://alarm.example/ping/1?clinic=main"),
            ("DEAD_MAN_URL", "https://alarm.example/ping/1#a"),
            ("DEAD_MAN_URL", "https://alarm.example/ping 1"),
            ("SMS_URL", "api.provider.example"),
            ("SMS_URL", "http://api.provider.example/Messages.json"),
            ("SMS_URL", "https://AC1:pw@api.provider.example/Messages.json"),
            ("SMS_URL", "https://api.provider.example/Messages.json?a=b"),
            ("SMS_URL", "https://api.provider.example/Me ssages.json"),
            ("SMS_URL", "https://api.provider.example:port/"),
            ("SMS_URL", "https://prövider.example/Messages.json"),
            ("SMS_ACCOUNT", "AC1:pw"),
            ("SMS_SENDER", "303-555-0100"),
            ("SMS_SENDER", "+1303555٠100"),
            ("SMS_SENDER", "+13035550100\n+13035550101"),
            ("SMS_CALLBACK_BASE_URL", "http://tracker.clinic.example"),
            ("SMS_CALLBACK_BASE_URL", "https://tracker.clinic.example/app"),
            ("SMS_CAN_LOOK_UP", "maybe"),
            ("IDLE_MINUTES", "16"),
            ("IDLE_MINUTES", "0"),
            ("SESSION_HOURS", "13"),
            ("LOG_LEVEL", "loud"),
            ("METRICS_TOKEN", GOOD_SECRET[:31]),
            ("DOWNTIME_KEEP", "0"),
            ("DOWNTIME_KEY", KEY[:-4]),
            ("DOWNTIME_KEY", "=" + KEY),
            ("DOWNTIME_KEY", "ä" * 44),
            ("METRICS_TOKEN", "please-changeme-" + GOOD_SECRET),
        ],
    )
    def test_refuses_a_wrong_value_with_a_sentence(self, name: str, value: str) -> None:
        with pytest.raises(SettingsError, match=rf"^TRACKER_{name} .*\.$"):
            load_settings({f"TRACKER_{name}": value})

    @pytest.mark.parametrize("address", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:9000"])
    def test_lets_this_computer_go_without_tls(self, address: str) -> None:
        settings = load_settings({"TRACKER_BASE_URL": address})
        assert settings.base_url == address
        assert not settings.is_https

    def test_names_the_setting_that_was_meant(self) -> None:
        with pytest.raises(
            SettingsError, match=r"TRACKER_DATABSE_URL is not a setting\. Did you mean TRACKER_DATABASE_URL"
        ):
            load_settings({"TRACKER_DATABSE_URL": "sqlite:///x.db"})

    def test_leaves_the_settings_of_the_tests_alone(self) -> None:
        assert load_settings({"TRACKER_TEST_DATABASE_URL": "postgresql://localhost/x", "PATH": "/bin"}) == Settings()


class TestMail:
    def test_has_no_default_that_would_lose_reminders(self) -> None:
        with pytest.raises(SettingsError, match="TRACKER_MAIL_TRANSPORT must be chosen"):
            load_settings({}).ready_to_send()

    def test_is_ready_once_chosen(self) -> None:
        assert load_settings(SMTP).ready_to_send().mail_transport == "smtp"

    @pytest.mark.parametrize("missing", ["TRACKER_SMTP_HOST", "TRACKER_SMTP_FROM"])
    def test_by_smtp_needs_a_host_and_a_sender(self, missing: str) -> None:
        with pytest.raises(SettingsError, match=missing):
            load_settings({name: value for name, value in SMTP.items() if name != missing})

    def test_into_files_needs_a_folder(self) -> None:
        with pytest.raises(SettingsError, match="TRACKER_OUTBOX_DIR"):
            load_settings({"TRACKER_MAIL_TRANSPORT": "outbox"})

    def test_never_sends_a_password_in_the_clear_to_another_computer(self) -> None:
        password = {"TRACKER_SMTP_USER": "clinic", "TRACKER_SMTP_PASSWORD": "pw", "TRACKER_SMTP_STARTTLS": "no"}
        with pytest.raises(SettingsError, match="TRACKER_SMTP_STARTTLS"):
            load_settings(SMTP | password)
        assert load_settings(SMTP | password | {"TRACKER_SMTP_HOST": "localhost"}).smtp_password == "pw"

    def test_refuses_a_password_without_a_user(self) -> None:
        with pytest.raises(SettingsError, match="TRACKER_SMTP_PASSWORD"):
            load_settings(SMTP | {"TRACKER_SMTP_PASSWORD": "pw"})


class TestSms:
    def test_has_settings_of_its_own(self) -> None:
        more = {
            "TRACKER_SMS_CALLBACK_BASE_URL": "https://reports.clinic.example/",
            "TRACKER_SMS_CAN_LOOK_UP": "yes",
        }
        assert load_settings(SMS | more) == Settings(
            base_url="https://tracker.clinic.example",
            sms_transport=SmsTransport.HTTP,
            sms_url="https://api.provider.example/2010-04-01/Accounts/AC1/Messages.json",
            sms_account="AC1",
            sms_secret="hunter3",
            sms_sender="+13035550100",
            sms_callback_base_url="https://reports.clinic.example",
            sms_can_look_up=True,
        )

    def test_is_sent_by_nobody_unless_chosen(self) -> None:
        assert load_settings({}).sms_transport is SmsTransport.NONE
        assert load_settings(SMS | {"TRACKER_SMS_TRANSPORT": "none"}).sms_transport is SmsTransport.NONE
        assert load_settings(SMS).sms_transport is SmsTransport.HTTP

    @pytest.mark.parametrize("missing", [name for name in SMS if name[12:] in {"URL", "ACCOUNT", "SECRET", "SENDER"}])
    def test_by_a_provider_needs_to_know_how_it_is_reached(self, missing: str) -> None:
        with pytest.raises(SettingsError, match=missing):
            load_settings({name: value for name, value in SMS.items() if name != missing})

    def test_into_files_needs_a_folder(self) -> None:
        with pytest.raises(SettingsError, match=r"TRACKER_OUTBOX_DIR .* TRACKER_SMS_TRANSPORT"):
            load_settings({"TRACKER_SMS_TRANSPORT": "outbox"})

    def test_is_reported_on_where_the_provider_can_reach(self) -> None:
        inside = SMS | {"TRACKER_BASE_URL": "http://localhost:8000"}
        with pytest.raises(SettingsError, match="TRACKER_SMS_CALLBACK_BASE_URL must be"):
            load_settings(inside)
        outside = {"TRACKER_SMS_CALLBACK_BASE_URL": "https://reports.clinic.example"}
        assert load_settings(inside | outside).sms_callback_base_url == "https://reports.clinic.example"
        assert load_settings(inside | {"TRACKER_SMS_URL": "http://localhost:9000/Messages.json"}).sms_url

    def test_patients_answer_at_the_clinics_address_or_a_neutral_one(self) -> None:
        usual = {"TRACKER_BASE_URL": "https://tracker.clinic.example"}
        assert load_settings(usual).replies_at == "https://tracker.clinic.example"
        neutral = usual | {"TRACKER_REPLY_BASE_URL": "https://visits.example/"}
        assert load_settings(neutral).replies_at == "https://visits.example"
        for wrong in ("http://visits.example", "https://visits.example/r", "visits"):
            with pytest.raises(SettingsError, match="TRACKER_REPLY_BASE_URL"):
                load_settings(usual | {"TRACKER_REPLY_BASE_URL": wrong})

    @pytest.mark.parametrize("sender", ["+13035550100", "+442071838750", "55512"])
    def test_comes_from_a_number_or_a_short_code(self, sender: str) -> None:
        assert load_settings(SMS | {"TRACKER_SMS_SENDER": sender}).sms_sender == sender

    def test_goes_to_files_in_a_demonstration(self) -> None:
        demo = load_settings(SMS).as_demonstration(
            database_url="sqlite:///demo.db", secret_key=GOOD_SECRET, outbox_dir=Path("outbox")
        )
        assert demo.sms_transport is SmsTransport.OUTBOX


class TestTheDeadMansSwitch:
    def test_may_be_on_this_computer(self) -> None:
        assert load_settings({"TRACKER_DEAD_MAN_URL": "http://localhost:8000/ping"}).dead_man_url

    def test_is_not_kept_quiet_by_a_demonstration(self) -> None:
        demo = load_settings({"TRACKER_DEAD_MAN_URL": ALARM}).as_demonstration(
            database_url="sqlite:///demo.db", secret_key=GOOD_SECRET, outbox_dir=Path("outbox")
        )
        assert demo.dead_man_url == ""

    def test_stays_out_of_logs(self) -> None:
        assert "4f1c" not in repr(load_settings({"TRACKER_DEAD_MAN_URL": ALARM}))


class TestSecrets:
    def test_are_needed_to_serve_pages(self) -> None:
        with pytest.raises(SettingsError, match="TRACKER_SECRET_KEY is needed"):
            load_settings({}).ready_to_serve()
        assert load_settings({"TRACKER_SECRET_KEY": GOOD_SECRET}).ready_to_serve().secret_key == GOOD_SECRET

    def test_never_show_in_a_log_or_a_refusal(self) -> None:
        settings = load_settings(
            SMS
            | {
                "TRACKER_DATABASE_URL": "postgresql://tracker:hunter2@db/tracker",
                "TRACKER_SECRET_KEY": GOOD_SECRET,
                "TRACKER_SMTP_USER": "clinic",
                "TRACKER_SMTP_PASSWORD": "hunter2",
            }
        )
        assert "hunter2" not in repr(settings)
        assert "hunter3" not in repr(settings)
        assert GOOD_SECRET not in repr(settings)
        with pytest.raises(SettingsError) as refused:
            load_settings({"TRACKER_DATABASE_URL": "mysql://tracker:hunter2@db/tracker"})
        assert "hunter2" not in str(refused.value)
