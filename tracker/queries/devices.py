"""The parts that are in patients, to trace a manufacturer's advisory by model, serials or lot."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.serials import is_in_range
from tracker.domain.words import DeterminationKind
from tracker.persistence.models import Case, DeviceRow, Patient
from tracker.queries.determined import is_determined
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFilter:
    """What a letter names. ``model`` and ``lot``: any part of it; empty texts: whatever it is."""

    model: str = ""
    serial_from: str = ""
    serial_to: str = ""
    lot: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not any(each.strip() for each in (self.model, self.serial_from, self.serial_to, self.lot))


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedDevice:
    """One part that is in a patient who lives."""

    case_public_id: str
    patient: Identity
    stage: str
    pathway: str
    pathway_version: int
    device: int
    kind: str
    model: str
    serial: str
    lot: str
    placed_on: date | None


_COLUMNS: tuple[Any, ...] = (
    Case.public_id,
    Case.stage,
    Case.pathway,
    Case.pathway_version,
    *IDENTITY,
    DeviceRow.device,
    DeviceRow.kind,
    DeviceRow.model,
    DeviceRow.serial,
    DeviceRow.lot,
    DeviceRow.placed_on,
)


def trace_devices(session: Session, viewer: Actor, wanted: DeviceFilter) -> tuple[TracedDevice, ...]:
    """The parts in patients of the viewer's clinic that a letter may mean, by patient. An unknown serial or lot may be
    one of them. Nothing where nothing is asked for."""
    if wanted.is_empty:
        return ()
    query = (
        select(*_COLUMNS)
        .join(Case, and_(Case.clinic_id == DeviceRow.clinic_id, Case.id == DeviceRow.case_id))
        .join(Patient, is_patient_of_case())
        .where(
            DeviceRow.clinic_id == viewer.clinic_id,
            DeviceRow.in_place.is_(True),
            DeviceRow.superseded_by.is_(None),
            ~is_determined(DeterminationKind.DEATH),
        )
        .order_by(Patient.name_key, Patient.id, DeviceRow.device)
    )
    if wanted.model.strip():
        query = query.where(func.lower(DeviceRow.model).contains(wanted.model.strip().lower(), autoescape=True))
    if wanted.lot.strip():
        lot = func.lower(DeviceRow.lot)
        query = query.where((DeviceRow.lot == "") | lot.contains(wanted.lot.strip().lower(), autoescape=True))
    return tuple(
        TracedDevice(
            case_public_id=row.public_id,
            patient=identity_of(row),
            stage=row.stage,
            pathway=row.pathway,
            pathway_version=row.pathway_version,
            device=row.device,
            kind=row.kind,
            model=row.model,
            serial=row.serial,
            lot=row.lot,
            placed_on=row.placed_on,
        )
        for row in session.execute(query)
        if is_in_range(row.serial, wanted.serial_from, wanted.serial_to)
    )
