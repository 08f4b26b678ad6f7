"""What is done afterwards, by the rules of the file: when it is due, what ends it, and who is not reached."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Device, FollowUp
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import FollowedFact, Role
from tracker.pathways.catalogue import CURRENT, current

ITB = current()
TODAY = date(2026, 3, 17)


def due(case: Case) -> dict[str, Obligation]:
    """The follow-ups that are due, by their rule."""
    found = obligations(ITB, case.snapshot, NOW).of("follow_up")
    return {dict(each.params)["rule"]: each for each in found}


def implanted(days_ago: int = 10, stage: str = "recovering") -> Case:
    return Case(stage).record(Device, origin="implanted_here", placed_on=TODAY - timedelta(days=days_ago))


def done(
    case: Case, rule: str, result: str, *, about: int = 1, at: datetime = NOW, next_on: date | None = None
) -> Case:
    return case.record(FollowUp, rule=rule, about_seq=about, result=result, note="", effective_at=at, next_on=next_on)


class TestAfterAnImplant:
    def test_come_a_call_a_wound_check_sutures_and_titration(self) -> None:
        assert set(due(implanted())) == {"implant_call", "wound_check", "sutures_out", "titration"}

    def test_count_from_the_day_of_the_implant(self) -> None:
        # The 19th is a Thursday: twelve days after the 7th.
        assert due(implanted(10))["wound_check"].anchor_on == date(2026, 3, 19)
        assert due(implanted(10))["implant_call"].anchor_on == date(2026, 3, 8)

    def test_fall_on_the_open_day_before_and_never_before_they_were_known(self) -> None:
        assert due(implanted(1))["wound_check"].due_on == date(2026, 3, 27), "the 28th is a Saturday"
        assert due(implanted(0))["implant_call"].due_on == date(2026, 3, 18)

    @pytest.mark.parametrize(
        ("result", "is_over"),
        [("healing well", True), ("concern: physician told", False), ("CSF leak: physician told", False)],
    )
    def test_end_with_a_result_that_ends_them(self, result: str, is_over: bool) -> None:
        case = done(implanted(), "wound_check", result)

        assert ("wound_check" not in due(case)) is is_over
        if not is_over:
            assert due(case)["wound_check"].anchor_on == date(2026, 3, 20), "three days after the last one"

    def test_go_on_after_a_leak_that_was_told_by_telephone(self) -> None:
        case = done(implanted(), "implant_call", "CSF leak: physician told")

        assert due(case)["implant_call"].anchor_on == date(2026, 3, 18), "a day after the last one"

    def test_follow_on_the_day_that_was_agreed(self) -> None:
        case = done(implanted(), "titration", "goes on", next_on=date(2026, 4, 30))

        assert due(case)["titration"].anchor_on == date(2026, 4, 30)

    def test_come_back_where_the_record_is_struck_out(self) -> None:
        case = done(implanted(), "wound_check", "healing well").without(FollowUp)

        assert "wound_check" in due(case)

    def test_of_another_pump_do_not_count(self) -> None:
        case = done(implanted(), "wound_check", "healing well", about=99)

        assert "wound_check" in due(case)

    def test_are_not_asked_of_a_pump_that_was_put_in_elsewhere(self) -> None:
        assert due(Case("recovering").record(Device, origin="already_in")) == {}

    def test_are_asked_only_in_the_stages_of_the_rule(self) -> None:
        assert set(due(implanted(stage="maintained"))) == {"wound_check", "sutures_out"}

    def test_belong_to_whom_the_rule_says(self) -> None:
        assert due(implanted())["wound_check"].owner == Role.NURSE

        others = {name: replace(rule, owner=Role.THERAPIST) for name, rule in ITB.follow_ups.items()}
        found = obligations(replace(ITB, follow_ups=others), implanted().snapshot, NOW).of("follow_up")
        assert {each.owner for each in found} == {Role.THERAPIST}


class TestTheDecision:
    def calls(self, *results: str) -> Case:
        case = Case("implant_decision").outcome("positive", at=datetime(2026, 3, 2, 15, tzinfo=UTC))
        for result in results:
            done(case, "decision_call", result)
        return case

    @pytest.mark.parametrize(("called", "anchor_on"), [(0, date(2026, 3, 5)), (1, date(2026, 3, 9)),
                                                       (2, date(2026, 3, 16))])  # fmt: skip
    def test_is_asked_for_three_times(self, called: int, anchor_on: date) -> None:
        assert due(self.calls(*["thinking it over"] * called))["decision_call"].anchor_on == anchor_on

    def test_is_asked_for_by_letter_at_last(self) -> None:
        found = due(self.calls(*["thinking it over"] * 3))

        assert "decision_call" not in found
        assert found["decision_letter"].anchor_on == date(2026, 4, 1)

    def test_is_not_asked_for_elsewhere(self) -> None:
        assert due(self.calls().at_stage("implant_authorization")) == {}


class TestATrial:
    def test_is_followed_by_a_call_the_next_day(self) -> None:
        case = Case("trial_review").dosed()

        assert due(case)["trial_call"].anchor_on == date(2026, 3, 18)
        assert "trial_call" not in due(done(case, "trial_call", "well"))

    def test_catheter_is_looked_at_every_day_until_it_is_out(self) -> None:
        case = Case("trial_catheter_in").placed("trial_catheter", placed_on=TODAY, out_by_on=date(2026, 3, 21))
        assert due(case)["site_check"].anchor_on == date(2026, 3, 18)

        seen = done(case, "site_check", "clean and dry", at=NOW + timedelta(days=1))
        assert due(seen)["site_check"].anchor_on == date(2026, 3, 19)
        assert "site_check" not in due(seen.removed("trial_catheter"))


class TestAnExplant:
    def removed(self) -> Case:
        case = Case("device_review").record(Device, device=1)
        return case.record(Device, superseding=1, device=1, in_place=False, removed_on=TODAY)

    def test_is_watched_every_day(self) -> None:
        assert due(self.removed())["withdrawal_watch"].anchor_on == date(2026, 3, 18)

    def test_is_watched_until_a_physician_closes_it(self) -> None:
        assert due(self.removed().determined("withdrawal_watch_closed")) == {}

    def test_is_not_watched_where_another_pump_is_in(self) -> None:
        assert "withdrawal_watch" not in due(self.removed().record(Device, device=9))

    def test_of_anything_else_is_not_watched(self) -> None:
        case = self.removed().record(Device, device=3, kind="catheter", in_place=False, removed_on=TODAY)
        assert due(case)["withdrawal_watch"].subject == "follow_up:withdrawal_watch:1"

        catheter = Case("device_review").record(Device, kind="catheter", in_place=False, removed_on=TODAY)
        assert due(catheter) == {}

    def test_of_the_next_pump_is_watched_anew(self) -> None:
        case = self.removed().determined("withdrawal_watch_closed").record(Device, device=4)
        case.record(Device, superseding=case.last.seq, device=4, in_place=False, removed_on=TODAY)

        assert "withdrawal_watch" in due(case)


class TestAReoperation:
    def test_is_followed_from_the_day_it_was_done(self) -> None:
        beside = current("itb_reoperation")
        case = Case("reoperation_recovering")
        assert obligations(beside, case.snapshot, NOW).of("follow_up") == ()

        case.determined("reoperation_done", "replacement", at=NOW - timedelta(days=1))
        found = {each.subject: each.anchor_on for each in obligations(beside, case.snapshot, NOW).of("follow_up")}
        assert found == {
            "follow_up:reoperation_call:1": TODAY,
            "follow_up:wound_check:1": date(2026, 3, 28),
            "follow_up:sutures_out:1": date(2026, 3, 30),
        }


class TestWhoIsNotReached:
    def tried(self, *results: str) -> list[Obligation]:
        case = Case("implant_decision")
        for number, result in enumerate(results):
            done(case, "decision_call", result, at=NOW + timedelta(hours=number))
        return list(obligations(ITB, case.snapshot, NOW).of("unreachable"))

    def test_three_times_in_a_row_is_a_matter_of_its_own(self) -> None:
        (found,) = self.tried("not reached", "not reached", "not reached")

        assert (found.owner, dict(found.params)["times"]) == (Role.LEAD_COORDINATOR, "3")

    @pytest.mark.parametrize(
        "results",
        [
            ("not reached", "not reached"),
            ("not reached", "not reached", "thinking it over", "not reached"),
            ("not reached", "not reached", "not reached", "thinking it over"),
        ],
    )
    def test_and_reached_between_is_none(self, results: tuple[str, ...]) -> None:
        assert self.tried(*results) == []

    def test_counts_from_the_third_time_on(self) -> None:
        case = Case("implant_decision")
        for days in (5, 4, 3, 2):
            at = NOW - timedelta(days=days)
            case.record(
                FollowUp, rule="decision_call", about_seq=1, result="not reached", effective_at=at, recorded_at=at
            )
        (found,) = obligations(ITB, case.snapshot, NOW).of("unreachable")

        assert (found.anchor_on, dict(found.params)["times"]) == (TODAY - timedelta(days=3), "4")

    @pytest.mark.parametrize("other", ["wound_check", "a rule that the file no longer has"])
    def test_and_seen_for_what_asks_for_no_call_between_is_still_not_reached(self, other: str) -> None:
        case = Case("implant_decision")
        for number, rule in enumerate(("decision_call", other, "decision_call", other, "decision_call")):
            done(case, rule, "not reached" if rule == "decision_call" else "seen", at=NOW + timedelta(hours=number))

        assert len(obligations(ITB, case.snapshot, NOW).of("unreachable")) == 1


def test_the_dead_are_not_called() -> None:
    found = obligations(ITB, implanted().determined("death").snapshot, NOW).items
    assert [each.kind for each in found] == ["pump_after_death"]


def test_every_rule_follows_something_that_can_happen() -> None:
    files = (current(name) for name in CURRENT)
    assert {rule.after for file in files for rule in file.follow_ups.values()} == set(FollowedFact)
