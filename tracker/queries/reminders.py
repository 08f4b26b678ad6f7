"""The ledger of messages: what was and will be sent, to whom, why and when, and who gets nothing and why.

What went wrong comes first, because somebody must act on it; then what is under way, then what is planned by time, and
what is over from the latest back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.languages import code_of
from tracker.domain.message_words import Which
from tracker.domain.ways import LETTER, NO_WAY
from tracker.persistence.models import (
    Case,
    Clinic,
    ContactPoint,
    DeliveryAttempt,
    DeploymentValue,
    Patient,
    Reminder,
    StaffTask,
)
from tracker.persistence.vocabulary import SET_ASIDE_REMINDER, ReminderState
from tracker.queries.identity import IDENTITY, Identity, identity_of
from tracker.queries.reminder_texts import shipped_messages

ROWS_ON_PAGE = 50
_DAY = re.compile(r":(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}$")

#: Why a person calls from the beginning: nothing went wrong.
CALLED = (*sorted(NO_WAY), "call_due")
#: How a message that went out ends where the provider sends no receipts.
NO_RECEIPT = "no_receipt"
#: What the filter calls a group of messages, in the order of the page.
GROUPS = ("failed", "nobody", "sending", "planned", "sent", "cancelled")
#: What the filter calls the messages of the first two that left somebody without a word until now.
UNREACHED = "unreached"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One message. ``address_owner``: who reads it there. ``error``: what the last attempt said. ``task_id``: the call
    that is still to be made instead, or the decision that a burst waits for. ``visit_on``: the clinic's day of the
    visit that it is about. ``has_letter``: whether there are words for a letter about it in the patient's language.
    ``stands_for``: among those not reached, how many messages one call makes up for."""

    case_public_id: str
    patient: Identity
    kind: str
    subject: str
    state: str
    group: str
    wanted_at: datetime
    useless_after: datetime
    channel: str
    address_owner: str
    template: str
    attempts: int
    closed_reason: str
    last_ended_at: datetime | None
    error: str
    task_id: int | None
    visit_on: date | None
    has_letter: bool
    stands_for: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """One page of the ledger, and how many messages each group has. ``unreached``: calls and decisions that stand in
    for messages of the first two groups, or messages that nobody has made up for; of how many ``people``."""

    rows: tuple[LedgerRow, ...]
    counts: Mapping[str, int]
    unreached: int
    people: int

    @property
    def total(self) -> int:
        """Messages in all groups."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Whether messages go out: paused for this clinic, or for the whole deployment."""

    paused_at: datetime | None
    is_paused_for_all: bool
    version: int


def list_ledger(session: Session, viewer: Actor, group: str = "", page: int = 1) -> Ledger:
    """The ``page`` (from 1) of the messages of a group, of ``UNREACHED``, or of all of them. Of several messages that
    one call makes up for the list of the unreached shows the latest, the nearest visit first."""
    counts = {
        row.place: row.n
        for row in session.execute(
            select(_PLACE.label("place"), func.count().label("n"))
            .where(Reminder.clinic_id == viewer.clinic_id)
            .group_by(_PLACE)
        )
    }
    lost = session.execute(
        select(func.count(_STANDS_IN.distinct()), func.count(Reminder.patient_id.distinct())).where(
            Reminder.clinic_id == viewer.clinic_id, _IS_UNREACHED
        )
    ).one()
    query = _unreached(viewer) if group == UNREACHED else _of_group(viewer, group)
    rows = session.execute(query.limit(ROWS_ON_PAGE).offset((page - 1) * ROWS_ON_PAGE))
    return Ledger(
        rows=tuple(_row(row) for row in rows),
        counts={name: counts.get(number, 0) for number, name in enumerate(GROUPS)},
        unreached=lost[0],
        people=lost[1],
    )


def _of_group(viewer: Actor, group: str) -> Select[Any]:
    # What is to come by time, what is over from the latest back.
    forward = case((_PLACE.in_(_UPCOMING), Reminder.wanted_at))
    backward = case((_PLACE.not_in(_UPCOMING), Reminder.wanted_at))
    query = _messages(viewer, literal(1)).order_by(_PLACE, forward, backward.desc(), Reminder.id)
    return query.where(_PLACE.in_((GROUPS.index(group),))) if group else query


def _unreached(viewer: Actor) -> Select[Any]:
    latest_first = (Reminder.wanted_at.desc(), Reminder.id.desc())
    lost = (
        select(
            Reminder.id,
            func.row_number().over(partition_by=_STANDS_IN, order_by=latest_first).label("number"),
            func.count().over(partition_by=_STANDS_IN).label("stands_for"),
        )
        .where(Reminder.clinic_id == viewer.clinic_id, _IS_UNREACHED)
        .subquery()
    )
    query = _messages(viewer, lost.c.stands_for).join(lost, lost.c.id == Reminder.id)
    return query.where(lost.c.number == 1).order_by(Reminder.useless_after, Reminder.id)


def _messages(viewer: Actor, stands_for: ColumnElement[int]) -> Select[Any]:
    return (
        select(*_COLUMNS, stands_for.label("stands_for"))
        .join(Case, and_(Case.clinic_id == Reminder.clinic_id, Case.id == Reminder.case_id))
        .join(Patient, and_(Patient.clinic_id == Reminder.clinic_id, Patient.id == Reminder.patient_id))
        .outerjoin(
            ContactPoint,
            and_(ContactPoint.clinic_id == Reminder.clinic_id, ContactPoint.id == Reminder.contact_point_id),
        )
        .outerjoin(
            DeliveryAttempt,
            and_(
                DeliveryAttempt.clinic_id == Reminder.clinic_id,
                DeliveryAttempt.reminder_id == Reminder.id,
                DeliveryAttempt.number == _LAST_NUMBER,
            ),
        )
        .outerjoin(StaffTask, _IS_OPEN_TASK)
        .where(Reminder.clinic_id == viewer.clinic_id)
    )


def get_sending(session: Session, viewer: Actor) -> Sending:
    """Whether this clinic's messages go out."""
    for_all = select(DeploymentValue.value).where(DeploymentValue.name == "sending_paused_at").scalar_subquery()
    row = session.execute(
        select(Clinic.sending_paused_at, Clinic.version, for_all.label("for_all")).where(Clinic.id == viewer.clinic_id)
    ).one()
    return Sending(paused_at=row.sending_paused_at, is_paused_for_all=row.for_all is not None, version=row.version)


_UPCOMING = (GROUPS.index("nobody"), GROUPS.index("sending"), GROUPS.index("planned"))
_PLACE: ColumnElement[int] = case(
    (and_(Reminder.state == ReminderState.TASKED, Reminder.closed_reason.in_(CALLED)), GROUPS.index("nobody")),
    (and_(Reminder.state == ReminderState.EXPIRED, Reminder.closed_reason == NO_RECEIPT), GROUPS.index("sent")),
    (
        Reminder.state.in_((ReminderState.DUE, ReminderState.CLAIMED, ReminderState.IN_FLIGHT)),
        GROUPS.index("sending"),
    ),
    (Reminder.state == ReminderState.PLANNED, GROUPS.index("planned")),
    (Reminder.state.in_((ReminderState.ACCEPTED, ReminderState.DELIVERED)), GROUPS.index("sent")),
    (Reminder.state.in_(SET_ASIDE_REMINDER), GROUPS.index("cancelled")),
    else_=GROUPS.index("failed"),
)
#: The key of the task that stands in for a message: the call, or the decision about the burst that it was held with.
_STANDS_IN: ColumnElement[str] = case(
    (Reminder.state == ReminderState.HELD, Reminder.closed_reason),
    (Reminder.call_key == "", Reminder.key),
    else_=Reminder.call_key,
)
_IS_OPEN_TASK = and_(
    StaffTask.clinic_id == Reminder.clinic_id, StaffTask.key == _STANDS_IN, StaffTask.done_at.is_(None)
)
_IS_UNREACHED: ColumnElement[bool] = and_(
    _PLACE.in_((GROUPS.index("failed"), GROUPS.index("nobody"))),
    or_(
        Reminder.state.in_((ReminderState.UNDELIVERED, ReminderState.UNKNOWN)),
        select(StaffTask.id).where(_IS_OPEN_TASK).correlate(Reminder).exists(),
    ),
)
_LAST_NUMBER = (
    select(func.max(DeliveryAttempt.number))
    .where(DeliveryAttempt.clinic_id == Reminder.clinic_id, DeliveryAttempt.reminder_id == Reminder.id)
    .correlate(Reminder)
    .scalar_subquery()
)
_COLUMNS: tuple[Any, ...] = (
    _PLACE.label("place"),
    Case.public_id,
    Reminder.kind,
    Reminder.subject,
    Reminder.state,
    Reminder.wanted_at,
    Reminder.useless_after,
    Reminder.channel,
    Reminder.template,
    Reminder.attempts,
    Reminder.closed_reason,
    ContactPoint.owner.label("address_owner"),
    DeliveryAttempt.ended_at,
    DeliveryAttempt.error,
    StaffTask.id.label("task_id"),
    Reminder.contact_key,
    Patient.language.label("spoken"),
    *IDENTITY,
)


def _row(row: Row[Any]) -> LedgerRow:
    return LedgerRow(
        case_public_id=row.public_id,
        patient=identity_of(row),
        kind=row.kind,
        subject=row.subject,
        state=row.state,
        group=GROUPS[row.place],
        wanted_at=row.wanted_at,
        useless_after=row.useless_after,
        channel=row.channel,
        address_owner=row.address_owner or "",
        template=row.template,
        attempts=row.attempts,
        closed_reason=row.closed_reason,
        last_ended_at=row.ended_at,
        error=row.error or "",
        task_id=row.task_id,
        visit_on=_visit_on(row.contact_key),
        has_letter=Which(row.template, code_of(row.spoken), LETTER) in shipped_messages(),
        stands_for=row.stands_for,
    )


def _visit_on(contact_key: str) -> date | None:
    """A contact belongs to one visit at one wall time, which ends its key (domain/contacts.py)."""
    found = _DAY.search(contact_key)
    return None if found is None else date.fromisoformat(found[1])
