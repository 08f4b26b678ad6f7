"""Saying that the time of a visit is final, and taking that back because the visit was moved."""

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Appointment, Determination
from tracker.domain.final_times import arrival_wall, is_provisional, said_of
from tracker.domain.words import APPOINTMENT_TO_COME, DeterminationKind
from tracker.services.case_file import CaseFile, open_case
from tracker.services.work import CaseRef, Work, Written


def mark_time_final(work: Work, ref: CaseRef, *, appointment: int) -> Written:
    """Say that the time at which the patient arrives is final: from now on messages tell it.

    :raises NotFound: if no such visit is to come, or its time is not provisional
    """
    file = open_case(work, ref, Permission.BOOK)
    for visit in file.snapshot.of(Appointment):
        is_there = visit.appointment == appointment and visit.state in APPOINTMENT_TO_COME
        if is_there and is_provisional(file.pathway, file.snapshot, visit):
            say_final(file, visit)
            return file.finish("time_final")
    raise NotFound(str(appointment))


def say_final(file: CaseFile, visit: Appointment) -> None:
    """Record that the time which the visit has now is final."""
    _say(file, visit, arrival_wall(visit, file.snapshot.calendar))


def take_back(file: CaseFile, visit: Appointment) -> None:
    """The visit has been moved: what was said of its time holds no more, also if it is moved back one day."""
    said = said_of(file.snapshot, visit)
    if said is not None and said.value:
        _say(file, visit, "")


def _say(file: CaseFile, visit: Appointment, value: str) -> None:
    said = said_of(file.snapshot, visit)
    if said is not None:
        file.change(said, value=value)
        return
    file.record(
        Determination,
        kind=DeterminationKind.TIME_FINAL,
        value=value,
        reason="",
        attempt=visit.attempt,
        until_on=None,
        about_seq=visit.appointment,
        second_by=None,
    )
