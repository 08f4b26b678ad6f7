"""Scans of papers: what was attached to which case. The file lies outside of the database, under its hash."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.attachments import ENDINGS
from tracker.persistence.base import Base, RowId, Tenant, one_of, to_member, to_tenant_row


class Attachment(Tenant, Base):
    """A scan that was attached to a case, written once and never changed. Facts of the case name it by ``digest``, the
    SHA-256 of the file; a fact that stands elsewhere in the clinic cannot name the same file."""

    __tablename__ = "attachments"
    __table_args__ = (
        to_tenant_row("cases", "case_id"),
        to_member("stored_by"),
        one_of("media_type", ENDINGS),
        CheckConstraint("length(digest) = 64 AND size > 0", name="whole"),
    )

    case_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    digest: Mapped[str] = mapped_column(Text, primary_key=True, sort_order=-8)
    media_type: Mapped[str]
    size: Mapped[int]
    stored_at: Mapped[datetime]
    stored_by: Mapped[RowId]
