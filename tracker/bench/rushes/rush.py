"""A clinic with any number of patients whose reminders are due at one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert

from tracker.bench.templates import table_of
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.services.clinic_setup import create_clinic
from tracker.services.members import Administration, invite
from tracker.services.ports import Clock, Ids
from tracker.services.reconcile import reconcile_due

ZONE = "America/New_York"
NAME = "Clinic of the rush"
#: 11:00 in New York: since an hour everybody with a visit the day after tomorrow is to be written to.
RUSH_AT = datetime(2026, 3, 24, 15, 0, tzinfo=UTC)
#: So long it stays the same day there, and no other reminder of the same visits falls due.
QUIET = timedelta(hours=12)
DAYS_BEFORE = 2
#: Where a case waits for the visit that is booked.
PATHWAY, STAGE = "itb", "evaluation_booked"
BORN_ON = date(1970, 1, 2)
#: Numbers of facts in a case that holds nothing but one visit.
VISIT = 1


@dataclass(slots=True)
class RushClock:
    """A clock that stands where it was put."""

    at: datetime = RUSH_AT

    def now(self) -> datetime:
        """The simulated instant."""
        return self.at


@dataclass(frozen=True, slots=True)
class Rush:
    """The clinic, somebody who may book there, and the public ids of the cases."""

    clinic_id: int
    actor: Actor
    cases: tuple[str, ...]


def make_rush(database: Database, clock: Clock, ids: Ids, count: int, *, days_apart: int = 0, name: str = NAME) -> Rush:
    """Make ``count`` patients with one visit each, and reconcile them: a reminder of every one is due.

    With ``days_apart`` the visits are spread evenly over so many days from the day after tomorrow on.
    """
    now = clock.now()
    with database.writing() as session:
        clinic_id = create_clinic(session, name=name, zone=ZONE, at=now, ids=ids)
        desk = Administration(session, clinic_id, None, ids, now)
        roles = (Role.COORDINATOR,)
        user_id = invite(desk, email=f"{ids.public_id()}@bench.example", name="Rush Person", roles=roles).user_id
        extra_days = [number * days_apart // count for number in range(count)]
        public_ids = _write_cases(session.connection(), clinic_id, now, ids, extra_days)
    while reconcile_due(database, clock, ids, pause=_go_on).looked_at:
        pass
    return Rush(clinic_id, Actor(user_id, clinic_id, frozenset(roles), "Rush Person"), public_ids)


def _go_on() -> None:
    """Nobody else writes while a rush is made."""


def _write_cases(
    connection: Connection, clinic_id: int, now: datetime, ids: Ids, extra_days: Sequence[int]
) -> tuple[str, ...]:
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("patients", "contact_points", "cases", "appointments")
    }
    public_ids = []
    for number, extra in enumerate(extra_days):
        public_ids.append(ids.public_id())
        rows["patients"].append(patient := _patient(clinic_id, now, ids, number))
        about = {"clinic_id": clinic_id, "patient_id": patient["id"]}
        rows["contact_points"].append({**about, **_address(now, ids, number)})
        rows["cases"].append({**about, "public_id": public_ids[-1], **(case := _case(now, ids))})
        rows["appointments"].append({"clinic_id": clinic_id, "case_id": case["id"], **_visit(now, number, extra)})
    counted = {"clinic_id": clinic_id, "pathway": PATHWAY, "stage": STAGE, "owner_user_id": 0, "n": len(extra_days)}
    rows["stage_counts"] = [counted]
    for name, several in rows.items():
        connection.execute(insert(table_of(name)), several)
    return tuple(public_ids)


def _patient(clinic_id: int, now: datetime, ids: Ids, number: int) -> dict[str, object]:
    name = f"Rush{number}"
    return {
        "clinic_id": clinic_id, "id": ids.row_id(now), "public_id": ids.public_id(), "mrn": f"R{number}",
        "family_name": name, "given_name": "Given", "name_key": name.casefold(), "birth_on": BORN_ON, "created_at": now,
    }  # fmt: skip


def _address(now: datetime, ids: Ids, number: int) -> dict[str, object]:
    address = f"patient{number}@bench.example"
    return {
        "id": ids.row_id(now), "kind": "email", "value": address, "as_typed": address, "owner": "patient",
        "is_possible": True, "created_at": now,
    }  # fmt: skip


def _case(now: datetime, ids: Ids) -> dict[str, object]:
    return {
        "id": ids.row_id(now), "pathway": PATHWAY, "pathway_version": 1, "stage": STAGE, "phase": "referral",
        "stage_entered_at": now, "owner_role": Role.COORDINATOR, "opened_at": now, "last_seq": VISIT,
        "reconcile_at": now, "version": 1,
    }  # fmt: skip


def _visit(now: datetime, number: int, extra_days: int) -> dict[str, object]:
    calendar = ClinicCalendar(ZONE)
    day = calendar.today(now) + timedelta(days=DAYS_BEFORE + extra_days)
    wall = datetime.combine(day, datetime.min.time()) + timedelta(hours=11, minutes=number % 240)
    starts_at = calendar.instant(wall)
    return {
        "seq": VISIT, "effective_at": now, "recorded_at": now, "recorded_by": None, "superseded_by": None,
        "appointment": VISIT, "version": 1, "attempt": 1, "purpose": "evaluation", "state": "booked",
        "wall": wall.isoformat(timespec="minutes"), "zone": ZONE, "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=30), "arrive_at": None, "room_id": None, "clinician_id": None,
        "reason": "",
    }  # fmt: skip
