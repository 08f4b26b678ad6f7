"""From stored rows to the frozen snapshot that the rules look at.

One select reads the case with its patient's birth date and its clinic's zone and closed days, and the live facts are
one clustered range per table. Nothing else may build a ``Snapshot`` from the database, so that a page,
a use case, the reconciler and ``tracker check`` can never see different things.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Text, bindparam, cast, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.domain.facts import Fact, Referral
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, ReoperationKind
from tracker.pathways import catalogue
from tracker.persistence.facts import load_live, load_live_of
from tracker.persistence.models import Case, Clinic, ClosedDay, DeterminationRow, Patient


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case as it is stored, as the rules see it, and the pathway it is pinned to."""

    case: Case
    snapshot: Snapshot
    pathway: Pathway


class Seen(NamedTuple):
    """A case as it was read by this request, when its row had that version or a later one."""

    version: int
    snapshot: Snapshot


_beside = aliased(Case)
#: The day booked in the open reoperation beside a case, where it replaces the pump.
REPLACEMENT_ON = (
    select(_beside.procedure_on)
    .join(
        DeterminationRow,
        (DeterminationRow.clinic_id == _beside.clinic_id) & (DeterminationRow.case_id == _beside.id),
    )
    .where(
        _beside.clinic_id == Case.clinic_id,
        _beside.about_case_id == Case.id,
        _beside.is_open,
        DeterminationRow.kind == DeterminationKind.REOPERATION,
        DeterminationRow.value == ReoperationKind.REPLACEMENT,
        DeterminationRow.superseded_by.is_(None),
    )
    .correlate(Case)
    .scalar_subquery()
)
_OF_CLINIC = (
    select(Case, Patient.birth_on, Clinic.zone, Clinic.open_weekdays, REPLACEMENT_ON.label("replacement_on"))
    .join(Patient, (Patient.clinic_id == Case.clinic_id) & (Patient.id == Case.patient_id))
    .join(Clinic, Clinic.id == Case.clinic_id)
    .where(Case.clinic_id == bindparam("clinic"))
)
#: How an engine makes one JSON text of many rows.
_JSON_LIST = {"sqlite": func.json_group_array, "postgresql": func.json_agg}
#: One case, with the closed days of its clinic as the text of a list: a statement more takes longer than that.
_READ = {
    dialect: _OF_CLINIC.add_columns(
        select(cast(json_list(ClosedDay.on_date), Text))
        .where(ClosedDay.clinic_id == bindparam("clinic"))
        .scalar_subquery()
        .label("closed")
    ).where(Case.id == bindparam("case"))
    for dialect, json_list in _JSON_LIST.items()
}
_LOCKED = {
    dialect: query.with_for_update(of=Case).execution_options(populate_existing=True)
    for dialect, query in _READ.items()
}
# By id: a pump's case is older than a reoperation beside it, and is locked before it everywhere.
_READ_SEVERAL = _OF_CLINIC.where(Case.id.in_(bindparam("cases", expanding=True))).order_by(Case.id)
_LOCKED_SEVERAL = _READ_SEVERAL.with_for_update(of=Case).execution_options(populate_existing=True)
_CLOSED_DAYS = select(ClosedDay.on_date).where(ClosedDay.clinic_id == bindparam("clinic"))


def load_snapshot(
    session: Session, clinic_id: int, case_id: int, *, lock: bool = False, seen: Seen | None = None
) -> LoadedCase:
    """Read one case. ``lock``: hold its row until the transaction ends, and read it again even if it was read before;
    only the facts (and closed days) that were ``seen`` at the very version that is locked are not read again.

    :raises NotFound: if the clinic has no such case
    """
    query = (_LOCKED if lock else _READ)[session.get_bind().dialect.name]
    row = session.execute(query, {"clinic": clinic_id, "case": case_id}).one_or_none()
    if row is None:
        raise NotFound(str(case_id))
    case, birth_on, zone, open_weekdays, replacement_on, closed = row
    if seen is not None and seen.version == case.version:
        facts, calendar = seen.snapshot.facts, seen.snapshot.calendar
    else:
        facts = load_live(session, clinic_id, case_id)
        days = frozenset(map(date.fromisoformat, json.loads(closed or "[]")))
        calendar = ClinicCalendar(zone, weekdays(open_weekdays), days)
    snapshot = snapshot_of(case, birth_on, calendar, facts, replacement_on=replacement_on)
    return LoadedCase(case, snapshot, catalogue.load(*pinned(case)))


def load_snapshots(
    session: Session, clinic_id: int, case_ids: Sequence[int], *, lock: bool = False
) -> list[LoadedCase]:
    """Read several cases of one clinic at once, by id. ``lock``: hold their rows until the transaction ends.

    :raises NotFound: if the clinic does not have one of them
    """
    keys = {"clinic": clinic_id, "cases": case_ids}
    rows = session.execute(_LOCKED_SEVERAL if lock else _READ_SEVERAL, keys).all()
    if len(rows) < len(case_ids):
        raise NotFound(f"{len(case_ids) - len(rows)} of {len(case_ids)}")
    closed, facts = closed_days(session, clinic_id), load_live_of(session, clinic_id, case_ids)
    found = []
    for case, birth_on, zone, open_weekdays, replacement_on in rows:
        calendar = ClinicCalendar(zone, weekdays(open_weekdays), closed)
        snapshot = snapshot_of(case, birth_on, calendar, facts[case.id], replacement_on=replacement_on)
        found.append(LoadedCase(case, snapshot, catalogue.load(*pinned(case))))
    return found


def pinned(case: Case) -> tuple[str, int]:
    """The pathway and version that a case started on."""
    return case.pathway, case.pathway_version


def weekdays(digits: str) -> frozenset[int]:
    """ISO weekdays from their stored digits."""
    return frozenset(int(digit) for digit in digits)


def closed_days(session: Session, clinic_id: int) -> frozenset[date]:
    """Every day on which the clinic is closed although its weekday is open."""
    return frozenset(session.connection().scalars(_CLOSED_DAYS, {"clinic": clinic_id}))


def snapshot_of(
    case: Case, birth_on: date, calendar: ClinicCalendar, facts: Iterable[Fact], *, replacement_on: date | None
) -> Snapshot:
    """The snapshot of a case and its live facts; ``replacement_on`` is what ``REPLACEMENT_ON`` says of it."""
    live = tuple(sorted(facts, key=lambda fact: fact.seq))
    referrals = [fact for fact in live if isinstance(fact, Referral)]
    return Snapshot(
        stage=case.stage,
        stage_entered_at=case.stage_entered_at,
        birth_on=birth_on,
        calendar=calendar,
        trial_attempt=case.trial_attempt,
        trial_series=case.trial_series,
        implant_attempt=case.implant_attempt,
        facts=live,
        referred_indication=referrals[-1].indication if referrals else case.indication,
        replacement_on=replacement_on,
    )
