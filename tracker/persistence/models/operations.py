"""What the running system says of itself."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, RowId, Tenant, to_member
from tracker.persistence.types import Json, JsonObject


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


class ClinicJob(Tenant, Base):
    """A job that the scheduler does for each clinic by itself: who asked for it, who is at it, what came of it last.

    ``claim_token`` is whoever is at it since ``claimed_at``; a claim that is not renewed is lost to the next one.
    """

    __tablename__ = "clinic_jobs"
    __table_args__ = (
        to_member("asked_by"),
        CheckConstraint("(claim_token IS NULL) = (claimed_at IS NULL)", name="claimed_at"),
    )

    name: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[RowId | None]
    claim_token: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    result: Mapped[JsonObject] = mapped_column(Json, default=dict)
