"""The words that a clinic gave its messages to patients."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, RowId, Tenant, one_of, to_member
from tracker.persistence.vocabulary import WordsChannel


class MessageWords(Tenant, Base):
    """One version of a clinic's own words of a message, written once and never changed. The greatest version of a
    message counts; where there is none, the shipped words do.

    ``version`` is greater than that of any shipped words, so that a number names one or the other.
    ``shipped_version``: the shipped words of that day.
    """

    __tablename__ = "message_words"
    __table_args__ = (
        to_member("written_by"),
        one_of("channel", WordsChannel),
        CheckConstraint("version > 1000", name="version"),
        CheckConstraint("body <> ''", name="body"),
    )

    template: Mapped[str] = mapped_column(primary_key=True, sort_order=-9)
    language: Mapped[str] = mapped_column(primary_key=True, sort_order=-8)
    channel: Mapped[str] = mapped_column(primary_key=True, sort_order=-7)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, sort_order=-6)
    subject: Mapped[str]
    body: Mapped[str]
    shipped_version: Mapped[int]
    written_at: Mapped[datetime]
    written_by: Mapped[RowId]
