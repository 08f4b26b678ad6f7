"""Patients, the words they are found by, and where they can be reached."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.base import (
    Base,
    FoldedText,
    PublicId,
    RowId,
    Tenant,
    TenantRowId,
    Versioned,
    one_of,
    to_member,
    to_tenant_row,
)
from tracker.persistence.vocabulary import ContactChange, ContactKind, ContactOwner, PreferredWay


class Patient(Tenant, Versioned, Base):
    """A person treated. ``name_key`` is the folded "family given"; ``zone`` is set where it is not the clinic's.
    ``postal_address``: where a letter goes, in lines, without the name."""

    __tablename__ = "patients"
    __table_args__ = (
        UniqueConstraint("clinic_id", "mrn"),
        Index("ix_patients_clinic_id_name_key_birth_on", "clinic_id", "name_key", "birth_on"),
        one_of("prefers", PreferredWay, or_empty=True),
        CheckConstraint("mrn <> ''", name="mrn"),
    )

    id: Mapped[TenantRowId]
    public_id: Mapped[PublicId]
    mrn: Mapped[str]
    family_name: Mapped[str]
    given_name: Mapped[str]
    name_key: Mapped[FoldedText]
    birth_on: Mapped[date]
    sex: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text, default="")
    allergies: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str | None]
    prefers: Mapped[str] = mapped_column(Text, default="")
    postal_address: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]


class PatientWord(Tenant, Base):
    """A folded word a patient is found by. Search a prefix as a range: ``word >= x AND word < x || '\\U0010ffff'``."""

    __tablename__ = "patient_words"
    __table_args__ = (to_tenant_row("patients", "patient_id"), {"sqlite_with_rowid": False})

    word: Mapped[FoldedText] = mapped_column(primary_key=True)
    patient_id: Mapped[RowId] = mapped_column(primary_key=True)


class ContactPoint(Tenant, Base):
    """A number or address, by whom it is answered, and whether messages may go there. Ended, never deleted.

    ``texts_agreed_at``: when somebody agreed to text messages at this number; ``verified_at``: when somebody there
    answered to the patient's name, or a message was answered.
    """

    __tablename__ = "contact_points"
    __table_args__ = (
        to_tenant_row("patients", "patient_id"),
        # Lets a reminder prove that it goes to its own patient.
        UniqueConstraint("clinic_id", "id", "patient_id"),
        Index("ix_contact_points_clinic_id_patient_id", "clinic_id", "patient_id"),
        # A text that comes in names nothing but the number.
        Index("ix_contact_points_kind_value", "kind", "value"),
        one_of("kind", ContactKind),
        one_of("owner", ContactOwner),
    )

    id: Mapped[TenantRowId]
    patient_id: Mapped[RowId]
    kind: Mapped[str]
    value: Mapped[str]
    as_typed: Mapped[str]
    owner: Mapped[str]
    is_possible: Mapped[bool]
    texts_agreed_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ContactPointChange(Tenant, Base):
    """Who did what about reaching a patient, and when. Written once, never changed.

    ``changed_by`` is empty where the person themselves answered a message; ``point_id`` where it is about no single
    number or address. ``detail``: the reason given, how it was verified, or what was chosen.
    """

    __tablename__ = "contact_point_changes"
    __table_args__ = (
        to_tenant_row("patients", "patient_id"),
        to_tenant_row("contact_points", "point_id", "patient_id"),
        to_member("changed_by"),
        Index("ix_contact_point_changes_clinic_id_patient_id", "clinic_id", "patient_id"),
        one_of("what", ContactChange),
    )

    id: Mapped[TenantRowId]
    patient_id: Mapped[RowId]
    point_id: Mapped[RowId | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[RowId | None]
    what: Mapped[str]
    detail: Mapped[str] = mapped_column(Text, default="")
