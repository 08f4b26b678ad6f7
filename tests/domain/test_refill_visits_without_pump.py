"""A refill that is booked where no pump is followed any more: somebody cancels it, or records the pump that is in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.domain.builders import Case
from tests.domain.test_obligations import ITB, NOW, TODAY, at, due, refill_visit, with_pump
from tracker.domain.facts import Appointment
from tracker.domain.obligations import obligations
from tracker.domain.words import Role


@pytest.mark.parametrize(
    ("stage", "is_asked"),
    [("device_review", True), ("device_removed", True), ("implant_day", True), ("implant_to_book", True)],
)
def test_is_cancelled_or_the_pump_is_recorded(stage: str, is_asked: bool) -> None:
    visit = refill_visit(Case(stage), at(TODAY + timedelta(days=9)), recorded_at=NOW - timedelta(days=3))
    found = due(visit)
    assert ("refill_visit" in found) is is_asked
    if is_asked:
        asked = found["refill_visit"]
        assert (asked.owner, asked.reason) == (Role.COORDINATOR, "refill_without_pump")
        assert asked.subject == f"appointment:{visit.last.seq}"
        assert dict(asked.params) == {"on": "2026-03-26", "appointment": str(visit.last.seq)}


@pytest.mark.parametrize(
    ("implant_in", "state", "is_asked"),
    [
        (5, "booked", False),
        (0, "arrived", False),
        (12, "booked", True),
        (9, "booked", True),
        (5, "cancelled", True),
        (0, "completed", True),
    ],
)
def test_may_be_booked_ahead_of_an_implant_that_is_booked(implant_in: int, state: str, is_asked: bool) -> None:
    """Also where the pump's entry was struck out and a new implant is needed: the old visit lies before it."""
    case = Case("implant_booked").record(
        Appointment, purpose="implant", state=state, starts_at=at(TODAY + timedelta(days=implant_in))
    )
    assert ("refill_visit" in due(refill_visit(case, at(TODAY + timedelta(days=9))))) is is_asked


def test_is_due_from_the_day_on_which_it_is_known() -> None:
    case = refill_visit(Case("device_review"), at(TODAY), recorded_at=NOW)
    entered = replace(case.snapshot, stage_entered_at=NOW - timedelta(days=4))
    (known_later,) = obligations(ITB, entered, NOW).of("refill_visit")
    assert known_later.due_on == TODAY
    booked_before = refill_visit(Case("device_review"), at(TODAY), recorded_at=NOW - timedelta(days=30))
    entered = replace(booked_before.snapshot, stage_entered_at=NOW - timedelta(days=1))
    (stage_later,) = obligations(ITB, entered, NOW).of("refill_visit")
    assert stage_later.due_on == TODAY - timedelta(days=1)


def test_is_asked_about_until_its_day_is_over() -> None:
    case = refill_visit(Case("device_review"), at(TODAY))
    over_at = case.snapshot.calendar.start_of(TODAY + timedelta(days=1))
    assert "refill_visit" in due(case, over_at - timedelta(seconds=1))
    assert "refill_visit" not in due(case, over_at)


@pytest.mark.parametrize(("days", "state"), [(9, "arrived"), (9, "cancelled"), (9, "completed"), (-1, "booked")])
def test_is_nothing_where_it_is_over_or_its_day_has_passed(days: int, state: str) -> None:
    visit = refill_visit(Case("device_review"), at(TODAY + timedelta(days=days)), state=state)
    assert "refill_visit" not in due(visit)


def test_is_nothing_with_a_pump_nor_of_another_visit() -> None:
    assert "refill_visit" not in due(refill_visit(with_pump("device_review"), at(TODAY + timedelta(days=9))))
    other = refill_visit(Case("device_review"), at(TODAY + timedelta(days=9)), purpose="follow_up")
    assert "refill_visit" not in due(other)


def test_is_asked_about_after_another_clinic_took_over() -> None:
    visit = refill_visit(with_pump("transferred"), at(TODAY + timedelta(days=9)))
    assert "refill_visit" not in due(visit)
    assert "refill_visit" in due(visit.determined("transfer", "completed"))
