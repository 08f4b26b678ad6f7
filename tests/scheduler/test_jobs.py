"""The jobs behind the bells: what they do, that they show their pulse, and that one failure silences nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from threading import Event

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete, event, select
from structlog.testing import capture_logs

from config import load_settings
from tests.factories.case_world import CaseWorld
from tests.support.fixed import FixedClock, FixedStopwatch, SeededIds
from tests.support.mailers import RecordingMailer
from tests.support.web import WEAK_PASSWORDS
from tracker.domain.facts import Device, Fill
from tracker.integrations.clock import SystemClock
from tracker.persistence.database import Database
from tracker.persistence.models import DeploymentValue, Heartbeat
from tracker.queries.accounts import TICKING_JOBS
from tracker.queries.sending import is_all_paused
from tracker.runtime import Runtime
from tracker.scheduler import run
from tracker.scheduler.jobs import JOBS, Job, Pause, breath, run_once, tick
from tracker.scheduler.run import start_in_background
from tracker.services.clock_watch import ClockWatch
from tracker.services.reminders import resume_sending


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
        assert {each.name for each in JOBS if each.seconds < 60} == set(TICKING_JOBS)
        assert all(3 * each.seconds <= 180 for each in JOBS if each.name in TICKING_JOBS)

    def test_show_their_pulse_with_counts(self, runtime: Runtime) -> None:
        run_once(runtime)
        now = runtime.clock.now()
        assert beats(runtime) == {
            "dead_man": (now, "no address is set for the dead man's switch"),
            "digest": (now, "0 members looked at, 0 of 0 digests taken"),
            "dispatch": (now, "0 reminders due, 0 of 0 taken"),
            "downtime": (now, "no folder is set for downtime kits"),
            "escalate": (now, "0 obligations looked at, 0 changed, 0 pages sent"),
            "history": (now, "1 histories made"),
            "nightly": (now, "1 cases compared, 1 differed"),
            "purge": (now, "0 sign-ins ended"),
            "reconcile": (now, "0 cases due, 0 changed"),
            "safety": (now, "1 clinics checked, 1 cases, 1 with something that does not hold"),
            "statistics": (now, "sizes of tables known"),
            "what_if": (now, "0 questions played"),
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


class Outside:
    """What is signalled to, and may be away."""

    def __init__(self) -> None:
        self.heard = 0
        self.is_away = False

    def signal(self) -> None:
        """Hear it, or be away."""
        if self.is_away:
            raise TimeoutError("https://alarm.example/ping/secret")
        self.heard += 1


class TestTheDeadMansSwitch:
    @pytest.fixture
    def outside(self) -> Outside:
        return Outside()

    @pytest.fixture
    def alive(self, runtime: Runtime, outside: Outside) -> Runtime:
        """Everything has just run but the signal."""
        for each in JOBS:
            if each.name != "dead_man":
                assert tick(runtime, each)
        return replace(runtime, dead_man=outside)

    def test_hears_while_every_job_lives(self, alive: Runtime, outside: Outside) -> None:
        assert tick(alive, job("dead_man"))
        assert outside.heard == 1
        assert beats(alive)["dead_man"][1] == "signalled that all is well"

    @pytest.mark.parametrize("dead", [each for each in JOBS if each.name != "dead_man"], ids=lambda each: each.name)
    def test_hears_nothing_while_one_job_is_silent(
        self, alive: Runtime, outside: Outside, world: CaseWorld, dead: Job
    ) -> None:
        def all_but_the_dead_run() -> None:
            for each in JOBS:
                if each not in {dead, job("dead_man")}:
                    assert tick(alive, each)

        world.clock.set(world.clock.now() + dead.silence)
        all_but_the_dead_run()
        tick(alive, job("dead_man"))
        assert outside.heard == 1
        world.clock.advance(seconds=1)
        tick(alive, job("dead_man"))
        assert outside.heard == 1
        assert beats(alive)["dead_man"][1] == f"not signalled, silent: {dead.name}"

    def test_hears_nothing_before_all_have_run_once(self, alive: Runtime, outside: Outside) -> None:
        with alive.database.writing() as session:
            session.execute(delete(Heartbeat).where(Heartbeat.name == "nightly"))
        tick(alive, job("dead_man"))
        assert outside.heard == 0

    def test_that_cannot_be_reached_leaves_no_pulse_and_is_tried_again(
        self, alive: Runtime, outside: Outside, world: CaseWorld
    ) -> None:
        outside.is_away = True
        with capture_logs() as logs:
            assert not tick(alive, job("dead_man"))
        assert "dead_man" not in beats(alive)
        assert [each.split(" ")[0] for each in logs[0]["errors"]] == ["TimeoutError"]
        assert "secret" not in str(logs)
        outside.is_away = False
        world.clock.advance(seconds=60)
        assert tick(alive, job("dead_man"))
        assert outside.heard == 1

    def test_waits_for_ticking_jobs_as_long_as_health_does(self) -> None:
        assert {each.silence for each in JOBS if each.name in TICKING_JOBS} == {timedelta(minutes=3)}
        assert all(each.silence >= 3 * timedelta(seconds=each.seconds) for each in JOBS)


class Machine:
    """The clock of the machine, which somebody sets back; what APScheduler reads too."""

    def __init__(self) -> None:
        self.back = timedelta(0)

    def now(self, _zone: tzinfo = UTC) -> datetime:
        """What it shows."""
        return SystemClock().now() - self.back


class TestAClockThatWasSet:
    def test_stops_what_it_made_due_before_it_leaves(
        self, runtime: Runtime, world: CaseWorld, mailer: RecordingMailer
    ) -> None:
        world.email()
        world.book("evaluation", "2026-03-19T09:00")
        watch = ClockWatch(runtime.database, runtime.clock, FixedStopwatch())
        world.clock.set(datetime(2026, 3, 18, 14, 0, tzinfo=UTC))
        assert tick(runtime, job("dispatch"), watch)
        assert mailer.sent == []
        with runtime.database.writing() as session:
            resume_sending(session)
        assert tick(runtime, job("dispatch"), watch)
        assert len(mailer.sent) == 1

    def test_that_cannot_be_written_down_keeps_the_job_from_running(self, runtime: Runtime, world: CaseWorld) -> None:
        watch = ClockWatch(runtime.database, runtime.clock, FixedStopwatch())
        world.clock.advance(hours=1)

        def fail(*_args: object) -> None:
            raise ConnectionError("away")

        event.listen(runtime.database.write, "before_cursor_execute", fail)
        with capture_logs() as logs:
            assert not tick(runtime, Job("quiet", 15, lambda *_args: pytest.fail("it ran")), watch)
        event.remove(runtime.database.write, "before_cursor_execute", fail)
        assert "scheduler.job_failed" in {each["event"] for each in logs}

    def test_rings_every_bell_at_once_although_it_was_set_back(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """APScheduler alone would be silent until the old time comes again."""
        clock = Machine()
        monkeypatch.setattr(run, "LOOK_EVERY_S", 0.02)
        monkeypatch.setattr("apscheduler.schedulers.base.datetime", clock)
        stop = start_in_background(replace(runtime, clock=clock))
        try:
            assert comes(lambda: set(beats(runtime)) == {each.name for each in JOBS})
            clock.back = timedelta(hours=5)
            assert comes(lambda: all(beat_at <= clock.now() for beat_at, _ in beats(runtime).values()))
        finally:
            stop()
        with runtime.database.reading() as session:
            assert is_all_paused(session)


class TestBreath:
    def test_is_taken_on_sqlite_only(self, runtime: Runtime) -> None:
        assert (breath(runtime.database).__name__ == "_breathe") is runtime.database.is_sqlite
        breath(runtime.database)()


class TestTheScheduler:
    def test_rings_every_bell_at_its_start(self, runtime: Runtime) -> None:
        # By the machine's time: APScheduler would count every bell since the tests' own.
        stop = start_in_background(replace(runtime, clock=SystemClock()))
        try:
            assert comes(lambda: set(beats(runtime)) == {each.name for each in JOBS})
        finally:
            stop()

    def test_lets_no_job_wait_for_another(self) -> None:
        """With the ten threads of the library's own, jobs that wait for servers could keep the signal from leaving."""
        scheduler = BackgroundScheduler(**run._options())
        assert scheduler._executors["default"]._pool._max_workers == len(JOBS)


def comes(happens: Callable[[], bool]) -> bool:
    """Whether it happens within ten seconds."""
    for _ in range(500):
        if happens():
            return True
        Event().wait(0.02)
    return False


def beats_of_write(runtime: Runtime) -> set[str]:
    with runtime.database.writing() as session:
        return set(session.scalars(select(Heartbeat.name)))
