"""The visits of one day by time, whether anything about them changed, and what is asked in their checklists."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import Circumstances, Done, Fault, faults, left_out
from tracker.domain.errors import NotFound
from tracker.domain.namesakes import NOBODY, Crowd, Namesakes
from tracker.domain.pathway.requirements.person import age_on
from tracker.domain.visit_day import Sign, Standing, closing_instant, has_stay, latest_injection, least_stay
from tracker.domain.words import LOST_APPOINTMENT, AppointmentState, LossCause
from tracker.pathways import catalogue
from tracker.persistence.models import (
    AppointmentRow,
    ArrangementRow,
    Case,
    Clinician,
    Patient,
    Room,
    User,
    VisitLossRow,
)
from tracker.persistence.types import JsonObject
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case
from tracker.queries.visit_replies import Reply, replies_counted, replies_of
from tracker.queries.visit_signs import AnsweredItem, Signs, signs_of, signs_statement

#: No clinic sees more in one day; a longer day says so instead of growing without end.
MOST_VISITS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit as it stands, and its case. ``answered`` are the keys of the checklist's items whose answer counts on
    its day, ``chosen`` those answers with their values, ``faults`` what speaks against them; ``namesakes`` who else of
    the day is easily taken for the patient; ``least_stay``: how long somebody is watched at least after the act;
    ``dose_at`` when a test dose was given in it, ``has_act`` whether that, or what ends the waiting for it, is on
    record; ``reply`` the last that the patient said of whether they come, since the visit stands as it does; ``teller``
    who tells the patient about held medicines."""

    case_public_id: str
    case_version: int
    patient: Identity
    sex: str
    allergies: str
    pathway: str
    pathway_version: int
    stage: str
    first_blocker: str
    blocker_params: JsonObject
    blocker_count: int
    appointment: int
    purpose: str
    state: str
    standing: Standing
    least_stay: timedelta
    dose_at: datetime | None
    has_act: bool
    turn_at: datetime | None
    escort: str
    escort_name: str
    escort_phone: str
    anaesthesia: str
    interpreter: str
    language: str
    reply: Reply | None
    cause: str
    held: str
    teller: str
    on: date
    starts_at: datetime
    arrive_at: datetime | None
    room: str
    clinician: str
    room_id: int | None
    indication: str
    answered: frozenset[str]
    chosen: Mapping[str, str]
    faults: tuple[Fault, ...]
    namesakes: Namesakes = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The visits of a day, and its ``mark``: see ``get_mark``."""

    visits: list[Visit]
    mark: str


def of_its_visit(table: Any) -> ColumnElement[bool]:
    """Whether a fact that stands is about the visit of the row."""
    return and_(
        table.clinic_id == AppointmentRow.clinic_id,
        table.case_id == AppointmentRow.case_id,
        table.appointment == AppointmentRow.appointment,
        table.superseded_by.is_(None),
    )


#: A test dose; a device that went in, or a trial that was broken off.
_ACTS = frozenset({Sign.DOSE, Sign.WATCHED})
#: What the mark of a day is made of: the first ones by the time, the others as they are.
_WATCHED: tuple[Any, ...] = (
    AppointmentRow.starts_at,
    AppointmentRow.arrive_at,
    AppointmentRow.purpose,
    Case.pathway,
    Case.pathway_version,
    AppointmentRow.case_id,
    AppointmentRow.appointment,
    AppointmentRow.state,
    Case.version,
    Case.is_ready,
    Case.first_blocker,
    Case.first_blocker_params,
    Case.blocker_count,
    Patient.version.label("patient_version"),
    replies_counted().label("replies"),
)
_COLUMNS: tuple[Any, ...] = (
    *_WATCHED,
    AppointmentRow.effective_at,
    AppointmentRow.zone,
    AppointmentRow.wall,
    AppointmentRow.room_id,
    Case.public_id,
    Case.stage,
    Case.indication,
    Patient.sex,
    Patient.allergies,
    Patient.language,
    ArrangementRow.turn_at,
    ArrangementRow.escort,
    ArrangementRow.escort_name,
    ArrangementRow.escort_phone,
    ArrangementRow.anaesthesia,
    ArrangementRow.interpreter,
    VisitLossRow.cause,
    VisitLossRow.held,
    User.name.label("teller"),
    Room.name.label("room"),
    Clinician.name.label("clinician"),
    *IDENTITY,
)
_PEOPLE: tuple[Any, ...] = (AppointmentRow.state, VisitLossRow.cause, *IDENTITY)
_VISITS = (
    select(*_COLUMNS)
    .join(Case, and_(Case.clinic_id == AppointmentRow.clinic_id, Case.id == AppointmentRow.case_id))
    .join(Patient, is_patient_of_case())
    .outerjoin(Room, and_(Room.clinic_id == AppointmentRow.clinic_id, Room.id == AppointmentRow.room_id))
    .outerjoin(
        Clinician,
        and_(Clinician.clinic_id == AppointmentRow.clinic_id, Clinician.id == AppointmentRow.clinician_id),
    )
    .outerjoin(ArrangementRow, of_its_visit(ArrangementRow))
    .outerjoin(VisitLossRow, of_its_visit(VisitLossRow))
    .outerjoin(User, User.id == VisitLossRow.teller_id)
)


#: The visits that stand, of one clinic, between two instants.
ON_DAY = and_(
    AppointmentRow.clinic_id == bindparam("clinic"),
    AppointmentRow.starts_at >= bindparam("from_at"),
    AppointmentRow.starts_at < bindparam("until_at"),
    AppointmentRow.superseded_by.is_(None),
)
SIGNS_OF_DAY = signs_statement(ON_DAY)
_IS_VISIT = and_(
    AppointmentRow.clinic_id == bindparam("clinic"),
    AppointmentRow.appointment == bindparam("appointment"),
    AppointmentRow.superseded_by.is_(None),
)
_VISIT = _VISITS.where(_IS_VISIT, Case.public_id == bindparam("public_id"))
_SIGNS_OF_VISIT = signs_statement(and_(_IS_VISIT, AppointmentRow.case_id == bindparam("case")))
#: A day is asked for all day long: its statements are built once.
_ORDER = (AppointmentRow.starts_at, AppointmentRow.case_id, AppointmentRow.appointment)
_VISITS_OF_DAY = _VISITS.where(ON_DAY).order_by(*_ORDER).limit(MOST_VISITS)
_PEOPLE_OF_DAY = (
    select(*_PEOPLE)
    .join(Case, and_(Case.clinic_id == AppointmentRow.clinic_id, Case.id == AppointmentRow.case_id))
    .join(Patient, is_patient_of_case())
    .outerjoin(VisitLossRow, of_its_visit(VisitLossRow))
    .where(ON_DAY)
)
_MARKED = (
    select(*_WATCHED)
    .join(Case, and_(Case.clinic_id == AppointmentRow.clinic_id, Case.id == AppointmentRow.case_id))
    .join(Patient, is_patient_of_case())
    .where(ON_DAY)
    .order_by(*_ORDER)
    .limit(MOST_VISITS)
)


def get_day(session: Session, viewer: Actor, on: date, calendar: ClinicCalendar, now: datetime) -> Day:
    """The visits of a civil day by time, and the mark of how they stand."""
    day = _day(viewer, calendar.start_of(on), calendar.start_of(on + timedelta(days=1)))
    rows = session.connection().execute(_VISITS_OF_DAY, day).all()
    return Day(visits=_visits(session, viewer, rows, day), mark=_mark(rows, on, calendar, now))


def list_visits(session: Session, viewer: Actor, from_at: datetime, until_at: datetime) -> list[Visit]:
    """The visits that begin from ``from_at`` until before ``until_at``, by time, whatever became of them."""
    day = _day(viewer, from_at, until_at)
    return _visits(session, viewer, session.connection().execute(_VISITS_OF_DAY, day).all(), day)


def get_mark(session: Session, viewer: Actor, on: date, calendar: ClinicCalendar, now: datetime) -> str:
    """A short text that differs whenever the list of the day would say something else: by what was written, or because
    somebody has become late, a visit should have begun, or it has become too late to inject."""
    day = _day(viewer, calendar.start_of(on), calendar.start_of(on + timedelta(days=1)))
    return _mark(session.connection().execute(_MARKED, day).all(), on, calendar, now)


def _day(viewer: Actor, from_at: datetime, until_at: datetime) -> dict[str, object]:
    return {"clinic": viewer.clinic_id, "from_at": from_at, "until_at": until_at}


def _visits(session: Session, viewer: Actor, rows: Sequence[Row[Any]], day: dict[str, object]) -> list[Visit]:
    signs = signs_of(session, SIGNS_OF_DAY, day)
    replies = replies_of(session, viewer.clinic_id, rows)
    found = [_visit(row, signs.get(_key(row), Signs()), replies.get(_key(row))) for row in rows]
    crowd = Crowd({each.patient for each in found if _takes_place(each.state, each.cause)})
    return [_with_namesakes(each, crowd) for each in found]


def _takes_place(state: str, cause: str) -> bool:
    """Whether the patient of a visit comes or came: also one whose operation was broken off is here."""
    return state not in LOST_APPOINTMENT or cause == LossCause.BROKEN_OFF


def _with_namesakes(visit: Visit, crowd: Crowd) -> Visit:
    """The visit with who else of the day is easily taken for its patient."""
    alike = crowd.namesakes_of(visit.patient) if _takes_place(visit.state, visit.cause) else NOBODY
    return visit if alike == NOBODY else replace(visit, namesakes=alike)


def _key(row: Row[Any]) -> tuple[int, int]:
    return row.case_id, row.appointment


def _mark(rows: Sequence[Row[Any]], on: date, calendar: ClinicCalendar, now: datetime) -> str:
    closes_at = closing_instant(calendar, calendar.start_of(on))
    told = []
    for row in rows:
        starts_at, arrive_at, purpose, pathway, version, *written = row[: len(_WATCHED)]
        # At these instants time alone changes what a row says.
        instants = (arrive_at, starts_at, latest_injection(closes_at, _least_stay(pathway, version, purpose)))
        told.append((written, [each is not None and each < now for each in instants]))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@cache
def _least_stay(pathway: str, version: int, purpose: str) -> timedelta:
    # A version of a pathway never changes, and a day asks for each of its visits.
    return least_stay(catalogue.load(pathway, version), purpose)


def find_visit(session: Session, viewer: Actor, case_public_id: str, appointment: int) -> tuple[int, Visit]:
    """One visit, and the id of its case.

    :raises NotFound: when the viewer's clinic has no such visit
    """
    wanted: dict[str, object] = {"clinic": viewer.clinic_id, "appointment": appointment}
    row = session.execute(_VISIT, wanted | {"public_id": case_public_id}).one_or_none()
    if row is None:
        raise NotFound("no such visit")
    signs = signs_of(session, _SIGNS_OF_VISIT, wanted | {"case": row.case_id})
    reply = replies_of(session, viewer.clinic_id, [row]).get(_key(row))
    visit = _visit(row, signs.get(_key(row), Signs()), reply)
    if _takes_place(visit.state, visit.cause):
        calendar = ClinicCalendar(row.zone)
        visit = replace(visit, namesakes=find_namesakes(session, viewer, visit.patient, visit.on, calendar))
    return row.case_id, visit


def find_namesakes(session: Session, viewer: Actor, patient: Identity, on: date, calendar: ClinicCalendar) -> Namesakes:
    """Who of those with a visit on a civil day is easily taken for a patient, who need not have one."""
    day = _day(viewer, calendar.start_of(on), calendar.start_of(on + timedelta(days=1)))
    people = session.connection().execute(_PEOPLE_OF_DAY, day).all()
    names = {identity_of(each) for each in people if _takes_place(each.state, each.cause or "")}
    return Crowd(names | {patient}).namesakes_of(patient)


def rules_of(visit: Visit) -> tuple[ChecklistItemRule, ...]:
    """The items of the visit's checklist, in order; none where its purpose has none."""
    return catalogue.load(visit.pathway, visit.pathway_version).checklists.get(visit.purpose, ())


def waits_for(visit: Visit) -> str:
    """The dose that items after it wait for, in the words of the checklist; empty once it, or what ends the waiting,
    is on record, and where the checklist shows no dose."""
    return "" if visit.has_act else next((rule.label for rule in rules_of(visit) if rule.record == "dose"), "")


def not_asked(visit: Visit) -> dict[str, str]:
    """The items of its checklist that are not asked of this patient today, each with why."""
    years = age_on(visit.patient.birth_on, visit.on)
    about = Circumstances(chosen=visit.chosen, indication=visit.indication, sex=visit.sex, years=years)
    return left_out(rules_of(visit), about)


def asked_of(visit: Visit, *, notes: bool = False) -> tuple[ChecklistItemRule, ...]:
    """The items of its checklist that must be answered, with ``notes`` those too that may stay open; nothing that is
    not asked of this patient."""
    out = not_asked(visit)
    return tuple(rule for rule in rules_of(visit) if (notes or rule.stop != "note") and rule.key not in out)


def _faults(
    rules: tuple[ChecklistItemRule, ...], answers: Mapping[str, AnsweredItem], on: date, calendar: ClinicCalendar
) -> tuple[Fault, ...]:
    """What speaks against the answers. One that takes a value and has none does not apply, or was left out."""
    takes_none = {rule.key for rule in rules if not rule.value}
    done = {key: Done(each.value, each.at) for key, each in answers.items() if each.value or key in takes_none}
    return faults(rules, done, on, calendar)


def _visit(row: Row[Any], signs: Signs, reply: Reply | None) -> Visit:
    # A row is asked for each of its columns: as a dict it answers ten times as fast.
    of = dict(zip(row._fields, row, strict=True))
    pathway = catalogue.load(of["pathway"], of["pathway_version"])
    calendar = ClinicCalendar(of["zone"])
    on = calendar.today(of["starts_at"])
    answers = signs.answers_that_count(calendar.start_of(on), of["room_id"]) if signs.answers else {}
    doses = [each.at for each in signs.happened if each.kind == Sign.DOSE]
    return Visit(
        case_public_id=of["public_id"],
        case_version=of["version"],
        patient=Identity(of["family_name"], of["given_name"], of["birth_on"], of["mrn"]),
        sex=of["sex"],
        allergies=of["allergies"],
        pathway=of["pathway"],
        pathway_version=of["pathway_version"],
        stage=of["stage"],
        first_blocker=of["first_blocker"],
        blocker_params=of["first_blocker_params"],
        blocker_count=of["blocker_count"],
        appointment=of["appointment"],
        purpose=of["purpose"],
        state=of["state"],
        standing=signs.standing(of["state"], of["effective_at"], stays=has_stay(pathway, of["purpose"])),
        least_stay=_least_stay(of["pathway"], of["pathway_version"], of["purpose"]),
        dose_at=doses[-1] if doses else None,
        has_act=any(each.kind in _ACTS for each in signs.happened),
        turn_at=of["turn_at"],
        escort=of["escort"] or "",
        escort_name=of["escort_name"] or "",
        escort_phone=of["escort_phone"] or "",
        anaesthesia=of["anaesthesia"] or "",
        interpreter=of["interpreter"] or "",
        language=of["language"],
        reply=_since(reply, of),
        cause=_of_loss(of, "cause"),
        held=_of_loss(of, "held"),
        teller=_of_loss(of, "teller"),
        on=on,
        starts_at=of["starts_at"],
        arrive_at=of["arrive_at"],
        room=of["room"] or "",
        clinician=of["clinician"] or "",
        room_id=of["room_id"],
        indication=of["indication"],
        answered=frozenset(answers),
        chosen={key: answer.value for key, answer in answers.items()},
        faults=_faults(pathway.checklists.get(of["purpose"], ()), answers, on, calendar) if answers else (),
    )


def _of_loss(of: Mapping[str, Any], name: str) -> str:
    """What was said of a lost visit. One that was put back keeps the row of its loss until it has another."""
    return of[name] or "" if of["state"] in LOST_APPOINTMENT else ""


def _since(reply: Reply | None, of: Mapping[str, Any]) -> Reply | None:
    """What the patient said, unless they said since that they come."""
    if reply is None or (of["state"] == AppointmentState.CONFIRMED and of["effective_at"] > reply.at):
        return None
    return reply
