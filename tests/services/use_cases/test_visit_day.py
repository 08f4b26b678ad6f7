"""A visit's day through the services: every state, what cannot be, what is asked back, and who may."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.visit_days import asked, confirm, now_says, row_of, say
from tracker.domain.errors import InvalidInput, NotFound, NotPermitted
from tracker.domain.facts import Appointment, Arrangement, VisitMoment
from tracker.domain.words import Role
from tracker.services import appointments, corrections, trials, visit_day, walk_ins
from tracker.services.appointments import Slot
from tracker.services.visit_day import Arranged

COORDINATOR, NURSE, PHYSICIAN, DESK = Role.COORDINATOR, Role.NURSE, Role.PHYSICIAN, Role.FRONT_DESK


def arranged(**values: Any) -> Arranged:
    usual = {"escort": "", "escort_name": "", "escort_phone": "", "interpreter": "", "anaesthesia": None}
    return Arranged(**{**usual, **values})


class TestMoments:
    def test_lead_through_the_day(self, at: Any) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        assert now_says(journey) == "arrived"
        for kind in ("preparation", "procedure", "observation", "ready", "discharged"):
            journey.clock.advance(minutes=10)
            say(journey, kind, number)
            assert now_says(journey) == kind

    def test_are_not_needed_where_other_facts_say_it(self, at: Any) -> None:
        journey = at("trial_day")
        journey.order()
        journey.clock.advance(minutes=5)
        journey.tick(journey.visit_for("trial"), "before")
        assert now_says(journey) == "preparation"
        journey.clock.advance(minutes=20)
        journey.dose()
        assert now_says(journey) == "observation"
        journey._trial_review()
        assert now_says(journey) == "ready"

    def test_of_an_implant_follow_from_it(self, at: Any) -> None:
        journey = at("implant_day")
        visit = journey.visit_for("implant")
        journey.tick(visit, "before")
        journey.implant()
        assert now_says(journey) == "observation"
        journey.tick(visit, "after")
        journey.book("refill", journey.in_days(76))
        journey.clock.advance(hours=3)
        journey.step("implant_discharged", NURSE)
        assert now_says(journey) == "discharged"

    def test_of_a_refill_is_watched_until_somebody_lets_go(self, at: Any) -> None:
        journey = at("recovering")
        number = journey.look().snapshot.booked("refill").appointment
        journey.come(number)
        journey.refill()
        assert now_says(journey) == "observation"
        journey.clock.advance(minutes=30)
        say(journey, "ready", number)
        say(journey, "discharged", number, DESK)
        assert now_says(journey) == "discharged"

    def test_of_a_broken_off_trial_is_watched(self, at: Any) -> None:
        journey = at("trial_day")
        journey.clock.advance(minutes=30)
        journey.do(NURSE, partial(trials.abort_trial, why="failed_puncture", reason="fusion"))
        assert now_says(journey) == "observation"

    @pytest.mark.parametrize("kind", ["admitted", "transferred", "discharged"])
    def test_of_leaving_end_the_visit(self, at: Any, kind: str) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        say(journey, kind, number)
        assert now_says(journey) == kind
        visits = journey.look().snapshot.of(Appointment)
        assert next(each for each in visits if each.appointment == number).state == "completed"

    def test_are_recorded_with_their_true_time(self, at: Any) -> None:
        journey = at("trial_day")
        came = journey.clock.now()
        journey.clock.advance(hours=1)
        number = journey.visit_for("trial")
        say(journey, "procedure", number, happened_at=came + timedelta(minutes=20))
        stands = row_of(journey).standing
        assert (str(stands.state), stands.since) == ("procedure", came + timedelta(minutes=20))

    def test_cannot_be_before_the_arrival_but_at_it(self, at: Any) -> None:
        journey = at("trial_day")
        came, number = journey.clock.now(), journey.visit_for("trial")
        journey.clock.advance(hours=1)
        with pytest.raises(InvalidInput, match="The patient came at"):
            say(journey, "procedure", number, happened_at=came - timedelta(minutes=1))
        say(journey, "procedure", number, happened_at=came)

    def test_know_the_arrival_of_a_visit_that_is_over(self, at: Any) -> None:
        journey = at("trial_day")
        came, number = journey.clock.now(), journey.visit_for("trial")
        journey.clock.advance(hours=1)
        say(journey, "discharged", number)
        with pytest.raises(InvalidInput, match="The patient came at"):
            say(journey, "procedure", number, happened_at=came - timedelta(minutes=1))
        say(journey, "procedure", number, happened_at=came + timedelta(minutes=1))
        assert now_says(journey) == "discharged"

    def test_cannot_be_in_the_future(self, at: Any) -> None:
        journey = at("trial_day")
        with pytest.raises(InvalidInput, match="in the future"):
            say(
                journey, "procedure", journey.visit_for("trial"), happened_at=journey.clock.now() + timedelta(minutes=1)
            )

    def test_are_refused_before_the_arrival_and_after_leaving(self, at: Any) -> None:
        journey = at("trial_to_book")
        number = journey.book("trial", journey.in_days(3))
        with pytest.raises(InvalidInput, match="Mark the arrival first"):
            say(journey, "preparation", number)
        journey.sign("trial")
        journey.come(number)
        journey.clock.advance(minutes=10)
        say(journey, "discharged", number)
        with pytest.raises(InvalidInput, match="Strike that out first"):
            say(journey, "observation", number)
        with pytest.raises(InvalidInput, match="Strike that out first"):
            say(journey, "admitted", number)

    def test_of_leaving_cannot_come_before_what_was_said_later(self, at: Any) -> None:
        journey = at("trial_day")
        came, number = journey.clock.now(), journey.visit_for("trial")
        journey.clock.advance(minutes=30)
        say(journey, "observation", number)
        with pytest.raises(InvalidInput, match="Something later is recorded"):
            say(journey, "discharged", number, happened_at=came + timedelta(minutes=29))

    @pytest.mark.parametrize("kind", ["lunch", ""])
    def test_of_no_known_kind_are_refused(self, at: Any, kind: str) -> None:
        journey = at("trial_day")
        with pytest.raises(InvalidInput, match="Choose where the patient is"):
            say(journey, kind, journey.visit_for("trial"))

    def test_of_no_visit_are_not_found(self, at: Any) -> None:
        with pytest.raises(NotFound):
            say(at("trial_day"), "ready", 999)

    @pytest.mark.parametrize("kind", ["preparation", "ready", "admitted", "transferred"])
    def test_are_not_for_the_front_desk_but_leaving(self, at: Any, kind: str) -> None:
        journey = at("trial_day")
        with pytest.raises(NotPermitted):
            say(journey, kind, journey.visit_for("trial"), DESK)
        say(journey, "discharged", journey.visit_for("trial"), DESK)

    def test_can_be_struck_out(self, at: Any) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        seq = next(each.seq for each in say(journey, "discharged", number).facts if isinstance(each, VisitMoment))
        journey.do(NURSE, partial(corrections.strike, seq=seq, reason="another patient"))
        assert now_says(journey) == "arrived"
        journey.clock.advance(minutes=1)
        say(journey, "admitted", number)
        assert now_says(journey) == "admitted"

    def test_go_with_the_arrival_that_is_taken_back(self, at: Any) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        say(journey, "procedure", number)
        journey.do(COORDINATOR, partial(appointments.reinstate, appointment=number, reason="another patient"))
        assert now_says(journey) == "expected"
        assert journey.look().snapshot.of(VisitMoment) == ()


class TestLeaving:
    """Whoever leaves has left: it is asked back once, and recorded."""

    def leave(self, number: int) -> Any:
        return partial(visit_day.record_moment, appointment=number, kind="discharged")

    def test_before_the_watching_is_over_is_asked_back_and_recorded(self, at: Any) -> None:
        journey = at("trial_observation")
        leave = self.leave(journey.visit_for("trial"))
        journey.clock.advance(minutes=239)
        (question,) = asked(journey, NURSE, leave)
        assert "is watched until" in question.sentence
        confirm(journey, NURSE, leave, question.code)
        assert now_says(journey) == "discharged"

    def test_from_the_end_of_the_watching_on_is_not_asked_about(self, at: Any) -> None:
        journey = at("trial_observation")
        journey.clock.advance(minutes=240)
        journey.tick(journey.visit_for("trial"), "after")
        confirm(journey, NURSE, self.leave(journey.visit_for("trial")))
        assert now_says(journey) == "discharged"

    def test_after_an_observation_that_was_ended_early_is_not_asked_about(self, at: Any) -> None:
        journey = at("trial_observation")
        journey.do(NURSE, partial(trials.end_observation, reason="went home"))
        journey.tick(journey.visit_for("trial"), "after")
        confirm(journey, NURSE, self.leave(journey.visit_for("trial")))

    def test_with_items_open_that_are_answered_before_is_asked_back(self, at: Any) -> None:
        journey = at("trial_observation")
        leave = self.leave(journey.visit_for("trial"))
        journey.clock.advance(minutes=240)
        (question,) = asked(journey, NURSE, leave)
        assert question.sentence == "Not answered: “Tone and walking back to usual, breathing right” and 1 more."
        confirm(journey, NURSE, leave, question.code)
        assert now_says(journey) == "discharged"

    def test_with_items_open_before_anything_was_done_is_not(self, at: Any) -> None:
        journey = at("implant_day")
        confirm(journey, NURSE, self.leave(journey.visit_for("implant")))
        assert now_says(journey) == "discharged"

    def test_of_whoever_does_not_treat_is_asked_and_the_front_desk_without_a_word_of_what_was_done(
        self, at: Any
    ) -> None:
        journey = at("trial_observation")
        number = journey.visit_for("trial")
        (question,) = asked(journey, DESK, self.leave(number))
        assert question.sentence == "No nurse has said that this patient may go."
        journey.clock.advance(hours=4)
        assert len(asked(journey, DESK, self.leave(number))) == 1
        assert len(asked(journey, COORDINATOR, self.leave(number))) == 1
        say(journey, "ready", number)
        confirm(journey, DESK, self.leave(number))

    def test_after_sedation_without_an_escort_is_asked_back(self, at: Any) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        given = arranged(anaesthesia="sedation", escort="nobody")
        journey.do(NURSE, partial(visit_day.arrange, appointment=number, arranged=given))
        (question,) = asked(journey, NURSE, self.leave(number))
        assert question.sentence == "No escort is named, and sedation or general anaesthesia was planned."


class TestArrangements:
    def test_are_kept_in_versions(self, at: Any) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        first = arranged(escort="named", escort_name="Ada, the daughter", escort_phone="555", interpreter="booked")
        journey.do(DESK, partial(visit_day.arrange, appointment=number, arranged=first))
        journey.do(NURSE, partial(visit_day.arrange, appointment=number, arranged=arranged(anaesthesia="local")))
        (standing,) = journey.look().snapshot.of(Arrangement)
        assert (standing.escort, standing.escort_name, standing.escort_phone) == ("", "", "")
        assert standing.anaesthesia == "local"

    def test_by_the_front_desk_leave_the_anaesthesia_as_it_is(self, at: Any) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        journey.do(NURSE, partial(visit_day.arrange, appointment=number, arranged=arranged(anaesthesia="sedation")))
        journey.do(DESK, partial(visit_day.arrange, appointment=number, arranged=arranged(escort="nobody")))
        (standing,) = journey.look().snapshot.of(Arrangement)
        assert (standing.anaesthesia, standing.escort) == ("sedation", "nobody")
        with pytest.raises(NotPermitted):
            journey.do(DESK, partial(visit_day.arrange, appointment=number, arranged=arranged(anaesthesia="local")))

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"escort": "named"}, "escort_name"),
            ({"escort": "nobody", "escort_name": "Ada"}, "escort"),
            ({"escort": "somebody"}, "escort"),
            ({"interpreter": "perhaps"}, "interpreter"),
            ({"anaesthesia": "hypnosis"}, "anaesthesia"),
            ({"escort": "named", "escort_name": "x" * 121}, "escort_name"),
            ({"escort": "named", "escort_name": "x" * 120, "escort_phone": "5" * 41}, "escort_phone"),
        ],
    )
    def test_that_cannot_be_are_refused_at_their_field(self, at: Any, values: dict[str, str], field: str) -> None:
        journey = at("trial_day")
        number = journey.visit_for("trial")
        with pytest.raises(InvalidInput) as caught:
            journey.do(NURSE, partial(visit_day.arrange, appointment=number, arranged=arranged(**values)))
        assert set(caught.value.problems) == {field}


class TestTurns:
    def test_say_the_order_and_move_nothing_that_was_told(self, at: Any) -> None:
        journey = at("implant_booked")
        visit = journey.look().snapshot.booked("implant")
        turn_at = visit.starts_at + timedelta(hours=1)
        journey.do(DESK, partial(visit_day.take_turn, appointment=visit.appointment, turn_at=turn_at))
        assert journey.look().snapshot.booked("implant") == visit
        assert journey.look().snapshot.of(Arrangement)[0].turn_at == turn_at

    def test_are_of_the_visits_own_day(self, at: Any) -> None:
        journey = at("implant_booked")
        visit = journey.look().snapshot.booked("implant")
        midnight = journey.calendar.start_of(journey.calendar.today(visit.starts_at) + timedelta(days=1))
        take = partial(visit_day.take_turn, appointment=visit.appointment)
        journey.do(DESK, partial(take, turn_at=midnight - timedelta(seconds=1)))
        with pytest.raises(InvalidInput, match="The order is that of one day"):
            journey.do(DESK, partial(take, turn_at=midnight))

    def test_end_when_the_visit_is_moved(self, at: Any) -> None:
        journey = at("implant_booked")
        visit = journey.look().snapshot.booked("implant")
        turn_at = visit.starts_at + timedelta(hours=1)
        journey.do(DESK, partial(visit_day.take_turn, appointment=visit.appointment, turn_at=turn_at))
        slot = Slot(starts=datetime.fromisoformat(visit.wall) + timedelta(hours=3), minutes=60)
        journey.do(COORDINATOR, partial(appointments.move, appointment=visit.appointment, slot=slot))
        assert journey.look().snapshot.of(Arrangement)[0].turn_at is None


class TestWalkIns:
    def take_in(self, purpose: str, **values: Any) -> Any:
        usual = {"minutes": 30, "room_id": None, "clinician_id": None}
        return partial(walk_ins.walk_in, purpose=purpose, **{**usual, **values})

    def test_are_booked_for_now_and_have_arrived(self, at: Any) -> None:
        journey = at("maintained")
        written = journey.do(DESK, self.take_in("follow_up"))
        first, last = (each for each in written.facts if isinstance(each, Appointment))
        assert (first.state, last.state, last.version) == ("booked", "arrived", 2)
        assert now_says(journey) == "arrived"

    def test_are_not_asked_whether_the_day_or_the_hour_is_meant(self, at: Any) -> None:
        """The patient is here; and what is asked about this minute could not be answered in the next."""
        journey = at("maintained")
        sunday = journey.today + timedelta(days=7 - journey.today.isoweekday() or 7)
        journey.clock.set(journey.calendar.instant(datetime.combine(sunday, time(3))))
        confirm(journey, DESK, self.take_in("follow_up"))
        assert now_says(journey) == "arrived"

    def test_go_as_far_as_the_pathway_lets_them(self, at: Any) -> None:
        journey = at("trial_to_book")
        journey.sign("trial")
        journey.do(NURSE, self.take_in("trial"))
        assert journey.stage == "trial_day"

    def test_for_more_than_a_visit_are_not_for_the_front_desk(self, at: Any) -> None:
        journey = at("maintained")
        for purpose in ("refill", "evaluation", "trial"):
            with pytest.raises(NotPermitted):
                journey.do(DESK, self.take_in(purpose))

    def test_of_somebody_who_has_a_visit_for_it_are_refused(self, at: Any) -> None:
        journey = at("maintained")
        with pytest.raises(InvalidInput, match="already a visit booked"):
            journey.do(NURSE, self.take_in("refill"))

    @pytest.mark.parametrize("minutes", [4, 1441])
    def test_of_an_impossible_length_are_refused(self, at: Any, minutes: int) -> None:
        with pytest.raises(InvalidInput, match="between 5 minutes and a day"):
            at("maintained").do(DESK, self.take_in("follow_up", minutes=minutes))
