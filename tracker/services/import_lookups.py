"""What an import looks up about people who are here already, and what is doubtful about them."""

from dataclasses import dataclass

from sqlalchemy import select

from tracker.domain.names import record_number
from tracker.domain.words import DeviceKind
from tracker.persistence.models import Case, DeviceRow, Patient
from tracker.services.row_reading import RowReading
from tracker.services.same_serial import serial_doubt
from tracker.services.table_file import Complaint
from tracker.services.work import Work


@dataclass(frozen=True, slots=True)
class FollowedPump:
    """A pump that is in a patient already. ``case`` is the public id; ``mrn`` the patient's, where it is asked for."""

    case: str
    serial: str
    mrn: str = ""


def followed_pump(work: Work, patient: Patient) -> FollowedPump | None:
    """The pump that the clinic knows to be in a patient."""
    row = work.session.execute(
        select(Case.public_id, DeviceRow.serial)
        .join(DeviceRow, (DeviceRow.clinic_id == Case.clinic_id) & (DeviceRow.case_id == Case.id))
        .where(
            Case.clinic_id == patient.clinic_id,
            Case.patient_id == patient.id,
            DeviceRow.kind == DeviceKind.PUMP,
            DeviceRow.in_place,
            DeviceRow.superseded_by.is_(None),
        )
        .limit(1)
    ).one_or_none()
    return None if row is None else FollowedPump(row.public_id, row.serial)


def other_number(reading: RowReading, known_mrn: str) -> tuple[Complaint, ...]:
    """The doubt about a person found by name and birth date under another number: the same, or a namesake?"""
    mrn = record_number(reading.text("mrn"))
    if not mrn or mrn.casefold() == known_mrn.casefold():
        return ()
    reason = f"A patient of this name and birth date is here under another number, {known_mrn}. Is it the same person?"
    return (Complaint(reading.row.number, "mrn", reason),)


def other_pump(reading: RowReading, known: FollowedPump) -> tuple[Complaint, ...]:
    """The doubt about a patient whose followed pump has another serial number."""
    serial = reading.text("serial")
    if not serial or serial.casefold() == known.serial.casefold():
        return ()
    reason = (
        f"This patient's pump is followed under another serial number, {known.serial or 'none'}. Nothing was changed."
    )
    return (Complaint(reading.row.number, "serial", reason),)


def doubt_serial(reading: RowReading, numbers: tuple[str, ...]) -> None:
    """Doubt a serial that stands with the patients of these record numbers too."""
    if numbers:
        reading.doubt("serial", serial_doubt(numbers))
