"""What patients are told of a time that is not final, of the visit at which they sign, and the day after."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.builders import Case
from tests.domain.test_contacts import NOW, WRITTEN_TO, found, rules, visit, wanted
from tracker.domain.contacts import Contact, considered, waits_for_message
from tracker.domain.facts import Appointment
from tracker.domain.obligations import obligations
from tracker.domain.ways import Preferences, Way
from tracker.pathways.catalogue import current

ITB = current()
#: Tuesday noon in New York, three weeks before the visit below.
SIGNED_ON = date(2026, 3, 17)
STARTS = datetime(2026, 4, 20, 13, 0, tzinfo=UTC)
FINAL = "2026-04-20T09:00"


def booked(wall: str = FINAL, **values: object) -> Case:
    """A trial with a valid consent, so that only its arrival is spoken of."""
    return visit(Case("trial_booked"), "trial", wall, **values).consented("trial", SIGNED_ON)


def final(case: Case, value: str = FINAL, about_seq: int = 1) -> Case:
    return case.determined("time_final", value, about_seq=about_seq)


def said(items: list[Contact]) -> set[tuple[str, bool]]:
    return {(each.template, each.tells_time) for each in items}


class TestATimeThatIsNotFinal:
    def test_is_told_to_nobody(self) -> None:
        items = found(booked())
        assert rules(items) == ["arrival_week", "arrival_soon", "arrival_eve"]
        assert said(items) == {("arrival_day", False)}

    def test_is_told_once_it_is_final(self) -> None:
        assert said(found(final(booked()))) == {("arrival", True)}

    def test_that_was_moved_after_it_was_final_is_not(self) -> None:
        assert said(found(final(booked("2026-04-21T09:00")))) == {("arrival_day", False)}
        assert said(found(final(booked(arrive_at=STARTS - timedelta(hours=1))))) == {("arrival_day", False)}

    def test_of_a_visit_without_an_operation_is_told(self) -> None:
        assert said(found(visit(Case("evaluation_booked"), "evaluation"))) == {("arrival", True)}

    def test_makes_other_contacts_than_a_file_that_told_it(self) -> None:
        """What was planned to tell the time, before the file said that it is provisional, must not go."""
        case, told = booked(), replace(ITB, final_times=frozenset())
        due = obligations(ITB, case.snapshot, NOW)
        before = {each.contact.key for each in considered(told, case.snapshot, due, WRITTEN_TO, NOW)}
        after = {each.contact.key for each in considered(ITB, case.snapshot, due, WRITTEN_TO, NOW)}
        assert not {key for key in before & after if key.startswith("arrival")}

    def test_is_never_the_words_of_any_rule_of_any_file(self) -> None:
        for name in ("itb", "itb_reoperation"):
            pathway = current(name)
            stage = next(iter(pathway.procedures.values())).booked_stage
            for purpose in pathway.final_times:
                case = visit(Case(stage), purpose)
                due = obligations(pathway, case.snapshot, NOW)
                items = [each.contact for each in considered(pathway, case.snapshot, due, WRITTEN_TO, NOW)]
                assert {"arrival_day", "consent"} <= {each.template for each in items} <= {
                    "arrival_day", "consent", "preparation",
                }  # fmt: skip


class TestWhoeverWasToldTheDay:
    """That the time is final makes contacts that are new to the ledger; the latest that was due goes at once."""

    def test_hears_the_time_at_once(self) -> None:
        now = STARTS - timedelta(days=5)
        day, time = found(booked(), now), found(final(booked()), now)
        assert {each.key for each in day}.isdisjoint(each.key for each in time)
        assert {each.call_key for each in day}.isdisjoint(each.call_key for each in time)
        assert wanted(time) == ["arrival_week", "arrival_soon", "arrival_eve"]
        assert time[0].wanted_at < now < time[0].useless_after

    @pytest.mark.parametrize(
        ("hours_before", "expected"),
        [
            (24 * 8, ["arrival_week", "arrival_soon", "arrival_eve"]),  # nobody was told anything yet
            (61, ["arrival_week", "arrival_soon", "arrival_eve"]),
            (60, ["arrival_soon", "arrival_eve"]),  # two days before it is said anyway
            (40, ["arrival_soon", "arrival_eve"]),
            (22, ["arrival_eve"]),  # the last one went without: again, at once
            (2, ["arrival_eve"]),  # too late for a message: a person calls
            (0, []),
        ],
    )
    def test_hears_it_by_the_reminder_of_the_day_before_at_the_latest(
        self, hours_before: int, expected: list[str]
    ) -> None:
        items = found(final(booked()), STARTS - timedelta(hours=hours_before))
        assert wanted(items) == expected
        late = [each for each in items if each.is_wanted and each.wanted_at <= STARTS - timedelta(hours=hours_before)]
        assert len(late) <= 1

    def test_hears_another_time_that_is_final_later(self) -> None:
        first = found(final(booked()))
        again = found(final(booked().determined("time_final", "", about_seq=1)))
        assert {each.key for each in first}.isdisjoint(each.key for each in again)

    def test_hears_nothing_new_because_they_confirmed(self) -> None:
        case = final(booked())
        before = found(case)
        old = case.snapshot.of(Appointment)[0]
        case.record(
            Appointment, superseding=old.seq, appointment=1, version=2, state="confirmed", purpose="trial",
            wall=old.wall, starts_at=old.starts_at, ends_at=old.ends_at,
        )  # fmt: skip
        assert [each.key for each in found(case)] == [each.key for each in before]

    @given(st.timedeltas(timedelta(minutes=1), timedelta(days=12)))
    def test_is_never_told_twice_at_one_instant_and_always_once_more_while_there_is_time(
        self, ahead: timedelta
    ) -> None:
        now = STARTS - ahead
        items = found(final(booked()), now)
        going = [each for each in items if each.is_wanted and each.wanted_at <= now]
        assert len(going) <= 1
        if ahead > timedelta(hours=2):
            assert any(each.is_wanted for each in items), "one is still to tell the time"

    def test_key_ends_with_the_wall_time_that_answers_are_matched_to(self) -> None:
        for case in (booked(), final(booked())):
            assert all(each.key.endswith(FINAL) and len(each.key.split(":")) >= 4 for each in found(case))


def to_sign(case: Case, wall: str = "2026-04-08T11:00", **values: object) -> Case:
    return visit(case, "consent", wall, appointment=5, **values)


def consents(items: list[Contact]) -> list[Contact]:
    return [each for each in items if each.kind == "consent"]


class TestAConsentToSign:
    def test_is_asked_for_where_no_visit_is_booked(self) -> None:
        items = consents(found(visit(Case("trial_booked"), "trial")))
        assert [(each.template, each.appointment) for each in items] == [("consent", 1), ("consent", 1)]

    def test_names_the_visit_that_is_booked_for_it(self) -> None:
        early, late = consents(found(to_sign(visit(Case("trial_booked"), "trial"), "2026-04-15T11:00")))
        assert (early.template, early.appointment, early.subject) == ("consent_visit", 5, "appointment:5")
        assert early.wanted_at == datetime(2026, 4, 6, 14, tzinfo=UTC), "counted from the procedure"
        assert early.key.endswith(":2026-04-15T11:00") and late.wanted_at == datetime(2026, 4, 13, 14, tzinfo=UTC)

    def test_leaves_the_visit_to_its_own_reminders_where_it_comes_first(self) -> None:
        case = to_sign(visit(Case("trial_booked"), "trial"), "2026-04-08T11:00")
        items = found(case)
        assert [each.key.split(":")[0] for each in consents(items)] == ["consent_early"]
        assert "consent_visit_soon" in rules(items)
        due = obligations(ITB, case.snapshot, NOW)
        why = {each.rule.name: each.why_not for each in considered(ITB, case.snapshot, due, WRITTEN_TO, NOW)}
        assert why["consent_late"] == "visit_before"

    def test_is_told_anew_once_either_was_moved(self) -> None:
        def keys(trial: str, consent: str) -> set[str]:
            case = to_sign(visit(Case("trial_booked"), "trial", trial), consent)
            return {each.key for each in consents(found(case))}

        first = keys("2026-04-20T09:00", "2026-04-15T11:00")
        assert first.isdisjoint(keys("2026-04-21T09:00", "2026-04-15T11:00"))
        assert first.isdisjoint(keys("2026-04-20T09:00", "2026-04-16T11:00"))
        assert [
            each.wanted_at.day for each in consents(found(visit(Case("trial_booked"), "trial", "2026-04-22T09:00")))
        ] == [
            8,
            15,
        ]

    def test_stops_once_it_is_valid(self) -> None:
        assert consents(found(to_sign(booked()))) == []


def over(case: Case, at: datetime, purpose: str = "trial") -> Case:
    return visit(case, purpose, state="completed", effective_at=at)


class TestTheDayAfter:
    OVER_AT = datetime(2026, 4, 20, 17, 0, tzinfo=UTC)

    @pytest.mark.parametrize(("purpose", "stage"), [("trial", "trial_review"), ("implant", "recovering")])
    def test_tells_how_to_reach_the_clinic(self, purpose: str, stage: str) -> None:
        (item,) = found(over(Case(stage), self.OVER_AT, purpose))
        assert (item.template, item.kind) == ("after", "after")
        assert item.wanted_at == datetime(2026, 4, 21, 14, tzinfo=UTC)
        assert item.useless_after == item.wanted_at + timedelta(hours=24)

    def test_is_counted_from_when_it_was_over_at_the_clinic(self) -> None:
        (item,) = found(over(Case("recovering"), datetime(2026, 4, 24, 3, 59, tzinfo=UTC), "implant"))
        assert item.wanted_at == datetime(2026, 4, 24, 14, tzinfo=UTC), "Thursday evening in New York"
        (item,) = found(over(Case("recovering"), datetime(2026, 4, 24, 4, 0, tzinfo=UTC), "implant"))
        assert item.wanted_at == datetime(2026, 4, 25, 14, tzinfo=UTC)

    @pytest.mark.parametrize(("second", "is_wanted"), [(-1, True), (0, False)])
    def test_is_useless_a_day_later_from_the_very_second(self, second: int, is_wanted: bool) -> None:
        now = datetime(2026, 4, 22, 14, tzinfo=UTC) + timedelta(seconds=second)
        case = over(Case("trial_review"), self.OVER_AT)
        assert bool(wanted(found(case, now))) is is_wanted
        assert waits_for_message(ITB, case.snapshot, now) is is_wanted

    @pytest.mark.parametrize("state", ["booked", "arrived", "cancelled", "no_show"])
    def test_is_not_told_before_it_is_over(self, state: str) -> None:
        assert "day_after" not in rules(found(visit(Case("trial_day"), "trial", state=state)))

    def test_follows_no_visit_without_an_operation(self) -> None:
        assert found(over(Case("evaluating"), self.OVER_AT, "evaluation")) == []

    def test_asks_nobody_to_call_because_a_nurse_does_anyway(self) -> None:
        case = over(Case("trial_review"), self.OVER_AT)
        assert found(case, preferences=Preferences()) == []
        due = obligations(ITB, case.snapshot, NOW)
        (each,) = considered(ITB, case.snapshot, due, Preferences(), NOW)
        assert each.why_not == "called_anyway"


@pytest.mark.parametrize(
    ("purpose", "stage", "template", "days"),
    [
        ("wound_check", "recovering", "checkup", [13, 18]),
        ("titration", "recovering", "checkup", [13, 18]),
        ("decision", "implant_decision", "decision", [13, 18]),
        ("consent", "trial_booked", "consent_visit", [18]),
    ],
)
def test_visits_without_an_operation_have_rules_of_their_own(
    purpose: str, stage: str, template: str, days: list[int]
) -> None:
    items = found(visit(Case(stage), purpose))
    assert {(each.template, each.tells_time, each.ways) for each in items} == {(template, True, (Way("email", 7),))}
    assert [each.wanted_at.day for each in items] == days


class TestHowToPrepare:
    def test_is_said_ten_days_before_in_the_clinics_words(self) -> None:
        items = found(booked(), preferences=replace(WRITTEN_TO, has_sheet=True))
        (item,) = [each for each in items if each.kind == "preparation"]
        assert (item.template, item.wanted_at) == ("preparation", datetime(2026, 4, 10, 14, tzinfo=UTC))

    def test_is_said_once_whatever_becomes_of_the_time(self) -> None:
        with_sheet = replace(WRITTEN_TO, has_sheet=True)
        keys = {
            each.key
            for case in (booked(), final(booked()))
            for each in found(case, preferences=with_sheet)
            if each.kind == "preparation"
        }
        assert len(keys) == 1

    def test_is_not_said_without_a_sheet(self) -> None:
        case = booked()
        due = obligations(ITB, case.snapshot, NOW)
        why = {each.rule.name: each.why_not for each in considered(ITB, case.snapshot, due, WRITTEN_TO, NOW)}
        assert why["preparation"] == "no_sheet"
