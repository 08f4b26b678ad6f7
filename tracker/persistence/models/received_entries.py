"""Answers that a tablet kept until the server had them."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import Base, RowId, Tenant, one_of, to_member, to_tenant_row
from tracker.persistence.vocabulary import EntryOutcome


class ReceivedEntry(Tenant, Base):
    """One answer from a tablet's queue, under the id that the tablet gave it: what is sent again changes nothing.

    ``made_at`` is when it was answered, ``answer_seq`` the fact that it became. What was entered stands in that fact,
    or in the task that was opened for it. ``digest`` tells another answer under the same id from the same one sent
    again, without holding either; none for what was received before it was kept.
    """

    __tablename__ = "received_entries"
    __table_args__ = (
        to_member("user_id"),
        to_tenant_row("cases", "case_id"),
        one_of("outcome", EntryOutcome),
        CheckConstraint("length(entry_id) = 32", name="entry_id"),
        CheckConstraint("answer_seq IS NULL OR outcome = 'saved'", name="answer_of_saved"),
    )

    entry_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[RowId]
    case_id: Mapped[RowId | None]
    appointment: Mapped[int]
    item: Mapped[str]
    made_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[str]
    answer_seq: Mapped[int | None]
    digest: Mapped[str | None]
