"""The pulse of every job that keeps time. A pulse that stays away is what turns the health page red."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.persistence.models import Heartbeat
from tracker.persistence.upsert import upsert


def beat(session: Session, *, name: str, at: datetime, detail: str = "") -> None:
    """Record that a job ran to its end at ``at``. ``detail`` holds counts, never names."""
    values = {"beat_at": at, "detail": detail}
    upsert(session, Heartbeat, {"name": name}, insert=values, update=values)
