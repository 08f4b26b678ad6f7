"""The words of a clinic's messages: those that count, and every version that there was."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Result, Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.domain.languages import code_of
from tracker.domain.message_words import Fields, Which, Wording
from tracker.domain.neutral import name_in_messages
from tracker.domain.ways import EMAIL, LETTER
from tracker.persistence.models import AppointmentRow, Clinic, MessageWords, Patient, Reminder, User
from tracker.persistence.vocabulary import WAITING_REMINDER
from tracker.queries.preparation_sheets import get_sheets
from tracker.queries.reminder_texts import (
    OWN_LINK,
    OWN_SHEET,
    Words,
    shipped,
    shipped_messages,
    shipped_versions,
    values_of,
)

#: Of the reminders that go next, so many are looked through for one in the language.
_LOOKED_THROUGH = 100
_NAMES = ("template", "language", "channel", "version", "subject", "body")
_OWN: Select[Any] = select(*(getattr(MessageWords, name) for name in _NAMES)).where(
    MessageWords.clinic_id == bindparam("clinic")
)
_OF_ONE = (
    MessageWords.template == bindparam("template"),
    MessageWords.language == bindparam("language"),
    MessageWords.channel == bindparam("channel"),
)
_CURRENT_OF_ONE = _OWN.where(*_OF_ONE).order_by(MessageWords.version.desc()).limit(1)
_KEY = (MessageWords.template, MessageWords.language, MessageWords.channel)
#: The greatest version of each message: joined, because PostgreSQL asks a subquery for each row anew.
_LATEST = (
    select(*_KEY, func.max(MessageWords.version).label("latest"))
    .where(MessageWords.clinic_id == bindparam("clinic"))
    .group_by(*_KEY)
    .subquery()
)
_IS_LATEST = and_(
    MessageWords.template == _LATEST.c.template,
    MessageWords.language == _LATEST.c.language,
    MessageWords.channel == _LATEST.c.channel,
    MessageWords.version == _LATEST.c.latest,
)
_CURRENT = _OWN.join(_LATEST, _IS_LATEST)
_WRITTEN: Select[Any] = (
    select(
        *(getattr(MessageWords, name) for name in (*_NAMES, "shipped_version", "written_at")),
        User.name.label("by"),
    )
    .join(User, User.id == MessageWords.written_by)
    .where(MessageWords.clinic_id == bindparam("clinic"))
)
_CURRENT_WRITTEN = _WRITTEN.join(_LATEST, _IS_LATEST)
_VERSIONS = _WRITTEN.where(*_OF_ONE).order_by(MessageWords.version.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsVersion:
    """One version of the words of a message: a clinic's own, with who wrote it, when, and what was shipped then; or a
    shipped one."""

    wording: Wording
    written_at: datetime | None = None
    by: str = ""
    shipped_version: int = 0

    @property
    def is_behind(self) -> bool:
        """Whether other words were shipped since these were written."""
        return self.wording.is_own and shipped(self.wording.which).version > self.shipped_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The patient who gets a message next."""

    values: Fields
    case_id: int


def read_words(session: Session, clinic_id: int, which: Which | None = None, *, with_sheets: bool = False) -> Words:
    """The words that a clinic's messages are written with now; of one message, where only that is written.
    ``with_sheets``: also its sheets on how to prepare, which come by themselves with one message that carries them."""
    query, asked = (_CURRENT, {"clinic": clinic_id}) if which is None else (_CURRENT_OF_ONE, _asked(clinic_id, which))
    own = {wording.which: wording for wording in map(_wording, session.execute(query, asked))}
    if which is not None:
        with_sheets = "preparation" in (own.get(which) or shipped(which)).fields
    return Words(own, get_sheets(session, clinic_id) if with_sheets else {})


def known(template: str, language: str, channel: str) -> Which:
    """A message that there are words for.

    :raises NotFound: if there are none
    """
    which = Which(template, language, channel)
    if which not in shipped_messages():
        raise NotFound(f"no words of {template}")
    return which


def list_current(session: Session, clinic_id: int) -> tuple[WordsVersion, ...]:
    """The words of every message that count, by name, language and channel."""
    own = {each.wording.which: each for each in map(_version, session.execute(_CURRENT_WRITTEN, {"clinic": clinic_id}))}
    return tuple(own.get(which) or WordsVersion(wording=shipped(which)) for which in shipped_messages())


def list_versions(session: Session, clinic_id: int, which: Which) -> tuple[WordsVersion, ...]:
    """Every version of the words of a message: the clinic's own, the latest first, then the shipped ones."""
    own = (_version(row) for row in session.execute(_VERSIONS, _asked(clinic_id, which)))
    given = (WordsVersion(wording=shipped(which, number)) for number in reversed(shipped_versions(which)))
    return (*own, *given)


def find_next(session: Session, viewer: Actor, which: Which) -> Example | None:
    """The patient who gets the message next, as far as reminders are planned; for a letter, who gets any."""
    query = (
        select(*_NEXT)
        .join(Patient, and_(Patient.clinic_id == Reminder.clinic_id, Patient.id == Reminder.patient_id))
        .join(Clinic, Clinic.id == Reminder.clinic_id)
        .where(
            Reminder.clinic_id == viewer.clinic_id,
            Reminder.template == which.template,
            Reminder.state.in_(sorted(WAITING_REMINDER)),
            Reminder.next_action_at.is_not(None),
        )
        .order_by(Reminder.next_action_at, Reminder.id)
        .limit(_LOOKED_THROUGH)
    )
    if which.channel != LETTER:
        query = query.where(Reminder.channel == which.channel)
    rows = [row for row in session.execute(query) if code_of(row.language) == which.language]
    return next((found for row in rows[:1] if (found := _example(session, viewer.clinic_id, which, row))), None)


_NEXT: tuple[Any, ...] = (
    Reminder.case_id, Reminder.subject, Patient.given_name, Patient.language, Clinic.name, Clinic.message_name,
    Clinic.phone, Clinic.zone,
)  # fmt: skip


def _example(session: Session, clinic_id: int, which: Which, row: Row[Any]) -> Example | None:
    visits: Result[Any] = session.execute(
        select(AppointmentRow.arrive_at, AppointmentRow.starts_at).where(
            AppointmentRow.clinic_id == clinic_id,
            AppointmentRow.case_id == row.case_id,
            AppointmentRow.appointment == int(row.subject.removeprefix("appointment:")),
            AppointmentRow.superseded_by.is_(None),
        )
    )
    visit = visits.one_or_none()
    if visit is None:
        return None
    values = values_of(
        which,
        given_name=row.given_name,
        wall=ClinicCalendar(row.zone).wall(visit.arrive_at or visit.starts_at),
        clinic=name_in_messages(row.message_name, row.name, which.language),
        phone=row.phone,
        link=OWN_LINK if which.channel == EMAIL else "",
        preparation=OWN_SHEET,
    )
    return Example(values=values, case_id=row.case_id)


def _asked(clinic_id: int, which: Which) -> dict[str, object]:
    return {"clinic": clinic_id, "template": which.template, "language": which.language, "channel": which.channel}


def _version(row: Row[Any]) -> WordsVersion:
    return WordsVersion(
        wording=_wording(row), written_at=row.written_at, by=row.by, shipped_version=row.shipped_version
    )


def _wording(row: Row[Any]) -> Wording:
    return Wording(Which(row.template, row.language, row.channel), row.version, row.subject, row.body)
