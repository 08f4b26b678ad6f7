"""What an import would do, worked out by reading only: nobody has to wait, and nothing has to be undone.

The same rules as the import itself, on the people who are here and on those whom earlier rows of the file bring in.
A test holds that the two always say the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.serials import serial_key
from tracker.persistence.models import Patient
from tracker.services.import_lookups import FollowedPump, doubt_serial, followed_pump, other_number, other_pump
from tracker.services.imports import Importer, Outcome, Report, refused_by_service, refused_row
from tracker.services.patients import Person, check_same, find_same, problems_of
from tracker.services.pump_file import read_pump
from tracker.services.pumps import waiting_case
from tracker.services.referral_file import read_referral
from tracker.services.referrals import case_of
from tracker.services.row_reading import RowReading
from tracker.services.same_serial import holders_of
from tracker.services.table_file import Table
from tracker.services.work import Work


@dataclass(slots=True)
class EarlierRows:
    """Who the rows so far would bring in, by number and by name, and whom of the known patients they would take."""

    by_number: dict[str, Person] = field(default_factory=dict)
    by_name: dict[tuple[str, date], Person] = field(default_factory=dict)
    taken_ids: set[int] = field(default_factory=set)
    pumps: dict[tuple[str, date], FollowedPump] = field(default_factory=dict)

    def find(self, work: Work, person: Person) -> Patient | Person | None:
        """Who this is: found as the import will find them.

        :raises InvalidInput: where the number is known for somebody else
        """
        of_number = self.by_number.get(person.mrn.casefold()) if person.mrn else None
        if of_number is not None:
            check_same(person, of_number.name_key, of_number.birth_on)
            return of_number
        return find_same(work, person) or self.by_name.get((person.name_key, person.birth_on))

    def holders_of(self, serial: str) -> set[str]:
        """The record numbers of those who would come in with a pump of this serial."""
        key = serial_key(serial)
        return {each.mrn for each in self.pumps.values() if serial.strip() and serial_key(each.serial) == key}

    def add(self, person: Person, today: date) -> None:
        """Take in a new person.

        :raises InvalidInput: for what cannot be taken
        """
        problems = problems_of(person, today)
        if problems:
            raise InvalidInput(problems)
        self.by_number[person.mrn.casefold()] = person
        self.by_name[person.name_key, person.birth_on] = person


def preview_referrals(importer: Importer, session: Session, table: Table) -> Iterator[Report]:
    """What ``import_referrals`` would report; the same report is handed out after every row.

    :raises NotPermitted: for somebody who may not import
    """
    importer.require(Permission.IMPORT)
    return _each(importer, session, table, _preview_referral)


def preview_pumps(importer: Importer, session: Session, table: Table, second_by: int | None) -> Iterator[Report]:
    """What ``import_pumps`` would report.

    :raises NotPermitted: for somebody who may not import or take over pumps
    """
    importer.require(Permission.IMPORT)
    importer.require(Permission.TAKE_OVER_PUMP)
    return _each(
        importer, session, table, lambda work, reading, earlier: _preview_pump(work, reading, earlier, second_by)
    )


def _each(
    importer: Importer, session: Session, table: Table, preview: Callable[[Work, RowReading, EarlierRows], Outcome]
) -> Iterator[Report]:
    report, earlier, work = Report(warnings=list(table.doubts)), EarlierRows(), importer.work(session)
    for row in table.rows:
        reading = importer.reading(row)
        try:
            report.count(preview(work, reading, earlier))
        except InvalidInput as error:
            report.count(refused_by_service(reading, error))
        yield report


def _preview_referral(work: Work, reading: RowReading, earlier: EarlierRows) -> Outcome:
    referral = read_referral(reading)
    if referral is None:
        return refused_row(reading)
    known = earlier.find(work, referral.person)
    if known is None:
        earlier.add(referral.person, reading.today)
        return _new(reading)
    is_free = isinstance(known, Patient) and known.id not in earlier.taken_ids
    if isinstance(known, Patient) and is_free and case_of(work, known, referral.pathway) is None:
        earlier.taken_ids.add(known.id)
        return _new(reading)
    return Outcome(reading.row.number, doubts=other_number(reading, known.mrn))


def _preview_pump(work: Work, reading: RowReading, earlier: EarlierRows, second_by: int | None) -> Outcome:
    row = read_pump(reading, second_by)
    if row is None:
        return refused_row(reading)
    person = row.referral.person
    known = earlier.find(work, person)
    followed = earlier.pumps.get((person.name_key, person.birth_on))
    if followed is None and isinstance(known, Patient):
        followed = followed_pump(work, known)
    if followed is not None and known is not None:
        return Outcome(reading.row.number, doubts=(*other_number(reading, known.mrn), *other_pump(reading, followed)))
    problems = row.pump.problems(reading.today, work.actor.user_id)
    if problems:
        raise InvalidInput(problems)
    if isinstance(known, Patient):
        waiting_case(work, known, row.referral.pathway)
    else:
        earlier.add(person, reading.today)
    serial, known_id = row.pump.pump.serial, known.id if isinstance(known, Patient) else None
    doubt_serial(reading, tuple(sorted({*holders_of(work, serial, besides=known_id), *earlier.holders_of(serial)})))
    earlier.pumps[person.name_key, person.birth_on] = FollowedPump("", serial, person.mrn)
    return _new(reading)


def _new(reading: RowReading) -> Outcome:
    return Outcome(reading.row.number, is_new=True, doubts=tuple(reading.doubts))
