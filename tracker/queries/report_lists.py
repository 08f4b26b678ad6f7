"""What reports need beside a clinic's history: the cases as they are now, what their rows are called, and who they are.

What is live is read here from the rows themselves; everything that is counted over time comes from the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotPermitted
from tracker.domain.loss_words import CAUSE_WORDS
from tracker.domain.report_sheets.now import OpenCase
from tracker.domain.report_sheets.words import Names
from tracker.pathways import catalogue
from tracker.persistence.models import Case, Clinician, Patient, Payer, Room
from tracker.queries.case_columns import WAITS_FOR_THE_DAY
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

_CLINIC: Any = bindparam("clinic")
_NAMED: dict[str, Any] = {"clinician": Clinician, "payer": Payer, "room": Room}
_NAMES = union_all(
    *(
        select(literal(kind).label("kind"), row.id, row.name).where(row.clinic_id == _CLINIC)
        for kind, row in _NAMED.items()
    )
)
_OPEN = (
    select(
        Case.id,
        Case.stage,
        Case.stage_entered_at,
        (Case.target_on < bindparam("today")).label("is_over"),
        # Nobody can do anything about a day that has not come: who waits for it alone is ready.
        or_(Case.is_ready, Case.first_blocker == WAITS_FOR_THE_DAY),
    )
    .where(Case.clinic_id == _CLINIC, Case.is_open.expression, Case.pathway == bindparam("pathway"))
    .order_by(Case.stage_entered_at, Case.id)
)
#: Both columns stand in an index: no case is looked at.
_BY_STAGE = (
    select(Case.stage, func.count(), func.count(case((Case.target_on < bindparam("today"), 1))))
    .where(Case.clinic_id == _CLINIC, Case.is_open.expression, Case.pathway == bindparam("pathway"))
    .group_by(Case.stage)
)
_LISTED: Any = (
    select(Case.id, Case.public_id, Case.pathway, Case.pathway_version, Case.stage, *IDENTITY)
    .join(Patient, is_patient_of_case())
    .where(Case.clinic_id == _CLINIC, Case.id.in_(bindparam("cases", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One case behind a number."""

    case_id: int
    public_id: str
    pathway: str
    pathway_version: int
    stage: str
    patient: Identity


def names_of(session: Session, clinic_id: int) -> Names:
    """What a clinic's clinicians, payers and rooms are called, those not in use too, and the stages and causes."""
    found: dict[str, dict[int, str]] = {kind: {} for kind in _NAMED}
    for row in session.connection().execute(_NAMES, {"clinic": clinic_id}):
        found[row.kind][row.id] = row.name
    # Those of the way to a pump last: a name that two pathways share means that one.
    stages = {
        stage.name: stage.label
        for pathway in reversed(catalogue.CURRENT)
        for stage in catalogue.current(pathway).stages.values()
    }
    return Names(
        stages=stages,
        clinicians=found["clinician"],
        payers=found["payer"],
        rooms=found["room"],
        causes={str(cause): words for cause, words in CAUSE_WORDS.items()},
    )


def list_open_cases(
    session: Session, clinic_id: int, pathway: str, calendar: ClinicCalendar, now: datetime
) -> list[OpenCase]:
    """The open cases of a pathway, those that are longest in their stage first."""
    on, ends_at = date.min, datetime.min.replace(tzinfo=UTC)
    found = []
    # All at once: fetched one by one, twelve thousand take three times as long.
    asked = {"clinic": clinic_id, "pathway": pathway, "today": calendar.today(now)}
    for case_id, stage, entered_at, is_over, is_ready in session.connection().execute(_OPEN, asked).all():
        if entered_at >= ends_at:
            # They come in the order of time: a day is looked up once.
            on = calendar.today(entered_at)
            ends_at = calendar.start_of(on + timedelta(days=1))
        found.append(OpenCase(case_id, stage, on, bool(is_over), bool(is_ready)))
    return found


def count_open_cases(
    session: Session, clinic_id: int, pathway: str, calendar: ClinicCalendar, now: datetime
) -> list[tuple[str, int, int]]:
    """How many of these stand in each stage, and how many of them are over target."""
    asked = {"clinic": clinic_id, "pathway": pathway, "today": calendar.today(now)}
    return [(stage, count, over) for stage, count, over in session.connection().execute(_BY_STAGE, asked)]


def list_cases(session: Session, viewer: Actor, case_ids: Sequence[int]) -> list[Listed]:
    """The cases with these ids, in the same order; those that are not in the viewer's clinic are left out.

    :raises NotPermitted: for whoever may not see patients
    """
    if not viewer.may(Permission.SEE_PATIENTS):
        raise NotPermitted(Permission.SEE_PATIENTS)
    rows = session.connection().execute(_LISTED, {"clinic": viewer.clinic_id, "cases": list(case_ids)})
    found = {
        row.id: Listed(row.id, row.public_id, row.pathway, row.pathway_version, row.stage, identity_of(row))
        for row in rows
    }
    return [found[case_id] for case_id in case_ids if case_id in found]
