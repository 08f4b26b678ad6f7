"""The jobs behind the bells: what they do, that they show their pulse, and that one failure silences nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import event, select
from structlog.testing import capture_logs

from config import load_settings
from tests.factories.case_world import CaseWorld
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tests.support.web import WEAK_PASSWORDS
from tracker.domain.facts import Device, Fill
from tracker.integrations.clock import SystemClock
from tracker.persistence.database import Database
from tracker.persistence.models import DeploymentValue, Heartbeat
from tracker.queries.accounts import TICKING_JOBS
from tracker.runtime import Runtime
from tracker.scheduler.jobs import JOBS, Job, Pause, breath, run_once, tick
from tracker.scheduler.run import start_in_background


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


@pytest.fixture
def mailer() -> RecordingMailer:
    return RecordingMailer()


@pytest.fixture
def runtime(world: CaseWorld, mailer: RecordingMailer) -> Runtime:
    return Runtime(
        settings=load_settings({}),
        database=world.database,
        clock=world.clock,
        ids=world.ids,
        passwords=WEAK_PASSWORDS,
        mailer=mailer,
    )


def job(name: str) -> Job:
    return next(each for each in JOBS if each.name == name)


def beats(runtime: Runtime) -> dict[str, tuple[datetime, str]]:
    with runtime.database.reading() as session:
        return {each.name: (each.beat_at, each.detail) for each in session.scalars(select(Heartbeat))}


class TestJobs:
    def test_that_tick_are_those_whose_silence_is_watched(self) -> None:
        assert {each.name for each in JOBS if each.seconds <= 60} == set(TICKING_JOBS)
        assert all(3 * each.seconds <= 180 for each in JOBS if each.name in TICKING_JOBS)

    def test_show_their_pulse_with_counts(self, runtime: Runtime) -> None:
        run_once(runtime)
        now = runtime.clock.now()
        assert beats(runtime) == {
            "dispatch": (now, "0 reminders due, 0 of 0 taken"),
            "downtime": (now, "no folder is set for downtime kits"),
            "escalate": (now, "0 obligations looked at, 0 changed, 0 pages sent"),
            "nightly": (now, "1 cases compared, 1 differed"),
            "purge": (now, "0 sign-ins ended"),
            "reconcile": (now, "0 cases due, 0 changed"),
            "safety": (now, "1 clinics checked, 1 cases, 1 with something that does not hold"),
            "statistics": (now, "sizes of tables known"),
        }

    def test_run_again_find_nothing_left(self, runtime: Runtime) -> None:
        run_once(runtime)
        run_once(runtime)
        assert beats(runtime)["nightly"][1] == "0 cases compared, 0 differed"

    def test_send_a_reminder_when_its_time_comes(
        self, runtime: Runtime, world: CaseWorld, mailer: RecordingMailer
    ) -> None:
        world.email()
        world.book("evaluation", "2026-03-19T09:00")
        world.clock.set(datetime(2026, 3, 18, 14, 0, tzinfo=UTC))
        assert tick(runtime, job("dispatch"))
        assert [each.recipient for each in mailer.sent] == ["ada@example.org"]

    def test_after_a_month_of_silence_bring_everything_in_order_in_one_go(
        self, runtime: Runtime, world: CaseWorld, mailer: RecordingMailer
    ) -> None:
        world.email()
        pump = world.write(Device)
        world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        world.book("refill", "2026-04-01T10:00")
        world.book("evaluation", "2026-04-18T10:00")
        world.clock.set(datetime(2026, 4, 17, 15, 0, tzinfo=UTC))
        run_once(runtime)
        # The eve's reminder went; those that were overtaken, or whose visit is over, did not.
        assert len(mailer.sent) == 1
        assert {each.state for each in world.reminders()} == {"accepted", "cancelled", "expired"}
        assert "unmarked_day" in {each.kind for each in world.obligations()}
        (refill,) = [each for each in world.obligations() if each.kind == "refill"]
        assert refill.planned_seq is None
        assert world.reconcile() == 0
        run_once(runtime)
        assert len(mailer.sent) == 1


class TestNightly:
    def test_comes_again_after_the_clinics_midnight_and_not_before(self, runtime: Runtime, world: CaseWorld) -> None:
        run_once(runtime)
        # 23:59 in New York; in UTC it is long the next day.
        world.clock.set(datetime(2026, 3, 18, 3, 59, tzinfo=UTC))
        tick(runtime, job("nightly"))
        assert beats(runtime)["nightly"][1].startswith("0 cases")
        world.clock.advance(minutes=1)
        tick(runtime, job("nightly"))
        assert beats(runtime)["nightly"][1].startswith("1 cases")
        with runtime.database.reading() as session:
            assert session.get_one(DeploymentValue, "reconciled_on:1").value == "2026-03-18"


class TestATickThatFails:
    def test_leaves_no_pulse_and_the_next_one_heals(self, runtime: Runtime) -> None:
        broken = True

        def fail(*_args: object) -> None:
            if broken:
                raise ValueError("Ada Family1, born 1970-01-02")

        event.listen(runtime.database.read, "before_cursor_execute", fail)
        with capture_logs() as logs:
            assert not tick(runtime, job("reconcile"))
        assert "reconcile" not in beats_of_write(runtime)
        assert logs[0]["event"] == "scheduler.job_failed"
        assert "Ada" not in str(logs)
        broken = False
        assert tick(runtime, job("reconcile"))
        assert "reconcile" in beats(runtime)

    def test_names_the_errors_of_every_case(self, runtime: Runtime) -> None:
        def fail(_runtime: Runtime, _pause: Pause) -> str:
            raise ExceptionGroup("two cases", [ValueError("Ada"), KeyError("Ada")])

        with capture_logs() as logs:
            assert not tick(runtime, Job("reconcile", 15, fail))
        assert [each.split(" ")[0] for each in logs[0]["errors"]] == ["ValueError", "KeyError"]

    def test_without_a_way_to_send_is_no_pulse_of_the_dispatcher(self, runtime: Runtime) -> None:
        with capture_logs():
            assert not tick(replace(runtime, mailer=None), job("dispatch"))
        assert "dispatch" not in beats(runtime)


class TestBreath:
    def test_is_taken_on_sqlite_only(self, runtime: Runtime) -> None:
        assert (breath(runtime).__name__ == "_breathe") is runtime.database.is_sqlite
        breath(runtime)()


class TestTheScheduler:
    def test_rings_every_bell_at_its_start(self, runtime: Runtime) -> None:
        # By the machine's time: APScheduler would count every bell since the tests' own.
        stop = start_in_background(replace(runtime, clock=SystemClock()))
        try:
            waited = timedelta(0)
            while len(beats(runtime)) < len(JOBS) and waited < timedelta(seconds=20):
                Event().wait(0.02)
                waited += timedelta(seconds=0.02)
        finally:
            stop()
        assert set(beats(runtime)) == {each.name for each in JOBS}


def beats_of_write(runtime: Runtime) -> set[str]:
    with runtime.database.writing() as session:
        return set(session.scalars(select(Heartbeat.name)))
