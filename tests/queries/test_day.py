"""The visits of one civil day, and the checklist of one visit."""

from datetime import datetime, timedelta

import pytest

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.factories.rows import a_member, a_room
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.domain.facts import Appointment, ChecklistItem
from tracker.persistence.facts import insert_fact, supersede
from tracker.persistence.models import Clinic
from tracker.queries.checklists import get_checklist
from tracker.queries.day import Visit, list_visits

CALENDAR = ClinicCalendar("America/Denver")


def day(listed: Listed, viewer: Actor) -> list[Visit]:
    """The visits of today at the clinic."""
    start = CALENDAR.start_of(listed.today)
    return list_visits(listed.session, viewer, start, CALENDAR.start_of(listed.today + timedelta(days=1)))


def tick(listed: Listed, case: object, item: str, seq: int, **values: object) -> ChecklistItem:
    """Answer an item of the visit that was booked as the case's twentieth fact."""
    fact = make(
        ChecklistItem, seq, appointment=20, checklist="trial", item=item,
        effective_at=listed.now, recorded_at=listed.now, **values,
    )  # fmt: skip
    insert_fact(listed.session, listed.clinic_id, case.id, fact)
    return fact


class TestListVisits:
    def test_stand_by_time_whatever_became_of_them(self, listed: Listed, viewer: Actor) -> None:
        for name, hours, state in (("Late", 3, "booked"), ("Early", -1, "no_show"), ("Between", 1, "arrived")):
            listed.visit(listed.case(listed.patient(name)), "evaluation", hours=hours, state=state)
        found = [(each.patient.family_name, each.state) for each in day(listed, viewer)]
        assert found == [("Early", "no_show"), ("Between", "arrived"), ("Late", "booked")]

    @pytest.mark.parametrize(
        ("wall", "is_today"),
        [
            ("2026-03-16T23:59", False),
            ("2026-03-17T00:00", True),
            ("2026-03-17T23:59", True),
            ("2026-03-18T00:00", False),
        ],
    )
    def test_belong_to_the_clinics_day(self, listed: Listed, viewer: Actor, wall: str, is_today: bool) -> None:
        hours = (CALENDAR.instant(datetime.fromisoformat(wall)) - listed.now).total_seconds() / 3600
        listed.visit(listed.case(listed.patient("P")), "evaluation", hours=hours)
        assert bool(day(listed, viewer)) is is_today

    def test_show_the_version_that_stands(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"))
        room = a_room(listed.session, listed.session.get(Clinic, 1))
        listed.visit(case, "trial", hours=1)
        supersede(listed.session, 1, case.id, Appointment, 20, 21)
        listed.visit(case, "trial", hours=2, seq=21, appointment=20, version=2, room_id=room.id, state="confirmed")
        found = day(listed, viewer)
        assert [(each.appointment, each.state, each.room) for each in found] == [(20, "confirmed", "Room 1")]

    def test_know_which_items_are_answered(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"), "trial_day")
        listed.visit(case, "trial", hours=1)
        old = tick(listed, case, "gown", 21)
        supersede(listed.session, 1, case.id, ChecklistItem, old.seq, 22)
        tick(listed, case, "gown", 22, state="overridden", reason="none needed")
        tick(listed, case, "iv_line", 23)
        assert day(listed, viewer)[0].answered == {"gown", "iv_line"}

    def test_show_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.visit(elsewhere.case(elsewhere.patient("Theirs")), "trial", hours=1)
        assert day(listed, viewer) == []


class TestGetChecklist:
    def test_shows_answers_with_their_people(self, listed: Listed, viewer: Actor) -> None:
        second = a_member(listed.session, listed.session.get(Clinic, 1), 7, "nurse")
        case = listed.case(listed.patient("P"), "trial_day")
        listed.visit(case, "trial", hours=1)
        tick(listed, case, "drug_check", 21, value="lot 7", recorded_by=viewer.user_id, second_by=second.id)
        found = get_checklist(listed.session, viewer, case.public_id, 20)
        assert [(key, a.fact.value, a.by, a.second_by) for key, a in found.answers.items()] == [
            ("drug_check", "lot 7", "User 1", "User 7")
        ]
        assert [each.name for each in found.colleagues] == ["User 7"]

    def test_of_another_clinic_is_not_found(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        theirs = elsewhere.case(elsewhere.patient("Theirs"))
        elsewhere.visit(theirs, "trial", hours=1)
        with pytest.raises(NotFound):
            get_checklist(listed.session, viewer, theirs.public_id, 20)
