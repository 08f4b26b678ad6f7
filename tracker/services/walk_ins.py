"""Somebody who comes without a visit."""

from tracker.domain.access import Permission
from tracker.domain.words import AppointmentState, Purpose
from tracker.services.appointments import Slot, book_into
from tracker.services.case_file import open_case
from tracker.services.work import CaseRef, Work, Written


def walk_in(
    work: Work, ref: CaseRef, *, purpose: str, minutes: int, room_id: int | None, clinician_id: int | None
) -> Written:
    """Record that somebody came without a visit: one is booked for this minute, and they have arrived for it.

    Whoever does not book, or sees no clinical detail, takes people in for a visit that is nothing else. An unusual day
    or hour is not asked about: the patient is here.

    :raises NotPermitted: for a purpose that is not the actor's to choose
    :raises InvalidInput: as ``appointments.book``
    """
    file = open_case(work, ref, Permission.CHECK_IN)
    if purpose != Purpose.FOLLOW_UP:
        work.require(Permission.SEE_CLINICAL)
        work.require(Permission.BOOK)
    starts = file.snapshot.calendar.wall(work.now).replace(second=0, microsecond=0)
    slot = Slot(starts=starts, minutes=minutes, room_id=room_id, clinician_id=clinician_id)
    visit = book_into(file, purpose, slot, entered_late=True, reason="came without a visit")
    file.change(visit, version=2, state=AppointmentState.ARRIVED, reason="")
    return file.finish("walked_in")
