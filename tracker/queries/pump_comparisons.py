"""The pumps of a clinic held against another list, what was made of it before, and when it is to be done again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, bindparam, case, func, literal, or_, select, true
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.names import fold
from tracker.domain.obligations.refills import TRANSFERRED
from tracker.domain.pump_comparison import Comparison, Finding, Known, Listed, Standing, compare, due_on
from tracker.domain.words import DeterminationKind, DeviceKind
from tracker.persistence.models import Case, DeterminationRow, DeviceRow, Patient, PumpComparison, StaffTask, User
from tracker.queries.determined import is_determined
from tracker.queries.identity import IDENTITY, is_patient_of_case

#: The kind of the tasks that a difference is given to somebody by.
TASK = "pump_list"
#: What was compared lately, on the page.
MOST_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One comparison as it was recorded. ``reasons`` holds finding, case (or empty), row (or 0) and reason of each."""

    at: datetime
    by: str
    name: str
    size_bytes: int
    digest: str
    agreed: int
    counts: Mapping[Finding, int]
    tasks: int
    reasons: tuple[tuple[str, str, int, str], ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """When a clinic last compared, by whom and which list; ``first_pump_at`` is asked for only where it never did."""

    last_id: int
    last_at: datetime | None
    last_by: str
    last_digest: str
    first_pump_at: datetime | None

    def due_on(self, zone: str) -> date | None:
        """The clinic's civil day by which it compares again; ``None``: it never had a pump."""
        first, last = (
            at.astimezone(ZoneInfo(zone)).date() if at else None for at in (self.first_pump_at, self.last_at)
        )
        return due_on(first, last)


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task that a difference was given to somebody by."""

    id: int
    is_done: bool


def _standings() -> Select[Any]:
    last = (
        select(PumpComparison.id, PumpComparison.compared_at, PumpComparison.digest, User.name)
        .join(User, User.id == PumpComparison.compared_by)
        .where(PumpComparison.clinic_id == bindparam("clinic"))
        .order_by(PumpComparison.compared_at.desc(), PumpComparison.id.desc())
        .limit(1)
        .subquery()
    )
    first = select(func.min(DeviceRow.recorded_at)).where(
        DeviceRow.clinic_id == bindparam("clinic"), DeviceRow.kind == DeviceKind.PUMP
    )
    # Asked for where the clinic never compared, and not looked for where it did.
    first_pump_at = case((last.c.id.is_(None), first.scalar_subquery())).label("first_pump_at")
    always = select(literal(1)).subquery()
    return select(last, first_pump_at).select_from(always).outerjoin(last, true())


_STANDINGS = _standings()


def get_standings(session: Session, clinic_id: int) -> Standings:
    """What decides when the clinic compares again, in one statement: it stands on Today."""
    row = session.execute(_STANDINGS, {"clinic": clinic_id}).one()
    return Standings(
        last_id=row.id or 0,
        last_at=row.compared_at,
        last_by=row.name or "",
        last_digest=row.digest or "",
        first_pump_at=row.first_pump_at,
    )


def all_standings(session: Session) -> dict[int, Standings]:
    """The same of every clinic that has compared, or has a pump; nobody's name. For what watches from outside."""
    last = select(PumpComparison.clinic_id, func.max(PumpComparison.compared_at)).group_by(PumpComparison.clinic_id)
    compared = {row[0]: row[1] for row in session.execute(last)}
    first = (
        select(DeviceRow.clinic_id, func.min(DeviceRow.recorded_at))
        .where(DeviceRow.kind == DeviceKind.PUMP, DeviceRow.clinic_id.not_in(sorted(compared)))
        .group_by(DeviceRow.clinic_id)
    )
    began = {row[0]: row[1] for row in session.execute(first)}
    return {
        clinic_id: Standings(
            last_id=0,
            last_at=compared.get(clinic_id),
            last_by="",
            last_digest="",
            first_pump_at=began.get(clinic_id),
        )
        for clinic_id in compared.keys() | began.keys()
    }


def list_comparisons(session: Session, viewer: Actor) -> tuple[Compared, ...]:
    """The latest of the viewer's clinic, the last one first."""
    query = (
        select(PumpComparison, User.name)
        .join(User, User.id == PumpComparison.compared_by)
        .where(PumpComparison.clinic_id == viewer.clinic_id)
        .order_by(PumpComparison.compared_at.desc(), PumpComparison.id.desc())
        .limit(MOST_SHOWN)
    )
    return tuple(_compared(row, name) for row, name in session.execute(query))


def _compared(row: PumpComparison, name: str) -> Compared:
    kept: dict[str, Any] = dict(row.reasons)
    return Compared(
        at=row.compared_at,
        by=name,
        name=row.name,
        size_bytes=row.size_bytes,
        digest=row.digest,
        agreed=row.agreed,
        counts={finding: getattr(row, finding.value) for finding in Finding},
        tasks=row.tasks,
        reasons=tuple((str(a), str(b), int(c), str(d)) for a, b, c, d in kept.get("said", ())),
        note=row.note,
    )


def hold_against(session: Session, viewer: Actor, listed: Sequence[Listed]) -> Comparison:
    """The pumps that the viewer's clinic follows against the rows of another list, from the facts.

    Of people with a pump everything is known at once; others are looked for only where nothing else explains a row.
    """
    pumps = _pumps(session, viewer.clinic_id)
    found = compare(pumps, listed)
    strangers = [
        each.listed
        for each in found.of(Finding.NOT_FOLLOWED)
        if each.listed is not None and each.standing is Standing.UNKNOWN
    ]
    people = _people(session, viewer.clinic_id, strangers)
    return compare([*pumps, *people], listed) if people else found


_STANDING = case(
    (DeviceRow.in_place.is_(False), Standing.REMOVED.value),
    (is_determined(DeterminationKind.DEATH), Standing.DIED.value),
    (
        and_(
            Case.stage == TRANSFERRED,
            is_determined(DeterminationKind.TRANSFER, DeterminationRow.value == "completed"),
        ),
        Standing.TRANSFERRED.value,
    ),
    else_=Standing.FOLLOWED.value,
)


def _pumps(session: Session, clinic_id: int) -> list[Known]:
    """Every pump that was ever here, by its patient."""
    columns: tuple[Any, ...] = (
        Case.public_id, DeviceRow.device, DeviceRow.serial, DeviceRow.removed_on, _STANDING.label("standing"),
    )  # fmt: skip
    query = (
        select(*IDENTITY, *columns)
        .join(Case, and_(Case.clinic_id == DeviceRow.clinic_id, Case.id == DeviceRow.case_id))
        .join(Patient, is_patient_of_case())
        .where(
            DeviceRow.clinic_id == clinic_id,
            DeviceRow.kind == DeviceKind.PUMP,
            DeviceRow.superseded_by.is_(None),
        )
        .order_by(Patient.name_key, Patient.id, DeviceRow.device)
    )
    return [
        _known(row, Standing(row.standing), device=row.device, serial=row.serial, ended_on=row.removed_on)
        for row in session.execute(query)
    ]


def _people(session: Session, clinic_id: int, strangers: Iterable[Listed]) -> list[Known]:
    """Patients without any pump who may be whom these rows speak of, with their latest case."""
    rows = list(strangers)
    numbers = {row.mrn.lower() for row in rows if row.mrn}
    names = {fold(row.name) for row in rows if row.name}
    if not numbers and not names:
        return []
    has_pump = select(DeviceRow.seq).where(
        DeviceRow.clinic_id == Case.clinic_id,
        DeviceRow.case_id == Case.id,
        DeviceRow.kind == DeviceKind.PUMP,
        DeviceRow.superseded_by.is_(None),
    )
    columns: tuple[Any, ...] = (Patient.id, Case.public_id, Case.is_open, has_pump.exists().label("has_pump"))
    query = (
        select(*IDENTITY, *columns)
        .outerjoin(Case, is_patient_of_case())
        .where(
            Patient.clinic_id == clinic_id,
            or_(func.lower(Patient.mrn).in_(sorted(numbers)), Patient.name_key.in_(sorted(names))),
        )
        .order_by(Patient.id, Case.is_open, Case.id)
    )
    latest = {row.id: row for row in session.execute(query).all()}
    return [
        _known(row, Standing.NO_PUMP if row.public_id is None or row.is_open else Standing.CASE_CLOSED)
        for row in latest.values()
        if not row.has_pump
    ]


def _known(row: Row[Any], standing: Standing, **pump: Any) -> Known:
    return Known(
        case=row.public_id or "",
        mrn=row.mrn,
        family_name=row.family_name,
        given_name=row.given_name,
        birth_on=row.birth_on,
        standing=standing,
        **{"device": 0, "serial": "", "ended_on": None, **pump},
    )


def task_key(round_id: int, key: str) -> str:
    """The key of a difference's task. What is found again after its task was ended is asked again."""
    return f"{TASK}:{round_id}:{key}"


def tasks_since(session: Session, viewer: Actor, round_id: int) -> dict[str, TaskState]:
    """The tasks for differences, by the key of the difference: those found since the comparison ``round_id``, and those
    found before that nobody has ended yet."""
    is_of_round = StaffTask.key.startswith(task_key(round_id, ""), autoescape=True)
    query = (
        select(StaffTask.key, StaffTask.id, StaffTask.done_at)
        .where(
            StaffTask.clinic_id == viewer.clinic_id,
            StaffTask.kind == TASK,
            or_(is_of_round, StaffTask.done_at.is_(None)),
        )
        .order_by(StaffTask.done_at.is_(None), StaffTask.id)
    )
    return {
        row.key.split(":", maxsplit=2)[2]: TaskState(row.id, row.done_at is not None) for row in session.execute(query)
    }
