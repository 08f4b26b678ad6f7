"""Finding a patient from a few letters or digits: name without accents, record number, birth date, telephone, its end.

Every word a patient is found by is stored folded, so a few letters are a range of an index. The best come first: the
word itself, then a family name that begins so, then any other word. At most twenty patients are looked up; whoever is
not among them is found with one more letter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, intersect, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.names import digits_of, fold, plain_digits
from tracker.domain.words import LIVE_APPOINTMENT, AppointmentState
from tracker.persistence.models import AppointmentRow, Case, Patient, PatientWord, User
from tracker.queries.identity import Identity

MOST = 20
#: Fewer letters would name half the clinic.
FEWEST_LETTERS = 2
#: What is sorted after every word that begins with the letters before it.
_LAST = "\U0010ffff"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A patient and where the case stands: the open one, else the latest. Empty texts: there is no case.

    ``beside``: the open case that stands beside it; its visits are among ``visits``.
    """

    public_id: str
    patient: Identity
    city: str
    case_public_id: str
    pathway: str
    pathway_version: int
    stage: str
    is_open: bool
    next_step: str
    is_ready: bool
    target_on: date | None
    owner_role: str
    owner_name: str
    visits: tuple["FoundVisit", ...]
    beside: "FoundBeside | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBeside:
    """An open case beside the one that is told, and where it stands."""

    case_public_id: str
    pathway: str
    pathway_version: int
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVisit:
    """A visit that the person at the counter may have come for, and an ``AppointmentState``."""

    starts_at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """The best first. ``has_more``: others match too. ``is_too_short``: nothing was looked for."""

    patients: tuple[Found, ...]
    has_more: bool = False
    is_too_short: bool = False


def find_patients(session: Session, viewer: Actor, text: str, from_at: datetime, until_at: datetime) -> FoundList:
    """Patients of the viewer's clinic whom the text may mean, the likeliest first.

    ``from_at`` until before ``until_at`` is the clinic's day: its visit counts whatever became of it, unless cancelled.
    """
    text = plain_digits(text)
    days = birth_dates(text)
    words = fold(text).split()
    if not days and not any(len(word) >= FEWEST_LETTERS for word in words):
        return FoundList(patients=(), is_too_short=bool(text.strip()))
    ranks: dict[int, int] = {}
    for row in session.execute(_candidates(viewer.clinic_id, text, words, days)):
        ranks[row.patient_id] = min(row.rank, ranks.get(row.patient_id, row.rank))
    chosen = sorted(ranks, key=lambda patient_id: (ranks[patient_id], patient_id))[: MOST + 1]
    found = _read(session, viewer, chosen[:MOST], from_at, until_at) if chosen else []
    found.sort(key=lambda pair: (ranks[pair[0]], not pair[1].is_open, fold(pair[1].patient.name)))
    return FoundList(patients=tuple(each for _, each in found), has_more=len(chosen) > MOST)


def birth_dates(text: str) -> tuple[date, ...]:
    """The days that a text may mean: ``1961-03-12``, ``12 Mar 1961``, ``Mar 12, 1961``, ``3/12/1961``.

    Looking is not recording: where two readings are possible, both are looked for.
    """
    plain = re.sub(r"[\s,]+", " ", text.strip().casefold())
    if match := re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", plain):
        return _days((match[1], match[2], match[3]))
    if match := re.fullmatch(r"(\d{1,2})\.? ([a-z]{3,9})\.? (\d{4})", plain):
        return _days((match[3], _month(match[2]), match[1]))
    if match := re.fullmatch(r"([a-z]{3,9})\.? (\d{1,2}) (\d{4})", plain):
        return _days((match[3], _month(match[1]), match[2]))
    if match := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", plain):
        return _days((match[3], match[1], match[2]), (match[3], match[2], match[1]))
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain):
        return _days((match[1], match[2], match[3]))
    return ()


def _month(name: str) -> str:
    return str(_MONTHS.index(name[:3]) + 1) if name[:3] in _MONTHS else "0"


def _days(*readings: tuple[str, str, str]) -> tuple[date, ...]:
    found: list[date] = []
    for reading in readings:
        try:
            day = date(*(int(part) for part in reading))
        except ValueError:
            continue  # this reading is no day of the calendar; the other may be
        if day not in found:
            found.append(day)
    return tuple(found)


def _begins(column: Any, letters: str) -> ColumnElement[bool]:
    return and_(column >= letters, column < letters + _LAST)


def _candidates(clinic_id: int, text: str, words: Sequence[str], days: Sequence[date]) -> Select[Any]:
    """Patients with a rank: 0 the birth date, number or word itself, 1 a family name, 2 any other word.

    One more than is shown is taken of each kind.
    """
    in_clinic = PatientWord.clinic_id == clinic_id
    parts: list[Select[Any]] = []
    if days:
        parts.append(_ranked(0, select(Patient.id).where(Patient.clinic_id == clinic_id, Patient.birth_on.in_(days))))
    together = "".join(words)
    digits = digits_of(text)
    numbers = {digits, f"1{digits}"} if len(digits) >= 3 and digits == re.sub(r"[\s()+./-]", "", text) else set()
    parts += [
        _ranked(2, select(PatientWord.patient_id).where(in_clinic, _begins(PatientWord.word, number)))
        for number in sorted(numbers)
    ]
    if len(words) == 1:
        is_word = select(PatientWord.patient_id).where(in_clinic, PatientWord.word == words[0])
        any_word = select(PatientWord.patient_id).where(in_clinic, _begins(PatientWord.word, words[0]))
        parts += [_ranked(0, is_word), _family(1, clinic_id, words[0]), _ranked(2, any_word)]
    elif words:
        each_word = intersect(
            *(select(PatientWord.patient_id).where(in_clinic, _begins(PatientWord.word, word)) for word in words)
        ).subquery()
        run_together = select(PatientWord.patient_id).where(in_clinic, _begins(PatientWord.word, together))
        parts += [
            _family(1, clinic_id, " ".join(words)),
            _ranked(2, select(each_word.c.patient_id)),
            _ranked(2, run_together),
        ]
    return select(union_all(*parts).subquery())


def _ranked(rank: int, ids: Select[Any]) -> Select[Any]:
    limited = ids.limit(MOST + 1).subquery()
    return select(next(iter(limited.c)).label("patient_id"), literal(rank).label("rank"))


def _family(rank: int, clinic_id: int, letters: str) -> Select[Any]:
    is_family = select(Patient.id).where(Patient.clinic_id == clinic_id, _begins(Patient.name_key, letters))
    return _ranked(rank, is_family.order_by(Patient.name_key))


def _read(
    session: Session, viewer: Actor, patient_ids: Sequence[int], from_at: datetime, until_at: datetime
) -> list[tuple[int, Found]]:
    columns: tuple[Any, ...] = (
        Patient.id,
        Patient.public_id,
        Patient.family_name,
        Patient.given_name,
        Patient.birth_on,
        Patient.mrn,
        Patient.city,
        Case.id.label("case_id"),
        Case.about_case_id,
        Case.public_id.label("case_public_id"),
        Case.pathway,
        Case.pathway_version,
        Case.stage,
        Case.is_open,
        Case.next_step,
        Case.is_ready,
        Case.target_on,
        Case.owner_role,
        User.name.label("owner_name"),
    )
    query = (
        select(*columns)
        .outerjoin(Case, and_(Case.clinic_id == Patient.clinic_id, Case.patient_id == Patient.id))
        .outerjoin(User, User.id == Case.owner_user_id)
        .where(Patient.clinic_id == viewer.clinic_id, Patient.id.in_(patient_ids))
        # The last row of a patient wins: the open case, else the latest.
        .order_by(Patient.id, Case.is_open, Case.opened_at)
    )
    found = session.execute(query).all()
    rows = {row.id: row for row in found if row.about_case_id is None}
    beside = {row.id: row for row in found if row.about_case_id is not None and row.is_open}
    cases = [row.case_id for row in (*rows.values(), *beside.values()) if row.case_id]
    visits = _visits(session, viewer, cases, from_at, until_at) if cases else {}
    return [(patient_id, _found(row, beside.get(patient_id), visits)) for patient_id, row in rows.items()]


def _visits(
    session: Session, viewer: Actor, case_ids: Sequence[int], from_at: datetime, until_at: datetime
) -> dict[int, tuple[FoundVisit, ...]]:
    """Of each case the visit of the day that has ended, and the next one that holds its place, counted from the day's
    begin: somebody who is late, or who sits in the waiting room, has not lost the visit."""
    stands = AppointmentRow.superseded_by.is_(None)
    of_day = and_(stands, AppointmentRow.starts_at >= from_at, AppointmentRow.starts_at < until_at)
    to_come = and_(stands, AppointmentRow.state.in_(sorted(LIVE_APPOINTMENT)), AppointmentRow.starts_at >= from_at)
    starts_at = AppointmentRow.starts_at
    # Of a case's few visits some are picked: as conditions, these would lead through all visits of the clinic.
    query = (
        select(
            AppointmentRow.case_id,
            func.min(starts_at).filter(to_come).label("next"),
            *(func.max(starts_at).filter(of_day, AppointmentRow.state == state).label(state) for state in _TOLD),
        )
        .where(AppointmentRow.clinic_id == viewer.clinic_id, AppointmentRow.case_id.in_(case_ids))
        .group_by(AppointmentRow.case_id)
    )
    return {row.case_id: _told(row) for row in session.execute(query)}


#: How a visit of the day may stand; one that is neither here nor over is booked.
_TOLD = (AppointmentState.COMPLETED, AppointmentState.NO_SHOW, AppointmentState.ARRIVED, AppointmentState.CONFIRMED)
_ENDED = (AppointmentState.COMPLETED, AppointmentState.NO_SHOW)


def _told(row: Any) -> tuple[FoundVisit, ...]:
    at = {state: getattr(row, state) for state in _TOLD}
    ended = [FoundVisit(starts_at=at[state], state=state) for state in _ENDED if at[state] is not None]
    if row.next is None:
        return tuple(ended)
    state = next((each for each in _TOLD if each not in _ENDED and at[each] == row.next), AppointmentState.BOOKED)
    return (*ended, FoundVisit(starts_at=row.next, state=state))


def _found(row: Any, beside: Any | None, visits: Mapping[int, tuple[FoundVisit, ...]]) -> Found:
    both = (row, beside) if beside is not None else (row,)
    told = sorted((visit for each in both for visit in visits.get(each.case_id, ())), key=lambda each: each.starts_at)
    return Found(
        public_id=row.public_id,
        patient=Identity(row.family_name, row.given_name, row.birth_on, row.mrn),
        city=row.city,
        case_public_id=row.case_public_id or "",
        pathway=row.pathway or "",
        pathway_version=row.pathway_version or 0,
        stage=row.stage or "",
        is_open=bool(row.is_open),
        next_step=row.next_step or "",
        is_ready=bool(row.is_ready),
        target_on=row.target_on,
        owner_role=row.owner_role or "",
        owner_name=row.owner_name or "",
        visits=tuple(told),
        beside=None
        if beside is None
        else FoundBeside(
            case_public_id=beside.case_public_id,
            pathway=beside.pathway,
            pathway_version=beside.pathway_version,
            stage=beside.stage,
        ),
    )
