"""Facts of the treatment itself: test doses, scores, determinations, devices, fills; and corrections of any fact."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.words import (
    CallTone,
    DeterminationKind,
    DeviceKind,
    DeviceOrigin,
    FillKind,
    InfusionMode,
    Instrument,
    InterrogationCause,
    LabelUse,
    Occasion,
    Outcome,
    Side,
)
from tracker.persistence.base import (
    Base,
    RowId,
    not_negative,
    one_of,
    ordered,
    partial_index,
    positive,
    quoted,
    to_fact,
    to_member,
)
from tracker.persistence.models.facts import FactRow, fact_table, one_live


class TrialDoseRow(FactRow, Base):
    """``facts.TrialDose``."""

    __tablename__ = "trial_doses"
    __table_args__ = fact_table(
        to_fact("appointments", "appointment"),
        to_member("second_by"),
        *positive("dose_mcg", "concentration_mcg_ml", "volume_ml"),
        CheckConstraint("attempt > 0 AND series > 0", name="counted"),
    )

    attempt: Mapped[int]
    series: Mapped[int]
    appointment: Mapped[int | None]
    drug: Mapped[str]
    dose_mcg: Mapped[Decimal]
    concentration_mcg_ml: Mapped[Decimal]
    volume_ml: Mapped[Decimal]
    lot: Mapped[str]
    expires_on: Mapped[date | None]
    route: Mapped[str]
    second_by: Mapped[RowId | None]


class AssessmentRow(FactRow, Base):
    """``facts.Assessment``."""

    __tablename__ = "assessments"
    __table_args__ = fact_table(
        to_fact("trial_doses", "dose_seq"),
        one_of("instrument", Instrument),
        one_of("occasion", Occasion),
        CheckConstraint(
            f"(occasion = '{Occasion.AFTER_DOSE}') = (dose_seq IS NOT NULL)",
            name="dose_of_score",
        ),
        CheckConstraint("attempt >= 0", name="attempt"),
        one_of("side", Side, or_empty=True),
        to_member("rater_id"),
        to_member("second_by"),
    )

    instrument: Mapped[str]
    value: Mapped[str]
    occasion: Mapped[str]
    dose_seq: Mapped[int | None]
    attempt: Mapped[int]
    site: Mapped[str]
    side: Mapped[str] = mapped_column(default="", server_default="")
    rater_id: Mapped[RowId | None]
    second_by: Mapped[RowId | None]


class DeterminationRow(FactRow, Base):
    """``facts.Determination``. ``about_seq`` may point at a fact of any kind, so it has no foreign key."""

    __tablename__ = "determinations"
    __table_args__ = fact_table(
        to_member("second_by"),
        one_of("kind", DeterminationKind),
        CheckConstraint(
            f"kind <> '{DeterminationKind.OUTCOME}' OR value IN ({quoted(sorted(Outcome))})",
            name="outcome_value",
        ),
        CheckConstraint("attempt >= 0", name="attempt"),
        CheckConstraint("about_seq < seq", name="about_earlier"),
        # SQLite reads the rows too unless all that is asked for stands in the index, also what its condition says.
        partial_index(
            "ix_determinations_outcomes",
            "clinic_id",
            "effective_at",
            "value",
            "kind",
            "superseded_by",
            where=f"kind = '{DeterminationKind.OUTCOME}' AND superseded_by IS NULL",
        ),
    )

    kind: Mapped[str]
    value: Mapped[str]
    reason: Mapped[str]
    attempt: Mapped[int]
    until_on: Mapped[date | None]
    about_seq: Mapped[int | None]
    second_by: Mapped[RowId | None]


class DeviceRow(FactRow, Base):
    """``facts.Device``.

    A pump implanted here names the evidence it relied on: trial outcome or waiver, consent and authorization; or the
    deviation that says why it was implanted without. One put in at a reoperation names that reoperation, which is about
    this very case: there its own evidence stands.
    """

    __tablename__ = "devices"
    __table_args__ = fact_table(
        to_fact("devices", "device"),
        to_fact("appointments", "appointment"),
        to_fact("determinations", "outcome_seq"),
        to_fact("determinations", "waiver_seq"),
        to_fact("consents", "consent_seq"),
        to_fact("authorizations", "authorization_seq"),
        to_fact("determinations", "deviation_seq"),
        ForeignKeyConstraint(
            ["clinic_id", "reoperation_id", "case_id"], ["cases.clinic_id", "cases.id", "cases.about_case_id"]
        ),
        one_live("devices", "device"),
        Index("ix_devices_clinic_id_kind_recorded_at", "clinic_id", "kind", "recorded_at"),
        one_of("kind", DeviceKind),
        one_of("origin", DeviceOrigin),
        one_of("pocket_side", Side, or_empty=True),
        *positive("reservoir_ml", "implanted_cm"),
        *not_negative("trimmed_cm"),
        partial_index(
            "ix_devices_of_model", "clinic_id", "device_identifier", "recorded_at", where="device_identifier <> ''"
        ),
        ordered("placed_on", "removed_on"),
        CheckConstraint("NOT in_place OR removed_on IS NULL", name="in_place_or_removed"),
        CheckConstraint("device <= seq", name="first_version"),
        CheckConstraint(
            f"kind <> '{DeviceKind.PUMP}' OR origin <> '{DeviceOrigin.IMPLANTED_HERE}' OR deviation_seq IS NOT NULL"
            " OR ((outcome_seq IS NOT NULL OR waiver_seq IS NOT NULL)"
            " AND consent_seq IS NOT NULL AND authorization_seq IS NOT NULL)",
            name="grounds_of_implant",
        ),
        CheckConstraint(
            f"(origin = '{DeviceOrigin.REOPERATION}') = (reoperation_id IS NOT NULL)", name="grounds_of_reoperation"
        ),
    )

    device: Mapped[int]
    kind: Mapped[str]
    model: Mapped[str]
    manufacturer: Mapped[str]
    serial: Mapped[str]
    udi: Mapped[str]
    lot: Mapped[str]
    reservoir_ml: Mapped[Decimal | None]
    origin: Mapped[str]
    in_place: Mapped[bool]
    placed_on: Mapped[date | None]
    removed_on: Mapped[date | None]
    out_by_on: Mapped[date | None]
    end_of_service_on: Mapped[date | None]
    tip_intact: Mapped[bool | None]
    appointment: Mapped[int | None]
    outcome_seq: Mapped[int | None]
    waiver_seq: Mapped[int | None]
    consent_seq: Mapped[int | None]
    authorization_seq: Mapped[int | None]
    deviation_seq: Mapped[int | None]
    reoperation_id: Mapped[RowId | None]
    device_identifier: Mapped[str] = mapped_column(server_default="")
    expires_on: Mapped[date | None]
    made_on: Mapped[date | None]
    implanted_cm: Mapped[Decimal | None]
    trimmed_cm: Mapped[Decimal | None]
    tip_level: Mapped[str] = mapped_column(server_default="")
    pocket_side: Mapped[str] = mapped_column(server_default="")


class DeviceLabelRow(FactRow, Base):
    """``facts.DeviceLabel``. Nobody opens a device and leaves it without a word."""

    __tablename__ = "device_labels"
    __table_args__ = fact_table(
        one_of("use", LabelUse),
        one_of("kind", DeviceKind),
        CheckConstraint(f"use <> '{LabelUse.NOT_USED}' OR reason <> ''", name="reason"),
        partial_index(
            "ix_device_labels_of_model",
            "clinic_id",
            "device_identifier",
            "recorded_at",
            where="device_identifier <> ''",
        ),
        CheckConstraint("attempt > 0", name="attempt"),
    )

    attempt: Mapped[int]
    use: Mapped[str]
    kind: Mapped[str]
    model: Mapped[str]
    scanned: Mapped[str]
    device_identifier: Mapped[str]
    serial: Mapped[str]
    lot: Mapped[str]
    expires_on: Mapped[date | None]
    made_on: Mapped[date | None]
    reason: Mapped[str]


class FillRow(FactRow, Base):
    """``facts.Fill``. What was filled here has a volume; what was done elsewhere or found may be unknown."""

    __tablename__ = "fills"
    __table_args__ = fact_table(
        to_fact("devices", "device"),
        to_fact("appointments", "appointment"),
        to_member("second_by"),
        one_of("kind", FillKind),
        one_of("mode", InfusionMode, or_empty=True),
        *positive("concentration_mcg_ml", "volume_ml"),
        *not_negative("daily_dose_mcg", "alarm_volume_ml", "residual_expected_ml", "residual_aspirated_ml"),
        CheckConstraint(
            f"kind NOT IN ('{FillKind.IMPLANT}', '{FillKind.REFILL}') OR volume_ml IS NOT NULL",
            name="volume_filled_here",
        ),
    )

    device: Mapped[int]
    kind: Mapped[str]
    appointment: Mapped[int | None]
    drug: Mapped[str]
    concentration_mcg_ml: Mapped[Decimal | None]
    volume_ml: Mapped[Decimal | None]
    daily_dose_mcg: Mapped[Decimal | None]
    alarm_volume_ml: Mapped[Decimal | None]
    alarm_on: Mapped[date | None]
    is_confirmed: Mapped[bool]
    source: Mapped[str]
    lot: Mapped[str]
    expires_on: Mapped[date | None]
    residual_expected_ml: Mapped[Decimal | None]
    residual_aspirated_ml: Mapped[Decimal | None]
    second_by: Mapped[RowId | None]
    mode: Mapped[str] = mapped_column(server_default="")


class InterrogationRow(FactRow, Base):
    """``facts.Interrogation``."""

    __tablename__ = "interrogations"
    __table_args__ = fact_table(
        to_fact("devices", "device"),
        to_member("second_by"),
        one_of("cause", InterrogationCause),
        *positive("daily_dose_mcg"),
        *not_negative("alarm_volume_ml", "reservoir_ml"),
        CheckConstraint("battery_months >= 0", name="battery"),
        CheckConstraint("alarm_on IS NOT NULL OR NOT is_confirmed", name="confirmed_date"),
    )

    device: Mapped[int]
    cause: Mapped[str]
    daily_dose_mcg: Mapped[Decimal | None]
    alarm_volume_ml: Mapped[Decimal | None]
    reservoir_ml: Mapped[Decimal | None]
    alarm_on: Mapped[date | None]
    is_confirmed: Mapped[bool]
    battery_months: Mapped[int | None]
    replacement_indicated: Mapped[bool]
    source: Mapped[str]
    second_by: Mapped[RowId | None]


class FollowUpRow(FactRow, Base):
    """``facts.FollowUp``. ``about_seq`` may be a fact of any kind, so it has no foreign key."""

    __tablename__ = "follow_ups"
    __table_args__ = fact_table(
        CheckConstraint("about_seq < seq", name="about_earlier"),
        CheckConstraint("rule <> '' AND result <> ''", name="answered"),
    )

    rule: Mapped[str]
    about_seq: Mapped[int]
    result: Mapped[str]
    note: Mapped[str]
    next_on: Mapped[date | None]


class PumpCallRow(FactRow, Base):
    """``facts.PumpCall``."""

    __tablename__ = "pump_calls"
    __table_args__ = fact_table(to_fact("devices", "device"), one_of("tone", CallTone))

    device: Mapped[int | None]
    tone: Mapped[str]
    drowsy: Mapped[bool]
    feverish: Mapped[bool]
    itching: Mapped[bool]
    stiff: Mapped[bool]
    wound: Mapped[bool]
    caller: Mapped[str]
    phone: Mapped[str]
    words: Mapped[str]


class ScanRow(FactRow, Base):
    """``facts.Scan``."""

    __tablename__ = "scans"
    __table_args__ = fact_table(to_fact("devices", "device"))

    device: Mapped[int]
    scan_on: Mapped[date]
    place: Mapped[str]


class AdvisoryRow(FactRow, Base):
    """``facts.Advisory``."""

    __tablename__ = "advisories"
    __table_args__ = fact_table(to_fact("devices", "device"), CheckConstraint("number <> ''", name="number"))

    device: Mapped[int]
    number: Mapped[str]
    text: Mapped[str]


class CorrectionRow(FactRow, Base):
    """``facts.Correction``. ``corrected_seq`` may be a fact of any kind, so it has no foreign key."""

    __tablename__ = "corrections"
    __table_args__ = fact_table(
        CheckConstraint("corrected_seq < seq", name="corrected_earlier"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    corrected_seq: Mapped[int]
    reason: Mapped[str]
