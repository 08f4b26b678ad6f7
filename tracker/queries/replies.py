"""What a reply is about: the visit that a message told of, how it stands now, and who is behind a number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Result, Row, and_, exists, func, select
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.contacts import time_told
from tracker.domain.credentials import fingerprint
from tracker.domain.languages import USUAL, code_of
from tracker.domain.neutral import name_in_messages
from tracker.domain.pathway.definition import Pathway
from tracker.domain.reply_words import PAGE
from tracker.domain.ways import SMS
from tracker.domain.words import AppointmentState
from tracker.pathways import catalogue
from tracker.persistence.models import (
    AppointmentRow,
    Case,
    Clinic,
    ContactPoint,
    DeliveryAttempt,
    Patient,
    Reminder,
    ReplyLink,
    StaffTask,
)
from tracker.queries.final_times import is_said_final

#: How long after a message its reader may answer by text about it.
ANSWERED_WITHIN = timedelta(days=60)
#: The kind of the task that asks to call whoever cannot come.
DECLINED = "reply_cannot"
_REMINDED: tuple[Any, ...] = (
    Reminder.clinic_id,
    Reminder.case_id,
    Reminder.patient_id,
    Reminder.id,
    Reminder.contact_point_id,
    Reminder.subject,
    Reminder.contact_key,
)
_OFF = frozenset({AppointmentState.CANCELLED})
_OVER = frozenset({AppointmentState.ARRIVED, AppointmentState.COMPLETED, AppointmentState.NO_SHOW})


class Standing(StrEnum):
    """How a visit that a message told of stands now."""

    TO_COME = "to_come"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    PAST = "past"

    @property
    def is_to_come(self) -> bool:
        """Whether the patient can still say whether they come."""
        return self in {Standing.TO_COME, Standing.CONFIRMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One visit at one ``wall`` time that a patient was told of, at the contact point ``point_id``. ``moves``: how
    often its time had been changed by then."""

    clinic_id: int
    case_id: int
    case_public_id: str
    patient_id: int
    point_id: int
    appointment: int
    wall: str
    moves: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPage:
    """What stands behind a link. ``arrives``: the wall time at which the patient is to come, or was told to; without
    ``tells_time`` its day alone may be shown, because the time is not final.

    ``clinic``: its neutral name; ``is_stopped``: no messages go where this one went; ``is_declined``: the last that
    they said is that they cannot come, and nobody has settled it yet.
    """

    link_id: int
    told: Told
    first_name: str
    language: str
    arrives: datetime
    tells_time: bool
    clinic: str
    phone: str
    standing: Standing
    is_declined: bool
    is_stopped: bool
    is_expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A patient at whose number a text was written. ``case_id``: their latest case."""

    clinic_id: int
    patient_id: int
    point_id: int
    case_id: int | None
    language: str
    is_stopped: bool


def find_reply_page(session: Session, token: str, now: datetime) -> ReplyPage | None:
    """What stands behind the link of a token; ``None`` for one that was never made, or is long gone."""
    row = session.execute(
        select(
            ReplyLink, Case.public_id, Case.pathway, Case.pathway_version, Patient.given_name, Patient.language,
            Clinic.name, Clinic.message_name, Clinic.phone, Clinic.zone, ContactPoint.opted_out_at,
        )
        .join(Case, and_(Case.clinic_id == ReplyLink.clinic_id, Case.id == ReplyLink.case_id))
        .join(Patient, and_(Patient.clinic_id == ReplyLink.clinic_id, Patient.id == ReplyLink.patient_id))
        .join(
            ContactPoint,
            and_(ContactPoint.clinic_id == ReplyLink.clinic_id, ContactPoint.id == ReplyLink.contact_point_id),
        )
        .join(Clinic, Clinic.id == ReplyLink.clinic_id)
        .where(ReplyLink.token_hash == fingerprint(token))
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    link: ReplyLink = row[0]
    told = _told_by_link(link, row.public_id)
    visit, language = _visit(session, told), _known(row.language, link.language)
    return ReplyPage(
        link_id=link.id,
        told=told,
        first_name=(row.given_name.split() or [""])[0],
        language=language,
        arrives=(arrives := _arrives(visit, told, ClinicCalendar(row.zone))),
        tells_time=_tells_time(session, visit, told, arrives, catalogue.load(row.pathway, row.pathway_version)),
        clinic=name_in_messages(row.message_name, row.name, language),
        phone=row.phone,
        standing=_standing(visit, told, now),
        is_declined=visit is not None and _is_declined(session, told, visit.recorded_at),
        is_stopped=row.opted_out_at is not None,
        is_expired=link.expires_at <= now,
    )


def standing_of(session: Session, told: Told, now: datetime) -> Standing:
    """How the visit stands now."""
    return _standing(_visit(session, told), told, now)


def task_stem(kind: str, told: Told | None, case_id: int | None) -> str:
    """How the keys of the tasks begin that answers about one visit open, or answers of a patient about none."""
    visit = f"{told.appointment}:{told.wall}" if told else "none"
    return f"{kind}:{(told.case_id if told else case_id) or 0}:{visit}:"


def _is_declined(session: Session, told: Told, changed_at: datetime) -> bool:
    asked = (
        StaffTask.clinic_id == told.clinic_id,
        StaffTask.kind == DECLINED,
        StaffTask.key.startswith(task_stem(DECLINED, told, None), autoescape=True),
        StaffTask.done_at.is_(None),
        # Else they have said since that they come after all.
        StaffTask.opened_at >= changed_at,
    )
    return session.execute(select(exists().where(*asked))).scalar_one()


def list_senders(session: Session, number: str) -> list[Sender]:
    """The patients who can be reached at a number, in every clinic: a text that comes in names no clinic. Sorted."""
    latest = (
        select(func.max(Case.id))
        .where(Case.clinic_id == Patient.clinic_id, Case.patient_id == Patient.id, Case.about_case_id.is_(None))
        .correlate(Patient)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            ContactPoint.clinic_id, ContactPoint.patient_id, ContactPoint.id, ContactPoint.opted_out_at,
            Patient.language, latest.label("case_id"),
        )
        .join(
            Patient, and_(Patient.clinic_id == ContactPoint.clinic_id, Patient.id == ContactPoint.patient_id)
        )
        .where(ContactPoint.kind == "phone", ContactPoint.value == number, ContactPoint.ended_at.is_(None))
        .order_by(ContactPoint.clinic_id, ContactPoint.patient_id, ContactPoint.id)
    ).all()  # fmt: skip
    return [
        Sender(
            clinic_id=row.clinic_id,
            patient_id=row.patient_id,
            point_id=row.id,
            case_id=row.case_id,
            language=_known(row.language, USUAL),
            is_stopped=row.opted_out_at is not None,
        )
        for row in rows
    ]


def list_told_by_text(session: Session, senders: Collection[Sender], now: datetime) -> list[Told]:
    """What the latest text that was taken told each of these patients at this number; the latest first."""
    rows: Result[Any] = session.execute(
        select(*_REMINDED, Case.public_id)
        .join(
            DeliveryAttempt,
            and_(DeliveryAttempt.clinic_id == Reminder.clinic_id, DeliveryAttempt.reminder_id == Reminder.id),
        )
        .join(Case, and_(Case.clinic_id == Reminder.clinic_id, Case.id == Reminder.case_id))
        .where(
            Reminder.clinic_id.in_({each.clinic_id for each in senders}),
            Reminder.patient_id.in_({each.patient_id for each in senders}),
            Reminder.contact_point_id.in_({each.point_id for each in senders}),
            Reminder.channel == SMS,
            # What may have gone may be answered.
            DeliveryAttempt.outcome.in_(("accepted", "unknown", "")),
            DeliveryAttempt.started_at > now - ANSWERED_WITHIN,
        )
        .group_by(*_REMINDED, Case.public_id)
        .order_by(func.max(DeliveryAttempt.started_at).desc(), Reminder.id.desc())
    )
    found: dict[tuple[int, int], Told] = {}
    for row in rows:
        found.setdefault((row.clinic_id, row.patient_id), _told_by_text(row))
    return list(found.values())


def _told_by_link(link: ReplyLink, public_id: str) -> Told:
    return Told(
        clinic_id=link.clinic_id,
        case_id=link.case_id,
        case_public_id=public_id,
        patient_id=link.patient_id,
        point_id=link.contact_point_id,
        appointment=link.appointment,
        wall=link.wall,
        moves=link.moves,
    )


def _told_by_text(row: Row[Any]) -> Told:
    return Told(
        clinic_id=row.clinic_id,
        case_id=row.case_id,
        case_public_id=row.public_id,
        patient_id=row.patient_id,
        point_id=row.contact_point_id,
        appointment=int(row.subject.removeprefix("appointment:")),
        wall=(told := time_told(row.contact_key))[0],
        moves=told[1],
    )


def _visit(session: Session, told: Told) -> Row[Any] | None:
    rows: Result[Any] = session.execute(
        select(
            AppointmentRow.state,
            AppointmentRow.purpose,
            AppointmentRow.wall,
            AppointmentRow.moves,
            AppointmentRow.starts_at,
            AppointmentRow.arrive_at,
            AppointmentRow.recorded_at,
        ).where(
            AppointmentRow.clinic_id == told.clinic_id,
            AppointmentRow.case_id == told.case_id,
            AppointmentRow.appointment == told.appointment,
            AppointmentRow.superseded_by.is_(None),
        )
    )
    return rows.one_or_none()


def _standing(visit: Row[Any] | None, told: Told, now: datetime) -> Standing:
    if visit is None or visit.state in _OFF:
        return Standing.CANCELLED
    if visit.state in _OVER:
        return Standing.PAST
    if (visit.wall, visit.moves) != (told.wall, told.moves):
        return Standing.MOVED
    if visit.starts_at <= now:
        return Standing.PAST
    return Standing.CONFIRMED if visit.state == AppointmentState.CONFIRMED else Standing.TO_COME


def _arrives(visit: Row[Any] | None, told: Told, calendar: ClinicCalendar) -> datetime:
    """As the message told it: of a visit that is at another time now, the one that it had."""
    if visit is None or (visit.wall, visit.moves) != (told.wall, told.moves):
        return datetime.fromisoformat(told.wall)
    return calendar.wall(visit.arrive_at or visit.starts_at)


def _tells_time(session: Session, visit: Row[Any] | None, told: Told, arrives: datetime, pathway: Pathway) -> bool:
    if visit is not None and visit.purpose not in pathway.final_times:
        return True
    return is_said_final(session, told.clinic_id, told.case_id, told.appointment, arrives)


def _known(spoken: str, otherwise: str) -> str:
    code = code_of(spoken) if spoken else otherwise
    return code if code in PAGE else otherwise
