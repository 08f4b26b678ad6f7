"""The ledger of messages: what was and will be sent, to whom, why and when, and who gets nothing and why.

What went wrong comes first, because somebody must act on it; then what is under way, then what is planned by time, and
what is over from the latest back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.ways import NO_WAY
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

ROWS_ON_PAGE = 50

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
    that is still to be made instead."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """One page of the ledger, and how many messages each group has; ``unreached`` are of the first two groups."""

    rows: tuple[LedgerRow, ...]
    counts: Mapping[str, int]
    unreached: int

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
    """The ``page`` (from 1) of the messages of a group, of ``UNREACHED``, or of all of them."""
    unreached = func.sum(case((_IS_UNREACHED, 1), else_=0))
    counted = {
        row.place: (row.n, row.unreached)
        for row in session.execute(
            select(_PLACE.label("place"), func.count().label("n"), unreached.label("unreached"))
            .where(Reminder.clinic_id == viewer.clinic_id)
            .group_by(_PLACE)
        )
    }
    # What is to come by time, what is over from the latest back.
    forward = case((_PLACE.in_(_UPCOMING), Reminder.wanted_at))
    backward = case((_PLACE.not_in(_UPCOMING), Reminder.wanted_at))
    query = (
        select(*_COLUMNS)
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
        .outerjoin(StaffTask, _IS_OPEN_CALL)
        .where(Reminder.clinic_id == viewer.clinic_id)
        .order_by(_PLACE, forward, backward.desc(), Reminder.id)
        .limit(ROWS_ON_PAGE)
        .offset((page - 1) * ROWS_ON_PAGE)
    )
    if group == UNREACHED:
        query = query.where(_IS_UNREACHED)
    elif group:
        query = query.where(_PLACE.in_((GROUPS.index(group),)))
    return Ledger(
        rows=tuple(_row(row) for row in session.execute(query)),
        counts={name: counted.get(number, (0, 0))[0] for number, name in enumerate(GROUPS)},
        unreached=sum(unreached for _n, unreached in counted.values()),
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
_IS_OPEN_CALL = and_(
    StaffTask.clinic_id == Reminder.clinic_id, StaffTask.key == Reminder.call_key, StaffTask.done_at.is_(None)
)
_IS_UNREACHED: ColumnElement[bool] = and_(
    _PLACE.in_((GROUPS.index("failed"), GROUPS.index("nobody"))),
    or_(
        Reminder.state.in_((ReminderState.UNDELIVERED, ReminderState.UNKNOWN)),
        select(StaffTask.id).where(_IS_OPEN_CALL).correlate(Reminder).exists(),
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
    )
