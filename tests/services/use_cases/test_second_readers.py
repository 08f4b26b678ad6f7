"""A second person vouches for what they know: whoever may not do it themselves cannot have read it as the second."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.devices import a_filling
from tests.support.journey import Journey
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import TrialDose
from tracker.domain.words import Role
from tracker.persistence.models import Event
from tracker.services import checklists, corrections, decisions
from tracker.services.checklists import Answer
from tracker.services.work import CaseRef, Confirmation, Work, Written

At = Callable[[str], Journey]
NOT_TREATING = (Role.FRONT_DESK, Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR, Role.THERAPIST)
SENTENCE = "Choose somebody who may do this too: nurse or physician."


def a_dose(journey: Journey, second_by: int) -> None:
    """A test dose on its day."""
    journey.dose(second_by=second_by, deviation_reason="checklist on paper")


def an_implant(journey: Journey, second_by: int) -> None:
    """An implant on its day, with the first fill."""
    alarm_on = journey.today + timedelta(days=90)
    filling = a_filling(alarm_on=alarm_on, alarm_on_again=alarm_on, second_by=second_by)
    journey.implant(filling=filling, deviation_reason="checklist on paper")


def a_refill(journey: Journey, second_by: int) -> None:
    """A refill."""
    journey.refill(second_by=second_by)


def an_item(journey: Journey, second_by: int) -> None:
    """The drug, read by two before the pump is filled."""
    answer = Answer(item="drug_check", value="lot T-12", second_by=second_by)

    def use_case(work: Work, ref: CaseRef) -> Written:
        return checklists.answer_item(work, ref, appointment=journey.visit_for("implant"), answer=answer)

    journey.do(Role.NURSE, use_case)


def a_dose_struck(journey: Journey, second_by: int) -> None:
    """A test dose that was not given: without it another one may be given at once."""
    seq = journey.look().snapshot.of(TrialDose)[-1].seq
    said = {"seq": seq, "reason": "not given", "second_by": second_by}
    journey.do(Role.NURSE, lambda w, r: corrections.strike(w, r, **said))  # type: ignore[arg-type]  # as named


ACTS = [
    ("trial_day", a_dose), ("implant_day", an_implant), ("maintained", a_refill), ("implant_day", an_item),
    ("trial_observation", a_dose_struck),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "act"), ACTS)
class TestWhoReadsAsTheSecond:
    def test_treats_patients_too(self, at: At, stage: str, act: Callable[[Journey, int], None]) -> None:
        journey = at(stage)
        for role in NOT_TREATING:
            with pytest.raises(InvalidInput) as caught:
                act(journey, journey.user_ids[role])
            assert caught.value.problems == {"second_by": SENTENCE}

    def test_works_at_the_clinic(self, at: At, stage: str, act: Callable[[Journey, int], None]) -> None:
        with pytest.raises(InvalidInput) as caught:
            act(at(stage), 12345)
        assert caught.value.problems == {"second_by": "Choose somebody of this clinic."}

    def test_may_be_a_physician(self, at: At, stage: str, act: Callable[[Journey, int], None]) -> None:
        journey = at(stage)
        act(journey, journey.user_ids[Role.PHYSICIAN])


@pytest.mark.parametrize(("stage", "act"), ACTS)
class TestWhatTheSecondConfirms:
    """Nobody's name is enough: without the second person's own PIN nothing is written."""

    def test_is_refused_with_a_name_alone(self, at: At, stage: str, act: Callable[[Journey, int], None]) -> None:
        journey = at(stage)
        journey.asks_for_pins = True
        reader, now = journey.user_ids[Role.PHYSICIAN], journey.clock.now()
        for given, sentence in (
            (None, "The second person confirms with their own PIN."),
            (Confirmation(journey.user_ids[Role.NURSE], now), "The second person confirms with their own PIN."),
            (Confirmation(reader, now, "This is not the PIN."), "This is not the PIN."),
        ):
            journey.second = given
            with pytest.raises(InvalidInput) as caught:
                act(journey, reader)
            assert caught.value.problems == {"pin": sentence}

    def test_is_recorded_with_its_time(self, at: At, stage: str, act: Callable[[Journey, int], None]) -> None:
        journey = at(stage)
        journey.asks_for_pins = True
        reader, now = journey.user_ids[Role.PHYSICIAN], journey.clock.now()
        journey.second = Confirmation(reader, now)
        act(journey, reader)
        with journey.database.reading() as session:
            latest = session.scalars(select(Event.body).order_by(Event.seq.desc()).limit(1)).one()
        detail = json.loads(latest)["body"]["detail"]
        assert detail["second_by_pin"] == reader
        assert datetime.fromisoformat(detail["second_at"]) == now


def test_a_waiver_is_signed_by_anybody_of_the_clinic_as_the_second(at: At) -> None:
    journey = at("implant_booked")
    second = journey.user_ids[Role.LEAD_COORDINATOR]
    journey.do(
        Role.MANAGER,
        lambda w, r: decisions.waive(w, r, requirement="authorization.implant", reason="by phone", second_by=second),
    )
