"""What the running system says of itself: the beats of its jobs, messages that should have moved on, and the figures
for whatever watches from outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.persistence.models import Clinic, Heartbeat, Reminder
from tracker.queries.accounts import TICKING_JOBS
from tracker.queries.clinic_jobs import NEVER, all_jobs
from tracker.queries.pump_comparisons import Standings, all_standings
from tracker.queries.safety import JOB, SafetyCheck, check_of

#: A message that was to move on this long ago is stuck: every tick should have taken it.
STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """When a job last ran to its end, and what it said."""

    name: str
    beat_at: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedClinic:
    """One clinic without its name: its last safety check, how many messages stand in which state, and when its pumps
    were last held against another list; ``None``: it never had a pump."""

    public_id: str
    check: SafetyCheck | None
    reminders: dict[str, int]
    pump_list: Standings | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is handed to whatever watches from outside: figures of every clinic, nobody's name."""

    beats: tuple[Beat, ...]
    clinics: tuple[WatchedClinic, ...]

    @property
    def ticked_at(self) -> datetime | None:
        """The older beat of the ticking jobs, ``None`` when one of them never ran."""
        ticks = [beat.beat_at for beat in self.beats if beat.name in TICKING_JOBS]
        return min(ticks) if len(ticks) == len(TICKING_JOBS) else None


def watch_all(session: Session) -> Watched:
    """The figures of the whole deployment. For a machine that showed its token: this alone has no viewer."""
    checks = all_jobs(session, JOB)
    reminders: dict[int, dict[str, int]] = {}
    by_state = select(Reminder.clinic_id, Reminder.state, func.count()).group_by(Reminder.clinic_id, Reminder.state)
    for clinic_id, state, count in session.execute(by_state):
        reminders.setdefault(clinic_id, {})[state] = count
    compared = all_standings(session)
    rows = session.execute(select(Clinic.id, Clinic.public_id).order_by(Clinic.id))
    clinics = tuple(
        WatchedClinic(
            public_id=row.public_id,
            check=check_of(checks.get(row.id, NEVER)),
            reminders=reminders.get(row.id, {}),
            pump_list=compared.get(row.id),
        )
        for row in rows
    )
    return Watched(beats=tuple(list_beats(session)), clinics=clinics)


def list_beats(session: Session) -> list[Beat]:
    """Return the last beat of every job that ever ran, by name."""
    rows = session.execute(select(Heartbeat.name, Heartbeat.beat_at, Heartbeat.detail).order_by(Heartbeat.name))
    return [Beat(name=row.name, beat_at=row.beat_at, detail=row.detail) for row in rows]


def count_stuck_reminders(session: Session, clinic_id: int, at: datetime) -> int:
    """Return how many messages of the clinic were to move on a while ago and did not."""
    return (
        session.scalar(
            select(func.count()).where(
                Reminder.clinic_id == clinic_id,
                Reminder.next_action_at.is_not(None),
                Reminder.next_action_at < at - STUCK_AFTER,
            )
        )
        or 0
    )
