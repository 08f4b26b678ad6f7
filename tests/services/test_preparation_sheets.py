"""How to prepare: only in the clinic's own words, only where there are some, and a task where there are none."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.factories.case_world import CaseWorld
from tests.factories.post import REPLIES_AT
from tests.factories.rows import a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tracker.domain.access import Actor
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, StaffTask
from tracker.services.nightly import reconcile_nightly
from tracker.services.preparation_sheets import LONGEST_SHEET, change_sheets
from tracker.services.reconcile import reconcile_due
from tracker.services.reminders import Dispatcher
from tracker.services.work import Work

#: 10:00 in New York, ten days before the visit.
WANTED = datetime(2026, 4, 10, 14, 0, tzinfo=UTC)
LONG_LINE = f"- Wear wide clothes{' and shoes without laces' * 3}"
SHEET = f"Bring:\n{LONG_LINE}\n- somebody who takes you home\n\nEat nothing after midnight."


class Preparing:
    """Somebody with a trial in a month; a manager."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds) -> None:
        self.world = CaseWorld(database, clock, ids, stage="trial_booked", phase="trial")
        self.world.email()
        with database.writing() as session:
            self.manager = a_member(session, session.get_one(Clinic, self.world.clinic_id), role=Role.MANAGER).id
        self.mailer = RecordingMailer()
        self.visit = self.world.book("trial", "2026-04-20T09:00")

    def write(self, **texts: str) -> None:
        world = self.world
        with world.database.writing() as session:
            version = session.scalars(select(Clinic.version)).one()
            actor = Actor(self.manager, world.clinic_id, frozenset({Role.MANAGER}), "The manager")
            work = Work(session, actor, world.ids, world.clock.now())
            change_sheets(work, expected_version=version, texts=texts)
        reconcile_due(world.database, world.clock, world.ids, pause=lambda: None)

    def night(self) -> None:
        world = self.world
        world.clock.advance(days=1)
        reconcile_nightly(world.database, world.clock, world.ids, pause=lambda: None)

    def tasks(self) -> Mapping[str, str]:
        return {each.key: each.outcome for each in self.world.tasks() if each.kind == "preparation_sheet"}

    def planned(self) -> list[str]:
        return [each.state for each in self.world.reminders() if each.kind == "preparation"]


@pytest.fixture
def preparing(database: Database, clock: FixedClock, ids: SeededIds) -> Preparing:
    return Preparing(database, clock, ids)


class TestASheet:
    def test_is_carried_by_the_mail_ten_days_before(self, preparing: Preparing) -> None:
        preparing.write(en=SHEET)
        world = preparing.world
        world.clock.set(WANTED)
        Dispatcher(
            database=world.database, clock=world.clock, ids=world.ids, transports={"email": preparing.mailer},
            replies_at=REPLIES_AT, chance=lambda: 0.5, pause=lambda: None,
        ).dispatch_due()  # fmt: skip
        (message,) = [each for each in preparing.mailer.sent if "prepare for it" in each.body]
        text = message.body
        assert f"<p>Bring:<br>\n{LONG_LINE}<br>\n- somebody who takes you home</p>" in message.html
        assert SHEET in text and "Monday, April 20, 2026" in text and "9:00" not in text

    def test_that_nobody_wrote_makes_no_message(self, preparing: Preparing) -> None:
        assert preparing.planned() == []
        preparing.write(es="Venga con alguien.")
        assert preparing.planned() == [], "the patient reads English"
        preparing.write(en=SHEET)
        assert preparing.planned() == ["planned"]

    def test_that_is_taken_away_takes_its_message_back(self, preparing: Preparing) -> None:
        preparing.write(en=SHEET)
        preparing.write(en="")
        assert preparing.planned() == ["cancelled"]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("Your (pump) is put in.", "pump"),
            ("Do not take your medicines.", "take … medicines"),
            ("Eat nothing.\x07", "a sign that nobody sees"),
            ("x" * (LONGEST_SHEET + 1), "at most"),
        ],
    )
    def test_that_tells_too_much_is_refused(self, preparing: Preparing, text: str, said: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            preparing.write(en=text)
        assert said in caught.value.problems["en"]
        assert preparing.planned() == []

    def test_of_an_older_form_is_refused(self, preparing: Preparing) -> None:
        world = preparing.world
        preparing.write(en=SHEET)
        actor = Actor(preparing.manager, world.clinic_id, frozenset({Role.MANAGER}), "The manager")
        with world.database.writing() as session, pytest.raises(StaleVersion):
            change_sheets(Work(session, actor, world.ids, world.clock.now()), expected_version=1, texts={})


class TestTheTask:
    def test_is_the_leads_once_somebody_has_a_procedure_to_come(self, preparing: Preparing) -> None:
        assert preparing.tasks() == {}
        preparing.night()
        assert preparing.tasks() == {"preparation_sheet:en": "", "preparation_sheet:es": ""}
        (owner,) = {each.owner_role for each in preparing.world.tasks() if each.kind == "preparation_sheet"}
        assert owner == Role.LEAD_COORDINATOR

    def test_ends_with_the_sheet_and_comes_again_without(self, preparing: Preparing) -> None:
        preparing.night()
        preparing.write(en=SHEET)
        assert [key for key, outcome in preparing.tasks().items() if not outcome] == ["preparation_sheet:es"]
        preparing.write()
        preparing.night()
        assert set(preparing.tasks().values()) == {""}

    def test_is_none_where_nobody_is_operated_on(self, preparing: Preparing) -> None:
        preparing.world.change(preparing.visit, state="cancelled")
        preparing.night()
        assert preparing.tasks() == {}
        preparing.world.book("evaluation", "2026-04-20T09:00")
        preparing.night()
        assert preparing.tasks() == {}

    def test_that_a_person_ended_is_not_opened_again(self, preparing: Preparing) -> None:
        preparing.night()
        world = preparing.world
        with world.database.writing() as session:
            for task in session.scalars(select(StaffTask).where(StaffTask.kind == "preparation_sheet")):
                task.done_at, task.done_by, task.outcome = world.clock.now(), preparing.manager, "we hand out a leaflet"
        preparing.night()
        assert set(preparing.tasks().values()) == {"we hand out a leaflet"}


def test_a_sheet_that_came_too_late_is_no_message(preparing: Preparing) -> None:
    preparing.world.clock.set(WANTED + timedelta(days=9))
    preparing.write(en=SHEET)
    assert preparing.planned() == []
