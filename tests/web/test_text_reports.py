"""What the provider says became of a text, at the address that it was given for that."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.factories.post import SOON
from tests.support.fixed import FixedClock, SeededIds
from tests.web.test_replies import MOBILE, Outside, seen_from_outside, take_texts
from tracker.domain.mail import MailRejected
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, DeliveryAttempt, DeliveryReport, Reminder, StaffTask


@pytest.fixture
def outside(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[Outside]:
    with seen_from_outside(sqlite_database, clock, ids) as outside:
        yield outside


@pytest.fixture
def texted(outside: Outside) -> Outside:
    return take_texts(outside)


class TestAReport:
    def told(self, outside: Outside, status: str, *, reference: str = "", **more: str) -> int:
        path = f"/sms/reports/{reference or outside.post.texter.sent[0].reference}"
        return outside.posted(path, {"MessageSid": "SM9", "MessageStatus": status, **more}).status_code

    def state(self, outside: Outside) -> tuple[str, str]:
        with outside.database.reading() as session:
            row = session.execute(
                select(Reminder.state, Reminder.closed_reason)
                .join(DeliveryAttempt, DeliveryAttempt.reminder_id == Reminder.id)
                .where(DeliveryAttempt.reference == outside.post.texter.sent[0].reference)
                .distinct()
            ).one()
        return row.state, row.closed_reason

    def test_of_arrival_ends_the_reminder_whatever_comes_after(self, texted: Outside) -> None:
        for status in ("sent", "queued", "delivered", "sent", "failed", "delivered", "undelivered"):
            assert self.told(texted, status) == 204
        assert self.state(texted) == ("delivered", "")
        with texted.database.reading() as session:
            kept = session.scalars(select(DeliveryReport.status)).all()
        assert sorted(kept) == ["delivered", "failed", "queued", "sent", "undelivered"]

    @pytest.mark.parametrize("status", ["undelivered", "failed"])
    def test_of_a_loss_goes_on_by_the_next_way(self, texted: Outside, status: str) -> None:
        assert self.told(texted, status, ErrorCode="30003") == 204
        assert self.state(texted) == ("undelivered", "")
        texted.post.mailer.sent.clear()
        texted.post.dispatch()
        assert self.state(texted) == ("passed_on", "undelivered")
        texted.post.dispatch()
        assert [each.recipient for each in texted.post.mailer.sent] == ["ada@example.org"]
        assert self.told(texted, "delivered") == 204
        assert self.state(texted) == ("passed_on", "undelivered")

    def test_of_arrival_takes_back_a_loss_that_nobody_acted_on(self, texted: Outside) -> None:
        self.told(texted, "failed")
        self.told(texted, "delivered")
        assert self.state(texted) == ("delivered", "")

    def test_of_an_earlier_sending_says_nothing_of_a_later_one(self, texted: Outside) -> None:
        self.told(texted, "failed")
        texted.web.clock.advance(minutes=1)
        with texted.database.writing() as session:
            at = texted.web.clock.now()
            session.execute(update(DeliveryAttempt).values(started_at=at, ended_at=at))
            session.execute(update(Reminder).where(Reminder.state == "undelivered").values(state="accepted"))
        assert self.told(texted, "sent") == 204
        assert self.state(texted) == ("accepted", "")
        assert self.told(texted, "failed") == 204
        assert self.state(texted) == ("undelivered", "")

    def test_without_a_next_way_is_a_call(self, texted: Outside) -> None:
        texted.post.mailer.failing = lambda _message: MailRejected("550")
        self.told(texted, "failed")
        texted.post.dispatch()
        texted.post.dispatch()
        with texted.database.reading() as session:
            assert "call" in session.scalars(select(StaffTask.kind)).all()

    def test_that_is_too_late_or_of_nothing_changes_nothing(self, texted: Outside) -> None:
        assert self.told(texted, "delivered", reference="0" * 32) == 404
        texted.web.clock.advance(days=3, seconds=1)
        assert self.told(texted, "delivered") == 410
        assert self.state(texted)[0] != "delivered"

    def test_without_the_providers_signature_is_refused(self, texted: Outside) -> None:
        path = f"/sms/reports/{texted.post.texter.sent[0].reference}"
        form = {"MessageStatus": "failed"}
        assert texted.posted(path, form, secret="another").status_code == 401
        assert texted.posted(path, {"MessageStatus": ""}).status_code == 400
        assert self.state(texted) == ("accepted", "")

    def test_that_is_quicker_than_the_answer_waits_for_it(self, outside: Outside) -> None:
        """The provider reports while we still hear from it that it took the message."""
        world, post = outside.post.world, outside.post
        world.email(MOBILE, kind="phone", texts_agreed_at=world.clock.now())
        with outside.database.writing() as session:
            session.execute(update(Clinic).values(sends_texts=True))
        world.reconcile()
        world.clock.set(SOON + timedelta(days=1, hours=8))
        real = post.texter.send

        def send(message):
            receipt = real(message)
            assert self.told(outside, "delivered") == 204
            return receipt

        post.texter.send = send  # type: ignore[method-assign]  # a provider that is quick
        post.dispatch()
        assert self.state(outside) == ("delivered", "")
