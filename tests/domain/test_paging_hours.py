"""Nobody is woken, but by a pump that calls."""

from datetime import UTC, datetime, time

import pytest

from tracker.domain.escalation.people import Roster, next_to_page
from tracker.domain.words import Role

ROSTER = Roster(members={Role.PHYSICIAN: (7,)}, on_call=(7,))
NIGHT = datetime(2026, 3, 17, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "wall", "paged"),
    [
        ("refill", time(6, 59), None),
        ("refill", time(7), 7),
        ("pump_call", time(3), 7),
        ("pump_call", time(0), 7),
    ],
)
def test_a_page_leaves_at_its_hour(kind: str, wall: time, paged: int | None) -> None:
    assert next_to_page(ROSTER, (), NIGHT, wall, kind) == paged
