"""Bringing in people from a spreadsheet: each row in a transaction of its own, so that none is half imported.

A second import of the same file changes nothing: who is on the pathway, or has a followed pump, is already there. What
another referral of the same person brings is kept (``further_referrals``).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotPermitted
from tracker.domain.words import Role
from tracker.persistence.models import Case, Patient
from tracker.services.import_lookups import doubt_serial, followed_pump, other_number, other_pump
from tracker.services.patients import find_same
from tracker.services.ports import Clock, Ids
from tracker.services.pump_file import read_pump
from tracker.services.pumps import take_over_pump
from tracker.services.referral_file import read_referral
from tracker.services.referrals import refer
from tracker.services.row_reading import RowReading
from tracker.services.same_serial import holders_of
from tracker.services.staff_tasks import opening
from tracker.services.table_file import Complaint, Row, Table
from tracker.services.work import Work

#: The columns of a file whose names differ from the fields that services complain of.
FIELD_COLUMNS = {
    "birth_on": "birth_date",
    "alarm_on": "alarm_date",
    "reservoir": "reservoir_ml",
    "second_by": "second_person",
}
NUMBER_NEEDED = "The medical record number is missing, and nobody of this name and birth date is known."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. ``case`` is its public id; empty where there is none, or none yet."""

    row: int
    is_new: bool = False
    refused: Complaint | None = None
    doubts: tuple[Complaint, ...] = ()
    case: str = ""


@dataclass(slots=True)
class Report:
    """What an import did: ``imported + already_there + len(refused) == rows``."""

    rows: int = 0
    imported: int = 0
    already_there: int = 0
    refused: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Add one row, once it is written for good."""
        self.rows += 1
        self.warnings.extend(outcome.doubts)
        self.outcomes.append(outcome)
        if outcome.refused is not None:
            self.refused.append(outcome.refused)
            return
        self.imported += outcome.is_new
        self.already_there += not outcome.is_new

    def document(self) -> dict[str, object]:
        """The report as scripts read it."""
        return {
            "rows": self.rows,
            "imported": self.imported,
            "already_there": self.already_there,
            "refused": [asdict(each) for each in self.refused],
            "warnings": [asdict(each) for each in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports, where, and how a transaction is opened for each row. ``pause`` is called between two of them:
    SQLite has one writer, and it is not fair to a page that waits. ``readers_confirm``: see ``Work``."""

    writing: Callable[[], AbstractContextManager[Session]]
    actor: Actor
    calendar: ClinicCalendar
    clock: Clock
    ids: Ids
    pause: Callable[[], None]
    readers_confirm: bool = True

    def work(self, session: Session) -> Work:
        """One transaction's work."""
        return Work(session, self.actor, self.ids, self.clock.now(), readers_confirm=self.readers_confirm)

    def reading(self, row: Row) -> RowReading:
        """A row, to be read as of today at the clinic."""
        return RowReading(row, self.calendar.today(self.clock.now()))

    def require(self, permission: Permission) -> None:
        """Refuse whoever may not do this.

        :raises NotPermitted: if none of the actor's roles has the permission
        """
        if not self.actor.may(permission):
            raise NotPermitted(permission)


def import_referrals(importer: Importer, table: Table) -> Iterator[Report]:
    """Import a referral file; the same report is handed out after every row, so that progress can be shown.

    :raises NotPermitted: for somebody who may not import
    """
    importer.require(Permission.IMPORT)
    return _each(importer, table, lambda work, reading: _take_referral(work, importer.calendar, reading))


def import_pumps(importer: Importer, table: Table, second_by: int | None) -> Iterator[Report]:
    """Import a file of patients who have a pump. ``second_by`` read the print-outs too; ``None``: nobody did, and
    every alarm date waits for a second reader.

    :raises NotPermitted: for somebody who may not import or take over pumps
    """
    importer.require(Permission.IMPORT)
    importer.require(Permission.TAKE_OVER_PUMP)
    return _each(importer, table, lambda work, reading: _take_pump(work, importer.calendar, reading, second_by))


def refused_row(reading: RowReading) -> Outcome:
    """A row with everything that keeps it out, under the first field."""
    first, *others = reading.refused
    also = "".join(f" Also {each.field}: {each.reason}" for each in others)
    return Outcome(reading.row.number, refused=Complaint(first.row, first.field, first.reason + also))


def refused_by_service(reading: RowReading, error: InvalidInput) -> Outcome:
    """A row that a use case does not take."""
    name, reason = next(iter(error.problems.items()))
    if name == "mrn" and not reading.text("mrn"):
        reason = NUMBER_NEEDED
    return Outcome(reading.row.number, refused=Complaint(reading.row.number, FIELD_COLUMNS.get(name, name), reason))


def _each(importer: Importer, table: Table, take: Callable[[Work, RowReading], Outcome]) -> Iterator[Report]:
    report = Report(warnings=list(table.doubts))
    for row in table.rows:
        report.count(_write(importer, row, take))
        yield report
        importer.pause()


def _write(importer: Importer, row: Row, take: Callable[[Work, RowReading], Outcome]) -> Outcome:
    for is_last_try in (False, True):
        reading = importer.reading(row)
        try:
            with importer.writing() as session:
                return take(importer.work(session), reading)
        except InvalidInput as error:
            return refused_by_service(reading, error)
        except IntegrityError:
            # Somebody brought in the same person between our look and our write: now we find them.
            if is_last_try:
                raise
    raise AssertionError("the second try returns or raises")


def _take_referral(work: Work, calendar: ClinicCalendar, reading: RowReading) -> Outcome:
    referral = read_referral(reading)
    if referral is None:
        return refused_row(reading)
    referred = refer(work, referral, calendar)
    if not referred.is_new:
        return _already_there(work, calendar, reading, referred.case_public_id, ())
    return _taken(work, calendar, reading, referred.case_public_id)


def _take_pump(work: Work, calendar: ClinicCalendar, reading: RowReading, second_by: int | None) -> Outcome:
    row = read_pump(reading, second_by)
    if row is None:
        return refused_row(reading)
    known = find_same(work, row.referral.person)
    followed = followed_pump(work, known) if known else None
    if followed is not None:
        doubts = other_pump(reading, followed)
        return _already_there(work, calendar, reading, followed.case, doubts)
    doubt_serial(reading, holders_of(work, row.pump.pump.serial, besides=known.id if known else None))
    written = take_over_pump(work, row.referral, row.pump, calendar)
    return _taken(work, calendar, reading, written.public_id)


def _taken(work: Work, calendar: ClinicCalendar, reading: RowReading, case: str) -> Outcome:
    if reading.doubts:
        case_id, _ = _case(work, case)
        _ask(work, calendar, case_id, f"import_doubts:{case_id}", tuple(reading.doubts))
    return Outcome(reading.row.number, is_new=True, doubts=tuple(reading.doubts), case=case)


def _already_there(
    work: Work, calendar: ClinicCalendar, reading: RowReading, case: str, doubts: tuple[Complaint, ...]
) -> Outcome:
    """The case goes on as it is; a doubt about who or which pump it is becomes a task, once."""
    case_id, known_mrn = _case(work, case)
    doubts = (*other_number(reading, known_mrn), *doubts)
    if doubts:
        said = "".join(f":{each.field}:{reading.text(each.field or '')}" for each in doubts)
        _ask(work, calendar, case_id, f"import_doubts:{case_id}{said}", doubts)
    return Outcome(reading.row.number, doubts=doubts, case=case)


def _case(work: Work, public_id: str) -> tuple[int, str]:
    row = work.session.execute(
        select(Case.id, Patient.mrn)
        .join(Patient, (Patient.clinic_id == Case.clinic_id) & (Patient.id == Case.patient_id))
        .where(Case.clinic_id == work.actor.clinic_id, Case.public_id == public_id)
    ).one()
    return row.id, row.mrn


def _ask(work: Work, calendar: ClinicCalendar, case_id: int, key: str, doubts: tuple[Complaint, ...]) -> None:
    """Have the coordinator look."""
    work.session.execute(
        opening(
            work.session,
            clinic_id=work.actor.clinic_id,
            case_id=case_id,
            kind="import_doubts",
            key=key,
            params={each.field or "row": each.reason for each in doubts},
            owner=Role.COORDINATOR,
            due_on=calendar.today(work.now),
            now=work.now,
            ids=work.ids,
        )
    )
