"""Who has what is still open: the rows of the ladders, as the page of escalations and the page of a case show them.

What was planned or done since the scheduler looked is left out: a row stands only while its obligation does.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Actor
from tracker.domain.errors import NotFound
from tracker.domain.escalation.ladders import climb, ladder_of
from tracker.pathways import catalogue
from tracker.persistence.models import Case, Escalation, EscalationPage, Obligation, Patient, User
from tracker.persistence.types import JsonObject
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

#: More stand nowhere but in a clinic that nobody looks after; the highest come first.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One obligation on its rung. ``user_name`` is empty where everybody with ``role`` is told; ``on_date`` ``None``:
    from the beginning; ``paged``: how many pages were sent, the last to ``paged_user_id``."""

    id: int
    kind: str
    reason: str
    params: JsonObject
    anchor_on: date
    is_planned: bool
    who: str
    level: int
    on_date: date | None
    opened_at: datetime
    next_on: date | None
    role: str
    user_id: int | None
    user_name: str
    paged: int
    paged_user_id: int | None
    paged_user_name: str
    acknowledged: int
    acknowledged_until: date | None
    case_id: int
    case_public_id: str
    pathway: str
    pathway_version: int
    patient: Identity

    def is_resting(self, today: date) -> bool:
        """Whether somebody has it for now."""
        return self.acknowledged_until is not None and self.acknowledged_until > today

    def is_of(self, viewer: Actor) -> bool:
        """Whether the viewer was told, in person or with everybody of a role, or paged last."""
        if self.paged_user_id == viewer.user_id:
            return True
        return self.user_id == viewer.user_id if self.user_id is not None else self.role in viewer.roles


@dataclass(frozen=True, slots=True)
class Standings:
    """The rows of the page. ``from_beginning``: how many more are with whoever has them from the beginning."""

    rows: tuple[Standing, ...]
    from_beginning: int


_PAGED = (
    select(func.count())
    .where(EscalationPage.clinic_id == Escalation.clinic_id, EscalationPage.escalation_id == Escalation.id)
    .correlate(Escalation)
    .scalar_subquery()
)
#: Pages are numbered from one on: the last is the one whose number is how many there are.
_LAST_PAGE = and_(
    EscalationPage.clinic_id == Escalation.clinic_id,
    EscalationPage.escalation_id == Escalation.id,
    EscalationPage.number == _PAGED,
)
_PAGED_USER = aliased(User)
_OWN = (
    "id", "who", "level", "on_date", "opened_at", "role", "user_id", "acknowledged", "acknowledged_until", "case_id",
)  # fmt: skip
_COLUMNS: tuple[Any, ...] = (
    *(getattr(Escalation, name) for name in _OWN),
    Obligation.kind,
    Obligation.reason,
    Obligation.params,
    Obligation.anchor_on,
    Obligation.planned_seq,
    Case.public_id,
    Case.pathway,
    Case.pathway_version,
    User.name.label("user_name"),
    _PAGED.label("paged"),
    EscalationPage.user_id.label("paged_user_id"),
    _PAGED_USER.name.label("paged_user_name"),
    *IDENTITY,
)
_IS_OPEN = and_(
    Obligation.clinic_id == Escalation.clinic_id,
    Obligation.id == Escalation.obligation_id,
    Obligation.is_open.expression,
)


def _query(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(Obligation, _IS_OPEN)
        .join(Case, and_(Case.clinic_id == Escalation.clinic_id, Case.id == Escalation.case_id))
        .join(Patient, is_patient_of_case())
        .outerjoin(User, User.id == Escalation.user_id)
        .outerjoin(EscalationPage, _LAST_PAGE)
        .outerjoin(_PAGED_USER, _PAGED_USER.id == EscalationPage.user_id)
        .where(Escalation.clinic_id == bindparam("clinic"), Escalation.ended_at.is_(None), *conditions)
        .order_by(Escalation.level.desc(), Obligation.anchor_on, Escalation.id)
        .limit(MOST_SHOWN)
    )


_RISEN = _query(Escalation.on_date.is_not(None))
_OF_CASE = _query(Escalation.case_id == bindparam("case"))
_ONE = _query(Escalation.id == bindparam("escalation"))


def list_standings(session: Session, viewer: Actor, today: date) -> Standings:
    """What was escalated in the viewer's clinic, the highest first."""
    found = [_standing(row, today) for row in session.execute(_RISEN, {"clinic": viewer.clinic_id})]
    begun = (
        select(func.count())
        .select_from(Escalation)
        .join(Obligation, _IS_OPEN)
        .where(Escalation.clinic_id == viewer.clinic_id, Escalation.ended_at.is_(None), Escalation.on_date.is_(None))
    )
    return Standings(tuple(each for each in found if each is not None), session.scalar(begun) or 0)


def list_of_case(session: Session, viewer: Actor, case_id: int, today: date) -> tuple[Standing, ...]:
    """Who has what of one case."""
    rows = session.execute(_OF_CASE, {"clinic": viewer.clinic_id, "case": case_id})
    found = [_standing(row, today) for row in rows]
    return tuple(each for each in found if each is not None)


def get_standing(session: Session, viewer: Actor, escalation_id: int, today: date) -> Standing:
    """One row of the viewer's clinic.

    :raises NotFound: if there is none, or what it tells of is done
    """
    row = session.execute(_ONE, {"clinic": viewer.clinic_id, "escalation": escalation_id}).one_or_none()
    found = _standing(row, today) if row is not None else None
    if found is None:
        raise NotFound(str(escalation_id))
    return found


def _standing(row: Row[Any], today: date) -> Standing | None:
    ladder = ladder_of(catalogue.load(row.pathway, row.pathway_version), row.kind, row.reason, row.params)
    now = climb(ladder, row.anchor_on, today, is_planned=row.planned_seq is not None) if row.anchor_on else None
    if now is None or now.standing is None:
        return None
    return Standing(
        **{name: getattr(row, name) for name in _OWN},
        kind=row.kind,
        reason=row.reason,
        params=row.params,
        anchor_on=row.anchor_on,
        is_planned=row.planned_seq is not None,
        next_on=now.next_on,
        user_name=row.user_name or "",
        paged=row.paged,
        paged_user_id=row.paged_user_id,
        paged_user_name=row.paged_user_name or "",
        case_public_id=row.public_id,
        pathway=row.pathway,
        pathway_version=row.pathway_version,
        patient=identity_of(row),
    )
