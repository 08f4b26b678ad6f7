"""Pumps that nobody asks a refill of any more, and by what: a removal, a death, a transfer that is over.

Each ends what keeps a patient alive, so for thirty days it stays where physicians see it: a wrong one is found while
the pump still holds some drug. Struck out, it is gone from here and the refill is asked for again.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.obligations.refills import TRANSFERRED
from tracker.domain.words import DeterminationKind, DeviceKind
from tracker.persistence.models import Case, DeterminationRow, DeviceRow, DocumentRow, Event, Patient
from tracker.queries.case_detail import list_names
from tracker.queries.identity import IDENTITY, Identity, identity_of, is_patient_of_case

#: How long each stays on the list, counted from when it was written.
SHOWN_FOR = timedelta(days=30)
REMOVED = "removed"
#: Another pump took its place in the same act.
REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPump:
    """A pump, and the fact that ended its refills: ``by`` is ``removed``, ``replaced``, ``death`` or ``transfer``.

    ``said``: the source of a death, the clinic of a transfer. ``paper_kind`` is empty where no document says so.
    """

    case_public_id: str
    patient: Identity
    model: str
    serial: str
    seq: int
    by: str
    on: date | None
    said: str
    recorded_at: datetime
    recorded_by: str
    second_by: str
    paper_kind: str
    paper_on: date | None


@dataclass(frozen=True, slots=True)
class _Ending:
    row: Any
    by: str
    on: date | None
    said: str
    second_by: int | None
    document_seq: int | None


def list_ended_pumps(session: Session, viewer: Actor, now: datetime) -> tuple[EndedPump, ...]:
    """Those of the viewer's clinic that were written in the last thirty days, the latest first."""
    since = now - SHOWN_FOR
    found = [*_removals(session, viewer, since), *_determined(session, viewer, since)]
    found.sort(key=lambda each: (each.row.recorded_at, each.row.case_id, each.row.seq), reverse=True)
    people = {each.row.recorded_by for each in found} | {each.second_by for each in found}
    names = list_names(session, viewer, users={each for each in people if each is not None}).users if found else {}
    papers = _papers(session, viewer, found)
    return tuple(_ended(each, names, papers) for each in found)


def _ended(
    ending: _Ending, names: Mapping[int, str], papers: Mapping[tuple[int, int | None], tuple[str, date]]
) -> EndedPump:
    row = ending.row
    paper_kind, paper_on = papers.get((row.case_id, ending.document_seq), ("", None))
    return EndedPump(
        case_public_id=row.public_id,
        patient=identity_of(row),
        model=row.model,
        serial=row.serial,
        seq=row.seq,
        by=ending.by,
        on=ending.on,
        said=ending.said,
        recorded_at=row.recorded_at,
        recorded_by=names.get(row.recorded_by or 0, ""),
        second_by=names.get(ending.second_by or 0, ""),
        paper_kind=paper_kind,
        paper_on=paper_on,
    )


#: The events that take a pump out.
_ENDED_BY = {"device_removed": REMOVED, "pump_replaced": REPLACED}
_OF_CASE = (Case.id.label("case_id"), Case.public_id, *IDENTITY, DeviceRow.model, DeviceRow.serial)


def _removals(session: Session, viewer: Actor, since: datetime) -> Sequence[_Ending]:
    """A removal's second person and paper stand in its event."""
    query = (
        select(*_OF_CASE, DeviceRow.seq, DeviceRow.recorded_at, DeviceRow.recorded_by, DeviceRow.removed_on)
        .join(Case, and_(Case.clinic_id == DeviceRow.clinic_id, Case.id == DeviceRow.case_id))
        .join(Patient, is_patient_of_case())
        .where(
            DeviceRow.clinic_id == viewer.clinic_id,
            DeviceRow.kind == DeviceKind.PUMP,
            DeviceRow.in_place.is_(False),
            DeviceRow.superseded_by.is_(None),
            DeviceRow.recorded_at >= since,
        )
    )
    rows = session.execute(query).all()
    told = _details(session, viewer, {row.case_id for row in rows})
    unknown = (REMOVED, None, None)
    found = ((row, told.get((row.case_id, row.seq), unknown)) for row in rows)
    return [_Ending(row, by, row.removed_on, "", second, paper) for row, (by, second, paper) in found]


def _details(
    session: Session, viewer: Actor, cases: Collection[int]
) -> Mapping[tuple[int | None, int], tuple[str, int | None, int | None]]:
    """Whether another pump took its place, who else said so, and by which paper, of each removal."""
    if not cases:
        return {}
    query = select(Event.case_id, Event.kind, Event.body).where(
        Event.clinic_id == viewer.clinic_id, Event.case_id.in_(sorted(cases)), Event.kind.in_(_ENDED_BY)
    )
    found: dict[tuple[int | None, int], tuple[str, int | None, int | None]] = {}
    for case_id, kind, text in session.execute(query):
        body = json.loads(text)["body"]
        second, paper = body["detail"].get("second_by"), body["detail"].get("document")
        found |= {(case_id, int(fact["seq"])): (_ENDED_BY[kind], second, paper) for fact in body["facts"]}
    return found


def _determined(session: Session, viewer: Actor, since: datetime) -> Sequence[_Ending]:
    """Deaths and transfers that are over, of whoever has a pump in."""
    died = DeterminationRow.kind == DeterminationKind.DEATH
    handed_over = and_(
        DeterminationRow.kind == DeterminationKind.TRANSFER,
        DeterminationRow.value == "completed",
        Case.stage == TRANSFERRED,
    )
    has_pump = and_(
        DeviceRow.clinic_id == Case.clinic_id,
        DeviceRow.case_id == Case.id,
        DeviceRow.kind == DeviceKind.PUMP,
        DeviceRow.in_place.is_(True),
        DeviceRow.superseded_by.is_(None),
    )
    columns = (
        DeterminationRow.seq, DeterminationRow.recorded_at, DeterminationRow.recorded_by, DeterminationRow.kind,
        DeterminationRow.reason, DeterminationRow.until_on, DeterminationRow.about_seq, DeterminationRow.second_by,
    )  # fmt: skip
    query = (
        select(*_OF_CASE, *columns)
        .join(Case, and_(Case.clinic_id == DeterminationRow.clinic_id, Case.id == DeterminationRow.case_id))
        .join(Patient, is_patient_of_case())
        .join(DeviceRow, has_pump)
        .where(
            DeterminationRow.clinic_id == viewer.clinic_id,
            DeterminationRow.superseded_by.is_(None),
            DeterminationRow.recorded_at >= since,
            or_(died, handed_over),
        )
    )
    return [
        _Ending(row, row.kind, row.until_on, row.reason, row.second_by, row.about_seq) for row in session.execute(query)
    ]


def _papers(
    session: Session, viewer: Actor, found: Sequence[_Ending]
) -> Mapping[tuple[int, int | None], tuple[str, date]]:
    wanted = sorted({(each.row.case_id, each.document_seq) for each in found if each.document_seq is not None})
    if not wanted:
        return {}
    query = select(DocumentRow.case_id, DocumentRow.seq, DocumentRow.kind, DocumentRow.dated_on).where(
        DocumentRow.clinic_id == viewer.clinic_id, tuple_(DocumentRow.case_id, DocumentRow.seq).in_(wanted)
    )
    return {(row.case_id, row.seq): (row.kind, row.dated_on) for row in session.execute(query)}
