"""How a patient wants to be reached, as it is stored: read again whenever a message is planned or sent."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.domain.languages import code_of
from tracker.domain.ways import Address, Preferences
from tracker.persistence.models import Clinic, ContactPoint, Patient, PreparationSheet
from tracker.queries.grouped_rows import rows_by
from tracker.queries.reminder_texts import languages

_POINT: tuple[Any, ...] = (
    ContactPoint.id,
    ContactPoint.kind,
    ContactPoint.owner,
    ContactPoint.is_possible,
    ContactPoint.opted_out_at,
    ContactPoint.texts_agreed_at,
)
#: The languages in which the clinic has a preparation sheet.
_SHEETS = (
    select(func.aggregate_strings(PreparationSheet.language, " "))
    .where(PreparationSheet.clinic_id == bindparam("clinic"))
    .scalar_subquery()
)
#: How some patients want to be reached.
REACHED: Select[Any] = (
    select(
        Patient.id.label("patient_id"),
        Patient.zone,
        Patient.prefers,
        Patient.language,
        Clinic.sends_texts,
        _SHEETS.label("sheets"),
        *_POINT,
    )
    .join(Clinic, Clinic.id == Patient.clinic_id)
    .outerjoin(
        ContactPoint,
        (ContactPoint.clinic_id == Patient.clinic_id)
        & (ContactPoint.patient_id == Patient.id)
        & ContactPoint.ended_at.is_(None),
    )
    .where(Patient.clinic_id == bindparam("clinic"), Patient.id.in_(bindparam("keys", expanding=True)))
    .order_by(ContactPoint.id)
)


def preferences_of(rows: Sequence[Row[Any]]) -> Preferences:
    """How a patient wants to be reached; without rows nobody has asked."""
    if not rows:
        return Preferences()
    addresses = tuple(
        Address(
            point_id=row.id,
            owner=row.owner,
            is_possible=row.is_possible,
            is_opted_out=row.opted_out_at is not None,
            kind=row.kind,
            takes_texts=row.texts_agreed_at is not None,
        )
        for row in rows
        if row.id is not None
    )
    spoken = code_of(rows[0].language)
    return Preferences(
        zone=rows[0].zone or "",
        prefers=rows[0].prefers,
        addresses=addresses,
        language=spoken if spoken in languages() else "",
        sends_texts=rows[0].sends_texts,
        has_sheet=spoken in (rows[0].sheets or "").split(),
    )


def read_preferences(session: Session, clinic_id: int, patient_id: int) -> Preferences:
    """How one patient wants to be reached."""
    return preferences_of(rows_by(session, REACHED, clinic_id, [patient_id])[patient_id])
