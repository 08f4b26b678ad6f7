"""What the preview of the next days says is what the dispatcher then sends as time passes, in the very words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.conftest import NOW
from tests.factories.case_world import NEW_YORK, CaseWorld
from tests.queries.test_reminder_preview import unlinked
from tests.support.databases import SqliteDatabases
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tests.support.thoroughness import examples
from tracker.domain.access import Actor
from tracker.domain.contacts import considered
from tracker.domain.facts import Appointment, Consent, Determination, Device, Fill
from tracker.domain.obligations import obligations
from tracker.domain.reminder_words import CALLED
from tracker.pathways.catalogue import current
from tracker.persistence.models import Clinic, DeliveryAttempt, Patient, Reminder
from tracker.queries.reached import read_preferences
from tracker.queries.reminder_preview import MOST_DAYS, Preview, list_preview, with_words
from tracker.services.reminders import Dispatcher, pause_sending, resume_sending
from tracker.services.system_actor import nobody

Sent = tuple[str, str, datetime, str]
CLOSED = next(stage for stage in current().stages.values() if not stage.is_open)
STAGES = (("referred", "referral", True), ("maintained", "refills", True), (CLOSED.name, CLOSED.phase, False))
PURPOSES = ("evaluation", "trial", "implant", "refill", "follow_up")
ZONES = ("", "Pacific/Honolulu", "America/Phoenix", "Asia/Tokyo")
HOURS = (("21:00", "08:00"), ("09:00", "12:00"), ("00:00", "00:00"), ("05:00", "10:30"), ("12:00", "11:00"))


class Chance:
    """A case to which what may happen has happened."""

    def __init__(self, world: CaseWorld, draw: st.DataObject) -> None:
        self.world, self.draw, self.mailer = world, draw, RecordingMailer()

    def one(self, *among: object) -> object:
        return self.draw.draw(st.sampled_from(among))

    def is_so(self) -> bool:
        return self.draw.draw(st.booleans())

    def set_up(self) -> None:
        quiet_from, quiet_until = self.draw.draw(st.sampled_from(HOURS))
        with self.world.database.writing() as session:
            session.execute(
                update(Clinic).values(quiet_from=quiet_from, quiet_until=quiet_until, sends_texts=self.is_so())
            )
            session.execute(
                update(Patient).values(
                    zone=self.one(*ZONES) or None,
                    prefers=self.one("", "", "sms", "email", "phone", "letter"),
                    language=self.one("", "Spanish", "Hmong"),
                )
            )
        for number in range(self.draw.draw(st.sampled_from((1, 2, 0, 3)))):
            kind = str(self.one("email", "phone"))
            value = f"a{number}@example.org" if kind == "email" else f"+1303555010{number}"
            self.world.email(
                value,
                kind=kind,
                owner=self.one("patient", "patient", "caregiver", "facility"),
                opted_out_at=self.world.clock.now() if self.one(1, 0, 0, 0) else None,
                texts_agreed_at=self.world.clock.now() if kind == "phone" and self.is_so() else None,
            )
        name, phase, is_open = self.draw.draw(st.sampled_from(STAGES))
        self.world.stand(name, phase, is_open=is_open)
        if self.is_so():
            pump = self.world.write(Device, kind="pump")
            self.world.write(Fill, device=pump.device)

    def book(self) -> None:
        taken = {visit.wall for visit in self.world.loaded().snapshot.of(Appointment)}
        day = self.world.clock.now() + timedelta(days=self.draw.draw(st.integers(0, 20)))
        walls = [f"{day:%Y-%m-%d}T{hour:02d}:30" for hour in range(24)]
        free = [wall for wall in walls if wall not in taken]
        visit = self.world.book(str(self.one(*PURPOSES)), self.draw.draw(st.sampled_from(free)))
        if self.one(1, 0, 0):
            self.world.change(visit, state=self.one("confirmed", "cancelled"))

    def live(self) -> None:
        """Some days pass; what was due was sent, or nobody was there to send it."""
        for _ in range(self.draw.draw(st.integers(1, 4))):
            self.book()
            self.world.clock.advance(minutes=self.draw.draw(st.integers(0, 60 * 24 * 5)))
            if self.one(1, 1, 0):
                self.dispatch()
        if self.is_so():
            self.book()
        if self.one(1, 0, 0):
            self.world.write(Consent, purpose=self.one("trial", "implant"))
        if self.one(1, *[0] * 9):
            self.world.write(Determination, kind="death")

    def dispatch(self) -> None:
        world = self.world
        transports = {"email": self.mailer, "sms": self.mailer}
        Dispatcher(
            database=world.database, clock=world.clock, ids=world.ids, transports=transports, chance=lambda: 0.5,
            pause=lambda: None, replies_at="https://reply.example",
        ).dispatch_due()  # fmt: skip

    def pass_time(self, until: datetime) -> None:
        """Every instant at which a dispatcher has something to look at, and none after."""
        while True:
            self.dispatch()
            coming = [each.next_action_at for each in self.world.reminders() if each.next_action_at is not None]
            at = min(coming, default=until)
            if at >= until:
                return
            assert at > self.world.clock.now(), "the dispatcher left something that was due"
            self.world.clock.set(at)

    def preview(self, days: int) -> Preview:
        with self.world.database.reading() as session:
            return list_preview(session, viewer(self.world), now=self.world.clock.now(), days=days)

    def promised(self, preview: Preview) -> set[Sent]:
        with self.world.database.reading() as session:
            worded = with_words(session, viewer(self.world), preview.will_send)
        return {
            (
                each.planned.foreseen.key,
                each.planned.foreseen.way.channel if each.planned.foreseen.way else "",
                each.planned.foreseen.at,
                f"{each.text.subject}\n\n{each.text.body}" if each.text else "",
            )
            for each in worded
        }

    def sent(self, since: datetime) -> set[Sent]:
        said = {each.reference: f"{each.subject}\n\n{unlinked(each.body)}" for each in self.mailer.sent}
        columns = (Reminder.contact_key, Reminder.channel, DeliveryAttempt.started_at, DeliveryAttempt.reference)
        query = select(*columns).join(DeliveryAttempt, DeliveryAttempt.reminder_id == Reminder.id)
        with self.world.database.reading() as session:
            rows = session.execute(query.where(DeliveryAttempt.started_at >= since)).all()
        return {(key.partition(":")[2], channel, at, said[reference]) for key, channel, at, reference in rows}

    def everything(self) -> set[str]:
        """Every rule about every visit that has not begun."""
        loaded, now = self.world.loaded(), self.world.clock.now()
        with self.world.database.reading() as session:
            wants = read_preferences(session, self.world.clinic_id, self.world.patient_id)
        due = obligations(loaded.pathway, loaded.snapshot, now)
        found = considered(loaded.pathway, loaded.snapshot, due, wants, now)
        return {each.contact.key for each in found if each.visit.starts_at > now}


def viewer(world: CaseWorld) -> Actor:
    return nobody(world.clinic_id)


@contextmanager
def fresh_world(databases: SqliteDatabases) -> Iterator[CaseWorld]:
    with databases.fresh() as database:
        yield CaseWorld(database, FixedClock(NOW), SeededIds())


@settings(max_examples=examples(35), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(data=st.data(), days=st.integers(0, 20))
def test_what_is_previewed_is_what_is_sent(sqlite_databases: SqliteDatabases, data: st.DataObject, days: int) -> None:
    with fresh_world(sqlite_databases) as world:
        chance = Chance(world, data)
        chance.set_up()
        chance.live()
        now = world.clock.now()
        already = {each.contact_key.partition(":")[2] for each in world.reminders() if each.attempts}
        preview, whole, everything = chance.preview(days), chance.preview(MOST_DAYS), chance.everything()
        promised = chance.promised(preview)
        assert preview.span.ends_at == NEW_YORK.start_of(NEW_YORK.today(now) + timedelta(days=days + 1))
        done = chance.sent(now)
        chance.pass_time(preview.span.ends_at)
        assert chance.sent(now) - done == promised

        send, dont = ({each.foreseen.key for each in some} for some in (whole.will_send, whole.will_not))
        assert send.isdisjoint(dont)
        assert everything <= send | dont | already
        assert send | dont <= everything
        asked = {task.params["appointment"] for task in world.tasks() if task.kind == "call"}
        for each in preview.will_not:
            if each.foreseen.why_not in CALLED and each.foreseen.rule.to == "patient":
                assert str(each.foreseen.visit.appointment) in asked, each


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(data=st.data())
def test_what_is_previewed_while_sending_is_paused_goes_when_it_is_resumed(
    sqlite_databases: SqliteDatabases, data: st.DataObject
) -> None:
    with fresh_world(sqlite_databases) as world:
        chance = Chance(world, data)
        chance.set_up()
        chance.book()
        now = world.clock.now()
        with world.database.writing() as session:
            pause_sending(session, now=now, clinic_id=world.clinic_id)
        paused = chance.preview(10)
        promised = chance.promised(paused)
        chance.dispatch()
        assert paused.is_paused and chance.sent(now) == set()
        with world.database.writing() as session:
            resume_sending(session, clinic_id=world.clinic_id)
        chance.pass_time(paused.span.ends_at)
        assert chance.sent(now) == promised
