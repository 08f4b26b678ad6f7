"""The history that reports are counted from: what is in it, and when it is made anew."""

from array import array
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.support.journey import PHYSICIAN, Journey, a_person, journey_in
from tests.support.statements import sent as sent_to
from tests.support.web import WebWorld
from tracker.domain.access import Actor
from tracker.domain.errors import NotPermitted
from tracker.domain.reporting.columns import PARTS, Part, Reminders, Stays, Trials, Visits
from tracker.domain.reporting.history import History, packed, unpacked
from tracker.domain.words import Role
from tracker.persistence.models import ClinicHistory, ClinicJob
from tracker.queries.clinic_history.making import make_history
from tracker.queries.clinic_history.stored import JOB, Standing, find_history, read_history
from tracker.services import appointments, corrections
from tracker.services.clinic_histories import AT_MOST_EVERY, is_due, make_histories, make_one
from tracker.services.clinic_jobs import CLAIM, take
from tracker.services.evaluations import record_document


@pytest.fixture
def journey(world: WebWorld) -> Journey:
    return journey_in(world)


@pytest.fixture
def remake(world: WebWorld) -> Callable[[], int]:
    return lambda: make_histories(world.database, world.clock, world.ids, pause=lambda: None)


def of_clinic(world: WebWorld, *kinds: type[Part]) -> History | None:
    with world.database.reading() as session:
        return read_history(session, world.clinic_id, *kinds)


class TestHistory:
    def test_is_read_as_it_was_made(self, world: WebWorld, journey: Journey, remake: Callable[[], int]) -> None:
        journey.go("implant_decision")
        with world.database.reading() as session:
            made = make_history(session, world.clinic_id, world.clock.now()).history
        assert remake() == 1
        read = of_clinic(world, *PARTS.values())
        assert (read.as_of, read.zone, list(read.words)) == (made.as_of, made.zone, list(made.words))
        for kind in PARTS.values():
            shown = [list(getattr(read.of(kind), each.name)) for each in fields(kind)]
            assert shown == [list(getattr(made.of(kind), each.name)) for each in fields(kind)], kind
        assert [read.words[stage] for stage in read.of(Stays).stage][:3] == [
            "referred",
            "evaluation_booked",
            "evaluating",
        ]

    def test_knows_nothing_of_another_clinic(
        self, world: WebWorld, journey: Journey, remake: Callable[[], int]
    ) -> None:
        north = world.add_clinic("north")
        journey.go("evaluating")
        assert remake() == 2
        with world.database.reading() as session:
            assert list(read_history(session, north, Stays).of(Stays).case) == []

    def test_leaves_out_what_was_struck_and_entered_in_error(
        self, world: WebWorld, journey: Journey, remake: Callable[[], int]
    ) -> None:
        journey.go("trial_review")
        wrong = journey_in(world)
        wrong.refer(a_person(2))
        wrong.step("entered_in_error", Role.LEAD_COORDINATOR, "wrong patient")
        remake()
        before = of_clinic(world, Trials)
        assert (len(before.cases.id), list(before.of(Trials).dose_ng)) == (1, [50_000])
        dose, nurse = journey.look().snapshot.attempt_dose, journey.user_ids[Role.NURSE]
        journey.do(
            PHYSICIAN, lambda w, r: corrections.strike(w, r, seq=dose.seq, reason="another patient's", second_by=nurse)
        )
        world.clock.advance(hours=1)
        remake()
        assert list(of_clinic(world, Trials).of(Trials).dose_ng) == []

    def test_has_the_date_of_the_last_letter_to_who_referred(self, world: WebWorld, journey: Journey) -> None:
        journey.refer()
        for kind, days in (("referrer_letter", 9), ("referrer_letter", 20), ("referral_letter", 1), ("other", 0)):
            day = journey.today - timedelta(days=days)
            journey.do(PHYSICIAN, lambda w, r, k=kind, d=day: record_document(w, r, kind=k, dated_on=d))
        with world.database.reading() as session:
            history = make_history(session, world.clinic_id, world.clock.now()).history
        assert list(history.cases.letter_on) == [history.today - 9]

    def test_tells_how_visits_were_moved_and_lost(self, world: WebWorld, journey: Journey) -> None:
        journey.go("trial_to_book")
        visit = journey.book("trial", journey.in_days(3))
        slot = appointments.Slot(starts=journey.in_days(5), minutes=60)
        journey.do(Role.COORDINATOR, lambda w, r: appointments.move(w, r, appointment=visit, slot=slot))
        journey.do(Role.COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=visit, reason="ill"))
        with world.database.reading() as session:
            history = make_history(session, world.clinic_id, world.clock.now()).history
        visits = history.of(Visits)
        row = list(visits.number).index(visit)
        assert (history.words[visits.state[row]], visits.moves[row]) == ("cancelled", 1)
        assert (visits.lost_on[row], visits.on[row]) == (history.today, history.today + 5)

    def test_takes_a_statement_a_table_however_many_cases(self, world: WebWorld, journey: Journey) -> None:
        journey.go("evaluating")
        with world.database.reading() as session, sent_to(world.database.read) as few:
            make_history(session, world.clinic_id, world.clock.now())
        for number in range(2, 5):
            journey_in(world).refer(a_person(number))
        with world.database.reading() as session, sent_to(world.database.read) as more:
            make_history(session, world.clinic_id, world.clock.now())
        assert len(few) == len(more) <= 25

    def test_is_for_whoever_may_see_reports(self, world: WebWorld, remake: Callable[[], int]) -> None:
        remake()
        of_clinic(world)
        desk = Actor(1, world.clinic_id, frozenset({Role.FRONT_DESK}), "desk")
        with world.database.reading() as session:
            with pytest.raises(NotPermitted):
                find_history(session, desk)
            manager = Actor(1, world.clinic_id, frozenset({Role.MANAGER}), "manager")
            with sent_to(world.database.read) as sent:
                history = find_history(session, manager, Reminders)
        assert len(sent) == 1
        with pytest.raises(LookupError):
            history.of(Visits)


class TestMaking:
    def test_is_due_where_something_was_done_and_a_quarter_has_passed(self, world: WebWorld) -> None:
        now = world.clock.now()
        cases = [
            (None, 0, 0, timedelta(), True),
            (now, 7, 7, AT_MOST_EVERY, False),
            (now, 7, 8, AT_MOST_EVERY - timedelta(seconds=1), False),
            (now, 7, 8, AT_MOST_EVERY, True),
            # Its clock was set back since: it must not wait for the old time to come again.
            (now, 7, 8, -timedelta(hours=1), True),
            # 15:00 UTC is 09:00 in Denver: midnight is in fifteen hours.
            (now, 7, 7, timedelta(hours=14, minutes=59), False),
            (now, 7, 7, timedelta(hours=15), True),
        ]
        for as_of, last, newest, later, expected in cases:
            standing = Standing(1, "America/Denver", as_of, last, newest)
            assert is_due(standing, now + later) is expected, (as_of, last, newest, later)

    def test_goes_on_only_after_something_was_done(
        self, world: WebWorld, journey: Journey, remake: Callable[[], int]
    ) -> None:
        assert (remake(), remake()) == (1, 0)
        journey.refer()
        assert remake() == 0
        world.clock.advance(minutes=15)
        assert (remake(), remake()) == (1, 0)

    def test_leaves_a_clinic_to_whoever_is_at_it(self, world: WebWorld) -> None:
        with world.database.writing() as session:
            take(session, clinic_id=world.clinic_id, name=JOB, token="other", now=world.clock.now())
        assert not make_one(world.database, world.clock, world.ids, world.clinic_id)
        assert of_clinic(world) is None
        world.clock.advance(seconds=CLAIM.total_seconds())
        assert make_one(world.database, world.clock, world.ids, world.clinic_id)
        with world.database.reading() as session:
            assert session.scalars(select(ClinicJob.claim_token).where(ClinicJob.name == JOB)).one() is None

    def test_of_another_form_is_not_read_but_made_anew(self, world: WebWorld, remake: Callable[[], int]) -> None:
        remake()
        with world.database.writing() as session:
            session.execute(update(ClinicHistory).values(form=0))
        assert of_clinic(world) is None
        assert remake() == 1
        with world.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(ClinicHistory)) == len(PARTS) + 1


class TestColumns:
    def test_keep_small_and_large_numbers(self) -> None:
        for bits, width in ((8, "b"), (16, "h"), (32, "i"), (64, "q")):
            ends = (2 ** (bits - 1) - 1, -(2 ** (bits - 1)))
            stays = Stays((0, 1), ends, (0, 0), (ends[0] - 1, 0))
            read = unpacked(Stays, packed(stays))
            assert [tuple(getattr(read, each.name)) for each in fields(read)] == [
                (0, 1),
                ends,
                (0, 0),
                (ends[0] - 1, 0),
            ]
            assert [getattr(read, name).typecode for name in ("case", "stage")] == ["b", width]

    def test_of_nobody_are_no_numbers(self) -> None:
        assert unpacked(Stays, packed(Stays([], [], [], []))).case == array("b")

    def test_of_another_part_are_refused(self) -> None:
        with pytest.raises(ValueError, match="Visits"):
            unpacked(Visits, packed(Stays([], [], [], [])))
