"""Making kits: after each clinic's midnight, when somebody asks, and from the command line. Each is on the record.

A kit is written beside its place; in one transaction its event is written and it is put there, so that none can be
found of which nobody knows.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.names import fold
from tracker.domain.words import LIVE_APPOINTMENT, AppointmentState
from tracker.persistence.chain import append_event
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic
from tracker.persistence.types import JsonObject
from tracker.queries.clinic_jobs import NEVER, JobState, all_jobs
from tracker.queries.day import MOST_VISITS, list_visits
from tracker.queries.downtime import (
    JOB,
    CriticalLine,
    PumpLine,
    in_order,
    list_due_tasks,
    patient_phones_by_case,
    read_pumps_and_todos,
)
from tracker.queries.sending import is_demo
from tracker.services.clinic_events import tell_clinic
from tracker.services.clinic_jobs import RENEW, Claim, ClaimLost, ask, finish, renew, take
from tracker.services.downtime.pages import Kit, files_of
from tracker.services.downtime.sheets import DaySheet, critical_rows, day, day_sheet, moment, refill_rows
from tracker.services.ports import Clock, Ids, KitShelf
from tracker.services.system_actor import nobody
from tracker.services.turns import Turns
from tracker.services.work import Work

#: Visits that may still come, or are here.
EXPECTED = LIVE_APPOINTMENT | {AppointmentState.ARRIVED}
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Clinic:
    id: int
    public_id: str
    name: str
    zone: str
    phone: str

    @property
    def folder(self) -> str:
        """A name by which people find it, and that no other clinic has."""
        return f"{_NOT_PLAIN.sub('-', fold(self.name).lower()).strip('-') or 'clinic'}-{self.public_id[:8]}"


def ask_for_kit(work: Work) -> bool:
    """Ask that a kit is made soon; false if somebody has asked already.

    :raises NotPermitted: for anybody who may not have one made
    """
    work.require(Permission.MAKE_DOWNTIME_KIT)
    clinic_id = work.actor.clinic_id
    if not ask(work.session, clinic_id=clinic_id, name=JOB, user_id=work.actor.user_id, now=work.now):
        return False
    tell_clinic(work, "downtime_kit_asked_for", {})
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class KitMaker:
    """Makes kits on one shelf. ``pause`` is called between two transactions."""

    database: Database
    clock: Clock
    ids: Ids
    shelf: KitShelf
    pause: Callable[[], None]

    def make_due(self) -> int:
        """Make a kit for every clinic whose day has changed since its last, or that was asked for; returns how many.

        :raises ExceptionGroup: with everything that failed; the other clinics have theirs all the same
        """
        made, turns = 0, Turns("some downtime kits could not be made")
        for clinic in self._due():
            with self.database.writing() as session:
                token, now = self.ids.token(), self.clock.now()
                claim = take(session, clinic_id=clinic.id, name=JOB, token=token, now=now)
            if claim is None:
                continue
            # Whoever holds the claim now makes the kit.
            with turns.next(), suppress(ClaimLost):
                self._make(clinic, claim.asked_by, claim)
                made += 1
        turns.end()
        return made

    def make_now(self, clinic_id: int, actor_id: int) -> Path:
        """Make one clinic's kit; returns where it stands.

        :raises OSError: it could not be written
        """
        with self.database.reading() as session:
            clinic = next(each for each in _clinics(session) if each.id == clinic_id)
        return self._make(clinic, actor_id)

    def _due(self) -> list[_Clinic]:
        with self.database.reading() as session:
            states = all_jobs(session, JOB)
            return [each for each in _clinics(session) if _is_due(each, states.get(each.id, NEVER), self.clock.now())]

    def _make(self, clinic: _Clinic, actor_id: int | None, claim: Claim | None = None) -> Path:
        now = self.clock.now()
        kit = self._kit(clinic, now, claim)
        today = ClinicCalendar(clinic.zone).today(now)
        name = f"{now.astimezone(UTC):%Y-%m-%d-%H%M%S}Z"
        result: JsonObject = {
            "made_for": today.isoformat(),
            "pumps": len(kit.refills),
            "visits": sum(len(sheet.visits) for sheet in kit.days),
            "critical": len(kit.critical),
            "is_sealed": self.shelf.is_sealed,
            "folder": clinic.folder,
            "name": name,
        }
        with self.shelf.prepare(clinic.folder, name, files_of(kit)) as place, self.database.writing() as session:
            if claim is not None:
                finish(session, claim, now=now, result=result)
            append_event(
                session,
                clinic_id=clinic.id,
                kind="downtime_kit_made",
                actor_id=actor_id,
                effective_at=now,
                recorded_at=now,
                body=result,
            )
            placed = place()
        self.shelf.tidy(clinic.folder)
        return placed

    def _cases(self, clinic: _Clinic, now: datetime, claim: Claim | None) -> tuple[list[PumpLine], list[CriticalLine]]:
        """Some cases in each transaction: nobody waits for a whole clinic."""
        pumps: list[PumpLine] = []
        todos: list[CriticalLine] = []
        after, renewed_at = 0, now
        while True:
            with self.database.reading() as session:
                found = read_pumps_and_todos(session, clinic.id, after, now)
            if found is None:
                return pumps, todos
            pumps += found.pumps
            todos += found.todos
            after = found.last
            if claim is not None and self.clock.now() - renewed_at >= RENEW:
                renewed_at = self.clock.now()
                with self.database.writing() as session:
                    renew(session, claim, renewed_at)
            self.pause()

    def _kit(self, clinic: _Clinic, now: datetime, claim: Claim | None) -> Kit:
        today = ClinicCalendar(clinic.zone).today(now)
        pumps, todos = self._cases(clinic, now, claim)
        with self.database.reading() as session:
            days = [
                _day(session, clinic, name, on)
                for name, on in (("today", today), ("tomorrow", today + timedelta(days=1)))
            ]
            critical = critical_rows(in_order(todos, list_due_tasks(session, clinic.id, today)))
            is_made_up = is_demo(session)
        return Kit(
            clinic=clinic.name,
            phone=clinic.phone,
            made=moment(now, clinic.zone),
            as_of=day(today),
            refills=refill_rows(pumps, today, clinic.zone),
            days=days,
            is_cut=any(len(sheet.visits) >= MOST_VISITS for sheet in days),
            critical=critical,
            is_demo=is_made_up,
        )


def _is_due(clinic: _Clinic, state: JobState, now: datetime) -> bool:
    today = ClinicCalendar(clinic.zone).today(now)
    return state.asked_at is not None or state.result.get("made_for") != today.isoformat()


def _clinics(session: Session) -> list[_Clinic]:
    columns = (Clinic.id, Clinic.public_id, Clinic.name, Clinic.zone, Clinic.phone)
    return [_Clinic(*row) for row in session.execute(select(*columns).order_by(Clinic.id))]


def _day(session: Session, clinic: _Clinic, name: str, on: date) -> DaySheet:
    calendar = ClinicCalendar(clinic.zone)
    visits = [
        visit
        for visit in list_visits(
            session, nobody(clinic.id), calendar.start_of(on), calendar.start_of(on + timedelta(days=1))
        )
        if visit.state in EXPECTED
    ]
    phones = patient_phones_by_case(session, clinic.id, {visit.case_public_id for visit in visits})
    return day_sheet([(visit, phones.get(visit.case_public_id, ())) for visit in visits], name, on, clinic.zone)
