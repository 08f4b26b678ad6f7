"""Who is reminded of what, when, and who must be called instead."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import Case
from tracker.domain.contacts import Contact, contacts, is_superseded
from tracker.domain.facts import Appointment, Device, Fill
from tracker.domain.obligations import obligations
from tracker.domain.ways import Address, Preferences, Way
from tracker.pathways.catalogue import current

ITB = current()
#: Tuesday, 11:00 in New York.
NOW = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
ADA = Address(7, "patient", is_possible=True, is_opted_out=False)
MOBILE = Address(8, "patient", is_possible=True, is_opted_out=False, kind="phone", takes_texts=True)
WRITTEN_TO = Preferences(addresses=(ADA,))


def found(case: Case, now: datetime = NOW, preferences: Preferences = WRITTEN_TO) -> list[Contact]:
    due = obligations(ITB, case.snapshot, now)
    return list(contacts(ITB, case.snapshot, due, preferences, now).items)


def rules(items: list[Contact]) -> list[str]:
    return [each.key.split(":")[0] for each in items]


def wanted(items: list[Contact]) -> list[str]:
    return rules([each for each in items if each.is_wanted])


def visit(case: Case, purpose: str, wall: str = "2026-04-20T09:00", **values: object) -> Case:
    starts_at = case.snapshot.calendar.instant(datetime.fromisoformat(wall))
    times = {"wall": wall, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
    return case.record(Appointment, purpose=purpose, **{**times, **values})


class TestReminders:
    def test_of_an_evaluation_come_a_week_two_days_and_a_day_before(self) -> None:
        items = found(visit(Case("evaluation_booked"), "evaluation"))
        assert [(each.key, each.wanted_at) for each in items] == [
            ("arrival_week:1:2026-04-20T09:00", datetime(2026, 4, 13, 14, 0, tzinfo=UTC)),
            ("arrival_soon:1:2026-04-20T09:00", datetime(2026, 4, 18, 14, 0, tzinfo=UTC)),
            ("arrival_eve:1:2026-04-20T09:00", datetime(2026, 4, 19, 14, 0, tzinfo=UTC)),
        ]
        assert {(each.ways, each.reason) for each in items} == {((Way("email", 7),), "")}

    def test_come_at_the_wall_time_of_the_patients_zone(self) -> None:
        honolulu = replace(WRITTEN_TO, zone="Pacific/Honolulu")
        items = found(visit(Case("evaluation_booked"), "evaluation"), preferences=honolulu)
        assert items[0].wanted_at == datetime(2026, 4, 13, 20, 0, tzinfo=UTC)

    def test_keep_their_wall_time_over_a_change_of_the_clocks(self) -> None:
        # The clocks of New York go back on 2026-11-01: 10:00 is 14:00 UTC before and 15:00 UTC after.
        items = found(visit(Case("evaluation_booked"), "evaluation", "2026-11-02T09:00"))
        assert [each.wanted_at.hour for each in items] == [14, 14, 15]

    def test_of_a_refill_come_while_a_refill_is_due(self) -> None:
        case = Case("maintained").record(Device).record(Fill, device=1)
        assert rules(found(visit(case, "refill"))) == ["refill_early", "refill_week", "refill_call", "refill_eve"]
        assert rules(found(visit(case.at_stage("unreachable"), "refill"))) != []
        assert found(visit(Case("maintained"), "refill")) == []

    def test_of_a_consent_stop_once_it_is_valid_on_the_day(self) -> None:
        case = visit(Case("trial_booked"), "trial")
        assert {"consent_early", "consent_late"} < set(rules(found(case)))
        assert not any(rule.startswith("consent") for rule in rules(found(case.consented("trial", date(2026, 3, 17)))))

    def test_of_a_moved_visit_are_new_ones(self) -> None:
        case = visit(Case("evaluation_booked"), "evaluation")
        before = {each.key for each in found(case)}
        moved = visit(case.without(Appointment), "evaluation", "2026-04-21T09:00", appointment=1, version=2)
        assert before.isdisjoint({each.key for each in found(moved)})

    def test_of_a_confirmed_visit_are_the_same(self) -> None:
        case = visit(Case("evaluation_booked"), "evaluation")
        before = found(case)
        again = visit(case.without(Appointment), "evaluation", appointment=1, version=2, state="confirmed")
        assert found(again) == before

    @pytest.mark.parametrize("state", ["arrived", "completed", "cancelled", "no_show"])
    def test_are_not_for_a_visit_that_nobody_waits_for(self, state: str) -> None:
        assert found(visit(Case("evaluation_booked"), "evaluation", state=state)) == []

    def test_are_not_for_the_dead(self) -> None:
        assert found(visit(Case("evaluation_booked"), "evaluation").determined("death")) == []

    def test_are_not_for_a_closed_case(self) -> None:
        assert found(visit(Case("declined"), "implant")) == []


class TestALateBooking:
    @pytest.mark.parametrize(
        ("hours_before", "expected"),
        [
            (24 * 8, ["arrival_week", "arrival_soon", "arrival_eve"]),
            (24 * 6, ["arrival_week", "arrival_soon", "arrival_eve"]),
            (47, ["arrival_soon", "arrival_eve"]),
            (22, ["arrival_eve"]),
            (2, []),
        ],
    )
    def test_sends_the_latest_useful_one_and_never_a_burst(self, hours_before: int, expected: list[str]) -> None:
        case = visit(Case("evaluation_booked"), "evaluation")
        starts_at = datetime(2026, 4, 20, 13, 0, tzinfo=UTC)
        items = found(case, starts_at - timedelta(hours=hours_before))
        assert wanted(items) == expected
        assert len([each for each in items if each.is_wanted and each.wanted_at <= NOW]) <= 1

    @pytest.mark.parametrize("second", [-1, 0])
    def test_is_useless_from_the_very_second(self, second: int) -> None:
        case = visit(Case("evaluation_booked"), "evaluation")
        useless = datetime(2026, 4, 20, 11, 0, tzinfo=UTC)
        assert wanted(found(case, useless + timedelta(seconds=second))) == (["arrival_eve"] if second else [])

    def test_of_two_rules_at_one_instant_sends_the_one_that_is_of_use_for_longer(self) -> None:
        case = visit(Case("evaluation_booked"), "evaluation")
        twin = {"days_before": 2, "useless_hours_before": 40}
        rules_of = (replace(each, **twin) if each.name == "arrival_week" else each for each in ITB.reminders)
        pathway = replace(ITB, reminders=tuple(rules_of))

        def gone(now: datetime) -> list[str]:
            due = obligations(pathway, case.snapshot, now)
            items = list(contacts(pathway, case.snapshot, due, WRITTEN_TO, now).items)
            return rules([each for each in items if is_superseded(each, items, now)])

        both_at = datetime(2026, 4, 18, 14, 0, tzinfo=UTC)
        # Both are planned until they fall due; from then on one is enough.
        assert gone(both_at - timedelta(seconds=1)) == []
        for hours in (0, 1, 12):
            assert gone(both_at + timedelta(hours=hours)) == ["arrival_week"]

    def test_never_wants_a_reminder_after_it_is_useless(self) -> None:
        items = found(visit(Case("evaluation_booked"), "evaluation", "2026-04-20T00:30"))
        assert all(each.wanted_at <= each.useless_after for each in items)

    def test_changes_nothing_that_is_stored_as_time_goes_by(self) -> None:
        case = visit(Case("evaluation_booked"), "evaluation")
        early, late = found(case), found(case, NOW + timedelta(days=400))
        assert [replace(each, is_wanted=True) for each in late] == early


class TestRoute:
    def test_that_is_missing_says_why_and_asks_for_one_call(self) -> None:
        items = found(visit(Case("evaluation_booked"), "evaluation"), preferences=Preferences())
        assert {(each.ways, each.reason) for each in items} == {((), "no_address")}
        assert {each.call_key for each in items} == {"arrival:1:2026-04-20T09:00"}

    def test_goes_on_by_the_channels_that_were_not_tried(self) -> None:
        preferences = replace(WRITTEN_TO, addresses=(ADA, MOBILE), sends_texts=True)
        (first, *_) = found(visit(Case("evaluation_booked"), "evaluation"), preferences=preferences)
        assert first.way() == Way("sms", 8)
        assert first.way(without={"sms"}) == Way("email", 7)
        assert first.way(without={"sms", "email"}) is None

    def test_asks_for_the_call_on_an_open_day(self) -> None:
        items = found(visit(Case("evaluation_booked"), "evaluation"), preferences=Preferences())
        assert [each.call_on for each in items] == [date(2026, 4, 13), date(2026, 4, 17), date(2026, 4, 17)]


def test_contacts_of_two_visits_do_not_shut_each_other_out() -> None:
    case = visit(visit(Case("evaluating"), "evaluation"), "follow_up", "2026-04-21T09:00")
    items = found(case, datetime(2026, 4, 14, 15, 0, tzinfo=UTC))
    late = [each for each in items if each.wanted_at <= datetime(2026, 4, 14, 15, 0, tzinfo=UTC)]
    assert [each.is_wanted for each in late] == [True, True]


def a_refill() -> Case:
    return visit(Case("maintained").record(Device).record(Fill, device=1), "refill")


class TestACallOfTheRule:
    def test_stands_until_the_patient_has_confirmed(self) -> None:
        (call,) = [each for each in found(a_refill()) if each.ways == (Way("phone", None),)]
        assert call.wanted_at == datetime(2026, 4, 15, 12, 0, tzinfo=UTC)
        case = visit(Case("maintained").record(Device).record(Fill, device=1), "refill", state="confirmed")
        assert "refill_call" not in rules(found(case))

    def test_is_another_than_the_one_that_stands_in_for_messages(self) -> None:
        items = found(a_refill(), preferences=Preferences())
        assert {each.call_key.split(":")[0] for each in items} == {"refill", "refill_call"}

    def test_is_not_shut_out_by_a_later_message(self) -> None:
        assert "refill_call" in wanted(found(a_refill(), datetime(2026, 4, 18, 15, 0, tzinfo=UTC)))


class TestACopy:
    def test_goes_to_whoever_has_an_address_and_asks_nobody_to_call(self) -> None:
        both = replace(WRITTEN_TO, addresses=(ADA, replace(ADA, point_id=9, owner="caregiver")))
        items = {each.key.split(":")[0]: each for each in found(a_refill(), preferences=both)}
        assert items["refill_week"].ways == (Way("email", 7),)
        assert items["refill_copy"].ways == (Way("email", 9),)
        assert "refill_copy_facility" not in items

    def test_is_not_shut_out_by_the_patients_own(self) -> None:
        both = replace(WRITTEN_TO, addresses=(ADA, replace(ADA, point_id=9, owner="caregiver")))
        now = datetime(2026, 4, 13, 15, 0, tzinfo=UTC)
        assert {"refill_week", "refill_copy"} <= set(wanted(found(a_refill(), now, both)))


def test_of_open_days_is_counted_without_the_closed_ones() -> None:
    open_days = tuple(replace(each, counts_open_days=True) for each in ITB.reminders if each.name == "arrival_soon")
    case = visit(Case("evaluation_booked"), "evaluation")  # a Monday
    due = obligations(ITB, case.snapshot, NOW)
    (item,) = contacts(replace(ITB, reminders=open_days), case.snapshot, due, WRITTEN_TO, NOW).items
    assert item.wanted_at == datetime(2026, 4, 16, 14, 0, tzinfo=UTC)
