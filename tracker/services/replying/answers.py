"""What a patient may answer, whichever way: each answer is one function, and stands in the history as the patient's.

A visit is confirmed as told or not at all, and is never cancelled by an answer: "I can't come" is a task at once. What
is not wanted at a number or address ends for everybody who is reached there; people call instead.
"""

from collections.abc import Iterable

from sqlalchemy import func, select, update

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.languages import code_of
from tracker.domain.reply_words import CHART_NAMES, Answer
from tracker.domain.words import Role
from tracker.persistence.models import Case, Clinic, ContactPoint, Patient, StaffTask
from tracker.persistence.vocabulary import ContactChange
from tracker.queries.reminder_texts import languages
from tracker.queries.replies import DECLINED, Standing, Told, standing_of, task_stem
from tracker.services import appointments
from tracker.services.clinic_events import tell_clinic
from tracker.services.contact_changes import ANSWERED_MESSAGE, Changed, write_changes
from tracker.services.contact_stops import switch_messages
from tracker.services.reconcile import ring
from tracker.services.staff_tasks import opening
from tracker.services.work import CaseRef, Work

#: The kinds of tasks that a reply opens, and what the history says of each.
TASK_EVENTS = {
    DECLINED: "cannot_come",
    "reply_call": "asked_for_a_call",
    "reply_off": "answered_about_a_visit_that_is_off",
    "reply_unclear": "reply_to_be_read",
    "reply_shared": "reply_from_a_shared_number",
    "reply_unknown": "reply_from_an_unknown_number",
}
_OFF = {Standing.CANCELLED: Answer.CANCELLED, Standing.MOVED: Answer.MOVED, Standing.PAST: Answer.PAST}


def confirm_visit(work: Work, told: Told, *, how: str) -> Answer:
    """The patient will come: the visit is confirmed, if it is still the one that they were told of."""
    standing = standing_of(work.session, told, work.now)
    if standing == Standing.TO_COME:
        try:
            ref, time = CaseRef(told.case_public_id, 0), (told.wall, told.moves)
            appointments.confirm(work, ref, appointment=told.appointment, how=how, told=time)
            standing = Standing.CONFIRMED
        except NotFound:
            # Somebody moved or cancelled it between two looks.
            standing = standing_of(work.session, told, work.now)
    if standing.is_to_come:
        _note_that_it_was_read(work, told)
        return Answer.CONFIRMED
    return _say_that_it_is_off(work, told, standing, how)


def say_cannot_come(work: Work, told: Told, *, how: str) -> Answer:
    """The patient cannot come: somebody has to call, and cancels or moves the visit. Nothing else is changed."""
    standing = standing_of(work.session, told, work.now)
    if not standing.is_to_come:
        return _say_that_it_is_off(work, told, standing, how)
    _note_that_it_was_read(work, told)
    ask_staff(work, told, kind=DECLINED, how=how)
    return Answer.CANNOT


def ask_for_call(work: Work, told: Told, *, how: str) -> Answer:
    """The patient wants to be called, however the visit stands."""
    _note_that_it_was_read(work, told)
    ask_staff(work, told, kind="reply_call", how=how)
    return Answer.CALL


def choose_language(work: Work, told: Told, *, language: str) -> Answer:
    """Messages are written in another language from now on.

    :raises InvalidInput: for a language that no messages are written in
    """
    if language not in languages():
        raise InvalidInput({"language": "There are no messages in this language."})
    mine = Patient.clinic_id == told.clinic_id, Patient.id == told.patient_id
    spoken = work.session.scalars(select(Patient.language).where(*mine).with_for_update()).one()
    if not spoken or code_of(spoken) != language:
        work.session.execute(
            update(Patient).where(*mine).values(language=CHART_NAMES[language], version=Patient.version + 1)
        )
        ring(work.session, clinic_id=told.clinic_id, now=work.now, patient_id=told.patient_id)
        tell_clinic(work, "language_chosen", {"language": language}, case_id=told.case_id)
    return Answer.LANGUAGE


def stop_messages(work: Work, *, kind: str, value: str, how: str) -> bool:
    """Nobody is written to at a number or address any more; whether that is new. Whoever was to be is called."""
    return _opt(work, kind=kind, value=value, is_out=True, how=how)


def resume_messages(work: Work, *, kind: str, value: str, how: str) -> bool:
    """Undo ``stop_messages``; whether that is new."""
    return _opt(work, kind=kind, value=value, is_out=False, how=how)


def ask_staff(
    work: Work, told: Told | None, *, kind: str, how: str, said: str = "", case_id: int | None = None, apart: str = ""
) -> None:
    """Open a task for today, and tell the history. While one of its kind is open for a visit, it stands for all;
    ``apart`` gives each message its own, where its words are to be read."""
    work.require(Permission.BOOK)
    about = told.case_id if told else case_id
    stem = task_stem(kind, told, case_id) + apart
    mine = (
        StaffTask.clinic_id == work.actor.clinic_id,
        StaffTask.kind == kind,
        StaffTask.key.startswith(f"{stem}#", autoescape=True),
    )
    open_ones, ended = work.session.execute(
        select(func.count().filter(StaffTask.done_at.is_(None)), func.count(StaffTask.done_at)).where(*mine)
    ).one()
    if open_ones:
        return
    zone = work.session.scalars(select(Clinic.zone).where(Clinic.id == work.actor.clinic_id)).one()
    work.session.execute(
        opening(
            work.session,
            clinic_id=work.actor.clinic_id,
            case_id=about,
            kind=kind,
            # Said again after somebody has ended the first, it is asked again.
            key=f"{stem}#{ended}",
            params={"visit": told.wall if told else "", "how": how, "said": said},
            owner=Role.COORDINATOR,
            due_on=ClinicCalendar(zone).today(work.now),
            now=work.now,
            ids=work.ids,
        )
    )
    appointment = {"appointment": told.appointment} if told else {}
    tell_clinic(work, TASK_EVENTS[kind], {**appointment, "how": how}, case_id=about)


def _say_that_it_is_off(work: Work, told: Told, standing: Standing, how: str) -> Answer:
    """Whoever answers about a visit that is cancelled or moved may not know it, and would come, or not come."""
    if standing != Standing.PAST:
        ask_staff(work, told, kind="reply_off", how=how)
    return _OFF[standing]


def _note_that_it_was_read(work: Work, told: Told) -> None:
    read = work.session.execute(
        update(ContactPoint)
        .where(
            ContactPoint.clinic_id == told.clinic_id,
            ContactPoint.id == told.point_id,
            ContactPoint.verified_at.is_(None),
        )
        .values(verified_at=work.now)
        .returning(ContactPoint.patient_id, ContactPoint.id),
        execution_options={"synchronize_session": False},
    )
    _note(work, ContactChange.VERIFIED, [(row.patient_id, row.id) for row in read], detail=ANSWERED_MESSAGE)


def _note(work: Work, what: ContactChange, points: Iterable[tuple[int, int]], detail: str = "") -> None:
    """The history of how they are reached: by no person of the clinic."""
    for patient_id, point_id in points:
        write_changes(
            work.session,
            clinic_id=work.actor.clinic_id,
            patient_id=patient_id,
            changed_by=None,
            at=work.now,
            ids=work.ids,
            changes=[Changed(what, point_id, detail)],
        )


def _opt(work: Work, *, kind: str, value: str, is_out: bool, how: str) -> bool:
    """Rows that have ended too: the number may be typed anew."""
    clinic_id = work.actor.clinic_id
    changed = switch_messages(
        work.session, clinic_id=clinic_id, kind=kind, value=value, stopped_at=work.now if is_out else None
    )
    _note(work, ContactChange.STOPPED if is_out else ContactChange.ALLOWED, changed)
    patients = sorted({patient_id for patient_id, _ in changed})
    for patient_id in patients:
        ring(work.session, clinic_id=clinic_id, now=work.now, patient_id=patient_id)
    cases = work.session.scalars(
        select(Case.id)
        .where(Case.clinic_id == clinic_id, Case.patient_id.in_(patients), Case.about_case_id.is_(None))
        .order_by(Case.id)
    ).all()
    event = "messages_stopped" if is_out else "messages_resumed"
    for case_id in cases:
        tell_clinic(work, event, {"kind": kind, "how": how}, case_id=case_id)
    if patients and not cases:
        tell_clinic(work, event, {"kind": kind, "how": how})
    return bool(patients)
