"""What a patient may answer to a message, each answer done once about a visit that is booked for it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from tracker.persistence.models import Case, ContactPoint
from tracker.queries.replies import Told
from tracker.services.appointments import Slot, book
from tracker.services.replying import answers as replying
from tracker.services.work import CaseRef, Work

WALL = "2026-03-26T09:00"


def _told(work: Work) -> Told:
    """A visit of the patient that is booked, and whoever was told of it."""
    case, now = work.session.scalars(select(Case)).one(), work.now
    book(work, CaseRef(case.public_id, case.version), purpose="evaluation", slot=Slot(datetime.fromisoformat(WALL), 60))
    point_id = work.ids.row_id(now)
    work.session.add(
        ContactPoint(
            clinic_id=case.clinic_id, id=point_id, patient_id=case.patient_id, kind="phone", value="+13035550142",
            as_typed="", owner="patient", is_possible=True, created_at=now,
        )
    )  # fmt: skip
    work.session.flush()
    return Told(
        clinic_id=case.clinic_id, case_id=case.id, case_public_id=case.public_id, patient_id=case.patient_id,
        point_id=point_id, appointment=case.last_seq, wall=WALL,
    )  # fmt: skip


def _stop(work: Work) -> object:
    _told(work)
    return replying.stop_messages(work, kind="phone", value="+13035550142", how="link")


def _resume(work: Work) -> object:
    _stop(work)
    return replying.resume_messages(work, kind="phone", value="+13035550142", how="link")


#: What a patient answers, and the event that says so.
REPLIES: dict[str, tuple[Callable[[Work], object], str]] = {
    "replying.answers.ask_for_call": (
        lambda work: replying.ask_for_call(work, _told(work), how="link"), "asked_for_a_call",
    ),
    "replying.answers.choose_language": (
        lambda work: replying.choose_language(work, _told(work), language="es"), "language_chosen",
    ),
    "replying.answers.confirm_visit": (
        lambda work: replying.confirm_visit(work, _told(work), how="link"), "visit_confirmed",
    ),
    "replying.answers.resume_messages": (_resume, "messages_resumed"),
    "replying.answers.say_cannot_come": (
        lambda work: replying.say_cannot_come(work, _told(work), how="link"), "cannot_come",
    ),
    "replying.answers.stop_messages": (_stop, "messages_stopped"),
}  # fmt: skip
