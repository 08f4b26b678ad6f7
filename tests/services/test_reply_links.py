"""The link in a mail: whose it is, how long it works, and that its token stands nowhere else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.case_world import CaseWorld
from tests.factories.post import Post
from tests.factories.rows import a_clinic, a_patient
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.credentials import fingerprint
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.reply_words import Answer
from tracker.persistence.database import Database
from tracker.persistence.models import Case, ContactPoint, Event, Patient, ReplyLink
from tracker.queries.replies import find_reply_page
from tracker.services.appointments import confirm
from tracker.services.reply_links import KEPT, purge_reply_links
from tracker.services.replying import answers
from tracker.services.system_actor import patient_actor
from tracker.services.work import CaseRef, Work


class TestALink:
    @pytest.fixture
    def post(self, database: Database, clock: FixedClock, ids: SeededIds) -> Post:
        post = Post(CaseWorld(database, clock, ids))
        post.dispatch()
        return post

    def token(self, post: Post) -> str:
        body = post.mailer.sent[-1].body
        (link,) = [each for each in body.splitlines() if each.startswith("https://visits.example/r/")]
        return link.rpartition("/")[2]

    def test_is_in_the_mail_and_its_token_nowhere_else(self, post: Post) -> None:
        token = self.token(post)
        with post.world.database.reading() as session:
            link = session.scalars(select(ReplyLink).where(ReplyLink.token_hash == fingerprint(token))).one()
            assert (link.reminder_id, link.language, link.wall) == (post.soon().id, "en", "2026-03-26T09:00")
            assert link.expires_at == post.visit.starts_at + timedelta(days=1)
            stored = [str(vars(each)) for each in session.scalars(select(ReplyLink))]
        assert all(token not in each for each in stored)
        (attempt,) = post.attempts()
        assert (attempt.template_version, len(attempt.text_hash)) == (2, 64)

    def test_stands_for_its_own_visit_and_time(self, post: Post) -> None:
        token = self.token(post)
        with post.world.database.reading() as session:
            page = find_reply_page(session, token, post.world.clock.now())
            assert page is not None
            assert (page.first_name, page.clinic, page.phone) == ("Ada", "Riverside Clinic", "555-0100")
            assert (page.standing, page.arrives.isoformat(), page.is_expired) == (
                "to_come", "2026-03-26T09:00:00", False,
            )  # fmt: skip
            assert find_reply_page(session, token + "0", post.world.clock.now()) is None

    @pytest.mark.parametrize(("after", "expired"), [(timedelta(microseconds=-1), False), (timedelta(0), True)])
    def test_works_until_a_day_after_the_visit(self, post: Post, after: timedelta, expired: bool) -> None:
        with post.world.database.reading() as session:
            at = post.visit.starts_at + timedelta(days=1) + after
            page = find_reply_page(session, self.token(post), at)
        assert page is not None
        assert page.is_expired is expired

    def test_confirms_no_visit_but_the_one_that_was_told(self, post: Post) -> None:
        world = post.world
        with world.database.writing() as session:
            work = Work(session, patient_actor(session, 1, world.clock.now(), world.ids), world.ids, world.clock.now())
            ref = CaseRef(world.case().public_id, 0)
            with pytest.raises(NotFound):
                confirm(work, ref, appointment=post.visit.appointment, told="2026-03-26T09:01")
        world.change(post.visit, state="arrived")
        with world.database.writing() as session:
            work = Work(session, patient_actor(session, 1, world.clock.now(), world.ids), world.ids, world.clock.now())
            with pytest.raises(NotFound):
                confirm(work, ref, appointment=post.visit.appointment, told="2026-03-26T09:00")

    def test_ends_messages_in_its_own_clinic(self, post: Post) -> None:
        world, now = post.world, post.world.clock.now()
        with world.database.writing() as session:
            patient = a_patient(session, a_clinic(session, 2), 3)
            session.add(
                ContactPoint(
                    clinic_id=2, id=7, patient_id=patient.id, kind="email", value="Ada@example.org", as_typed="",
                    owner="patient", is_possible=True, created_at=now,
                )
            )  # fmt: skip
            work = Work(session, patient_actor(session, 1, now, world.ids), world.ids, now)
            assert answers.stop_messages(work, kind="email", value="ADA@example.org", how="link")
            assert not answers.stop_messages(work, kind="email", value="ada@example.org", how="link")
        with world.database.reading() as session:
            rows = session.execute(select(ContactPoint.clinic_id, ContactPoint.opted_out_at))
            assert {row.clinic_id: row.opted_out_at for row in rows} == {1: now, 2: None}

    def test_chooses_a_language_for_what_is_to_come(self, post: Post) -> None:
        world = post.world
        with world.database.writing() as session:
            page = find_reply_page(session, self.token(post), world.clock.now())
            assert page is not None
            work = Work(session, patient_actor(session, 1, world.clock.now(), world.ids), world.ids, world.clock.now())
            assert answers.choose_language(work, page.told, language="es") == Answer.LANGUAGE
            answers.choose_language(work, page.told, language="es")
            with pytest.raises(InvalidInput):
                answers.choose_language(work, page.told, language="vi")
        with world.database.reading() as session:
            patient, case = session.scalars(select(Patient)).one(), session.scalars(select(Case)).one()
            assert (patient.language, patient.version, case.reconcile_at) == ("Spanish", 2, world.clock.now())
            assert len(session.scalars(select(Event).where(Event.kind == "language_chosen")).all()) == 1

    def test_is_deleted_long_after_it_stopped_working(self, post: Post) -> None:
        over = post.visit.starts_at + timedelta(days=1) + KEPT
        for at, left in ((over, 2), (over + timedelta(microseconds=1), 0)):
            with post.world.database.writing() as session:
                purge_reply_links(session, at=at)
                assert len(session.scalars(select(ReplyLink)).all()) == left
