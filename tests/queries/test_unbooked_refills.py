"""Refills that are due and that no visit is booked for stand first among those who get nothing."""

from datetime import timedelta

import pytest

from tests.factories.listed import Listed
from tests.support.statements import sent
from tracker.domain.access import Actor
from tracker.persistence.database import Database
from tracker.queries.reminder_preview import Preview, list_preview


def previewed(listed: Listed, viewer: Actor, days: int = 7) -> Preview:
    return list_preview(listed.session, viewer, now=listed.now, days=days)


def test_are_those_that_fall_due_within_the_days(listed: Listed, viewer: Actor) -> None:
    """A refill is due ten days before its latest date."""
    cases = {latest: listed.case(listed.patient(f"P{latest}")) for latest in (18, 17, 5, -3)}
    for latest, case in cases.items():
        listed.pump(case, latest=latest)
    found = previewed(listed, viewer).unbooked
    assert [each.case_public_id for each in found] == [cases[latest].public_id for latest in (-3, 5, 17)]
    assert [each.latest_on for each in found] == [listed.today + timedelta(days=latest) for latest in (-3, 5, 17)]
    assert {each.rule.name for each in found} == {"refill_early"}
    assert len(previewed(listed, viewer, 8).unbooked) == 4


def test_are_those_without_a_date_too(listed: Listed, viewer: Actor) -> None:
    listed.pump(listed.case(listed.patient("Unknown")), latest=None)
    assert [each.latest_on for each in previewed(listed, viewer).unbooked] == [None]


def test_are_none_that_somebody_planned(listed: Listed, viewer: Actor) -> None:
    listed.pump(listed.case(listed.patient("Planned")), latest=5, planned_seq=20)
    assert previewed(listed, viewer).unbooked == ()


@pytest.mark.parametrize(("state", "hours", "is_listed"), [("booked", 600, False), ("cancelled", 600, True)])
def test_are_none_with_a_visit_that_is_late(
    listed: Listed, viewer: Actor, state: str, hours: float, *, is_listed: bool
) -> None:
    case = listed.case(listed.patient("Late"))
    listed.pump(case, latest=5)
    listed.visit(case, "refill", hours=hours, state=state)
    assert bool(previewed(listed, viewer).unbooked) is is_listed


def test_take_one_statement_and_are_not_of_another_clinic(
    listed: Listed, elsewhere: Listed, viewer: Actor, database: Database
) -> None:
    elsewhere.pump(elsewhere.case(elsewhere.patient("Else")), latest=5)
    said = []
    for number in range(3):
        with sent(database.read, database.write) as statements:
            assert len(previewed(listed, viewer).unbooked) == number
        said.append(len(statements))
        listed.pump(listed.case(listed.patient(f"P{number}")), latest=5)
        listed.session.flush()
    assert said[0] == said[1] == said[2]
