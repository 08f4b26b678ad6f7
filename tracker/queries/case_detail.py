"""One case with everything its page shows: who it is, the facts that stand, to-dos, messages and history.

The facts come through the same snapshot that the rules see. The history is read from the events, which keep what was
said at the time, struck out or not; long ones are cut at ``HISTORY_SHOWN`` unless all are asked for.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.errors import NotFound
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind
from tracker.persistence.models import (
    Case,
    Clinician,
    ContactPoint,
    DeliveryAttempt,
    DeterminationRow,
    Event,
    Membership,
    Obligation,
    Patient,
    Payer,
    Reminder,
    Room,
    User,
)
from tracker.persistence.vocabulary import ReminderState
from tracker.queries.reminders import NO_RECEIPT
from tracker.queries.snapshots import load_snapshot

HISTORY_SHOWN = 60
MESSAGES_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePatient:
    """The patient of a case, as the head of the page says it."""

    id: int
    public_id: str
    version: int
    family_name: str
    given_name: str
    birth_on: date
    mrn: str
    sex: str
    language: str
    allergies: str
    city: str
    prefers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """A case and its patient, without clinical detail."""

    case_id: int
    public_id: str
    version: int
    stage: str
    is_open: bool
    stage_entered_at: datetime
    target_on: date | None
    hold_until: date | None
    owner_role: str
    owner_user_id: int | None
    owner_name: str
    payer_id: int | None
    urgency: str
    closing_reason: str
    about_case_id: int | None
    patient: CasePatient


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """A case with the facts that stand and the pathway it is pinned to."""

    head: CaseHead
    snapshot: Snapshot
    pathway: Pathway


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBeside:
    """Another case of the same patient. ``reoperation`` is the kind that was decided; empty where it is none."""

    public_id: str
    pathway: str
    pathway_version: int
    stage: str
    is_open: bool
    reoperation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """An open obligation. ``planned_seq``: the visit or plan that takes care of it."""

    kind: str
    subject: str
    due_on: date | None
    escalate_on: date | None
    critical_on: date | None
    owner_role: str
    reason: str
    params: Mapping[str, Any]
    planned_seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A reminder to the patient and what became of it; the language and version of the words it last went in."""

    kind: str
    wanted_at: datetime
    state: str
    channel: str
    closed_reason: str
    language: str
    template_version: int

    @property
    def standing(self) -> str:
        """The state as people see it: a message that was taken without a receipt was sent."""
        return ReminderState.ACCEPTED if self.closed_reason == NO_RECEIPT else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of the history. ``facts`` hold their kind and their fields as text; ``moves`` the steps it took."""

    seq: int
    kind: str
    actor_id: int | None
    case_version: int
    effective_at: datetime
    recorded_at: datetime
    facts: tuple[Mapping[str, Any], ...]
    moves: tuple[Mapping[str, Any], ...]
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ids are called: people of the clinic, clinicians, rooms and payers."""

    users: Mapping[int, str]
    clinicians: Mapping[int, str]
    rooms: Mapping[int, str]
    payers: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    """A number or address as it was typed, and whose it is."""

    kind: str
    as_typed: str
    owner: str
    is_possible: bool
    is_opted_out: bool


_HEAD_COLUMNS = tuple(name for name in CaseHead.__dataclass_fields__ if name not in {"owner_name", "patient"})
_HEAD_OF_CASE: tuple[Any, ...] = tuple(
    Case.id.label("case_id") if name == "case_id" else getattr(Case, name) for name in _HEAD_COLUMNS
)
_HEAD_OF_PATIENT: tuple[Any, ...] = tuple(
    getattr(Patient, name).label(f"patient_{name}") for name in CasePatient.__dataclass_fields__
)
_HEAD = (
    select(*_HEAD_OF_CASE, *_HEAD_OF_PATIENT, User.name.label("owner_name"))
    .join(Patient, and_(Patient.clinic_id == Case.clinic_id, Patient.id == Case.patient_id))
    .outerjoin(User, User.id == Case.owner_user_id)
    .where(Case.clinic_id == bindparam("clinic"), Case.public_id == bindparam("public_id"))
)


_BESIDE = (
    select(Case.public_id, Case.pathway, Case.pathway_version, Case.stage, Case.is_open, DeterminationRow.value)
    .outerjoin(
        DeterminationRow,
        and_(
            DeterminationRow.clinic_id == Case.clinic_id,
            DeterminationRow.case_id == Case.id,
            DeterminationRow.kind == DeterminationKind.REOPERATION,
            DeterminationRow.superseded_by.is_(None),
            Case.about_case_id.is_not(None),
        ),
    )
    .where(Case.clinic_id == bindparam("clinic"), Case.patient_id == bindparam("patient"), Case.id != bindparam("case"))
    .order_by(Case.is_open.desc(), Case.opened_at.desc())
)
_TODO_COLUMNS: tuple[Any, ...] = tuple(getattr(Obligation, name) for name in Todo.__dataclass_fields__)
_TODOS = (
    select(*_TODO_COLUMNS)
    .where(Obligation.clinic_id == bindparam("clinic"), Obligation.case_id == bindparam("case"), Obligation.is_open)
    .order_by(Obligation.due_on.is_not(None), Obligation.due_on, Obligation.id)
)
_MESSAGE_COLUMNS: tuple[Any, ...] = (
    Reminder.kind,
    Reminder.wanted_at,
    Reminder.state,
    Reminder.channel,
    Reminder.closed_reason,
    func.coalesce(DeliveryAttempt.language, "").label("language"),
    func.coalesce(DeliveryAttempt.template_version, 0).label("template_version"),
)
_MESSAGES = (
    select(*_MESSAGE_COLUMNS)
    .outerjoin(
        DeliveryAttempt,
        (DeliveryAttempt.clinic_id == Reminder.clinic_id)
        & (DeliveryAttempt.reminder_id == Reminder.id)
        & (DeliveryAttempt.number == Reminder.attempts),
    )
    .where(
        Reminder.clinic_id == bindparam("clinic"),
        Reminder.case_id == bindparam("case"),
        Reminder.state != ReminderState.CANCELLED,
    )
    .order_by(Reminder.wanted_at.desc(), Reminder.id.desc())
    .limit(MESSAGES_SHOWN)
)
_EVENTS = (
    select(Event.seq, Event.kind, Event.actor_id, Event.case_version, Event.effective_at, Event.recorded_at, Event.body)
    .where(
        Event.clinic_id == bindparam("clinic"),
        Event.case_id == bindparam("case"),
        Event.case_version > bindparam("version"),
    )
    .order_by(Event.seq.desc())
)
_LATEST_EVENTS = _EVENTS.limit(bindparam("most"))
_CONTACTS = select(
    ContactPoint.id,
    ContactPoint.kind,
    ContactPoint.as_typed,
    ContactPoint.owner,
    ContactPoint.is_possible,
    ContactPoint.opted_out_at.is_not(None).label("is_opted_out"),
).where(
    ContactPoint.clinic_id == bindparam("clinic"),
    ContactPoint.patient_id == bindparam("patient"),
    ContactPoint.ended_at.is_(None),
)


def get_head(session: Session, viewer: Actor, public_id: str) -> CaseHead:
    """The case's own row with its patient, owner and payer.

    :raises NotFound: if the viewer's clinic has no such case
    """
    row = session.connection().execute(_HEAD, {"clinic": viewer.clinic_id, "public_id": public_id}).one_or_none()
    if row is None:
        raise NotFound(public_id)
    found = row._mapping
    patient = CasePatient(**{name: found[f"patient_{name}"] for name in CasePatient.__dataclass_fields__})
    own = {name: found[name] for name in _HEAD_COLUMNS}
    return CaseHead(**own, owner_name=row.owner_name or "", patient=patient)


def open_for_reading(session: Session, viewer: Actor, public_id: str) -> OpenedCase:
    """The case as the rules see it.

    :raises NotFound: if the viewer's clinic has no such case
    """
    head = get_head(session, viewer, public_id)
    loaded = load_snapshot(session, viewer.clinic_id, head.case_id)
    return OpenedCase(head=head, snapshot=loaded.snapshot, pathway=loaded.pathway)


def open_pumps_case(session: Session, viewer: Actor, reoperation: OpenedCase) -> OpenedCase:
    """The case of the pump that a reoperation is about, as the rules see it.

    :raises NotFound: where the case is no reoperation
    """
    about = reoperation.head.about_case_id
    query = select(Case.public_id).where(Case.clinic_id == viewer.clinic_id, Case.id == about)
    public_id = None if about is None else session.scalar(query)
    if public_id is None:
        raise NotFound(reoperation.head.public_id)
    return open_for_reading(session, viewer, public_id)


def list_beside(session: Session, viewer: Actor, head: CaseHead) -> tuple[CaseBeside, ...]:
    """The other cases of the patient, the open ones first."""
    asked = {"clinic": viewer.clinic_id, "patient": head.patient.id, "case": head.case_id}
    rows = session.execute(_BESIDE, asked)
    return tuple(
        CaseBeside(
            public_id=row.public_id,
            pathway=row.pathway,
            pathway_version=row.pathway_version,
            stage=row.stage,
            is_open=row.is_open,
            reoperation=row.value or "",
        )
        for row in rows
    )


def list_todos(session: Session, viewer: Actor, case_id: int) -> tuple[Todo, ...]:
    """The open obligations of a case, the first due first."""
    rows = session.execute(_TODOS, {"clinic": viewer.clinic_id, "case": case_id})
    return tuple(Todo(**row._mapping) for row in rows)


def list_messages(session: Session, viewer: Actor, case_id: int) -> tuple[Message, ...]:
    """The latest reminders of a case, planned ones first; those that were cancelled stand in the ledger only."""
    rows = session.execute(_MESSAGES, {"clinic": viewer.clinic_id, "case": case_id})
    return tuple(Message(**row._mapping) for row in rows)


def list_entries(
    session: Session, viewer: Actor, case_id: int, *, limit: int | None = HISTORY_SHOWN, after_version: int = 0
) -> tuple[Entry, ...]:
    """The events of a case, the latest first; with ``after_version`` only what a form of that version had not seen."""
    asked = {"clinic": viewer.clinic_id, "case": case_id, "version": after_version}
    query, most = (_EVENTS, {}) if limit is None else (_LATEST_EVENTS, {"most": limit})
    return tuple(_entry(row) for row in session.execute(query, asked | most))


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    told = json.loads(row.body)["body"]
    return Entry(
        seq=row.seq,
        kind=row.kind,
        actor_id=row.actor_id,
        case_version=row.case_version,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        facts=tuple(told.get("facts", ())),
        moves=tuple(told.get("moves", ())),
        detail=told.get("detail", {}),
    )


def list_names(
    session: Session,
    viewer: Actor,
    *,
    users: Iterable[int] = (),
    clinicians: Iterable[int] = (),
    rooms: Iterable[int] = (),
    payers: Iterable[int] = (),
) -> Names:
    """What some ids of the viewer's clinic are called, in one statement at most. People who left keep their name."""
    here = viewer.clinic_id
    people = (
        select(literal("user").label("what"), User.id.label("id"), User.name.label("name"))
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.clinic_id == here, User.id.in_(sorted(set(users))))
    )
    parts = [people]
    for what, table, ids in (("clinician", Clinician, clinicians), ("room", Room, rooms), ("payer", Payer, payers)):
        wanted = sorted(set(ids))
        if wanted:
            parts.append(
                select(literal(what), table.id, table.name).where(table.clinic_id == here, table.id.in_(wanted))
            )
    found: dict[str, dict[int, str]] = {"user": {}, "clinician": {}, "room": {}, "payer": {}}
    for what, number, name in session.execute(union_all(*parts)):
        found[what][number] = name
    return Names(users=found["user"], clinicians=found["clinician"], rooms=found["room"], payers=found["payer"])


def list_contact_lines(session: Session, viewer: Actor, patient_id: int) -> list[ContactLine]:
    """Where a patient is reached, the oldest first."""
    rows = session.execute(_CONTACTS, {"clinic": viewer.clinic_id, "patient": patient_id})
    # Sorted here: by id in the statement, SQLite walks through the clinic in the order of its key.
    lines = (dict(row._mapping) for row in sorted(rows, key=attrgetter("id")))
    return [ContactLine(**{name: line[name] for name in ContactLine.__dataclass_fields__}) for line in lines]
