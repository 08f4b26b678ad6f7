"""What is asked of a journey about the day of a visit."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.journey import Journey
from tracker.domain.errors import AskedBack, Question, Unready
from tracker.domain.words import Role
from tracker.queries.day import Visit, list_visits
from tracker.services import visit_day
from tracker.services.work import CaseRef, Work, Written


def now_says(journey: Journey) -> str:
    """Where the latest visit of today stands."""
    return str(row_of(journey).standing.state)


def row_of(journey: Journey) -> Visit:
    """The latest visit of today, as the page of the day reads it."""
    calendar = journey.calendar
    with journey.database.reading() as session:
        start = calendar.start_of(journey.today)
        return list_visits(session, journey.actor(Role.NURSE), start, start + timedelta(days=1))[-1]


def say(journey: Journey, kind: str, number: int, role: Role = Role.NURSE, **values: Any) -> Written:
    """Somebody says where the patient is."""
    return journey.do(role, partial(visit_day.record_moment, appointment=number, kind=kind, **values))


def confirm(journey: Journey, role: Role, use_case: Any, *meant: str) -> Written:
    """Somebody does something on a page, having said yes to what was asked back under these codes."""
    with journey.database.writing() as session:
        work = Work(
            session, journey.actor(role), journey.ids, journey.clock.now(), frozenset(meant),
            second=journey.second, readers_confirm=journey.asks_for_pins,
        )  # fmt: skip
        written: Written = use_case(work, CaseRef(journey.public_id, journey.version))
    journey.version = written.version
    return written


def asked(journey: Journey, role: Role, use_case: Any) -> list[Question]:
    """What a page is asked back; nothing is written."""
    with pytest.raises((AskedBack, Unready)) as caught:
        confirm(journey, role, use_case)
    if isinstance(caught.value, Unready):
        assert not caught.value.problems and not caught.value.lacks_reason, "more is wrong than what is asked back"
    return list(caught.value.questions)
