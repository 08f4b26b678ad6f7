"""The visits of a case as lines: when the patient comes, whether that is final, and what can be done about each."""

from tracker.domain.access import Permission
from tracker.domain.facts import Appointment
from tracker.domain.final_times import arrival_wall, is_provisional
from tracker.domain.visit_day import is_still_here
from tracker.domain.words import APPOINTMENT_TO_COME, LIVE_APPOINTMENT, AppointmentState
from tracker.queries.case_detail import OpenedCase
from tracker.web.cases.links import Link
from tracker.web.cases.sentences import wall
from tracker.web.cases.tables import PageSection, Row, Table, Telling
from tracker.web.cases.words import PURPOSE_WORDS, VISIT_STATES, VISIT_TONES, first_upper

#: Older visits are told by the history.
_SHOWN_VISITS = 12


def appointments(telling: Telling) -> PageSection:
    """Every visit, coming ones first."""
    visits = telling.case.snapshot.of(Appointment)
    coming = sorted((v for v in visits if v.state in APPOINTMENT_TO_COME), key=lambda visit: visit.starts_at)
    others = sorted((v for v in visits if v.state not in APPOINTMENT_TO_COME), key=lambda v: v.starts_at, reverse=True)
    rows = tuple(_visit(telling, visit) for visit in [*coming, *others[:_SHOWN_VISITS]])
    table = Table(
        title="Appointments",
        headers=("Visit", "When", "Arrives", "With", "Room", "State"),
        rows=rows,
        empty="No visit is booked yet.",
        add=telling.add("Book a visit", "book_visit", Permission.BOOK) if telling.case.head.is_open else None,
    )
    return PageSection(id="appointments", label="Appointments", tables=(table,))


def arrives(case: OpenedCase, visit: Appointment) -> str:
    """When the patient is to come, and whether that may be told: ``06:00, not final``; empty where they are not."""
    if visit.state not in APPOINTMENT_TO_COME:
        return ""
    at = arrival_wall(visit, case.snapshot.calendar)[11:]
    if visit.purpose not in case.pathway.final_times:
        return at
    return f"{at}, {'not final' if is_provisional(case.pathway, case.snapshot, visit) else 'final'}"


def _visit(telling: Telling, visit: Appointment) -> Row:
    purpose = PURPOSE_WORDS[visit.purpose] if telling.is_clinical else "visit"
    which = {"appointment": visit.appointment}
    links: list[Link] = []
    posts: list[Link] = []
    is_today = visit.wall[:10] == telling.today.isoformat()
    if visit.state in APPOINTMENT_TO_COME:
        if is_today:
            posts += telling.link("Arrived", "arrive", Permission.CHECK_IN, **which)
        if visit.wall[:10] <= telling.today.isoformat():
            links += telling.link("Did not come", "no_show", Permission.CHECK_IN, **which)
        if is_provisional(telling.case.pathway, telling.case.snapshot, visit):
            at = arrival_wall(visit, telling.case.snapshot.calendar)[11:]
            posts += telling.link(f"{at} is final", "time_final", Permission.BOOK, **which)
        if visit.state == AppointmentState.BOOKED:
            links += telling.link("Confirmed", "confirm", Permission.BOOK, **which)
        links += telling.link("Move", "move", Permission.BOOK, **which)
    if is_still_here(telling.case.snapshot, visit):
        posts += telling.link("Patient left", "complete", Permission.CHECK_IN, **which)
    if visit.state in LIVE_APPOINTMENT and visit.wall[:10] >= telling.today.isoformat():
        links += telling.link("Cancel", "cancel", Permission.BOOK, **which)
    if visit.state in {AppointmentState.ARRIVED, AppointmentState.CANCELLED, AppointmentState.NO_SHOW}:
        links += telling.link("Put back", "reinstate", Permission.CORRECT, **which)
    return Row(
        cells=(
            first_upper(purpose),
            wall(visit.wall),
            arrives(telling.case, visit),
            telling.names.clinicians.get(visit.clinician_id or 0, "–"),
            telling.names.rooms.get(visit.room_id or 0, "–"),
        ),
        badge=first_upper(VISIT_STATES[visit.state]),
        tone=VISIT_TONES[visit.state],
        links=tuple(links),
        posts=tuple(posts),
    )
