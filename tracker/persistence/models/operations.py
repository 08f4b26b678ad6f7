"""What the running system says of itself."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base


class Heartbeat(Base):
    """When a job last ran to its end."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, default="")


class DeploymentValue(Base):
    """A named value of this deployment: ``sending_paused_at``, ``is_demo``."""

    __tablename__ = "deployment"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
