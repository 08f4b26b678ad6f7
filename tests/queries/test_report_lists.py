"""What reports read beside the history: the open cases as they are now, and who stands behind a number."""

from datetime import date, timedelta

import pytest

from tests.factories.listed import Listed
from tests.support.statements import sent
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotPermitted
from tracker.domain.report_sheets.now import OpenCase
from tracker.domain.words import Role
from tracker.persistence.models import Payer
from tracker.queries.report_lists import count_open_cases, list_cases, list_open_cases, names_of


def open_cases(listed: Listed, viewer: Actor) -> list[OpenCase]:
    return list_open_cases(listed.session, viewer.clinic_id, "itb", ClinicCalendar(listed.zone), listed.now)


def counted(listed: Listed, viewer: Actor) -> list[tuple[str, int, int]]:
    return count_open_cases(listed.session, viewer.clinic_id, "itb", ClinicCalendar(listed.zone), listed.now)


class TestOpenCases:
    @pytest.mark.parametrize(("late", "is_over"), [(1, True), (0, False), (-1, False), (None, False)])
    def test_are_over_from_the_day_after_their_target(
        self, listed: Listed, viewer: Actor, late: int | None, *, is_over: bool
    ) -> None:
        case = listed.case(listed.patient("Lee"), "referred", days=3)
        case.target_on = None if late is None else listed.today - timedelta(days=late)
        listed.session.flush()
        assert [each.is_over for each in open_cases(listed, viewer)] == [is_over]
        assert counted(listed, viewer) == [("referred", 1, int(is_over))]

    def test_are_ready_where_nothing_but_their_day_stands_in_the_way(self, listed: Listed, viewer: Actor) -> None:
        patient = listed.patient("Lee")
        ready = listed.case(patient, "referred", days=3, is_ready=True)
        waits = listed.case(listed.patient("Ito"), "trial_booked", days=2, first_blocker="not_arrived", blocker_count=1)
        blocked = listed.case(listed.patient("Ng"), "evaluating", days=1, first_blocker="not_booked", blocker_count=1)
        listed.case(listed.patient("Gone"), "declined", days=9)
        found = open_cases(listed, viewer)
        assert [(each.id, each.is_ready) for each in found] == [(ready.id, True), (waits.id, True), (blocked.id, False)]
        assert found[0] == OpenCase(ready.id, "referred", date(2026, 3, 14), is_over=False, is_ready=True)

    def test_came_on_the_clinics_day(self, listed: Listed, viewer: Actor) -> None:
        # Three in the morning in UTC is the evening before in Denver.
        case = listed.case(listed.patient("Lee"), "referred")
        case.stage_entered_at = listed.now.replace(hour=3)
        listed.session.flush()
        found = open_cases(listed, viewer)
        assert found[0].entered_on == listed.today - timedelta(days=1)

    def test_are_those_of_the_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.case(elsewhere.patient("Stranger"), "referred")
        assert (open_cases(listed, viewer), counted(listed, viewer)) == ([], [])


class TestListedCases:
    def test_come_in_the_order_asked_for_and_from_no_other_clinic(
        self, listed: Listed, elsewhere: Listed, viewer: Actor
    ) -> None:
        stranger = elsewhere.case(elsewhere.patient("Stranger"), "referred")
        first, last = (listed.case(listed.patient(name), "referred") for name in ("Lee", "Ito"))
        with sent(listed.session.get_bind().engine) as said:
            found = list_cases(listed.session, viewer, [last.id, stranger.id, first.id])
        assert [each.patient.family_name for each in found] == ["Ito", "Lee"] and len(said) <= 1

    def test_are_for_those_who_may_see_patients(self, listed: Listed, viewer: Actor) -> None:
        administrator = Actor(viewer.user_id, viewer.clinic_id, frozenset({Role.ADMINISTRATOR}), "A")
        with pytest.raises(NotPermitted):
            list_cases(listed.session, administrator, [1])


def test_names_are_those_of_the_clinic(listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
    for clinic_id, name in ((viewer.clinic_id, "Ours"), (elsewhere.clinic_id, "Theirs")):
        row = Payer(clinic_id=clinic_id, id=listed.ids.row_id(listed.now), name=name, name_key=name, version=1)
        listed.session.add(row)
    listed.session.flush()
    names = names_of(listed.session, viewer.clinic_id)
    assert list(names.payers.values()) == ["Ours"] and names.stage("referred") == "Referred"
