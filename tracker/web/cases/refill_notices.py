"""What became of the visits with a death, or with an entry that took the pump out or put it back: said on the page that
follows."""

from flask import url_for

from tracker.domain.access import Permission
from tracker.domain.facts import Appointment
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.refill_visits import latest_refill
from tracker.domain.words import APPOINTMENT_TO_COME, AppointmentState, Purpose
from tracker.queries.case_detail import OpenedCase
from tracker.services.refill_visits import refills_to_come
from tracker.web.cases.acting import Notice, opened
from tracker.web.cases.sentences import wall
from tracker.web.common.current import actor, now, today
from tracker.web.common.filters import on


def refill_notices(before: OpenedCase) -> list[Notice]:
    """``before``: the case of the pump as it was before the entry was written."""
    after = opened(before.head.public_id)
    if before.snapshot.pump is not None and after.snapshot.pump is None:
        return _cancelled(before, after)
    if before.snapshot.pump is None and after.snapshot.pump is not None and not refills_to_come(after.snapshot):
        return [_to_book(after)]
    return []


def death_notices(before: OpenedCase) -> list[Notice]:
    """The visits that went with a death, to be told to whoever would have waited for the patient."""
    after = opened(before.head.public_id)
    stood = {each.appointment for each in before.snapshot.of(Appointment) if each.state in APPOINTMENT_TO_COME}
    gone = [
        each
        for each in after.snapshot.of(Appointment)
        if each.appointment in stood and each.state == AppointmentState.CANCELLED
    ]
    return [Notice(text=f"The {PURPOSE_WORDS[each.purpose]} visit of {wall(each.wall)} is cancelled.") for each in gone]


def _cancelled(before: OpenedCase, after: OpenedCase) -> list[Notice]:
    stood = {each.appointment for each in refills_to_come(before.snapshot)}
    gone = [
        each
        for each in after.snapshot.of(Appointment)
        if each.appointment in stood and each.state == AppointmentState.CANCELLED
    ]
    return [
        Notice(text=f"The refill visit of {wall(each.wall)} is cancelled with it. Tell the patient.") for each in gone
    ]


def _to_book(after: OpenedCase) -> Notice:
    latest = latest_refill(after.pathway, after.snapshot, now())
    by = f", its latest date is {on(latest.on, today())}" if latest else ""
    text = f"The pump is in place again{by}. Its refill is due again and not booked."
    if not actor().may(Permission.BOOK):
        return Notice(text=text)
    url = url_for("cases.book_visit", public_id=after.head.public_id, purpose=Purpose.REFILL)
    return Notice(text=text, link_url=url, link_text="Book refill")
