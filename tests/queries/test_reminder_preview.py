"""What will be sent, and who gets nothing and why: by the present rules, and by another."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, update

from tests.factories.case_world import CaseWorld
from tests.factories.post import SOON, Post
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import Consent, Determination, Device, Fill
from tracker.domain.mail import MailRejected, MailUnavailable
from tracker.domain.reminder_words import REASONS, when_sent
from tracker.domain.rule_changes import RuleChange
from tracker.persistence.database import Database
from tracker.persistence.models import Clinic, Patient, Reminder, StaffTask
from tracker.queries import reminder_preview
from tracker.queries.reminder_preview import (
    OWN_LINK,
    Planned,
    Preview,
    compare,
    list_preview,
    list_previews,
    with_words,
)
from tracker.services.reminders import pause_sending
from tracker.services.system_actor import nobody

#: A Tuesday, 11:00 in New York.
NOW = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


@pytest.fixture
def post(world: CaseWorld) -> Post:
    return Post(world)


def previewed(world: CaseWorld, days: int = 30, from_on: date | None = None) -> Preview:
    with world.database.reading() as session:
        return list_preview(session, nobody(world.clinic_id), now=world.clock.now(), days=days, from_on=from_on)


def tried(world: CaseWorld, change: RuleChange, days: int = 30) -> tuple[Preview, Preview]:
    with world.database.reading() as session:
        now = world.clock.now()
        present, other = list_previews(session, nobody(world.clinic_id), now=now, days=days, changes=(None, change))
    return present, other


def goes(preview: Preview) -> list[tuple[str, str, datetime]]:
    return [
        (each.foreseen.rule.name, each.foreseen.way.channel if each.foreseen.way else "", each.foreseen.at)
        for each in preview.will_send
    ]


def why(preview: Preview) -> dict[str, str]:
    return {each.foreseen.rule.name: each.foreseen.why_not for each in preview.will_not}


def unlinked(body: str) -> str:
    """A message that was sent, with the place of its link."""
    return re.sub(r"https?://\S+", OWN_LINK, body)


def names(several: tuple[Planned, ...]) -> list[str]:
    return [each.foreseen.rule.name for each in several]


def of_clinic(world: CaseWorld, **values: object) -> None:
    with world.database.writing() as session:
        session.execute(update(Clinic).values(**values))


def of_patient(world: CaseWorld, **values: object) -> None:
    with world.database.writing() as session:
        session.execute(update(Patient).values(**values))
    world.reconcile()


class TestWhatWillBeSent:
    def test_is_what_the_rules_ask_for_by_time(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-03-26T09:00")
        preview = previewed(world)
        assert goes(preview) == [
            ("arrival_week", "email", datetime(2026, 3, 19, 14, tzinfo=UTC)),
            ("arrival_soon", "email", datetime(2026, 3, 24, 14, tzinfo=UTC)),
            ("arrival_eve", "email", datetime(2026, 3, 25, 14, tzinfo=UTC)),
        ]
        assert preview.will_not == () and preview.dealt_with == 0
        first = preview.will_send[0]
        assert (first.case_public_id, first.owner, first.language) == (world.case().public_id, "patient", "en")
        assert (
            when_sent(first.foreseen.rule, first.foreseen.visit, NOW.date()) == "7 days before the visit of Thu 26 Mar"
        )

    def test_lies_between_the_first_day_and_the_end_of_the_last(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-03-26T09:00")
        assert names(previewed(world, 1).will_send) == []
        assert names(previewed(world, 2).will_send) == ["arrival_week"]
        assert names(previewed(world, 0, date(2026, 3, 24)).will_send) == ["arrival_soon"]
        assert names(previewed(world, 1, date(2026, 3, 24)).will_send) == ["arrival_soon", "arrival_eve"]
        assert names(previewed(world, 3, date(2026, 3, 20)).will_send) == []

    def test_reads_as_it_is_sent(self, post: Post) -> None:
        preview = previewed(post.world, 0)
        with post.world.database.reading() as session:
            (worded,) = with_words(session, nobody(post.world.clinic_id), preview.will_send)
        post.dispatch()
        (message,) = post.mailer.sent
        assert worded.text is not None
        assert (worded.text.subject, worded.text.body) == (message.subject, unlinked(message.body))
        assert "http" in message.body and OWN_LINK in worded.text.body
        assert (worded.patient.given_name, worded.patient.mrn) == ("Ada", "M1")

    def test_is_not_what_went_already(self, post: Post) -> None:
        post.dispatch()
        preview = previewed(post.world)
        assert names(preview.will_send) == ["arrival_eve"]
        assert why(preview) == {} and preview.dealt_with == 1

    def test_of_a_late_booking_is_the_latest_of_each_kind_now(self, world: CaseWorld) -> None:
        world.email()
        world.clock.set(datetime(2026, 3, 24, 15, tzinfo=UTC))
        world.book("evaluation", "2026-03-26T09:00")
        preview = previewed(world)
        assert goes(preview)[0] == ("arrival_soon", "email", world.clock.now())
        assert why(preview) == {"arrival_week": "superseded"}

    def test_that_waited_for_nobody_is_the_latest_too(self, post: Post) -> None:
        """Rows wait that nobody looked at for two days; the earlier is not sent after the later."""
        post.world.clock.set(SOON + timedelta(days=1))
        preview = previewed(post.world)
        assert names(preview.will_send) == ["arrival_eve"] and why(preview) == {"arrival_soon": "superseded"}

    def test_at_night_is_that_of_the_morning(self, post: Post) -> None:
        of_clinic(post.world, quiet_from="21:00", quiet_until="11:00")
        assert goes(previewed(post.world, 0)) == [("arrival_soon", "email", SOON + timedelta(hours=1))]

    def test_is_decided_again_in_the_morning(self, world: CaseWorld) -> None:
        """Booked at six on the eve, the message of two days before waits; by then that of the eve is due."""
        world.email()
        of_clinic(world, quiet_from="05:00", quiet_until="10:30")
        world.clock.set(datetime(2026, 3, 25, 10, tzinfo=UTC))
        world.book("evaluation", "2026-03-26T18:00")
        preview = previewed(world)
        assert goes(preview) == [("arrival_eve", "email", datetime(2026, 3, 25, 14, 30, tzinfo=UTC))]
        assert why(preview)["arrival_soon"] == "superseded"

    def test_follows_the_patients_clock(self, world: CaseWorld) -> None:
        world.email()
        of_patient(world, zone="Pacific/Honolulu")
        world.book("evaluation", "2026-03-26T09:00")
        preview = previewed(world)
        assert goes(preview)[0] == ("arrival_week", "email", datetime(2026, 3, 19, 20, tzinfo=UTC))
        assert preview.will_send[0].foreseen.zone == "Pacific/Honolulu"

    def test_at_the_patients_night_waits_too(self, world: CaseWorld) -> None:
        """Eleven in New York is five in Honolulu."""
        world.email()
        of_patient(world, zone="Pacific/Honolulu")
        world.book("evaluation", "2026-03-18T22:00")
        assert goes(previewed(world, 0))[0] == ("arrival_soon", "email", NOW + timedelta(hours=3))

    def test_waits_for_the_next_try(self, post: Post) -> None:
        post.mailer.failing = lambda _number: MailUnavailable("421")
        post.dispatch()
        again_at = post.soon().next_action_at
        assert again_at is not None and again_at > SOON
        assert goes(previewed(post.world, 0)) == [("arrival_soon", "email", again_at)]

    def test_goes_on_by_the_way_that_is_left(self, post: Post) -> None:
        post.world.email("+13035550142", kind="phone", texts_agreed_at=post.world.clock.now())
        of_clinic(post.world, sends_texts=True)
        post.world.reconcile()
        post.texter.failing = lambda _number: MailRejected("21211")
        assert goes(previewed(post.world, 0))[0][1] == "sms"
        post.dispatch()
        assert goes(previewed(post.world, 0)) == [("arrival_soon", "email", SOON)]

    def test_speaks_of_a_refill_long_before(self, world: CaseWorld) -> None:
        world.email()
        pump = world.write(Device, kind="pump")
        world.write(Fill, device=pump.device)
        world.book("refill", "2026-05-20T09:00")
        # Its first reminder is of use until a week before, and comes two weeks before.
        assert names(previewed(world, 0, date(2026, 5, 6)).will_send) == ["refill_early"]


class TestWhoGetsNothing:
    def test_has_no_address(self, world: CaseWorld) -> None:
        world.book("evaluation", "2026-03-26T09:00")
        preview = previewed(world)
        assert preview.will_send == ()
        assert why(preview) == dict.fromkeys(["arrival_week", "arrival_soon", "arrival_eve"], "no_address")

    @pytest.mark.parametrize(
        ("patient", "point", "reason"),
        [
            ({"prefers": "phone"}, {}, "prefers_call"),
            ({"language": "Hmong"}, {}, "no_language"),
            ({}, {"opted_out_at": NOW}, "opted_out"),
            ({}, {"is_possible": False}, "no_address"),
        ],
    )
    def test_for_a_reason(
        self, world: CaseWorld, patient: dict[str, object], point: dict[str, object], reason: str
    ) -> None:
        world.email(**point)
        world.book("evaluation", "2026-03-26T09:00")
        if patient:
            of_patient(world, **patient)
        assert set(why(previewed(world)).values()) == {reason}

    def test_because_the_address_failed(self, post: Post) -> None:
        post.mailer.failing = lambda _number: MailRejected("550")
        post.dispatch()
        assert why(previewed(post.world, 0)) == {"arrival_soon": "rejected"}

    def test_while_a_burst_is_held_back(self, post: Post) -> None:
        with post.world.database.writing() as session:
            is_waiting = Reminder.state == "planned"
            session.execute(
                update(Reminder)
                .where(is_waiting)
                .values(state="held", next_action_at=None, closed_reason="held_burst:1")
            )
        preview = previewed(post.world)
        assert why(preview) == {"arrival_soon": "held", "arrival_eve": "held"} and preview.will_send == ()

    def test_until_somebody_has_called(self, post: Post) -> None:
        post.mailer.failing = lambda _number: MailRejected("550")
        post.dispatch()
        with post.world.database.writing() as session:
            session.execute(update(StaffTask).values(done_at=post.world.clock.now(), outcome="will come"))
        preview = previewed(post.world, 0)
        assert (preview.will_send, preview.will_not, preview.dealt_with) == ((), (), 1)

    def test_is_nobody_only_because_sending_is_paused(self, post: Post) -> None:
        with post.world.database.writing() as session:
            pause_sending(session, now=post.world.clock.now())
        preview = previewed(post.world)
        assert preview.is_paused and names(preview.will_send) == ["arrival_soon", "arrival_eve"]
        assert why(preview) == {}

    def test_after_a_death(self, post: Post) -> None:
        post.world.write(Determination, kind="death")
        assert set(why(previewed(post.world)).values()) == {"died"}

    def test_in_a_closed_case(self, post: Post) -> None:
        with post.world.database.reading() as session:
            loaded = reminder_preview.load_snapshots(session, post.world.clinic_id, [post.world.case_id])[0]
        closed = next(stage for stage in loaded.pathway.stages.values() if not stage.is_open)
        post.world.stand(closed.name, closed.phase, is_open=False)
        assert set(why(previewed(post.world)).values()) == {"case_closed"}

    def test_about_a_consent_that_is_valid(self, world: CaseWorld) -> None:
        world.email()
        world.book("trial", "2026-04-15T09:00")
        assert "consent_early" in names(previewed(world).will_send)
        world.write(Consent, purpose="trial", signed_on=date(2026, 3, 12))
        preview = previewed(world)
        valid = dict.fromkeys(["consent_early", "consent_late"], "consent_valid")
        assert why(preview) == {**valid, "preparation": "no_sheet"}
        assert names(preview.will_send) == ["arrival_week", "arrival_soon", "arrival_eve"]

    def test_of_a_refill_is_called_or_has_nobody_for_a_copy(self, world: CaseWorld) -> None:
        world.email()
        pump = world.write(Device, kind="pump")
        world.write(Fill, device=pump.device)
        visit = world.book("refill", "2026-04-08T09:00")
        copies = {"refill_copy": "copy_no_address", "refill_copy_facility": "copy_no_address"}
        assert why(previewed(world)) == {"refill_call": "call_due", **copies}
        world.change(visit, state="confirmed")
        assert why(previewed(world)) == {"refill_call": "confirmed", **copies}
        world.email("carer@example.org", owner="caregiver")
        assert why(previewed(world)) == {"refill_call": "confirmed", "refill_copy_facility": "copy_no_address"}
        (copy,) = [each for each in previewed(world).will_send if each.foreseen.rule.name == "refill_copy"]
        assert copy.owner == "caregiver"

    def test_because_the_night_is_longer_than_its_use(self, world: CaseWorld) -> None:
        world.email()
        of_clinic(world, quiet_from="09:00", quiet_until="07:00")
        world.book("evaluation", "2026-03-26T09:00")
        assert why(previewed(world))["arrival_eve"] == "quiet_hours"
        # A minute earlier the morning is in time.
        of_clinic(world, quiet_until="06:59")
        assert "arrival_eve" not in why(previewed(world))

    def test_because_the_visit_is_too_near(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-03-17T12:30")
        assert why(previewed(world)) == dict.fromkeys(["arrival_week", "arrival_soon", "arrival_eve"], "too_late")
        assert previewed(world).will_send == ()

    def test_because_nobody_was_there_to_send_it_in_time(self, post: Post) -> None:
        post.world.clock.set(datetime(2026, 3, 26, 12, tzinfo=UTC))
        assert why(previewed(post.world)) == {"arrival_soon": "too_late", "arrival_eve": "too_late"}

    def test_has_a_sentence_for_each_reason(self) -> None:
        reasons = (
            "no_address", "copy_no_address", "paused", "died", "case_closed", "confirmed", "consent_valid",
            "no_refill_due", "superseded", "too_late", "quiet_hours", "call_due", "no_way_left",
        )  # fmt: skip
        for reason in reasons:
            assert " " in REASONS[reason]

    def test_unless_a_way_has_appeared(self, world: CaseWorld) -> None:
        """The next pass of the reconciler takes the calls back."""
        world.book("evaluation", "2026-03-26T09:00")
        world.email()
        assert why(previewed(world)) == {} and len(previewed(world).will_send) == 3

    def test_of_a_visit_that_began_is_nobody(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-03-17T10:30")
        preview = previewed(world)
        assert (preview.will_send, preview.will_not) == ((), ())
        coming = world.book("follow_up", "2026-03-26T09:00")
        preview = previewed(world)
        assert {each.foreseen.visit.appointment for each in preview.will_send} == {coming.appointment}
        assert preview.will_not == ()


class TestAChangedRule:
    def test_moves_what_is_to_come(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-03-26T09:00")
        present, other = tried(world, RuleChange(rule="arrival_soon", days_before=3, wall_time=time(16)))
        ((before, after),) = compare(present, other).moved
        assert (before.foreseen.at, after.foreseen.at) == (SOON, datetime(2026, 3, 23, 20, tzinfo=UTC))
        assert (compare(present, other).new, compare(present, other).gone) == ((), ())

    def test_brings_and_takes(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-03-26T09:00")
        present, other = tried(world, RuleChange(rule="arrival_soon", days_before=8), days=2)
        assert names(compare(present, other).new) == ["arrival_soon"]
        present, other = tried(world, RuleChange(rule="arrival_week", days_before=3), days=2)
        assert names(compare(present, other).gone) == ["arrival_week"]
        present, other = tried(world, RuleChange(rule="arrival_week", channels=("phone",)))
        assert names(compare(present, other).gone) == ["arrival_week"]
        assert why(other) == {"arrival_week": "call_due"}

    def test_is_seen_beyond_the_visits_that_the_present_rules_speak_of(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-05-10T09:00")
        present, other = tried(world, RuleChange(rule="arrival_week", days_before=50), days=10)
        assert names(present.will_send) == [] and names(other.will_send) == ["arrival_week"]

    def test_sends_nothing_that_was_never_begun_once_a_later_one_was_due(self, world: CaseWorld) -> None:
        """Twenty hours before the visit it would still be of use, but what is due last of its kind is not."""
        world.email()
        world.clock.set(datetime(2026, 3, 25, 17, tzinfo=UTC))
        world.book("evaluation", "2026-03-26T09:00")
        change = RuleChange(rule="arrival_eve", days_before=8)
        assert names(tried(world, change)[1].will_send) == ["arrival_eve"]  # begun by the present rule
        with world.database.writing() as session:
            session.execute(delete(Reminder))
        assert why(tried(world, change)[1])["arrival_eve"] == "too_late"

    def test_does_not_send_again(self, post: Post) -> None:
        post.dispatch()
        present, other = tried(post.world, RuleChange(rule="arrival_soon", days_before=1, wall_time=time(12)))
        assert compare(present, other) == compare(present, present)

    @pytest.mark.parametrize(
        "change",
        [
            RuleChange(rule="no_such_rule"),
            RuleChange(rule="arrival_soon", days_before=-1),
            RuleChange(rule="arrival_soon", days_before=61),
            RuleChange(rule="arrival_soon", channels=("pigeon",)),
        ],
    )
    def test_must_be_one(self, world: CaseWorld, change: RuleChange) -> None:
        with pytest.raises(InvalidInput):
            tried(world, change)
