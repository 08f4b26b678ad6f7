"""From stored rows to the frozen snapshot that the rules look at.

One select reads the case with its patient's birth date, one its clinic's calendar, and the live facts are one
clustered range per table. Nothing else may build a ``Snapshot`` from the database, so that a page,
a use case, the reconciler and ``tracker check`` can never see different things.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.domain.facts import Determination, Fact, Referral
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, ReoperationKind
from tracker.pathways import catalogue
from tracker.persistence.facts import load_live, load_live_of
from tracker.persistence.models import Case, DeterminationRow, Patient
from tracker.queries.clinic_calendar import get_calendar


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
    select(Case, Patient.birth_on, Patient.sex, REPLACEMENT_ON.label("replacement_on"))
    .join(Patient, (Patient.clinic_id == Case.clinic_id) & (Patient.id == Case.patient_id))
    .where(Case.clinic_id == bindparam("clinic"))
)
_READ = _OF_CLINIC.where(Case.id == bindparam("case"))
_LOCKED = _READ.with_for_update(of=Case).execution_options(populate_existing=True)
# By id: a pump's case is older than a reoperation beside it, and is locked before it everywhere.
_READ_SEVERAL = _OF_CLINIC.where(Case.id.in_(bindparam("cases", expanding=True))).order_by(Case.id)
_LOCKED_SEVERAL = _READ_SEVERAL.with_for_update(of=Case).execution_options(populate_existing=True)
_AFTER_THE_LOCK = (
    select(REPLACEMENT_ON).select_from(Case).where(Case.clinic_id == bindparam("clinic"), Case.id == bindparam("case"))
)


def load_snapshot(
    session: Session, clinic_id: int, case_id: int, *, lock: bool = False, seen: Seen | None = None
) -> LoadedCase:
    """Read one case. ``lock``: hold its row until the transaction ends, and read it again even if it was read before;
    only the facts that were ``seen`` at the very version that is locked are not read again. Closed days and the day of
    a reoperation beside it are read after the lock: who waited for it has those of after the wait.

    :raises NotFound: if the clinic has no such case
    """
    row = session.execute(_LOCKED if lock else _READ, {"clinic": clinic_id, "case": case_id}).one_or_none()
    if row is None:
        raise NotFound(str(case_id))
    case, birth_on, sex, replacement_on = row
    if seen is not None and seen.version == case.version:
        facts = seen.snapshot.facts
    else:
        facts = load_live(session, clinic_id, case_id)
    if lock:
        replacement_on = _replacement_on(session, case, facts)
    snapshot = snapshot_of(
        case, birth_on, get_calendar(session, clinic_id), facts, replacement_on=replacement_on, sex=sex
    )
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
    facts = load_live_of(session, clinic_id, case_ids)
    calendar = get_calendar(session, clinic_id)
    found = []
    for case, birth_on, sex, read_on in rows:
        replacement_on = _replacement_on(session, case, facts[case.id]) if lock else read_on
        snapshot = snapshot_of(case, birth_on, calendar, facts[case.id], replacement_on=replacement_on, sex=sex)
        found.append(LoadedCase(case, snapshot, catalogue.load(*pinned(case))))
    return found


def _replacement_on(session: Session, case: Case, facts: Iterable[Fact]) -> date | None:
    """As it stands now. The statement that waited for the lock looks at other cases as they were before it waited.
    Without the decision to operate in the pump's case there is none beside it."""
    if not any(isinstance(each, Determination) and each.kind == DeterminationKind.REOPERATION for each in facts):
        return None
    return session.scalars(_AFTER_THE_LOCK, {"clinic": case.clinic_id, "case": case.id}).one()


def pinned(case: Case) -> tuple[str, int]:
    """The pathway and version that a case started on."""
    return case.pathway, case.pathway_version


def snapshot_of(
    case: Case,
    birth_on: date,
    calendar: ClinicCalendar,
    facts: Iterable[Fact],
    *,
    replacement_on: date | None,
    sex: str,
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
        sex=sex,
    )
