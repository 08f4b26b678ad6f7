"""The demonstration clinic: its people, rooms and payers, and how each of them does a piece of work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Concatenate, ParamSpec, TypeVar

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pins import bound
from tracker.domain.words import Role
from tracker.runtime import Runtime
from tracker.services import accounts, clinic_setup, message_settings
from tracker.services.escalating import duties
from tracker.services.members import Administration, invite
from tracker.services.pins import set_pin
from tracker.services.work import Work

P = ParamSpec("P")
T = TypeVar("T")

NAME = "Front Range Pump Clinic (demonstration)"
ZONE = "America/Denver"
PASSWORD = "demonstration only"  # noqa: S105  # printed by the demonstration itself; it never leaves this machine
#: Everybody's, to try out what two people confirm and a tablet that is shared. Printed beside the password.
PIN = "4711"
#: Who answers for a role by name, and who covers.
ANSWERING = (
    (Role.COORDINATOR, "coordinator", None),
    (Role.LEAD_COORDINATOR, "lead", None),
    (Role.NURSE, "nurse", "nurse2"),
    (Role.PHYSICIAN, "physician", "physician2"),
)
PROCEDURE_ROOMS = ("Procedure room 1", "Procedure room 2", "Procedure room 3", "Procedure room 4")
#: Who sees patients and operates, in the room at the same place; the first two sign in.
CLINICIANS = ("Dr Avery Linden", "Dr Morgan Estrada", "Dr Harper Quill", "Dr Rowan Tate")
#: Month, day and name.
HOLIDAYS = (
    (1, 1, "New Year's Day"),
    (6, 19, "Juneteenth"),
    (7, 4, "Independence Day"),
    (11, 11, "Veterans Day"),
    (12, 25, "Christmas Day"),
)
CLINIC_ROOMS = ("Clinic room A", "Clinic room B")

#: Name, sign-in and roles of everybody who works here. The first of each role does that role's work.
STAFF: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("Coordinator Casey Moreland", "coordinator", (Role.COORDINATOR,)),
    ("Lead coordinator Robin Ashdown", "lead", (Role.LEAD_COORDINATOR,)),
    ("Nurse Jordan Pell", "nurse", (Role.NURSE,)),
    ("Nurse Sam Whitlock", "nurse2", (Role.NURSE,)),
    ("Dr Avery Linden", "physician", (Role.PHYSICIAN,)),
    ("Dr Morgan Estrada", "physician2", (Role.PHYSICIAN,)),
    ("Therapist Quinn Barlow", "therapist", (Role.THERAPIST,)),
    ("Front desk Riley Stone", "desk", (Role.FRONT_DESK,)),
    ("Manager Taylor Voss", "manager", (Role.MANAGER,)),
    ("Administrator Alex Crane", "admin", (Role.ADMINISTRATOR,)),
)


def email_of(sign_in: str) -> str:
    """The address somebody signs in with."""
    return f"{sign_in}@demo.example"


@dataclass(slots=True)
class SimulatedClock:
    """A clock that stands where the demonstration has put it."""

    at: datetime

    def now(self) -> datetime:
        """The simulated instant."""
        return self.at


@dataclass(slots=True)
class DemoClinic:
    """The clinic while its months are played. ``taken`` keeps who holds which room and hour; ``today`` is the day up to
    which they are played."""

    runtime: Runtime
    clock: SimulatedClock
    calendar: ClinicCalendar
    chance: Random
    clinic_id: int
    people: dict[str, Actor]
    today: date
    procedure_rooms: list[int] = field(default_factory=list)
    clinic_rooms: list[int] = field(default_factory=list)
    clinicians: list[int] = field(default_factory=list)
    taken: set[tuple[int, date, int]] = field(default_factory=set)

    def is_worked(self, day: date) -> bool:
        """Whether somebody comes on this day. On the day on which the demonstration is looked at, somebody always
        does, so that there is something to see; the clinic calls it a day of its own, closed or not."""
        return day == self.today or self.calendar.is_open(day)

    def does(self, who: str, use_case: Callable[Concatenate[Work, P], T], *args: P.args, **values: P.kwargs) -> T:
        """Let one person do one piece of work in a transaction of its own, at the simulated time."""
        with self.runtime.database.writing() as session:
            work = Work(session, self.people[who], self.runtime.ids, self.clock.now(), readers_confirm=False)
            return use_case(work, *args, **values)

    def user(self, who: str) -> int:
        """The id of a person, to sign as the second one."""
        return self.people[who].user_id


def open_clinic(runtime: Runtime, clock: SimulatedClock, chance: Random, today: date) -> DemoClinic:
    """Make the clinic with its staff, who can all sign in with one password, its rooms, payers and closed days."""
    password = runtime.passwords.hash(PASSWORD)
    now = clock.now()
    people: dict[str, Actor] = {}
    with runtime.database.writing() as session:
        clinic_id = clinic_setup.create_clinic(session, name=NAME, zone=ZONE, at=now, ids=runtime.ids)
        desk = Administration(session, clinic_id, None, runtime.ids, now)
        for name, sign_in, roles in STAFF:
            user_id = invite(desk, email=email_of(sign_in), name=name, roles=roles).user_id
            accounts.set_password(session, user_id=user_id, password_hash=password, at=now)
            people[sign_in] = Actor(user_id, clinic_id, frozenset(roles), name)
    closed = holidays_about(today)
    calendar = ClinicCalendar(ZONE, frozenset(range(1, 6)), frozenset(closed))
    clinic = DemoClinic(runtime, clock, calendar, chance, clinic_id, people, today)
    _choose_pins(clinic)
    _furnish(clinic)
    _name_who_answers(clinic)
    for on_date, label in closed.items():
        clinic.does("admin", clinic_setup.close_day, on_date=on_date, label=label)
    return clinic


def _choose_pins(clinic: DemoClinic) -> None:
    """Everybody can be the second person, and take a shared tablet."""
    for sign_in, actor in clinic.people.items():
        mine = bound(PIN, clinic_id=actor.clinic_id, user_id=actor.user_id)
        clinic.does(sign_in, set_pin, pin_hash=clinic.runtime.passwords.hash(mine))


def holidays_about(today: date) -> dict[date, str]:
    """The last holiday before a day and the next one after it, with what they are called."""
    known = {
        date(year, month, day): label
        for year in (today.year - 1, today.year, today.year + 1)
        for month, day, label in HOLIDAYS
    }
    before, after = max(day for day in known if day < today), min(day for day in known if day > today)
    return {before: known[before], after: known[after]}


def _name_who_answers(clinic: DemoClinic) -> None:
    """Everybody of the clinic who is told of what stays open, and the two physicians on call for the coming weeks."""
    for role, first, cover in ANSWERING:
        clinic.does(
            "admin",
            duties.name_people,
            role=role,
            user_id=clinic.user(first),
            cover_user_id=clinic.user(cover) if cover else None,
            expected_version=0,
        )
    from_on = max(clinic.today - timedelta(days=7), clinic.calendar.today(clinic.clock.now()))
    for person in ("physician", "physician2"):
        until_on = clinic.today + timedelta(days=28)
        clinic.does("admin", duties.put_on_call, user_id=clinic.user(person), from_on=from_on, until_on=until_on)


def _furnish(clinic: DemoClinic) -> None:
    clinic.does(
        "admin",
        clinic_setup.change_clinic,
        expected_version=1,
        zone=ZONE,
        open_weekdays="12345",
        arrive_minutes_before=90,
        phone="303-555-0148",
        refills_per_day=2,
        closes_at="18:00",
    )
    clinic.does(
        "admin",
        message_settings.change_messages,
        expected_version=2,
        sends_texts=True,
        quiet_from="21:00",
        quiet_until="08:00",
        message_name="Front Range Clinic",
    )
    for rooms, names in ((clinic.procedure_rooms, PROCEDURE_ROOMS), (clinic.clinic_rooms, CLINIC_ROOMS)):
        rooms.extend(clinic.does("admin", clinic_setup.add_room, name=name) for name in names)
    users = {person.name: person.user_id for person in clinic.people.values()}
    clinic.clinicians.extend(
        clinic.does("admin", clinic_setup.add_clinician, name=name, kind="physician", user_id=users.get(name))
        for name in CLINICIANS
    )
