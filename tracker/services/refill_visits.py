"""The visit that is booked for the refill of a pump which was taken out, and every visit of a patient who has died: it
goes in the same act.

Left standing it would keep a room, ask the patient to come, and stand on the list of the day for nothing. If the pump
was not out after all, the refill is due again and not booked: whoever corrects it sees that, and books it or puts the
visit back, where its time is still free. Where the entry of the pump itself is struck out, nobody knows yet whether
one is in under another number: the visit stays, and is the coordinator's to-do (``domain.obligations.refills``).
After a death that is struck out, whoever opens the case again books what was cancelled.
"""

from datetime import date

from tracker.domain.facts import Appointment
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import APPOINTMENT_TO_COME, AppointmentState, Purpose
from tracker.services.case_file import CaseFile

#: Why the visit was cancelled.
PUMP_OUT, DIED = "The pump is out.", "The patient has died."


def cancel_with_the_pump(file: CaseFile, before: Snapshot) -> None:
    """Cancel the refills that are booked for after the pump went. ``before``: the case before that was written.

    What lies before it, or where the patient has come, is left as it was: somebody says what became of it.
    """
    if before.pump is None or file.snapshot.pump is not None:
        return
    for visit in refills_to_come(file.snapshot):
        if visit.starts_at > file.effective_at:
            _cancel(file, visit, PUMP_OUT)


def cancel_after_death(file: CaseFile, died_on: date) -> bool:
    """Cancel the visits that are booked for after now or after the day of the death, whatever they are for; whether
    there were any. What became of one before is for somebody to say."""
    calendar = file.snapshot.calendar
    gone = [
        visit
        for visit in file.snapshot.of(Appointment)
        if visit.state in APPOINTMENT_TO_COME
        and (visit.starts_at > file.work.now or calendar.today(visit.starts_at) > died_on)
    ]
    for visit in gone:
        _cancel(file, visit, DIED)
    return bool(gone)


def _cancel(file: CaseFile, visit: Appointment, why: str) -> None:
    file.change(visit, version=visit.version + 1, state=AppointmentState.CANCELLED, reason=why)


def refills_to_come(snapshot: Snapshot) -> tuple[Appointment, ...]:
    """The refills that are booked and that the patient has not come to."""
    return tuple(each for each in snapshot.visits(Purpose.REFILL) if each.state in APPOINTMENT_TO_COME)
