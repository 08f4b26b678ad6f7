"""The preview only reads, from groups of cases, and only in the viewer's clinic."""

from dataclasses import fields
from datetime import date

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.factories.case_world import CaseWorld
from tests.factories.listed import Listed
from tests.factories.post import SOON, Post
from tests.queries.test_reminder_preview import previewed
from tests.support.fixed import FixedClock, SeededIds
from tests.support.statements import sent
from tracker.domain.access import Actor
from tracker.domain.errors import InvalidInput
from tracker.persistence.database import Database
from tracker.persistence.models import StaffTask
from tracker.queries import reminder_preview
from tracker.queries.reminder_preview import Preview, list_preview, list_previews
from tracker.services.system_actor import nobody


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


@pytest.fixture
def post(world: CaseWorld) -> Post:
    return Post(world)


class TestItCannotSend:
    def test_takes_a_session_and_no_mailer(self) -> None:
        assert set(list_previews.__kwdefaults__ or {}) | set(list_previews.__annotations__) == {
            "session", "viewer", "now", "days", "from_on", "changes", "return",
        }  # fmt: skip
        names = {each.name for each in fields(Preview)}
        assert names == {"span", "unbooked", "will_send", "will_not", "dealt_with", "is_paused"}

    def test_sends_nothing_but_selects(self, post: Post) -> None:
        database = post.world.database
        with sent(database.read, database.write, database.note) as said:
            previewed(post.world)
        assert said and all(each.lstrip().startswith(("SELECT", "WITH", "(SELECT")) for each in said), said

    def test_works_where_nothing_can_be_written(self, post: Post) -> None:
        """The very session that the preview gets refuses to write."""
        with post.world.database.reading() as session:
            assert list_preview(session, nobody(1), now=SOON, days=3).will_send
            with pytest.raises(Exception, match=r"(?i)read-?only"):
                session.execute(delete(StaffTask))

    def test_refuses_days_that_are_none(self, world: CaseWorld) -> None:
        for days, from_on in ((-1, None), (93, None), (1, date(2026, 3, 16)), (1, date(9999, 12, 31))):
            with pytest.raises(InvalidInput):
                previewed(world, days, from_on)


class TestManyCases:
    def test_are_read_in_groups(self, listed: Listed, viewer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(5):
            listed.visit(listed.case(listed.patient(f"P{number}")), "evaluation", hours=24 * 5)
        session: Session = listed.session
        whole = list_preview(session, viewer, now=listed.now, days=30)
        monkeypatch.setattr(reminder_preview, "GROUP", 2)
        parts = list_preview(session, viewer, now=listed.now, days=30)
        assert parts.will_not == whole.will_not and len({each.case_public_id for each in whole.will_not}) == 5

    def test_take_no_more_statements_than_one(self, listed: Listed, viewer: Actor, database: Database) -> None:
        said: list[int] = []
        for count in (1, 6):
            for number in range(count):
                listed.visit(listed.case(listed.patient(f"P{number}")), "evaluation", hours=24 * 5)
            with sent(database.read, database.write) as statements:
                list_preview(listed.session, viewer, now=listed.now, days=30)
            said.append(len(statements))
        assert said[0] == said[1] <= 30

    def test_of_another_clinic_are_not_seen(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.visit(elsewhere.case(elsewhere.patient("Else")), "evaluation", hours=24 * 5)
        preview = list_preview(listed.session, viewer, now=listed.now, days=30)
        assert (preview.will_send, preview.will_not) == ((), ())
