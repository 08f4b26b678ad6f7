"""Vital signs of a checklist below the limits of the hours after a dose: asked back, red, and a physician's task."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.support.journey import Journey
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import ChecklistItem
from tracker.domain.task_words import CHECKLIST_ALARM, task_words
from tracker.domain.words import Role
from tracker.persistence.models import StaffTask
from tracker.services.checklists import Answer, answer_item

At = Callable[[str], Journey]


def answer(journey: Journey, value: str, reason: str = "") -> None:
    visit = journey.visit_for("trial")
    given = Answer("vital_signs", value=value, reason=reason, seen=0)
    journey.do(Role.NURSE, lambda work, ref: answer_item(work, ref, appointment=visit, answer=given))


def tasks(journey: Journey) -> list[StaffTask]:
    found = select(StaffTask).where(StaffTask.kind == CHECKLIST_ALARM)
    with journey.database.reading() as session:
        return list(session.scalars(found))


@pytest.mark.parametrize(
    ("value", "signs"),
    [
        ("120/80, 72, 89, 14", "Saturation 89 %"),
        ("120/80, 72, 98, 7", "7 breaths a minute"),
        ("79/40, 72, 98, 14", "Upper pressure 79"),
        ("60/40, 30, 70, 4", "Saturation 70 %, 4 breaths a minute, upper pressure 60"),
    ],
)
def test_are_asked_back_and_once_confirmed_a_task_of_the_physician(at: At, value: str, signs: str) -> None:
    journey = at("trial_day")
    with pytest.raises(InvalidInput) as caught:
        answer(journey, value)
    asked = f"{signs}: read it again. If it is so, call the physician now, and say what is done."
    assert caught.value.problems == {"reason": asked} and not tasks(journey)
    answer(journey, value, "physician called, oxygen given")
    assert journey.look().snapshot.of(ChecklistItem)[-1].value == value
    (task,) = tasks(journey)
    what, why = task_words(task.kind, task.params)
    assert task.owner_role == Role.PHYSICIAN and "look at the patient now" in what
    assert signs.lower() in why.lower()


@pytest.mark.parametrize("value", ["120/80, 72, 90, 8", "80/40", "–, 72"])
def test_at_the_limits_call_nobody(at: At, value: str) -> None:
    answer(journey := at("trial_day"), value)
    assert journey.look().snapshot.of(ChecklistItem)[-1].value == value and not tasks(journey)


@pytest.mark.parametrize("value", ["120/80, 0, 98, 14", "120/80, 72, 0, 14", "120/80, 72, 98, 0"])
def test_of_nought_cannot_be(at: At, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        answer(at("trial_day"), value, "so it was read")
    assert "cannot be 0. Read it again" in caught.value.problems["value"]
