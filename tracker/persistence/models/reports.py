"""What reports are counted from: a clinic's history, made in the background and thrown away with every new one."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, Tenant


class ClinicHistory(Tenant, Base):
    """One part of a clinic's history, or its words. All parts of a clinic are written at once and say the same of
    ``as_of``, ``last_seq`` (the last event that is in it) and ``form`` (of the layout)."""

    __tablename__ = "clinic_histories"

    part: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    as_of: Mapped[datetime]
    last_seq: Mapped[int]
    form: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
