"""The serial number of a pump that stands with another living patient too: one of the two was typed wrongly.

Never refused: the older one may be the wrong one, and a pump that is in must be followed. It is asked back, and a task
has both looked at. The model is not compared: it is typed in too many ways.
"""

from sqlalchemy import func, select

from tracker.domain.errors import Question
from tracker.domain.serials import serial_key
from tracker.domain.words import DeterminationKind, DeviceKind, Role
from tracker.persistence.models import Case, DeviceRow, Patient
from tracker.queries.determined import is_determined
from tracker.services.case_file import CaseFile
from tracker.services.staff_tasks import opening
from tracker.services.work import Work

KIND = "serial_twice"


def holders_of(work: Work, serial: str, *, besides: int | None) -> tuple[str, ...]:
    """The record numbers of the clinic's living patients in whom a pump of this serial is, in order. ``besides``: the
    id of the patient whose pump it is."""
    plain = serial_key(serial)[2]
    if not plain:
        return ()
    stored = func.upper(func.replace(func.replace(DeviceRow.serial, " ", ""), "-", ""))
    query = (
        select(Patient.mrn)
        .join(Case, (Case.clinic_id == Patient.clinic_id) & (Case.patient_id == Patient.id))
        .join(DeviceRow, (DeviceRow.clinic_id == Case.clinic_id) & (DeviceRow.case_id == Case.id))
        .where(
            Patient.clinic_id == work.actor.clinic_id,
            Patient.id != (besides or 0),
            DeviceRow.kind == DeviceKind.PUMP,
            DeviceRow.in_place.is_(True),
            DeviceRow.superseded_by.is_(None),
            stored == plain,
            ~is_determined(DeterminationKind.DEATH),
        )
        .order_by(Patient.mrn)
    )
    return tuple(dict.fromkeys(work.session.scalars(query)))


def serial_doubt(numbers: tuple[str, ...]) -> str:
    """What is said of a serial that stands with other patients too: their record numbers and nothing else."""
    return f"This serial number stands with another patient too, MRN {', '.join(numbers)}. Read it again."


def ask_about_serial(file: CaseFile, serial: str) -> None:
    """Ask back about a serial that stands with another patient too. Where it is meant, the coordinator looks at both;
    an import, which nobody can be asked about, has doubts of its own."""
    numbers = holders_of(file.work, serial, besides=file.case.patient_id)
    if not numbers:
        return
    file.ask(Question("pump_serial", serial.strip(), serial_doubt(numbers), "The number is read right: save it"))
    if file.work.meant is None:
        return
    file.work.session.execute(
        opening(
            file.work.session,
            clinic_id=file.case.clinic_id,
            case_id=file.case.id,
            kind=KIND,
            key=f"{KIND}:{file.case.id}:{serial_key(serial)[2]}",
            params={"serial": serial.strip(), "mrn": ", ".join(numbers)},
            owner=Role.COORDINATOR,
            due_on=file.snapshot.calendar.today(file.work.now),
            now=file.work.now,
            ids=file.work.ids,
        )
    )
