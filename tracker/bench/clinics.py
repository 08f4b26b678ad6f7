"""The clinics of the bench: staff, rooms and payers made by the real use cases, before any case is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from tracker.bench.copying import ClinicBooks
from tracker.bench.templates import table_of
from tracker.demo.cast import PAYERS
from tracker.demo.clinic import CLINIC_ROOMS, CLINICIANS, PROCEDURE_ROOMS, STAFF, ZONE, holidays_about
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.words import Role
from tracker.runtime import Runtime
from tracker.services import accounts, clinic_setup, message_settings
from tracker.services.members import Administration, invite
from tracker.services.payers import payer_named
from tracker.services.work import Work

#: Enough for what the largest clinic has booked on one day; where they do not suffice, a visit has no room yet.
ROOMS = 40
#: Who asks for the pages: somebody who may see all of them, in the largest clinic.
WATCHER = "watcher@bench.example"
WATCHER_ROLES = (Role.LEAD_COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a clinic's ids are called: staff by the first part of their address, the rest by name."""

    clinic_id: int
    people: Mapping[str, int]
    payers: Mapping[str, int]
    rooms: Mapping[str, int]
    clinicians: Mapping[str, int]

    @property
    def ids(self) -> frozenset[int]:
        """All of them."""
        tables = (self.people, self.payers, self.rooms, self.clinicians)
        return frozenset({self.clinic_id, *(row_id for table in tables for row_id in table.values())})


def read_vocabulary(connection: Connection, clinic_id: int) -> Vocabulary:
    """The names of one clinic and their ids."""
    users, memberships = table_of("users"), table_of("memberships")
    people = connection.execute(
        select(users.c.email, users.c.id)
        .join(memberships, memberships.c.user_id == users.c.id)
        .where(memberships.c.clinic_id == clinic_id)
    )
    return Vocabulary(
        clinic_id,
        {str(row.email).partition("@")[0]: int(row.id) for row in people},
        *(_named(connection, name, clinic_id) for name in ("payers", "rooms", "clinicians")),
    )


def _named(connection: Connection, name: str, clinic_id: int) -> dict[str, int]:
    table = table_of(name)
    rows = connection.execute(select(table.c.name, table.c.id).where(table.c.clinic_id == clinic_id))
    return {str(row.name): int(row.id) for row in rows}


def open_clinics(runtime: Runtime, count: int, password: str, at: datetime) -> list[int]:
    """Makes ``count`` clinics and returns their ids; the first has the person who asks for the pages."""
    secret = runtime.passwords.hash(password)
    made: list[int] = []
    for number in range(1, count + 1):
        with runtime.database.writing() as session:
            made.append(_open(runtime, session, number, at))
            if number == 1:
                desk = Administration(session, made[0], None, runtime.ids, at)
                user_id = invite(desk, email=WATCHER, name="Watcher of the bench", roles=WATCHER_ROLES).user_id
                accounts.set_password(session, user_id=user_id, password_hash=secret, at=at)
    return made


def _open(runtime: Runtime, session: Session, number: int, at: datetime) -> int:
    clinic_id = clinic_setup.create_clinic(session, name=f"Bench clinic {number}", zone=ZONE, at=at, ids=runtime.ids)
    desk = Administration(session, clinic_id, None, runtime.ids, at)
    people: dict[str, Actor] = {}
    for name, sign_in, roles in STAFF:
        user_id = invite(desk, email=f"{sign_in}@clinic{number}.bench.example", name=name, roles=roles).user_id
        people[sign_in] = Actor(user_id, clinic_id, frozenset(roles), name)
    work = Work(session, people["admin"], runtime.ids, at)
    # Open when the demonstration is: what is due on a closed day is due before it, and copies keep their dates.
    clinic_setup.change_clinic(
        work, expected_version=1, zone=ZONE, open_weekdays="12345", arrive_minutes_before=90, phone="303-555-0148"
    )
    # So are its messages: copies keep the ways by which theirs were planned.
    message_settings.change_messages(
        work, expected_version=2, sends_texts=True, quiet_from="21:00", quiet_until="08:00", message_name="Bench"
    )
    for on_date, label in holidays_about(ClinicCalendar(ZONE).today(at)).items():
        clinic_setup.close_day(work, on_date=on_date, label=label)
    for name in (*PROCEDURE_ROOMS, *CLINIC_ROOMS, *(f"Room {room}" for room in range(1, ROOMS + 1))):
        clinic_setup.add_room(work, name=name)
    for name in CLINICIANS:
        clinic_setup.add_clinician(work, name=name, kind="physician")
    for payer in PAYERS:
        payer_named(work, payer)
    return clinic_id


def books_of(connection: Connection, clinic_id: int, template: Vocabulary) -> ClinicBooks:
    """The books of a clinic: whom and what the template clinic's ids stand for here, and the end of its chain."""
    own = read_vocabulary(connection, clinic_id)
    ids: dict[int, int | None] = {template.clinic_id: clinic_id}
    for theirs, ours in (
        (template.people, own.people),
        (template.payers, own.payers),
        (template.rooms, own.rooms),
        (template.clinicians, own.clinicians),
    ):
        ids |= {row_id: ours[name] for name, row_id in theirs.items()}
    chains = table_of("event_chains")
    end = connection.execute(select(chains).where(chains.c.clinic_id == clinic_id)).one()
    rooms = tuple(row_id for name, row_id in own.rooms.items() if name.startswith("Room "))
    return ClinicBooks(clinic_id, ids, rooms, int(end.last_seq), str(end.head))
