"""What reports are counted from: a clinic's history, made in the background and thrown away with every new one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, RowId, Tenant, to_member
from tracker.persistence.types import Json, JsonObject


class ClinicHistory(Tenant, Base):
    """One part of a clinic's history, or its words. All parts of a clinic are written at once and say the same of
    ``as_of``, ``last_seq`` (the last event that is in it) and ``form`` (of the layout). The sheets that were made ahead
    stand beside it, and what was asked for that takes long (``tracker/queries/stored_sheets.py``)."""

    __tablename__ = "clinic_histories"

    part: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    as_of: Mapped[datetime]
    last_seq: Mapped[int]
    form: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class WhatIfQuestion(Tenant, Base):
    """A what-if question of one day, asked to be played with many pairs of years; once it was, its answer as a sheet.

    ``key`` names the question and the day. ``as_of``: of the history that it was played from. Deleted after a day.
    """

    __tablename__ = "what_if_questions"
    __table_args__ = (
        to_member("asked_by"),
        CheckConstraint(
            "(played_at IS NULL) = (body IS NULL) AND (played_at IS NULL) = (as_of IS NULL)", name="played_at"
        ),
    )

    key: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    question: Mapped[JsonObject] = mapped_column(Json)
    asked_at: Mapped[datetime]
    asked_by: Mapped[RowId]
    as_of: Mapped[datetime | None]
    played_at: Mapped[datetime | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
