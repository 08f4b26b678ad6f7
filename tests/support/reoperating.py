"""A reoperation beside a patient's way: begun from the case of the pump, and brought to its day."""

from dataclasses import replace

from tests.support.devices import a_filling, a_pump
from tests.support.journey import COORDINATOR, NURSE, PHYSICIAN, Journey
from tracker.domain.words import Role
from tracker.services import evaluations, reoperations
from tracker.services.reoperations import Operation
from tracker.services.work import Written

NEW_PUMP = a_pump(model="SynchroMed III", serial="NGV900")


def anew(journey: Journey) -> Journey:
    """The same way, with the version that its case has now: something beside it has written to it."""
    journey.version = journey.look().head.version
    return journey


def begun(pump: Journey, kind: str = "replacement", role: Role = PHYSICIAN) -> Journey:
    """A reoperation begins; the pump's case goes on beside it."""
    beside = replace(pump)
    beside.do(role, lambda w, r: reoperations.begin_reoperation(w, r, kind=kind, reason="battery"))
    anew(pump)
    return beside


def booked(beside: Journey, days: int = 7) -> int:
    """The payer agrees, and a day is found."""
    beside.authorize("reoperation")
    return beside.book("reoperation", beside.in_days(days))


def on_the_day(beside: Journey, days: int = 7) -> Journey:
    """Everything is signed and checked, and the patient is here."""
    visit = booked(beside, days)
    beside.sign("reoperation")
    for kind in ("history_and_physical", "laboratory"):
        beside.do(COORDINATOR, lambda w, r, k=kind: evaluations.record_document(w, r, kind=k, dated_on=beside.today))
    beside.come(visit)
    beside.tick(visit, "before")
    return beside


def replaced(beside: Journey, operation: Operation | None = None, **values: object) -> Written:
    """The old pump comes out, the new one goes in and is filled."""
    alarm_on = beside.in_days(90).date()
    filling = a_filling(alarm_on=alarm_on, alarm_on_again=alarm_on, second_by=beside.user_ids[PHYSICIAN])
    known = {"pump": NEW_PUMP, "filling": filling, "catheter": None, **values}
    done = operation or Operation(note="as planned")
    return beside.do(NURSE, lambda w, r: reoperations.record_replacement(w, r, done, **known))
