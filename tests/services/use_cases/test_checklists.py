"""The checklist of a visit: what its answers need and leave behind, and what a room that was looked at is worth."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from tests.support.journey import Journey
from tests.support.visit_days import asked, confirm
from tracker.domain.errors import InvalidInput, NotFound, Refused
from tracker.domain.facts import ChecklistItem, Determination
from tracker.domain.words import Role
from tracker.persistence.models import Case, Patient, Room, RoomCheck
from tracker.services import appointments, checklists, corrections, room_checks, trials, visit_day
from tracker.services.appointments import Slot
from tracker.services.checklists import Answer
from tracker.services.work import Work, Written

At = Callable[[str], Journey]
NURSE, PHYSICIAN = Role.NURSE, Role.PHYSICIAN


def answer(journey: Journey, item: str, role: Role = NURSE, **values: object) -> Written:
    """Answer one item of the visit of the day."""
    purpose = journey.stage.partition("_")[0]
    given = Answer(item=item, **values)
    visit = journey.visit_for(purpose)
    return journey.do(role, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=given))


def refused(journey: Journey, item: str, role: Role = NURSE, **values: object) -> dict[str, str]:
    """What is said against an answer."""
    with pytest.raises(InvalidInput) as caught:
        answer(journey, item, role, **values)
    return dict(caught.value.problems)


def standing(journey: Journey, item: str) -> ChecklistItem:
    """The answer that stands."""
    found = [each for each in journey.look().snapshot.of(ChecklistItem) if each.item == item]
    return found[-1]


class TestAnAnswer:
    def test_of_an_expired_lot_is_written_down(self, at: At) -> None:
        journey = at("implant_day")
        answer(journey, "drug_expiry", value="01/2020")
        assert standing(journey, "drug_expiry").value == "2020-01-31"

    def test_of_what_is_recorded_with_the_dose_is_refused(self, at: At) -> None:
        journey = at("trial_day")
        for state in ("done", "not_applicable", "overridden"):
            assert "recorded on the patient's page" in refused(journey, "dose", state=state, reason="on paper")["state"]

    def test_is_left_out_by_the_physician_alone_where_the_file_says_so(self, at: At) -> None:
        journey = at("trial_day")
        assert refused(journey, "pregnancy", state="overridden", reason="declined") == {
            "state": "This is left out by physician only."
        }
        answer(journey, "pregnancy", PHYSICIAN, state="overridden", reason="declined")
        assert standing(journey, "pregnancy").role == PHYSICIAN
        answer(journey, "gown", state="overridden", reason="wheelchair")
        assert standing(journey, "gown").role == NURSE

    @pytest.mark.parametrize("item", ["identity", "consent", "resuscitation", "time_out"])
    def test_that_it_does_not_apply_is_refused_where_it_always_does(self, at: At, item: str) -> None:
        journey = at("trial_day")
        about = {"state": "not_applicable", "reason": "x", "second_by": journey.user_ids[NURSE]}
        assert refused(journey, item, PHYSICIAN, **about) == {"state": "This always applies. Do it."}

    def test_that_another_hard_stop_does_not_apply_is_said_by_a_physician_or_by_two(self, at: At) -> None:
        journey = at("trial_day")
        about = {"state": "not_applicable", "reason": "has a port"}
        for second in (None, journey.user_ids[NURSE]):
            said = refused(journey, "iv_line", **about, second_by=second)
            assert said == {
                "second_by": "That a hard stop does not apply is said by a physician, or confirmed by a second person."
            }
        answer(journey, "iv_line", **about, second_by=journey.user_ids[PHYSICIAN])
        assert standing(journey, "iv_line").state == "not_applicable"
        answer(journey, "monitors", PHYSICIAN, **about)
        assert standing(journey, "monitors").second_by is None

    def test_has_its_true_time(self, at: At) -> None:
        journey = at("trial_day")
        journey.clock.advance(hours=3)
        done_at = journey.clock.now() - timedelta(hours=2)
        answer(journey, "gown", done_at=done_at)
        fact = standing(journey, "gown")
        assert (fact.effective_at, fact.recorded_at) == (done_at, journey.clock.now())
        in_the_future = journey.clock.now() + timedelta(minutes=1)
        assert refused(journey, "iv_line", done_at=in_the_future) == {"done_at": "This time is in the future."}
        yesterday = journey.clock.now() - timedelta(days=1)
        assert "answered on that day" in refused(journey, "iv_line", done_at=yesterday)["done_at"]

    def test_of_a_time_that_has_not_come_is_refused(self, at: At) -> None:
        journey = at("trial_day")
        answer(journey, "anaesthesia", value="sedation")
        said = refused(journey, "sedation", value="23:59", reason="in a hurry")
        assert said == {"value": "It is 09:00: 23:59 is in the future."}

    def test_is_given_on_the_day(self, at: At) -> None:
        journey = at("implant_booked")
        visit = journey.visit_for("implant")
        given = Answer(item="gown")
        with pytest.raises(InvalidInput) as caught:
            journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=given))
        assert "its checklist is answered on that day" in caught.value.problems["state"]


class TestATimeByWhichARuleIsMet:
    @pytest.fixture
    def late(self, at: At) -> Journey:
        """An incision two hours after the antibiotic."""
        journey = at("implant_day")
        answer(journey, "antibiotic", value="07:00")
        answer(journey, "incision", value="09:00")
        return journey

    @pytest.mark.parametrize(
        ("item", "values"),
        [
            ("antibiotic", {"value": "08:30"}),
            ("incision", {"value": "08:00"}),
            ("antibiotic", {"state": "not_applicable", "reason": "allergic"}),
        ],
    )
    def test_is_not_changed_by_one_person(self, late: Journey, item: str, values: dict[str, str]) -> None:
        for second in (None, late.user_ids[NURSE]):
            assert "second person" in refused(late, item, **values, second_by=second)["second_by"]
        answer(late, item, **values, second_by=late.user_ids[PHYSICIAN])
        assert standing(late, item).second_by == late.user_ids[PHYSICIAN]

    def test_is_not_struck_out_by_one_person(self, late: Journey) -> None:
        seq, second = standing(late, "antibiotic").seq, late.user_ids[PHYSICIAN]
        with pytest.raises(InvalidInput) as caught:
            late.do(NURSE, lambda w, r: corrections.strike(w, r, seq=seq, reason="typo"))
        assert set(caught.value.problems) == {"second_by"}
        late.do(NURSE, lambda w, r: corrections.strike(w, r, seq=seq, reason="typo", second_by=second))

    def test_may_be_changed_by_one_where_the_rule_is_still_broken(self, late: Journey) -> None:
        answer(late, "antibiotic", value="07:10")
        assert standing(late, "antibiotic").value == "07:10"


class TestAnEscort:
    def arrange(self, journey: Journey, escort: str) -> Callable[..., Written]:
        name = "Ada" if escort == "named" else ""
        arranged = visit_day.Arranged(escort=escort, escort_name=name, escort_phone="", interpreter="")
        return lambda w, r: visit_day.arrange(w, r, appointment=journey.visit_for("trial"), arranged=arranged)

    def test_is_not_named_while_nobody_comes_along(self, at: At) -> None:
        journey = at("trial_day")
        answer(journey, "anaesthesia", value="sedation")
        journey.do(NURSE, self.arrange(journey, "nobody"))
        assert set(refused(journey, "escort")) == {"state"}
        assert "nobody comes along" in refused(journey, "escort")["state"]
        journey.do(NURSE, self.arrange(journey, "named"))
        answer(journey, "escort")
        (question,) = asked(journey, NURSE, self.arrange(journey, "nobody"))
        assert (question.field, "an escort is named" in question.sentence) == ("escort", True)
        confirm(journey, NURSE, self.arrange(journey, "nobody"), question.code)


class TestAllergies:
    def test_on_record_are_not_denied(self, at: At) -> None:
        journey = at("trial_day")
        said = "On record: latex. Choose another answer, or put the record right first."
        assert refused(journey, "allergies", value="none known") == {"value": said}
        answer(journey, "allergies", value="as on record")

    def test_may_be_none_where_the_record_says_so(self, at: At) -> None:
        journey = at("trial_day")
        with journey.database.writing() as session:
            session.execute(update(Patient).values(allergies="NKDA"))
        answer(journey, "allergies", value="none known")
        assert standing(journey, "allergies").value == "none known"


class TestASedative:
    def test_before_the_escort_is_named_is_written_down_as_a_deviation(self, at: At) -> None:
        journey = at("trial_day")
        answer(journey, "anaesthesia", value="sedation")
        assert "“Escort named" in refused(journey, "sedation", value="08:00")["reason"]
        answer(journey, "sedation", value="08:00", reason="the physician was alone")
        deviation = journey.look().snapshot.of(Determination)[-1]
        assert (deviation.kind, deviation.value) == ("deviation", "checklist_order")
        assert "done before “Escort named" in deviation.reason

    def test_after_it_is_none(self, at: At) -> None:
        journey = at("trial_day")
        for item, value in (("anaesthesia", "sedation"), ("escort", ""), ("iv_line", ""), ("monitors", "")):
            answer(journey, item, value=value)
        answer(journey, "resuscitation")
        answer(journey, "sedation", value="08:00")
        assert standing(journey, "sedation").value == "08:00"


class TestWhatComesAfterTheDose:
    def test_waits_for_it_or_says_why(self, at: At) -> None:
        journey = at("trial_day")
        assert "“Test dose” is not answered" in refused(journey, "discharge")["reason"]
        said = refused(journey, "watched", state="not_applicable", reason="went home")
        assert "“Test dose” is not recorded" in said["state"]
        answer(journey, "discharge", reason="the dose is written down later")
        deviation = journey.look().snapshot.of(Determination)[-1]
        assert (deviation.kind, deviation.value) == ("deviation", "checklist_order")

    def test_is_answered_once_it_was_given(self, at: At) -> None:
        journey = at("trial_observation")
        answer(journey, "discharge")
        answer(journey, "watched", state="not_applicable", reason="admitted")

    def test_is_answered_where_the_trial_was_broken_off(self, at: At) -> None:
        journey = at("trial_day")
        visit = journey.visit_for("trial")
        abort = {"why": "failed_puncture", "reason": "three attempts"}
        journey.do(PHYSICIAN, lambda w, r: trials.abort_trial(w, r, **abort))
        given = Answer(item="discharge")
        journey.do(NURSE, lambda w, r: checklists.answer_item(w, r, appointment=visit, answer=given))
        assert standing(journey, "discharge").state == "done"

    def test_waits_for_nothing_in_a_list_that_shows_no_dose(self, at: At) -> None:
        journey = at("implant_day")
        answer(journey, "pocket")
        assert standing(journey, "pocket").state == "done"


class TestARefill:
    def test_waits_for_the_checklist_of_its_visit_or_for_a_reason(self, at: At) -> None:
        journey = at("maintained")
        visit = journey.look().snapshot.booked("refill")
        assert visit is not None
        journey.come(visit.appointment)
        with pytest.raises(Refused) as caught:
            journey.refill(deviation_reason=" ")
        assert [blocker.code for blocker in caught.value.blockers] == ["checklist_open"]
        journey.refill(deviation_reason="pump about to run dry")
        deviation = journey.look().snapshot.of(Determination)[-1]
        assert deviation.value == "checklist.refill.before"


class TestARoomThatWasLookedAt:
    ROOM, OTHER = 4001, 4002

    def book(self, journey: Journey, room_id: int) -> int:
        """A trial visit in a room, in three days."""
        slot = Slot(starts=journey.in_days(3), minutes=60, room_id=room_id)
        written = journey.do(Role.COORDINATOR, lambda w, r: appointments.book(w, r, purpose="trial", slot=slot))
        return written.fact_seqs[0]

    @pytest.fixture
    def booked(self, at: At) -> tuple[Journey, int]:
        """A clinic with two rooms, and a visit in the first."""
        journey = at("trial_to_book")
        with journey.database.writing() as session:
            rooms = [(self.ROOM, "OR 1"), (self.OTHER, "OR 2")]
            values = [{"clinic_id": journey.clinic_id, "id": key, "name": name, "version": 1} for key, name in rooms]
            session.execute(insert(Room), values)
        return journey, self.book(journey, self.ROOM)

    def check(self, journey: Journey, room_id: int, role: Role = NURSE, item: str = "resuscitation") -> int:
        """Somebody looks at a room."""
        with journey.database.writing() as session:
            work = Work(session, journey.actor(role), journey.ids, journey.clock.now())
            found = room_checks.check_room(work, room_id=room_id, item=item)
            journey.version = session.scalars(select(Case.version).where(Case.public_id == journey.public_id)).one()
        return found

    def answers(self, journey: Journey) -> list[tuple[int | None, datetime, int | None]]:
        """What stands in the checklist about the room."""
        found = [each for each in journey.look().snapshot.of(ChecklistItem) if each.item == "resuscitation"]
        return [(each.room_id, each.effective_at, each.recorded_by) for each in found]

    def test_is_referred_to_by_whoever_comes_later(self, booked: tuple[Journey, int]) -> None:
        journey, visit = booked
        journey.clock.set(journey.calendar.instant(journey.in_days(3, hour=7)))
        looked_at = journey.clock.now()
        assert self.check(journey, self.ROOM) == 0
        assert self.answers(journey) == []
        journey.come(visit)
        assert self.answers(journey) == [(self.ROOM, looked_at, journey.user_ids[NURSE])]

    def test_is_referred_to_by_whoever_is_there(self, booked: tuple[Journey, int]) -> None:
        journey, visit = booked
        journey.come(visit)
        assert self.check(journey, self.OTHER) == 0
        assert self.answers(journey) == []
        assert self.check(journey, self.ROOM) == 1
        looked_at = journey.clock.now()
        journey.clock.advance(minutes=5)
        assert self.check(journey, self.ROOM, PHYSICIAN) == 0
        assert self.answers(journey) == [(self.ROOM, looked_at, journey.user_ids[NURSE])]
        with journey.database.reading() as session:
            assert session.scalars(select(RoomCheck.checked_by)).all() == [journey.user_ids[NURSE]] * 2

    def test_is_another_one_where_the_visit_moved(self, booked: tuple[Journey, int]) -> None:
        journey, visit = booked
        slot = Slot(starts=journey.in_days(3), minutes=60, room_id=self.OTHER)
        journey.clock.set(journey.calendar.instant(journey.in_days(3, hour=7)))
        self.check(journey, self.ROOM)
        starts = journey.in_days(0)
        slot = Slot(starts=starts, minutes=60, room_id=self.OTHER)
        journey.do(Role.COORDINATOR, lambda w, r: appointments.move(w, r, appointment=visit, slot=slot))
        journey.come(visit)
        assert self.answers(journey) == []
        self.check(journey, self.OTHER)
        assert [room for room, _, _ in self.answers(journey)] == [self.OTHER]

    def test_must_be_of_the_clinic_and_for_something_that_is_looked_at(self, booked: tuple[Journey, int]) -> None:
        journey, _ = booked
        for room_id, item in ((77, "resuscitation"), (self.ROOM, "gown")):
            with pytest.raises(NotFound):
                self.check(journey, room_id, item=item)
