"""Facts of the hours after a test dose: what was measured, and what went wrong or did not."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from tracker.domain.words import AdverseKind, Alertness, Happened, Severity
from tracker.persistence.base import Base, not_negative, one_of, to_fact
from tracker.persistence.models.facts import FactRow, fact_table


class VitalSignsRow(FactRow, Base):
    """``facts.VitalSigns``."""

    __tablename__ = "vital_signs"
    __table_args__ = fact_table(
        to_fact("trial_doses", "dose_seq"),
        *not_negative("systolic", "diastolic", "pulse", "saturation", "breaths"),
        CheckConstraint("saturation <= 100", name="percent"),
        one_of("alertness", Alertness, or_empty=True),
        CheckConstraint("attempt >= 0", name="attempt"),
    )

    attempt: Mapped[int]
    dose_seq: Mapped[int | None]
    systolic: Mapped[int | None]
    diastolic: Mapped[int | None]
    pulse: Mapped[int | None]
    saturation: Mapped[int | None]
    breaths: Mapped[int | None]
    alertness: Mapped[str]


class AdverseEventRow(FactRow, Base):
    """``facts.AdverseEvent``. What happened has a severity; what did not has none."""

    __tablename__ = "adverse_events"
    __table_args__ = fact_table(
        to_fact("trial_doses", "dose_seq"),
        one_of("event", AdverseKind),
        one_of("happened", Happened),
        one_of("severity", Severity, or_empty=True),
        CheckConstraint(f"(happened = '{Happened.YES}') = (severity <> '')", name="severity_of_event"),
    )

    dose_seq: Mapped[int]
    event: Mapped[str]
    happened: Mapped[str]
    severity: Mapped[str]
    note: Mapped[str]
