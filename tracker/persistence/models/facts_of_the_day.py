"""Facts of a visit's own day: where it stands, what is arranged around it, and why it was lost."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from tracker.domain.words import Anaesthesia, Escort, HeldMedicines, Interpreter, LossCause, MomentKind
from tracker.persistence.base import Base, RowId, one_of, to_fact, to_member
from tracker.persistence.models.facts import FactRow, fact_table, one_live


class VisitMomentRow(FactRow, Base):
    """``facts.VisitMoment``."""

    __tablename__ = "visit_moments"
    __table_args__ = fact_table(to_fact("appointments", "appointment"), one_of("kind", MomentKind))

    appointment: Mapped[int]
    kind: Mapped[str]


class ArrangementRow(FactRow, Base):
    """``facts.Arrangement``."""

    __tablename__ = "arrangements"
    __table_args__ = fact_table(
        to_fact("appointments", "appointment"),
        one_live("arrangements", "appointment"),
        one_of("escort", Escort, or_empty=True),
        one_of("anaesthesia", Anaesthesia, or_empty=True),
        one_of("interpreter", Interpreter, or_empty=True),
        CheckConstraint("(escort = 'named') = (escort_name <> '')", name="escort_named"),
    )

    appointment: Mapped[int]
    escort: Mapped[str]
    escort_name: Mapped[str]
    escort_phone: Mapped[str]
    anaesthesia: Mapped[str]
    interpreter: Mapped[str]
    turn_at: Mapped[datetime | None]


class VisitLossRow(FactRow, Base):
    """``facts.VisitLoss``."""

    __tablename__ = "visit_losses"
    __table_args__ = fact_table(
        to_fact("appointments", "appointment"),
        to_member("teller_id"),
        one_live("visit_losses", "appointment"),
        one_of("cause", LossCause),
        one_of("held", HeldMedicines, or_empty=True),
        CheckConstraint("(held = 'teller') = (teller_id IS NOT NULL)", name="teller"),
    )

    appointment: Mapped[int]
    cause: Mapped[str]
    held: Mapped[str]
    teller_id: Mapped[RowId | None]
