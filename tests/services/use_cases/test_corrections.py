"""Striking out what a refill or the next test dose hangs on: never on one person's word, and never in silence."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.journey import Journey
from tests.support.todos import next_blockers, open_todos
from tracker.domain.errors import InvalidInput, NotPermitted
from tracker.domain.facts import AdverseEvent, Assessment, Device, Document, Fact, Fill, TrialDose
from tracker.domain.pathway.engine import offered
from tracker.domain.pathway.requirements.trial import AdverseEventsAnswered, AssessmentRecorded, MinimumInterval
from tracker.domain.words import DeterminationKind, DeviceKind, Role
from tracker.services import corrections, evaluations, trials
from tracker.services.dose_check import Given

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


class TestAMistypedDose:
    """The lot was wrong, nothing else: the dose is struck out by two and recorded again with its true time."""

    @pytest.fixture
    def observed(self, at: At) -> Journey:
        """An hour after the dose the score was taken and one question answered."""
        journey = at("trial_observation")
        journey.clock.advance(hours=3)
        journey.score("1", "after_dose")
        journey.ask_after_dose()
        return journey

    def again(self, journey: Journey, *, later: timedelta = timedelta()) -> TrialDose:
        dose = journey.look().snapshot.of(TrialDose)[-1]
        said = {"seq": dose.seq, "reason": "lot", "second_by": journey.user_ids[Role.PHYSICIAN]}
        journey.do(Role.NURSE, lambda w, r: corrections.strike(w, r, **said))  # type: ignore[arg-type]  # as named
        usual = {"dose_mcg": dose.dose_mcg, "concentration_mcg_ml": Decimal(50), "volume_ml": dose.dose_mcg / 50}
        label = {"lot": "T-13", "expires_on": dose.expires_on, "second_by": journey.user_ids[Role.PHYSICIAN]}
        given, given_at = Given(**{**usual, **label}), dose.effective_at + later
        journey.do(Role.NURSE, lambda w, r: trials.give_dose(w, r, given, given_at=given_at))
        return journey.look().snapshot.of(TrialDose)[-1]

    def test_is_no_deviation_and_keeps_what_was_measured_after_it(self, observed: Journey) -> None:
        before = observed.look().snapshot
        dose = self.again(observed)
        after = observed.look().snapshot
        assert dose.lot == "T-13" and after.determination(DeterminationKind.DEVIATION) is None
        for kind in (Assessment, AdverseEvent):
            took = [(each.effective_at, each.recorded_by) for each in before.of(kind) if each.dose_seq]
            kept = [(each.effective_at, each.recorded_by) for each in after.of(kind) if each.dose_seq == dose.seq]
            assert kept == took and took
        assert observed.stage == "trial_observation"
        observed.clock.advance(hours=2)
        assert next_blockers(observed) <= {"checklist_open"}

    def test_takes_over_nothing_that_was_measured_before_it(self, observed: Journey) -> None:
        observed.clock.advance(hours=1)
        dose = self.again(observed, later=timedelta(hours=3, minutes=30))
        assert not [each for each in observed.look().snapshot.of(Assessment) if each.dose_seq == dose.seq]

    def test_shows_nothing_as_met_while_there_is_none(self, observed: Journey) -> None:
        dose = observed.look().snapshot.of(TrialDose)[-1]
        said = {"seq": dose.seq, "reason": "lot", "second_by": observed.user_ids[Role.PHYSICIAN]}
        observed.do(Role.NURSE, lambda w, r: corrections.strike(w, r, **said))  # type: ignore[arg-type]  # as named
        case = observed.look()
        offers = offered(case.pathway, case.snapshot, observed.clock.now()).offers
        shown = {type(need) for offer in offers for need in offer.met}
        assert not shown & {AssessmentRecorded, AdverseEventsAnswered, MinimumInterval}
