"""Two clinics on a real, migrated database, driven by nothing but the use cases.

The first clinic is the one that works. The second only has somebody who must never see anything of the first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from tests.factories.rows import a_clinic, a_clinician, a_member, a_room
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import Role
from tracker.persistence.copies import copy_to, place_beside, put_in_place, remove_file
from tracker.persistence.database import Database
from tracker.persistence.models import Case
from tracker.queries.sending import is_all_paused
from tracker.queries.snapshots import load_snapshot
from tracker.services.contact_details import email
from tracker.services.escalating.scan import escalate_due
from tracker.services.patients import Person
from tracker.services.reconcile import reconcile_due
from tracker.services.referrals import NewReferral
from tracker.services.reminders import Dispatcher
from tracker.services.restored import bring_to_present, note_backup, settle_restored
from tracker.services.work import CaseRef, Work, Written

BEGAN = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
CALENDAR = ClinicCalendar("America/New_York")
Done = TypeVar("Done")
ALL_WHO_TREAT = frozenset({Role.LEAD_COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.MANAGER})
OURS, THEIRS = 1, 2
#: A use case that was told everything but who does it and to which version of which case.
Act = Callable[[Work, CaseRef], Written]


@dataclass(frozen=True)
class Seen:
    """One case as whoever acts next sees it."""

    ref: CaseRef
    case: Case
    snapshot: Snapshot
    pathway: Pathway
    now: datetime
    people: tuple[int, int]

    @property
    def today(self) -> date:
        """The clinic's civil day."""
        return self.snapshot.calendar.today(self.now)


@dataclass
class TwoClinics:
    """``actors``: two people of the first clinic who may do everything between them; ``stranger``: of the second."""

    database: Database
    clock: FixedClock = field(default_factory=lambda: FixedClock(BEGAN))
    ids: SeededIds = field(default_factory=SeededIds)
    actors: tuple[Actor, Actor] = field(init=False)
    desk: Actor = field(init=False)
    stranger: Actor = field(init=False)
    room_id: int = 0
    clinician_id: int = 0

    def __post_init__(self) -> None:
        with self.database.writing() as session:
            ours, theirs = (a_clinic(session, number, phone="555-0100") for number in (OURS, THEIRS))
            ann, ben = (a_member(session, ours, number, "nurse") for number in (1, 2))
            dee = a_member(session, ours, 3, "front_desk")
            eve = a_member(session, theirs, 4)
            self.room_id, self.clinician_id = a_room(session, ours).id, a_clinician(session, ours).id
            a_room(session, theirs, 2)
        self.actors = (Actor(ann.id, OURS, ALL_WHO_TREAT, "Ann"), Actor(ben.id, OURS, ALL_WHO_TREAT, "Ben"))
        self.desk = Actor(dee.id, OURS, frozenset({Role.FRONT_DESK}), "Dee")
        self.stranger = Actor(eve.id, THEIRS, ALL_WHO_TREAT, "Eve")

    def perform(self, actor: Actor, act: Callable[[Work], Done]) -> Done:
        """One use case in one transaction.

        :raises DomainError: and nothing else, whatever is asked
        """
        with self.database.writing() as session:
            return act(Work(session, actor, self.ids, self.clock.now(), readers_confirm=False))

    def see(self, public_id: str, actor: Actor) -> Seen:
        """A case as it is stored now."""
        with self.database.reading() as session:
            case_id = session.scalars(select(Case.id).where(Case.public_id == public_id)).one()
            loaded = load_snapshot(session, OURS, case_id)
        other = next(each.user_id for each in self.actors if each.user_id != actor.user_id)
        return Seen(
            ref=CaseRef(public_id, loaded.case.version),
            case=loaded.case,
            snapshot=loaded.snapshot,
            pathway=loaded.pathway,
            now=self.clock.now(),
            people=(actor.user_id, other),
        )

    def tick(self) -> None:
        """What the scheduler does every minute, for as long as there is something to do."""
        for _ in range(5):
            if reconcile_due(self.database, self.clock, self.ids, pause=lambda: None).looked_at == 0:
                escalate_due(self.database, self.clock, self.ids, pause=lambda: None)
                return
        raise AssertionError("the reconciler is never done")

    def pass_until(self, at: datetime) -> None:
        """Let time pass, with the scheduler running."""
        if at > self.clock.now():
            self.clock.set(at)
        self.tick()

    def pass_without_scheduler(self, at: datetime) -> None:
        """Let time pass while nothing runs but the pages; then the jobs run once."""
        self.clock.set(at)
        reconcile_due(self.database, self.clock, self.ids, pause=lambda: None)
        escalate_due(self.database, self.clock, self.ids, pause=lambda: None)

    def back_up(self) -> None:
        """Copy the database while it is in use, in place of the copy before."""
        remove_file(self._copy)
        with self.database.writing() as session:
            note_backup(session, self.clock.now())
        copy_to(self.database, self._copy)

    def restore(self) -> None:
        """Put the copy in the place of everything, as the command does; time has gone on."""
        beside = place_beside(self.database, self._copy)
        self.database.dispose()
        put_in_place(self.database, beside)
        with self.database.writing() as session:
            settle_restored(session, now=self.clock.now(), ids=self.ids)
        bring_to_present(self.database, self.clock, self.ids)

    @property
    def _copy(self) -> Path:
        return Path(f"{self.database.url.database}.copy")

    def is_paused(self) -> bool:
        """Whether nothing is sent to anybody."""
        with self.database.reading() as session:
            return is_all_paused(session)

    def send(self) -> int:
        """Have the dispatcher send what is due; returns how many messages left."""
        mailer = RecordingMailer()
        Dispatcher(
            database=self.database,
            clock=self.clock,
            ids=self.ids,
            transports={"email": mailer, "sms": mailer},
            replies_at="https://visits.example",
            chance=lambda: 0.5,
            pause=lambda: None,
        ).dispatch_due()
        return mailer.tried


def a_referral(number: int, indication: str = "spasticity") -> NewReferral:
    """The same person for the same number, every time."""
    return NewReferral(
        person=Person(
            mrn=f"MRN{number}",
            family_name=f"Family{number}",
            given_name="Ada",
            birth_on=date(1980, 1, number),
            reach=(email(f"ada{number}@example.org"),) if number % 2 else (),
        ),
        received_on=date(2026, 3, 16),
        indication=indication,
    )
