"""How fast reminders are claimed and sent beside bare durable updates, and what kills do to them, in one run."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from threading import BoundedSemaphore, Event
from time import perf_counter
from typing import TypedDict

from sqlalchemy import select, update

from tracker.bench.rushes.journal import Journal
from tracker.bench.rushes.killing import Assassin, make_dispatcher, recover
from tracker.bench.rushes.outcome import look
from tracker.bench.rushes.rush import RushClock, make_rush
from tracker.bench.templates import table_of
from tracker.bench.writing import settle
from tracker.integrations.ids import RandomIds
from tracker.persistence.database import Database
from tracker.scheduler.jobs import breath
from tracker.services.delivering.holding import Key, hold, let_go
from tracker.services.reminders import AT_ONCE, LANES

SEED = 11
#: What is wanted: claims for each bare update, and all that is due at once claimed within a minute.
CLAIMS_AN_UPDATE, CLAIMED_WITHIN_S = 2, 60
#: How many messages the provider looks at together.
PROVIDER_ROOM = 4
UPDATES = 500
#: What is due when the killing begins, and again when it is done: few, so that some die again and again.
DUE_TO_KILL = 40
_reminders = table_of("reminders")


class Rushed(TypedDict):
    """What ``tracker bench reminders --json`` prints; rates in a second. ``provider_rate``: what the provider could
    take; none where it answers at once."""

    engine: str
    lost: int
    repeated: int
    ambiguous: int
    copied: int
    kills: int
    due: int
    update_rate: float
    claim_rate: float
    ratio: float
    claimed_s: float
    answer_ms: float
    drained_s: float
    drain_rate: float
    provider_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of what: reminders due at once, milliseconds until the provider answers, dispatchers killed."""

    due: int
    answer_ms: float
    kills: int


def measure_rush(database: Database, plan: Plan, progress: Callable[[str], None]) -> Rushed:
    """Measure an empty, migrated database. Kills come last: they close its connections."""
    clock, ids = RushClock(), RandomIds()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "taken")
        progress(f"Making {plan.due} reminders that are due …")
        make_rush(database, clock, ids, plan.due)
        settle(database)
        progress("Claiming them …")
        update_rate, claimed_s = _update_rate(database), _claim_all(database, clock)
        update_rate = (update_rate + _update_rate(database)) / 2
        progress("Sending them …")
        drained_s = _drain(database, clock, journal, plan.answer_ms)
        sent = look(database, journal.copies(), clock.at)
        progress(f"Killing {plan.kills} dispatchers …")
        numbers = count(1)

        def refill() -> None:
            make_rush(database, clock, ids, DUE_TO_KILL, name=f"Clinic of the kills {next(numbers)}")

        chance = Random(SEED)  # noqa: S311  # when they die, not a secret
        assassin = Assassin(database, clock, journal, chance, refill)
        assassin.kill(plan.kills)
        recover(make_dispatcher(database, clock, journal), clock)
        found = look(database, journal.copies(), clock.at)
    return {
        "engine": database.url.get_backend_name(),
        "lost": len({*sent.lost, *found.lost, *found.claimed_sent, *found.resting}),
        "repeated": len({*sent.copied, *found.repeated}),
        "ambiguous": len(found.ambiguous),
        "copied": len(found.copied),
        "kills": assassin.killed.total(),
        "due": plan.due,
        "update_rate": round(update_rate, 1),
        "claim_rate": round(plan.due / claimed_s, 1),
        "ratio": round(plan.due / claimed_s / update_rate, 2),
        "claimed_s": round(claimed_s, 2),
        "answer_ms": plan.answer_ms,
        "drained_s": round(drained_s, 2),
        "drain_rate": round(plan.due / drained_s, 1),
        "provider_rate": round(PROVIDER_ROOM * 1000 / plan.answer_ms, 1) if plan.answer_ms else None,
    }


def excesses(found: Rushed) -> list[str]:
    """A sentence for everything that is slower than it should be."""
    said = (
        (
            found["ratio"] < CLAIMS_AN_UPDATE,
            f"{found['ratio']} reminders are claimed in the time of an update; {CLAIMS_AN_UPDATE} are wanted.",
        ),
        (found["claimed_s"] > CLAIMED_WITHIN_S, f"It takes more than {CLAIMED_WITHIN_S} s to claim what is due."),
    )
    return [sentence for is_over, sentence in said if is_over]


def _update_rate(database: Database) -> float:
    """One row in each durable transaction, as bare as it can be."""
    with database.read.connect() as connection:
        rows = connection.execute(select(_reminders.c.clinic_id, _reminders.c.id).limit(UPDATES)).all()
    touch = update(_reminders)
    began = perf_counter()
    for row in rows:
        with database.write.begin() as connection:
            where = (_reminders.c.clinic_id == row.clinic_id) & (_reminders.c.id == row.id)
            connection.execute(touch.where(where).values(attempts=0))
    return len(rows) / (perf_counter() - began)


def _claim_all(database: Database, clock: RushClock) -> float:
    """Seconds until everything due is held under a lease, as a dispatcher holds it. Then all of it is given back."""
    ids = RandomIds()
    began = perf_counter()
    with database.read.connect() as connection:
        columns = (_reminders.c.clinic_id, _reminders.c.case_id, _reminders.c.id)
        found = connection.execute(select(*columns).where(_reminders.c.next_action_at <= clock.now())).all()
    keys = [Key(clinic_id=row.clinic_id, case_id=row.case_id, reminder_id=row.id) for row in found]
    groups = []
    for start in range(0, len(keys), AT_ONCE):
        with database.writing() as session:
            groups.append(hold(session, keys[start : start + AT_ONCE], clock.now(), ids))
    took = perf_counter() - began
    for held in groups:
        with database.writing() as session:
            let_go(session, held, clock.now())
    return took


def _drain(database: Database, clock: RushClock, journal: Journal, answer_ms: float) -> float:
    """Seconds until one dispatcher has sent everything, by a provider that takes its time for each answer and looks
    at a few messages at once."""
    never, room = Event(), BoundedSemaphore(PROVIDER_ROOM)

    def take_time() -> None:
        # Before the message is taken, and again before the answer.
        with room:
            never.wait(answer_ms / 2000)

    dispatcher = make_dispatcher(database, clock, journal, on_call=take_time, on_end=breath(database), lanes=LANES)
    began = perf_counter()
    while dispatcher.dispatch_due().looked_at:
        pass
    return perf_counter() - began
