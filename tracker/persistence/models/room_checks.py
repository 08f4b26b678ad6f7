"""What is looked at once for a room and a day, and referred to by every visit there."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, RowId, Tenant, to_member, to_tenant_row


class RoomCheck(Tenant, Base):
    """Somebody looked at ``item`` of a room. It holds for the civil day. A row is never changed."""

    __tablename__ = "room_checks"
    __table_args__ = (
        to_tenant_row("rooms", "room_id"),
        to_member("checked_by"),
        CheckConstraint("checked_at <= recorded_at", name="happened_before_written"),
    )

    room_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    checked_on: Mapped[date] = mapped_column(primary_key=True, sort_order=-8)
    item: Mapped[str] = mapped_column(primary_key=True, sort_order=-7)
    checked_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    checked_by: Mapped[RowId]
