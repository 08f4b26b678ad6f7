"""Which model a device identifier stands for: by the file of known models, else by what this clinic recorded before."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.pathways.device_models import known_models
from tracker.persistence.models import DeviceLabelRow, DeviceRow


def model_of(session: Session, clinic_id: int, kind: str, device_identifier: str) -> str:
    """The full name of the model; empty where nobody knows it yet."""
    known = known_models().identified(device_identifier)
    if known is not None or not device_identifier:
        return known.full_name if known else ""
    found = [
        session.execute(
            select(table.recorded_at, table.model)
            .where(
                table.clinic_id == clinic_id,
                table.device_identifier == device_identifier,
                table.device_identifier != "",
                table.kind == kind,
                table.model != "",
            )
            .order_by(table.recorded_at.desc())
            .limit(1)
        ).one_or_none()
        for table in (DeviceRow, DeviceLabelRow)
    ]
    written = sorted((each.recorded_at, str(each.model)) for each in found if each is not None)
    return written[-1][1] if written else ""
