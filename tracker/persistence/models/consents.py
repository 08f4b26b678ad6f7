"""What patients sign: the texts that a clinic gave its consents, and each text as it was signed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, RowId, Tenant, to_member, to_tenant_row


class ConsentTextRow(Tenant, Base):
    """One version of a clinic's own text of a consent, written once and never changed. The greatest version of a
    procedure and language counts; where there is none, the shipped text does. It names who approved it.

    ``version`` is greater than that of any shipped text. ``shipped_version``: the shipped text of that day.
    """

    __tablename__ = "consent_texts"
    __table_args__ = (
        to_member("written_by"),
        CheckConstraint("version > 1000", name="version"),
        CheckConstraint("title <> '' AND body <> '' AND approved_by <> ''", name="whole"),
    )

    procedure: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    language: Mapped[str] = mapped_column(primary_key=True, sort_order=-8)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, sort_order=-7)
    title: Mapped[str]
    body: Mapped[str]
    approved_by: Mapped[str]
    approved_on: Mapped[date]
    shipped_version: Mapped[int]
    written_at: Mapped[datetime]
    written_by: Mapped[RowId]


class ConsentFormRow(Tenant, Base):
    """A text exactly as a patient signed it, and the signature that was drawn under it (empty: signed on paper).

    It is of one case, and the fact of the consent names it by ``public_id``. Both hashes stand in the event as well.
    """

    __tablename__ = "consent_forms"
    __table_args__ = (to_tenant_row("cases", "case_id"), to_member("made_by"))

    case_id: Mapped[RowId] = mapped_column(primary_key=True, sort_order=-9)
    public_id: Mapped[str] = mapped_column(Text, primary_key=True, sort_order=-8)
    procedure: Mapped[str]
    language: Mapped[str]
    text_version: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    approved_by: Mapped[str]
    text_hash: Mapped[str]
    strokes: Mapped[str]
    strokes_hash: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[RowId]
