"""Striking out what a refill or the next test dose hangs on: never on one person's word, and never in silence."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.journey import Journey
from tests.support.todos import open_todos
from tracker.domain.errors import InvalidInput, NotPermitted
from tracker.domain.facts import Device, Document, Fact, Fill, TrialDose
from tracker.domain.words import DeviceKind, Role
from tracker.services import corrections, evaluations

At = Callable[[str], Journey]


def the_pump(journey: Journey) -> Fact:
    """The pump in the patient."""
    pump = journey.look().snapshot.pump
    assert pump is not None
    return pump


def the_last_fill(journey: Journey) -> Fact:
    """The fill that the refill date is counted from."""
    fill = journey.look().snapshot.last_fill
    assert fill is not None
    return fill


def strike(journey: Journey, fact: Fact, **values: int | None) -> None:
    """A physician strikes out an entry."""
    journey.do(
        Role.PHYSICIAN,
        lambda w, r: corrections.strike(w, r, seq=fact.seq, reason="other patient", **values),
    )


@pytest.mark.parametrize("find", [the_pump, the_last_fill])
class TestWhatRefillsHangOn:
    def test_is_not_struck_out_on_one_persons_word(self, at: At, find: Callable[[Journey], Fact]) -> None:
        journey = at("maintained")
        fact, version = find(journey), journey.version
        for nobody_else in (None, journey.user_ids[Role.PHYSICIAN]):
            with pytest.raises(InvalidInput) as caught:
                strike(journey, fact, second_by=nobody_else)
            assert list(caught.value.problems) == ["second_by"]
        with pytest.raises(InvalidInput) as caught:
            strike(journey, fact, document_seq=999)
        assert list(caught.value.problems) == ["document_seq"]
        assert (find(journey), journey.version) == (fact, version)
        assert "refill" in open_todos(journey)

    def test_is_struck_out_where_a_second_person_says_so(self, at: At, find: Callable[[Journey], Fact]) -> None:
        journey = at("maintained")
        fact = find(journey)
        strike(journey, fact, second_by=journey.user_ids[Role.NURSE])
        assert fact not in journey.look().snapshot.facts

    def test_is_struck_out_where_a_document_says_so(self, at: At, find: Callable[[Journey], Fact]) -> None:
        journey = at("maintained")
        fact, today = find(journey), journey.today
        journey.do(Role.NURSE, lambda w, r: evaluations.record_document(w, r, kind="other", dated_on=today))
        strike(journey, fact, document_seq=journey.look().snapshot.of(Document)[-1].seq)
        assert fact not in journey.look().snapshot.facts


class TestATestDose:
    """Twenty-four hours are counted from it: struck out by one person alone, another could be given at once."""

    @pytest.fixture
    def dosed(self, at: At) -> tuple[Journey, Fact]:
        journey = at("trial_observation")
        return journey, journey.look().snapshot.of(TrialDose)[-1]

    def nurse_strikes(self, dosed: tuple[Journey, Fact], **values: int | None) -> None:
        journey, dose = dosed
        journey.do(Role.NURSE, lambda w, r: corrections.strike(w, r, seq=dose.seq, reason="not given", **values))

    def test_is_not_struck_out_by_one_person_alone(self, dosed: tuple[Journey, Fact]) -> None:
        journey, dose = dosed
        for nobody_else in (None, journey.user_ids[Role.NURSE]):
            with pytest.raises(InvalidInput) as caught:
                self.nurse_strikes(dosed, second_by=nobody_else)
            assert list(caught.value.problems) == ["second_by"]
        assert journey.look().snapshot.of(TrialDose) == (dose,)

    def test_is_not_on_a_document(self, dosed: tuple[Journey, Fact]) -> None:
        journey, dose = dosed
        today = journey.today
        journey.do(Role.NURSE, lambda w, r: evaluations.record_document(w, r, kind="other", dated_on=today))
        with pytest.raises(InvalidInput) as caught:
            self.nurse_strikes(dosed, document_seq=journey.look().snapshot.of(Document)[-1].seq)
        assert list(caught.value.problems) == ["second_by"]
        assert journey.look().snapshot.of(TrialDose) == (dose,)

    def test_is_where_a_second_person_says_so(self, dosed: tuple[Journey, Fact]) -> None:
        journey, _ = dosed
        self.nurse_strikes(dosed, second_by=journey.user_ids[Role.PHYSICIAN])
        assert journey.look().snapshot.of(TrialDose) == ()


def test_an_earlier_fill_and_a_catheter_hold_no_refill(at: At) -> None:
    journey = at("maintained")
    snapshot = journey.look().snapshot
    first = min(snapshot.of(Fill), key=lambda fill: fill.effective_at)
    catheter = next(each for each in snapshot.of(Device) if each.kind == DeviceKind.CATHETER)
    for fact in (first, catheter):
        strike(journey, fact)
    assert "refill" in open_todos(journey)


def test_without_its_last_fill_a_pump_is_due_by_the_one_before(at: At) -> None:
    journey = at("maintained")
    journey.clock.advance(days=1)
    before = the_last_fill(journey)
    journey.refill()
    strike(journey, the_last_fill(journey), second_by=journey.user_ids[Role.NURSE])
    assert the_last_fill(journey) == before
    assert journey.today - journey.calendar.today(before.effective_at) == timedelta(days=1)
    assert "refill" in open_todos(journey)


@pytest.mark.parametrize(
    ("kind", "role"), [(Document, Role.THERAPIST), (Document, Role.FRONT_DESK), (Fill, Role.COORDINATOR)]
)
def test_it_is_the_work_of_whoever_writes_such_facts(at: At, kind: type[Fact], role: Role) -> None:
    journey = at("maintained")
    fact = journey.look().snapshot.of(kind)[-1]
    with pytest.raises(NotPermitted):
        journey.do(role, lambda w, r: corrections.strike(w, r, seq=fact.seq, reason="not this patient"))


def test_a_deviation_is_taken_back_by_a_physician_alone(at: At) -> None:
    journey = at("maintained")
    journey.refill(deviation_reason="shelf stock", expires_on=journey.today - timedelta(days=1))
    deviation = journey.look().snapshot.determination("deviation")
    assert deviation is not None and "deviation_review" in open_todos(journey)
    for role in (Role.NURSE, Role.COORDINATOR, Role.LEAD_COORDINATOR):
        with pytest.raises(NotPermitted):
            journey.do(role, lambda w, r: corrections.strike(w, r, seq=deviation.seq, reason="no need"))
    strike(journey, deviation)
    assert "deviation_review" not in open_todos(journey)
