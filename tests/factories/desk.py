"""A patient with a pump, a clinic of six people, and what they can be told of what is still open."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from tests.factories.case_world import CaseWorld
from tests.factories.rows import a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.access import Actor
from tracker.domain.facts import Device, Fill
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import (
    Clinic,
    Escalation,
    Obligation,
)
from tracker.services.escalating.answers import acknowledge
from tracker.services.escalating.duties import name_people
from tracker.services.escalating.paging import page_due
from tracker.services.escalating.scan import Escalated, escalate_due
from tracker.services.reconcile import reconcile_due
from tracker.services.work import Work

FILLED = date(2026, 3, 17)
LATEST = date(2026, 6, 16)
PEOPLE = (Role.COORDINATOR, Role.LEAD_COORDINATOR, Role.PHYSICIAN, Role.NURSE, Role.PHYSICIAN, Role.ADMINISTRATOR)
COORDINATOR, LEAD, PHYSICIAN, NURSE, SECOND, ADMINISTRATOR = range(1001, 1007)


def no_pause() -> None:
    """Tests do not breathe."""


class Desk(CaseWorld):
    """A patient with a pump that was filled today, and a clinic of six people."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds) -> None:
        super().__init__(database, clock, ids, stage="maintained", phase="maintenance")
        with database.writing() as session:
            clinic = session.scalars(select(Clinic)).one()
            for number, role in enumerate(PEOPLE, start=1):
                a_member(session, clinic, number, role)
        pump = self.write(Device, placed_on=FILLED)
        self.fill = self.write(Fill, device=pump.device, alarm_on=LATEST)

    def on(self, day: date, hour: int = 15) -> None:
        """Go to a day, 10 or 11 o'clock in New York."""
        self.clock.set(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))

    def work(self, session, user_id: int = ADMINISTRATOR) -> Work:
        role = PEOPLE[user_id - 1001]
        actor = Actor(user_id=user_id, clinic_id=self.clinic_id, roles=frozenset({role}), name="")
        return Work(session, actor, self.ids, self.clock.now(), readers_confirm=False)

    def name(self, role: Role, user_id: int | None, cover: int | None = None, version: int = 0) -> None:
        with self.database.writing() as session:
            name_people(self.work(session), role=role, user_id=user_id, cover_user_id=cover, expected_version=version)

    def name_everybody(self) -> None:
        for role, user_id in (
            (Role.COORDINATOR, COORDINATOR), (Role.LEAD_COORDINATOR, LEAD), (Role.PHYSICIAN, PHYSICIAN),
        ):  # fmt: skip
            self.name(role, user_id)

    def ring(self) -> Escalated:
        reconcile_due(self.database, self.clock, self.ids, pause=no_pause)
        return escalate_due(self.database, self.clock, self.ids, pause=no_pause)

    def page(self, mailer: RecordingMailer) -> int:
        return page_due(self.database, self.clock, mailer, pause=no_pause)

    def rows(self, *, kind: str = "refill") -> list[Escalation]:
        query = select(Escalation).join(Obligation, Obligation.id == Escalation.obligation_id)
        with self.database.reading() as session:
            return list(session.scalars(query.where(Obligation.kind == kind).order_by(Escalation.rung)))

    def standing(self) -> Escalation:
        (row,) = (each for each in self.rows() if each.ended_at is None)
        return row

    def acknowledge(self, user_id: int, until_on: date, outcome: str = "Called, will book") -> None:
        with self.database.writing() as session:
            acknowledge(
                self.work(session, user_id), escalation_id=self.standing().id, outcome=outcome, until_on=until_on
            )
