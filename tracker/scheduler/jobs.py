"""The table of jobs: what is looked after, and how often.

Each job is a scan of our own tables that may run at any time, by any number of processes, as often as it likes. The
scheduler only rings the bell; what is due is known by the tables.
"""

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

import structlog

from tracker.domain.pulses import LONGEST_WORK, SILENCE_LIMIT, is_silent
from tracker.domain.ways import EMAIL, SMS
from tracker.integrations.chance import draw
from tracker.persistence.database import Database
from tracker.queries.accounts import TICKING_JOBS
from tracker.queries.health import list_beats
from tracker.runtime import Runtime
from tracker.services.accounts import purge_dead_sessions
from tracker.services.clinic_histories import make_histories
from tracker.services.clock_watch import ClockWatch
from tracker.services.digests import DigestSender, purge_digests
from tracker.services.downtime import KitMaker
from tracker.services.escalating.paging import page_due
from tracker.services.escalating.scan import escalate_due
from tracker.services.heartbeats import beat
from tracker.services.kept_forms import purge_kept_forms
from tracker.services.nightly import reconcile_nightly
from tracker.services.reconcile import reconcile_due
from tracker.services.reminders import LANES, Dispatcher
from tracker.services.reply_links import purge_reply_links
from tracker.services.replying.forgetting import forget_words
from tracker.services.report_sheets import make_sheets, make_slow_sheets
from tracker.services.safety import check_clinics
from tracker.services.what_if import play_questions

log = structlog.get_logger()

#: Seconds between two write transactions of a job on SQLite. It has one writer and is not fair: without a pause the
#: write of a page waited for seconds.
BREATH_S = 0.01
#: The job that tells the outside that the others live.
DEAD_MAN = "dead_man"
Pause = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Job:
    """``work`` returns what its pulse says: counts, never names."""

    name: str
    seconds: int
    work: Callable[[Runtime, Pause], str]

    @property
    def silence(self) -> timedelta:
        """How long it may go without a pulse before something is wrong: a ticking job as long as ``/health`` lets it,
        any other three of its intervals, and no less than its work may take."""
        if self.name in TICKING_JOBS:
            return SILENCE_LIMIT
        return max(LONGEST_WORK, 3 * timedelta(seconds=self.seconds))


def _reconcile(runtime: Runtime, pause: Pause) -> str:
    done = reconcile_due(runtime.database, runtime.clock, runtime.ids, pause=pause)
    return f"{done.looked_at} cases due, {done.changed} changed"


def _dispatch(runtime: Runtime, pause: Pause) -> str:
    if runtime.mailer is None:
        raise RuntimeError("nobody chose how mail leaves")
    carried = {EMAIL: runtime.mailer, SMS: runtime.texter}
    dispatcher = Dispatcher(
        database=runtime.database,
        clock=runtime.clock,
        ids=runtime.ids,
        transports={channel: each for channel, each in carried.items() if each is not None},
        replies_at=runtime.settings.replies_at,
        chance=draw,
        pause=pause,
        lanes=LANES,
    )
    done = dispatcher.dispatch_due()
    return f"{done.looked_at} reminders due, {done.accepted} of {done.tried} taken"


def _escalate(runtime: Runtime, pause: Pause) -> str:
    done = escalate_due(runtime.database, runtime.clock, runtime.ids, pause=pause)
    if runtime.mailer is None:
        raise RuntimeError("nobody chose how mail leaves")
    paged = page_due(runtime.database, runtime.clock, runtime.mailer, pause=pause)
    return f"{done.looked_at} obligations looked at, {done.changed} changed, {paged} pages sent"


def _nightly(runtime: Runtime, pause: Pause) -> str:
    done = reconcile_nightly(runtime.database, runtime.clock, runtime.ids, pause=pause)
    return f"{done.looked_at} cases compared, {done.changed} differed"


def _safety(runtime: Runtime, pause: Pause) -> str:
    done = check_clinics(runtime.database, runtime.clock, runtime.ids, pause=pause)
    return f"{done.clinics} clinics checked, {done.cases} cases, {done.failing} with something that does not hold"


def _downtime(runtime: Runtime, pause: Pause) -> str:
    if runtime.shelf is None:
        return "no folder is set for downtime kits"
    maker = KitMaker(database=runtime.database, clock=runtime.clock, ids=runtime.ids, shelf=runtime.shelf, pause=pause)
    return f"{maker.make_due()} downtime kits made"


def _digest(runtime: Runtime, pause: Pause) -> str:
    if runtime.mailer is None:
        raise RuntimeError("nobody chose how mail leaves")
    sender = DigestSender(
        database=runtime.database,
        clock=runtime.clock,
        mailer=runtime.mailer,
        base_url=runtime.settings.base_url,
        pause=pause,
    )
    done = sender.send_due()
    return f"{done.looked_at} members looked at, {done.accepted} of {done.tried} digests taken"


def _dead_man(runtime: Runtime, _pause: Pause) -> str:
    if runtime.dead_man is None:
        return "no address is set for the dead man's switch"
    silent = silent_jobs(runtime)
    if silent:
        return f"not signalled, silent: {', '.join(silent)}"
    runtime.dead_man.signal()
    return "signalled that all is well"


def _purge(runtime: Runtime, pause: Pause) -> str:
    with runtime.database.writing() as session:
        gone = purge_dead_sessions(session, at=runtime.clock.now(), limits=runtime.session_limits)
        purge_kept_forms(session, at=runtime.clock.now())
        purge_reply_links(session, at=runtime.clock.now())
        purge_digests(session, at=runtime.clock.now())
        forget_words(session, at=runtime.clock.now())
    pause()
    return f"{gone} sign-ins ended"


def _history(runtime: Runtime, pause: Pause) -> str:
    made = make_histories(runtime.database, runtime.clock, runtime.ids, pause=pause)
    # At once, so that a page hardly ever has to count itself.
    make_sheets(runtime.database, runtime.clock, pause=pause)
    # What is quick is there for every clinic before what takes long is begun.
    make_slow_sheets(runtime.database, runtime.clock, pause=pause)
    return f"{made} histories made"


def _what_if(runtime: Runtime, pause: Pause) -> str:
    played = play_questions(runtime.database, runtime.clock, runtime.ids, pause=pause)
    return f"{played} questions played"


def _statistics(runtime: Runtime, _pause: Pause) -> str:
    # PostgreSQL looks after its own.
    if runtime.database.is_sqlite:
        runtime.database.learn_sizes()
    return "sizes of tables known"


JOBS = (
    Job("reconcile", 15, _reconcile),
    Job("dispatch", 15, _dispatch),
    Job("escalate", 30, _escalate),
    # These three come often because a person may have asked for them; where nobody did, they are seldom due.
    Job("safety", 90, _safety),
    Job("downtime", 90, _downtime),
    Job("what_if", 60, _what_if),
    Job("digest", 300, _digest),
    Job("history", 300, _history),
    Job(DEAD_MAN, 60, _dead_man),
    Job("nightly", 3600, _nightly),
    Job("purge", 3600, _purge),
    Job("statistics", 3600, _statistics),
)

#: What a simulation rings every day; the full pass is for its last one.
TICKING = tuple(job for job in JOBS if job.seconds < 60)


def silent_jobs(runtime: Runtime) -> tuple[str, ...]:
    """The jobs that have shown no pulse for too long, apart from the one that says so to the outside: its own stays
    away with every signal that fails, and would keep the next one from being tried."""
    with runtime.database.reading() as session:
        beats = {each.name: each.beat_at for each in list_beats(session)}
    now = runtime.clock.now()
    others = (job for job in JOBS if job.name != DEAD_MAN)
    return tuple(job.name for job in others if is_silent(beats.get(job.name), now, job.silence))


def breath(database: Database) -> Pause:
    """What jobs do between two write transactions: leave the writer to the pages for a moment."""
    return _breathe if database.is_sqlite else _go_on


def _breathe() -> None:
    Event().wait(BREATH_S)


def _go_on() -> None:
    """PostgreSQL lets everybody write."""


def run_job(runtime: Runtime, job: Job, pause: Pause) -> None:
    """Run a job and record its pulse, which stays away if it fails."""
    detail = job.work(runtime, pause)
    with runtime.database.writing() as session:
        beat(session, name=job.name, at=runtime.clock.now(), detail=detail)


def tick(runtime: Runtime, job: Job, watch: ClockWatch | None = None) -> bool:
    """Run a job when its bell rings; false if it failed. A failure is logged and the next bell tries again.

    ``watch`` looks first: what a clock that was set made due must not leave before anybody knows of it.
    Only the kinds of the errors and their places are logged: their texts may hold what was to be written.
    """
    try:
        if watch is not None:
            watch.look()
        run_job(runtime, job, breath(runtime.database))
    except Exception as error:  # noqa: BLE001  # one bad tick must not silence all that follow; the pulse stays away
        log.error("scheduler.job_failed", job=job.name, errors=kinds_of(error))
        return False
    return True


def run_once(runtime: Runtime, jobs: Iterable[Job] = JOBS) -> None:
    """Run jobs once without a pause, as a simulation does between two of its days.

    :raises Exception: whatever a job raises
    """
    for job in jobs:
        run_job(runtime, job, _go_on)


def kinds_of(error: BaseException) -> list[str]:
    """What may be logged of an error: the kinds in it and their places, never their texts."""
    if isinstance(error, BaseExceptionGroup):
        return [kind for each in error.exceptions for kind in kinds_of(each)]
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return [f"{type(error).__name__}{place}"]
