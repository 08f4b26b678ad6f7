"""A refill is booked and no pump is followed any more: somebody cancels the visit, or records the pump."""

from datetime import timedelta

import pytest

from tests.domain.builders import NOW, Case
from tests.domain.test_obligations import due, refill_visit, with_pump

COMES = NOW + timedelta(days=3)


def test_is_asked_about_until_its_day_is_over() -> None:
    case = refill_visit(Case("device_review"), COMES)
    found = due(case)["refill_visit"]
    assert (found.subject, found.reason) == ("appointment:1", "refill_without_pump")
    assert dict(found.params) == {"on": case.snapshot.calendar.today(COMES).isoformat(), "appointment": "1"}
    over_at = case.snapshot.calendar.start_of(case.snapshot.calendar.today(COMES) + timedelta(days=1))
    assert "refill_visit" in due(case, over_at - timedelta(seconds=1))
    assert "refill_visit" not in due(case, over_at)


@pytest.mark.parametrize(
    "case",
    [
        refill_visit(with_pump("device_review"), COMES),
        refill_visit(with_pump("recovering"), COMES),
        refill_visit(Case("implant_booked"), COMES),
        refill_visit(Case("device_review"), COMES, state="cancelled"),
        refill_visit(Case("device_review"), COMES, purpose="follow_up"),
    ],
)
def test_is_none_with_a_pump_before_the_first_or_where_nobody_comes(case: Case) -> None:
    assert "refill_visit" not in due(case)
