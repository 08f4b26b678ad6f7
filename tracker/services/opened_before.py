"""A device that is put in although it is on record as opened and not used: it is not sterile any more.

Never refused: the record may be wrong, and what is in the patient must be followed. It is asked back, and the earlier
of the two expiry dates counts. The clinic's records of all patients are looked through; of another patient nothing is
said.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.dates import in_words
from tracker.domain.errors import Question
from tracker.domain.serials import serial_key
from tracker.domain.words import DeviceKind, LabelUse
from tracker.persistence.models import DeviceLabelRow
from tracker.services.case_file import CaseFile
from tracker.services.device_parts import Component

_STERILE = "a device that was opened is not sterile any more"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A device that was opened and not used, as it was recorded."""

    serial: str
    lot: str
    expires_on: date | None
    effective_at: datetime


def set_aside(file: CaseFile, kind: DeviceKind, part: Component) -> tuple[SetAside, ...]:
    """The records of this very device as opened and not used, the latest last: of its serial number, or of its lot
    where one of the two has no serial number."""
    row = DeviceLabelRow
    query = (
        select(row.serial, row.lot, row.expires_on, row.effective_at)
        .where(
            row.clinic_id == file.case.clinic_id,
            row.kind == kind,
            row.use == LabelUse.NOT_USED,
            row.superseded_by.is_(None),
        )
        .order_by(row.effective_at, row.case_id, row.seq)
    )
    found = (SetAside(*each) for each in file.work.session.execute(query))
    return tuple(each for each in found if _may_be(each, part))


def _may_be(record: SetAside, part: Component) -> bool:
    serial, typed = _plain(record.serial), _plain(part.serial)
    if serial and typed:
        return serial == typed
    return bool(_plain(part.lot)) and _plain(record.lot) == _plain(part.lot)


def _plain(text: str) -> str:
    return serial_key(text)[2]


def ask_about_opened(file: CaseFile, kind: DeviceKind, part: Component) -> None:
    """Ask back about a part that was recorded as opened and not used, and about another expiry date than its record
    says."""
    records = set_aside(file, kind, part)
    if not records:
        return
    latest, when = records[-1], moment_words(file.snapshot.calendar, records[-1].effective_at)
    if _plain(latest.serial) and _plain(part.serial):
        name, piece = "serial", part.serial.strip()
        sentence = f"This {kind} was recorded as opened and not used on {when}; {_STERILE}. Put in all the same?"
        answer = f"It is the one that was opened, and it is in: save it (serial {piece})"
    else:
        name, piece = "lot", part.lot.strip()
        sentence = f"A {kind} of this lot was recorded as opened and not used on {when}; {_STERILE}. Is this another?"
        answer = f"It is in, whichever of the lot it is: save it (lot {piece})"
    file.ask(Question(f"{kind}_{name}", f"opened {piece}", sentence, answer))
    differing = [each.expires_on for each in records if each.expires_on not in {None, part.expires_on}]
    if part.expires_on is not None and name == "serial" and differing and differing[-1] is not None:
        said = f"As it was opened, {in_words(differing[-1])} was read on its label. Read the label again."
        about = f"{part.expires_on.isoformat()} opened"
        file.ask(Question(f"{kind}_expires_on", about, said, f"It says {in_words(part.expires_on)}: save it"))


def with_recorded_expiry(file: CaseFile, kind: DeviceKind, part: Component) -> Component:
    """The part with the expiry date of its record as opened and not used, where that is earlier: a date typed now does
    not make it good again. A date that nobody typed now stays unknown."""
    known = [each.expires_on for each in set_aside(file, kind, part) if _plain(each.serial) and _plain(part.serial)]
    dates = [each for each in known if each is not None]
    return part if part.expires_on is None else replace(part, expires_on=min([part.expires_on, *dates]))


def moment_words(calendar: ClinicCalendar, at: datetime) -> str:
    """When something was recorded, as people say it: ``Tue 24 Nov 2026 at 14:05``."""
    wall = calendar.wall(at)
    return f"{in_words(wall.date())} at {wall:%H:%M}"
