"""One visit with three reminders, and a dispatcher to send them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tests.factories.case_world import CaseWorld
from tests.support.mailers import RecordingMailer
from tracker.persistence.models import DeliveryAttempt, Reminder
from tracker.services.delivering.attempts import Taken
from tracker.services.delivering.holding import Held, Key, hold
from tracker.services.delivering.taking import take
from tracker.services.reminders import Dispatcher

#: 10:00 in New York, when the reminder of two days before is wanted.
SOON = datetime(2026, 3, 24, 14, 0, tzinfo=UTC)
#: Where patients answer.
REPLIES_AT = "https://visits.example"


class Post:
    """One visit with three reminders, and a dispatcher."""

    def __init__(self, world: CaseWorld) -> None:
        self.world, self.mailer, self.texter = world, RecordingMailer(), RecordingMailer()
        world.email()
        self.visit = world.book("evaluation", "2026-03-26T09:00")
        self.world.clock.set(SOON - timedelta(days=5))
        self.dispatch()
        self.mailer.sent.clear()
        self.mailer.tried = 0
        self.world.clock.set(SOON)

    def dispatcher(self, mailer: RecordingMailer | None = None) -> Dispatcher:
        world = self.world
        return Dispatcher(
            database=world.database,
            clock=world.clock,
            ids=world.ids,
            transports={"email": mailer or self.mailer, "sms": self.texter},
            replies_at=REPLIES_AT,
            chance=lambda: 0.5,
            pause=lambda: None,
        )

    def dispatch(self) -> int:
        return self.dispatcher().dispatch_due().tried

    def hold(self) -> list[Held]:
        """Hold the reminder of two days before, if nobody else does."""
        key = Key(clinic_id=1, case_id=self.world.case_id, reminder_id=self.soon().id)
        with self.world.database.writing() as session:
            return hold(session, [key], self.world.clock.now(), self.world.ids)

    def take(self, held: Held) -> Taken | None:
        with self.world.database.writing() as session:
            return take(session, held, self.world.clock.now(), self.world.ids, replies_at=REPLIES_AT)

    def states(self) -> list[str]:
        return [each.state for each in self.world.reminders()]

    def soon(self) -> Reminder:
        return next(each for each in self.world.reminders() if "arrival_soon" in each.key)

    def attempts(self) -> list[DeliveryAttempt]:
        soon = self.soon().id
        query = select(DeliveryAttempt).where(DeliveryAttempt.reminder_id == soon).order_by(DeliveryAttempt.number)
        with self.world.database.reading() as session:
            return list(session.scalars(query))
