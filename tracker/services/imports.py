"""Bringing in referrals from a spreadsheet: each row in its own transaction, so that none is half imported.

A second import of the same file changes nothing: a person who is on the pathway is already there.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, NotPermitted
from tracker.persistence.models import StaffTask
from tracker.services.ports import Clock, Ids
from tracker.services.referral_file import COLUMNS, ReadRow, read_referral
from tracker.services.referrals import refer
from tracker.services.table_file import Complaint, Row, decode, read_rows
from tracker.services.work import Work

#: The columns of a referral file whose names differ from the fields that services complain of.
FIELD_COLUMNS = {"birth_on": "birth_date"}


@dataclass(slots=True)
class Report:
    """What an import did: ``imported + already_there + len(refused) == rows``."""

    rows: int = 0
    imported: int = 0
    already_there: int = 0
    refused: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)

    def document(self) -> dict[str, object]:
        """The report as scripts read it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports, where, and how a transaction is opened for each row."""

    writing: Callable[[], AbstractContextManager[Session]]
    actor: Actor
    calendar: ClinicCalendar
    clock: Clock
    ids: Ids

    def work(self, session: Session) -> Work:
        """One transaction's work."""
        return Work(session, self.actor, self.ids, self.clock.now())


class _Undo(Exception):
    """Ends a trial run's transaction without keeping anything."""


def import_referrals(importer: Importer, content: bytes, *, dry_run: bool = False) -> Iterator[Report]:
    """Import a referral file; the same report is handed out after every row, so that progress can be shown.

    With ``dry_run`` everything happens in one transaction that is undone.

    :raises NotPermitted: for somebody who may not import
    :raises UnreadableFile: if the file is not such a table
    """
    if not importer.actor.may(Permission.IMPORT):
        raise NotPermitted(Permission.IMPORT)
    report = Report()
    text, is_guessed = decode(content)
    rows = list(read_rows(text, COLUMNS))
    if is_guessed:
        report.warnings.append(Complaint(1, "file", "The file is not UTF-8; it was read as Windows-1252. Check names."))
    if dry_run:
        try:
            with importer.writing() as session:
                for row in rows:
                    _import_row(importer.work(session), importer.calendar, row, report)
                    yield report
                raise _Undo
        except _Undo:
            return
    for row in rows:
        with importer.writing() as session:
            _import_row(importer.work(session), importer.calendar, row, report)
        yield report


def _import_row(work: Work, calendar: ClinicCalendar, row: Row, report: Report) -> None:
    report.rows += 1
    read = read_referral(row, calendar.today(work.now))
    if read.referral is None:
        report.refused.append(read.refused[0])
        return
    try:
        with work.session.begin_nested():
            is_new = _refer(work, calendar, read)
    except InvalidInput as error:
        name, reason = next(iter(error.problems.items()))
        report.refused.append(Complaint(row.number, FIELD_COLUMNS.get(name, name), reason))
        return
    report.imported += is_new
    report.already_there += not is_new
    if is_new:
        report.warnings.extend(read.doubts)


def _refer(work: Work, calendar: ClinicCalendar, read: ReadRow) -> bool:
    """Refer the patient of a row; doubts become a task of the coordinator. True if the case is new."""
    assert read.referral is not None  # noqa: S101  # refused rows do not come here
    referred = refer(work, read.referral, calendar)
    if referred.is_new and read.doubts and referred.case_id is not None:
        work.session.add(
            StaffTask(
                clinic_id=work.actor.clinic_id,
                id=work.ids.row_id(work.now),
                case_id=referred.case_id,
                kind="import_doubts",
                key=f"import_doubts:{referred.case_id}",
                params={complaint.field or "row": complaint.reason for complaint in read.doubts},
                owner_role="coordinator",
                due_on=calendar.today(work.now),
                opened_at=work.now,
            )
        )
        work.session.flush()
    return referred.is_new
