"""The letter that a person prints where no message can go: to whom, in which words, and how often it was printed.

Its words are the clinic's of this moment, about the visit that the call in the to-do list is about: no more than what
every message names.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date
from sqlalchemy import Result, Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.contacts import TO_COME
from tracker.domain.errors import NotFound
from tracker.domain.languages import code_of
from tracker.domain.message_words import Which
from tracker.domain.neutral import name_in_messages
from tracker.domain.ways import LETTER
from tracker.pathways import catalogue
from tracker.persistence.models import AppointmentRow, Case, Clinic, Patient, Reminder, StaffTask, TaskLetter, User
from tracker.queries.final_times import is_said_final
from tracker.queries.identity import is_patient_of_case
from tracker.queries.message_words import read_words
from tracker.queries.reminder_texts import Text, languages, shipped_messages, write_current

#: The task that a letter may stand in for.
CALL_TASK = "call"
#: Why there is no letter.
NO_LANGUAGE, NO_VISIT, NO_WORDS, NO_ADDRESS = "no_language", "no_visit", "no_words", "no_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One printing: of which words, by whom and when."""

    printed_at: datetime
    by: str
    language: str
    version: int
    text_hash: str


@dataclass(frozen=True, slots=True)
class ToldVisit:
    """The visit that the call is about. ``arrives``: the wall time at which the patient is to come; a time that is not
    final is told to nobody."""

    arrives: datetime
    is_time_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter of a task. ``text``: ``None`` where there is none, and ``why_not`` says why. Without an ``address`` it
    cannot be printed. ``dated``: the day of today in the patient's language; ``printed``: the latest first. ``visit``:
    ``None`` where it is not to come any more."""

    task_id: int
    case_id: int
    case_public_id: str
    is_open: bool
    visit: ToldVisit | None
    clinic: str
    phone: str
    addressee: str
    address: tuple[str, ...]
    language: str
    dated: str
    text: Text | None
    why_not: str
    printed: tuple[Printed, ...]


_COLUMNS: tuple[Any, ...] = (
    StaffTask.id.label("task_id"), StaffTask.key, StaffTask.params, StaffTask.done_at, Case.id.label("case_id"),
    Case.public_id, Case.pathway, Case.pathway_version,
    Patient.given_name, Patient.family_name, Patient.language, Patient.postal_address,
    Clinic.name, Clinic.message_name, Clinic.phone, Clinic.zone,
)  # fmt: skip
_TASK: Select[Any] = (
    select(*_COLUMNS)
    .join(Case, and_(Case.clinic_id == StaffTask.clinic_id, Case.id == StaffTask.case_id))
    .join(Patient, is_patient_of_case())
    .join(Clinic, Clinic.id == StaffTask.clinic_id)
    .where(StaffTask.clinic_id == bindparam("clinic"), StaffTask.id == bindparam("task"), StaffTask.kind == CALL_TASK)
)
_OF_PRINTING: tuple[Any, ...] = (
    TaskLetter.printed_at,
    User.name.label("by"),
    TaskLetter.language,
    TaskLetter.template_version.label("version"),
    TaskLetter.text_hash,
)
_PRINTED = (
    select(*_OF_PRINTING)
    .join(User, User.id == TaskLetter.printed_by)
    .where(TaskLetter.clinic_id == bindparam("clinic"), TaskLetter.task_id == bindparam("task"))
    .order_by(TaskLetter.id.desc())
)


def get_letter(session: Session, viewer: Actor, task_id: int, now: datetime) -> Letter:
    """The letter of a call.

    :raises NotFound: if the viewer's clinic has no such call
    """
    asked = {"clinic": viewer.clinic_id, "task": task_id}
    row = session.execute(_TASK, asked).one_or_none()
    if row is None:
        raise NotFound(str(task_id))
    language = code_of(row.language)
    visit = _visit(session, viewer.clinic_id, row)
    text, why_not = _text(session, viewer.clinic_id, row, visit, language)
    today = ClinicCalendar(row.zone).today(now)
    return Letter(
        task_id=row.task_id,
        case_id=row.case_id,
        case_public_id=row.public_id,
        is_open=row.done_at is None,
        visit=visit,
        clinic=name_in_messages(row.message_name, row.name, language),
        phone=row.phone,
        addressee=f"{row.given_name} {row.family_name}",
        address=tuple(row.postal_address.splitlines()),
        language=language,
        dated=format_date(today, "long", locale=f"{language}_US") if text is not None else "",
        text=text,
        why_not=why_not or ("" if row.postal_address else NO_ADDRESS),
        printed=tuple(Printed(**each._mapping) for each in session.execute(_PRINTED, asked)),
    )


def _text(
    session: Session, clinic_id: int, row: Row[Any], visit: ToldVisit | None, language: str
) -> tuple[Text | None, str]:
    """The words, or why there are none."""
    if language not in languages():
        return None, NO_LANGUAGE
    if visit is None:
        return None, NO_VISIT
    template = session.scalars(
        select(Reminder.template)
        .where(Reminder.clinic_id == clinic_id, Reminder.case_id == row.case_id, Reminder.call_key == row.key)
        .order_by(Reminder.wanted_at.desc(), Reminder.id.desc())
        .limit(1)
    ).one_or_none()
    which = Which(template or "", language, LETTER)
    if which not in shipped_messages():
        return None, NO_WORDS
    text = write_current(
        read_words(session, clinic_id, which),
        which,
        given_name=row.given_name,
        wall=visit.arrives,
        clinic=name_in_messages(row.message_name, row.name, language),
        phone=row.phone,
    )
    return text, ""


def _visit(session: Session, clinic_id: int, row: Row[Any]) -> ToldVisit | None:
    appointment = str(row.params.get("appointment", ""))
    if not appointment.isdigit():
        return None
    result: Result[Any] = session.execute(
        select(AppointmentRow.purpose, AppointmentRow.arrive_at, AppointmentRow.starts_at).where(
            AppointmentRow.clinic_id == clinic_id,
            AppointmentRow.case_id == row.case_id,
            AppointmentRow.appointment == int(appointment),
            AppointmentRow.superseded_by.is_(None),
            AppointmentRow.state.in_(sorted(TO_COME)),
        )
    )
    found = result.one_or_none()
    if found is None:
        return None
    arrives = ClinicCalendar(row.zone).wall(found.arrive_at or found.starts_at)
    may_tell = found.purpose not in catalogue.load(row.pathway, row.pathway_version).final_times
    return ToldVisit(arrives, may_tell or is_said_final(session, clinic_id, row.case_id, int(appointment), arrives))
