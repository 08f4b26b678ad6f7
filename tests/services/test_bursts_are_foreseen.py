"""What the preview says would be held back for a person is what the dispatcher holds back as time passes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from tests.conftest import NOW
from tests.factories.listed import Listed
from tests.factories.rows import a_clinic, a_member
from tests.support.databases import SqliteDatabases
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tests.support.thoroughness import examples
from tracker.domain.bursts import FEW
from tracker.domain.calendar import ClinicCalendar
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, ContactPoint, Reminder
from tracker.queries.reminder_preview import BURST, Preview, list_preview
from tracker.services.nightly import reconcile_nightly
from tracker.services.reconcile import reconcile_due
from tracker.services.reminders import Dispatcher, pause_sending
from tracker.services.system_actor import nobody

DENVER = ClinicCalendar("America/Denver")


class Post:
    """A clinic whose visits are booked together, and a dispatcher."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.ids, self.mailer = database, FixedClock(NOW), SeededIds(), RecordingMailer()
        with database.writing() as session:
            a_member(session, a_clinic(session, 1, zone=DENVER.zone))
        self.count = 0

    def night(self) -> None:
        """What is planned by now is foreseen."""
        reconcile_nightly(self.database, self.clock, self.ids, pause=lambda: None)

    def book(self, count: int, *, days: int, hour: int = 14) -> None:
        """So many visits of one hour, each of a patient with an address, and what the reconciler makes of them."""
        now = self.clock.now()
        on = DENVER.today(now) + timedelta(days=days)
        wall = datetime.combine(on, datetime.min.time()) + timedelta(hours=hour)
        hours = (DENVER.instant(wall) - now) / timedelta(hours=1)
        with self.database.writing() as session:
            listed = Listed(session, 1, now, self.ids)
            for _ in range(count):
                self.count += 1
                patient = listed.patient(f"P{self.count}")
                row = {
                    "clinic_id": 1, "id": self.ids.row_id(now), "patient_id": patient, "kind": "email",
                    "value": f"p{self.count}@example.org", "as_typed": "", "owner": "patient", "is_possible": True,
                    "created_at": now,
                }  # fmt: skip
                session.execute(insert(ContactPoint), row)
                case = listed.case(patient, "evaluation_booked", reconcile_at=now)
                listed.visit(case, "evaluation", hours=hours, wall=f"{wall:%Y-%m-%dT%H:%M}")
        reconcile_due(self.database, self.clock, self.ids, pause=lambda: None)

    def strangers(self, count: int) -> None:
        """Patients who are told nothing."""
        with self.database.writing() as session:
            listed = Listed(session, 1, self.clock.now(), self.ids)
            for number in range(count):
                listed.patient(f"Stranger{number}")

    def quiet(self, begins: str, ends: str) -> None:
        with self.database.writing() as session:
            session.execute(update(Clinic).values(quiet_from=begins, quiet_until=ends))

    def preview(self, days: int) -> Preview:
        with self.database.reading() as session:
            return list_preview(session, nobody(1), now=self.clock.now(), days=days)

    def dispatch(self) -> None:
        Dispatcher(
            database=self.database, clock=self.clock, ids=self.ids, transports={"email": self.mailer},
            replies_at="https://visits.example", chance=lambda: 0.5, pause=lambda: None,
        ).dispatch_due()  # fmt: skip

    def pass_time(self, until: datetime) -> None:
        """Every instant at which something is to be sent, and every midnight before it."""
        while True:
            self.dispatch()
            with self.database.reading() as session:
                at = session.scalar(select(func.min(Reminder.next_action_at)))
            midnight = DENVER.start_of(DENVER.today(self.clock.now()) + timedelta(days=1))
            step = min(midnight, at or until)
            if step >= until:
                return
            assert step > self.clock.now(), "the dispatcher left something that was due"
            self.clock.set(step)
            if step == midnight:
                self.night()

    def held(self) -> set[str]:
        with self.database.reading() as session:
            return set(session.scalars(select(Reminder.contact_key).where(Reminder.state == "held")))

    def sent(self) -> int:
        return len(self.mailer.sent)


@pytest.fixture
def post(database: Database) -> Post:
    return Post(database)


class TestABurstIsForeseen:
    @pytest.mark.parametrize(("count", "is_held"), [(FEW, False), (FEW + 1, True)])
    def test_of_visits_booked_today_for_tomorrow(self, post: Post, count: int, is_held: bool) -> None:
        post.night()
        post.clock.advance(hours=1)
        post.book(count, days=1)
        preview = post.preview(0)
        reasons = [each.foreseen.why_not for each in preview.will_not if each.foreseen.why_not == BURST]
        assert (len(reasons), len(preview.will_send)) == ((count, 0) if is_held else (0, count))
        post.dispatch()
        assert (len(post.held()), post.sent()) == ((count, 0) if is_held else (0, count))

    def test_but_not_of_what_the_night_will_have_counted(self, post: Post) -> None:
        post.night()
        post.clock.advance(hours=1)
        post.book(FEW + 1, days=8)
        assert len(post.preview(3).will_send) == FEW + 1
        post.pass_time(NOW + timedelta(days=3))
        assert post.sent() == FEW + 1 and post.held() == set()

    def test_of_what_is_found_at_night_and_would_have_waited_for_the_morning(self, post: Post) -> None:
        """At 22:00 it is counted at once, not with the morning, for which the night would have foreseen it."""
        post.night()
        post.clock.advance(hours=13)
        post.book(FEW + 1, days=1)
        preview = post.preview(1)
        assert [each.foreseen.why_not for each in preview.will_not].count(BURST) == FEW + 1
        post.pass_time(preview.span.ends_at)
        assert (len(post.held()), post.sent()) == (FEW + 1, 0)

    def test_of_what_is_late_by_more_than_a_day(self, post: Post) -> None:
        post.book(FEW + 1, days=10)
        post.night()
        post.clock.set(NOW + timedelta(days=5))
        preview = post.preview(0)
        assert {each.foreseen.why_not for each in preview.will_not} == {BURST}
        post.dispatch()
        assert len(post.held()) == FEW + 1 == len(preview.will_not)
        # From then on they are held, and no longer would be.
        assert {each.foreseen.why_not for each in post.preview(0).will_not} == {"held"}

    def test_unless_it_is_no_tenth_of_the_patients(self, post: Post) -> None:
        post.strangers(10 * (FEW + 1))
        post.night()
        post.clock.advance(hours=1)
        post.book(FEW + 1, days=1)
        assert len(post.preview(0).will_send) == FEW + 1

    def test_unless_a_person_released_it(self, post: Post) -> None:
        post.night()
        post.clock.advance(hours=1)
        post.book(FEW + 1, days=1)
        with post.database.writing() as session:
            session.execute(update(Reminder).values(closed_reason="released"))
        assert len(post.preview(0).will_send) == FEW + 1

    def test_while_sending_is_paused_as_it_will_be_when_it_goes_on(self, post: Post) -> None:
        post.night()
        post.clock.advance(hours=1)
        post.book(FEW + 1, days=1)
        with post.database.writing() as session:
            pause_sending(session, now=post.clock.now(), clinic_id=1)
        assert post.preview(0).is_paused
        assert BURST in {each.foreseen.why_not for each in post.preview(0).will_not}


@settings(
    max_examples=examples(10),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=[Phase.generate],
)
@given(
    early=st.sampled_from((None, (FEW, 3), (FEW + 1, 3), (FEW + 1, 9))),
    late=st.sampled_from((None, (1, 1), (FEW + 1, 1), (FEW + 1, 2), (FEW + 1, 9))),
    hours=st.sampled_from((0, 1, 9, 20, 30, 60, 100)),
    night=st.sampled_from((("21:00", "08:00"), ("05:00", "12:00"), ("00:00", "00:00"))),
    strangers=st.sampled_from((0, 0, 300)),
    days=st.integers(0, 4),
)
def test_what_would_be_held_is_held(
    sqlite_databases: SqliteDatabases,
    *,
    early: tuple[int, int] | None,
    late: tuple[int, int] | None,
    hours: int,
    night: tuple[str, str],
    strangers: int,
    days: int,
) -> None:
    with sqlite_databases.fresh() as database:
        post = Post(database)
        post.quiet(*night)
        post.strangers(strangers)
        if early is not None:
            post.book(early[0], days=early[1])
        post.night()
        post.clock.advance(hours=hours)
        if late is not None:
            post.book(late[0], days=late[1])
        preview = post.preview(days)
        would = {(each.patient_id, each.foreseen.key) for each in preview.will_not if each.foreseen.why_not == BURST}
        goes = {(each.patient_id, each.foreseen.key) for each in preview.will_send}
        post.pass_time(preview.span.ends_at)
        with database.reading() as session:
            rows = session.execute(select(Reminder.patient_id, Reminder.contact_key, Reminder.state, Reminder.attempts))
            found = [(row.patient_id, row.contact_key.partition(":")[2], row.state, row.attempts) for row in rows]
        assert would <= {(patient, key) for patient, key, state, _ in found if state == "held"}
        assert goes == {(patient, key) for patient, key, _, attempts in found if attempts}
