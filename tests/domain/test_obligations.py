"""What is due, by when, and until which fact."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import CALENDAR, Case
from tests.factories.facts import make
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Appointment, Correction, Device, Fill
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

ITB = current()
#: Tuesday, 11:00 in New York.
NOW = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 17)
#: Tuesday 2026-06-16.
LATEST = date(2026, 6, 16)


def due(case: Case, now: datetime = NOW) -> dict[str, Obligation]:
    found = obligations(ITB, case.snapshot, now).items
    assert len({each.key for each in found}) == len(found)
    return {each.kind: each for each in found}


def with_pump(stage: str = "maintained", **fill: object) -> Case:
    case = Case(stage).record(Device)
    return case.record(Fill, device=1, **{"alarm_on": LATEST, **fill})


def refill_visit(case: Case, starts_at: datetime, **values: object) -> Case:
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
    return case.record(Appointment, **{"purpose": "refill", **times, **values})


def at(day: date, hour: int = 14) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


class TestRefill:
    def test_is_due_ten_days_before_the_latest_date_on_an_open_day(self) -> None:
        refill = due(with_pump())["refill"]
        assert refill.anchor_on == LATEST
        assert refill.due_on == date(2026, 6, 5)  # the 6th is a Saturday
        assert (refill.warn_on, refill.escalate_on, refill.critical_on) == (
            date(2026, 5, 19),
            date(2026, 6, 9),
            date(2026, 6, 12),
        )
        assert (refill.owner, refill.reason, refill.device) == (Role.COORDINATOR, "refill_by_alarm_date", 1)

    def test_never_moves_the_latest_date_off_a_closed_day(self) -> None:
        sunday = date(2026, 6, 14)
        assert due(with_pump(alarm_on=sunday))["refill"].anchor_on == sunday

    def test_is_capped_by_what_the_drug_stands_in_the_pump(self) -> None:
        refill = due(with_pump(alarm_on=date(2027, 3, 1)))["refill"]
        assert (refill.anchor_on, refill.reason) == (TODAY + timedelta(days=180), "refill_by_drug_limit")

    @pytest.mark.parametrize(("drug", "days"), [("baclofen", 180), ("short-lived", 60), ("unheard of", 60)])
    def test_is_capped_by_its_own_drug_and_one_unknown_by_the_shortest(self, drug: str, days: int) -> None:
        known = {**ITB.drugs, "short-lived": replace(ITB.drugs["baclofen"], in_pump_days=60)}
        case = with_pump(alarm_on=date(2027, 3, 1), drug=drug)
        (refill,) = obligations(replace(ITB, drugs=known), case.snapshot, NOW).of("refill")
        assert refill.anchor_on == TODAY + timedelta(days=days)

    def test_goes_by_the_earlier_date_until_a_second_reader_confirms(self) -> None:
        late = with_pump(is_confirmed=False, alarm_on=date(2026, 9, 1))
        assert due(late)["refill"].reason == "refill_by_arithmetic"
        assert due(with_pump(alarm_on=date(2026, 9, 1)))["refill"].anchor_on == date(2026, 9, 1)

    @pytest.mark.parametrize("fill", [{}, {"alarm_on": None}])
    def test_is_due_and_critical_at_once_where_no_date_is_known(self, fill: dict[str, object]) -> None:
        case = Case("pump_intake").record(Device)
        refill = due(case.record(Fill, device=1, **fill) if fill else case)["refill"]
        assert refill.due_on == refill.warn_on == refill.escalate_on == refill.critical_on == TODAY
        assert (refill.reason, refill.planned_seq) == ("alarm_date_unknown", None)

    def test_does_not_move_on_while_it_stays_unknown(self) -> None:
        case = Case("pump_intake").record(Device)
        assert due(case, NOW + timedelta(days=30))["refill"].due_on == TODAY

    @pytest.mark.parametrize("stage", [*ITB.stages])
    def test_follows_the_pump_through_every_stage(self, stage: str) -> None:
        assert "refill" in due(with_pump(stage))

    def test_is_there_for_every_pump(self) -> None:
        case = with_pump().record(Device)
        found = obligations(ITB, case.snapshot, NOW).of("refill")
        assert {each.subject for each in found} == {"device:1", "device:3"}
        case.record(Device).record(Fill, device=4, alarm_on=LATEST)
        found = obligations(ITB, case.snapshot, NOW).of("refill")
        assert {each.subject for each in found} == {"device:1", "device:3", "device:4"}, "known or not"

    def test_after_the_next_one_is_another_of_the_same_pump(self) -> None:
        first, later = due(with_pump())["refill"], due(with_pump(effective_at=NOW + timedelta(days=1)))["refill"]
        assert first.key == due(with_pump(alarm_on=date(2026, 6, 1)))["refill"].key != later.key

    def test_ends_with_the_pump_taken_out(self) -> None:
        assert "refill" not in due(with_pump().record(Device, superseding=1, device=1, in_place=False))

    def test_ends_with_death_and_is_back_when_that_is_corrected(self) -> None:
        case = with_pump("deceased").determined("death", "")
        assert set(due(case)) == {"pump_after_death"}
        assert "refill" in due(case.without(type(case.last), kind="death"))

    def test_ends_only_once_the_case_is_closed_as_transferred(self) -> None:
        done = with_pump("maintained").determined("transfer", "completed")
        assert "refill" in due(done)
        assert "refill" not in due(done.at_stage("transferred"))
        assert "refill" in due(done.at_stage("unreachable"))

    def test_stays_where_the_transfer_was_only_begun(self) -> None:
        assert "refill" in due(with_pump("transferred").determined("transfer", "requested"))


class TestPlan:
    def test_is_a_visit_on_the_latest_date_and_not_a_day_later(self) -> None:
        on_time = refill_visit(with_pump(), at(LATEST))
        assert due(on_time)["refill"].planned_seq == on_time.last.seq
        too_late = refill_visit(with_pump(), at(LATEST + timedelta(days=1)))
        assert due(too_late)["refill"].planned_seq is None
        told = dict(due(too_late)["refill"].params)
        assert (told["late"], told["visit"]) == (
            (LATEST + timedelta(days=1)).isoformat(),
            str(too_late.last.appointment),
        )
        assert "late" not in dict(due(on_time)["refill"].params)

    def test_counts_civil_days_of_the_clinic(self) -> None:
        # 23:30 in New York is the next day in UTC.
        late = datetime(2026, 6, 17, 3, 30, tzinfo=UTC)
        assert due(refill_visit(with_pump(), late))["refill"].planned_seq is not None

    @pytest.mark.parametrize("state", ["cancelled", "no_show", "completed"])
    def test_is_no_visit_that_is_off(self, state: str) -> None:
        assert due(refill_visit(with_pump(), at(date(2026, 6, 1)), state=state))["refill"].planned_seq is None

    def test_is_no_visit_for_anything_else(self) -> None:
        case = refill_visit(with_pump(), at(date(2026, 6, 1)), purpose="follow_up")
        assert due(case)["refill"].planned_seq is None

    def test_lapses_with_the_day_of_the_visit(self) -> None:
        visit_on = date(2026, 3, 20)
        case = refill_visit(with_pump(), at(visit_on))
        midnight = datetime(2026, 3, 21, 4, 0, tzinfo=UTC)
        assert obligations(ITB, case.snapshot, NOW).next_change_at == midnight
        assert due(case, midnight - timedelta(seconds=1))["refill"].planned_seq == case.last.seq
        assert due(case, midnight)["refill"].planned_seq is None

    def test_is_not_the_visit_at_which_the_pump_was_just_filled(self) -> None:
        case = refill_visit(Case("maintained").record(Device), at(TODAY, 13), state="arrived")
        case.record(Fill, device=1, alarm_on=LATEST, appointment=case.last.seq)
        assert due(case)["refill"].planned_seq is None

    def test_is_not_a_visit_that_began_with_the_fill(self) -> None:
        case = with_pump()
        assert due(refill_visit(case, case.last.effective_at))["refill"].planned_seq is None

    def test_is_the_first_of_several_visits(self) -> None:
        first = refill_visit(refill_visit(with_pump(), at(date(2026, 6, 1))), at(date(2026, 5, 1)))
        assert due(first)["refill"].planned_seq == first.last.seq

    def test_may_be_a_named_persons_dated_plan_before_the_latest_date(self) -> None:
        before = with_pump().determined("refill_plan", "", until_on=LATEST - timedelta(days=1))
        assert due(before)["refill"].planned_seq == before.last.seq
        assert due(with_pump().determined("refill_plan", "", until_on=LATEST))["refill"].planned_seq is None

    def test_lapses_the_day_after_its_date(self) -> None:
        case = with_pump().determined("refill_plan", "", until_on=date(2026, 3, 20))
        midnight = datetime(2026, 3, 21, 4, 0, tzinfo=UTC)
        assert obligations(ITB, case.snapshot, NOW).next_change_at == midnight
        assert due(case, midnight - timedelta(seconds=1))["refill"].planned_seq is not None
        assert due(case, midnight)["refill"].planned_seq is None

    def test_of_an_earlier_refill_is_no_plan_for_the_next(self) -> None:
        case = with_pump().determined("refill_plan", "", until_on=date(2026, 6, 1))
        case.record(Fill, device=1, alarm_on=LATEST, effective_at=NOW)
        assert due(case)["refill"].planned_seq is None

    def test_is_no_visit_that_the_patient_came_to_on_the_day_of_the_fill(self) -> None:
        assert due(refill_visit(with_pump(), at(TODAY, 16)))["refill"].planned_seq is not None
        assert due(refill_visit(with_pump(), at(TODAY, 16), state="arrived"))["refill"].planned_seq is None

    def test_is_still_the_visit_that_the_patient_came_to_until_the_pump_is_filled(self) -> None:
        came_at = at(date(2026, 6, 1))
        assert due(refill_visit(with_pump(), came_at, state="arrived"), came_at)["refill"].planned_seq is not None


class TestDrugInStock:
    def test_must_be_here_ten_days_before_the_latest_date(self) -> None:
        found = due(with_pump())["drug_in_stock"]
        assert found.due_on == due(with_pump())["refill"].due_on
        assert (found.reason, found.owner, found.subject) == ("drug_not_in_stock", Role.NURSE, "fill:2")
        assert found.anchor_on == LATEST

    def test_waits_while_it_is_ordered_and_ends_when_it_is_here(self) -> None:
        case = with_pump().determined("drug_stock", "ordered", about_seq=2)
        assert due(case)["drug_in_stock"].reason == "drug_ordered"
        assert "drug_in_stock" not in due(case.determined("drug_stock", "here", about_seq=2))
        assert due(case.determined("drug_stock", "ordered", about_seq=2))["drug_in_stock"].reason == "drug_ordered"

    def test_of_an_earlier_refill_is_not_that_of_the_next(self) -> None:
        case = with_pump().determined("drug_stock", "here", about_seq=2)
        case.record(Fill, device=1, alarm_on=LATEST, effective_at=NOW)
        assert due(case)["drug_in_stock"].subject == f"fill:{case.last.seq}"

    def test_is_asked_of_every_pump_for_itself(self) -> None:
        case = with_pump(alarm_on=None).record(Device).record(Fill, device=3, alarm_on=LATEST)
        case.determined("drug_stock", "here", about_seq=4).record(Device).record(Fill, device=6, alarm_on=LATEST)
        assert due(case)["drug_in_stock"].subject == "fill:7", "of the first no date is known, of the next it is here"

    def test_has_no_day_while_no_date_is_known(self) -> None:
        assert "drug_in_stock" not in due(with_pump(alarm_on=None))


class TestAlarmDate:
    def test_must_be_read_where_unknown(self) -> None:
        assert due(with_pump(alarm_on=None))["alarm_date"].reason == "alarm_date_unknown"

    def test_must_be_confirmed_where_later_than_arithmetic(self) -> None:
        found = due(with_pump(is_confirmed=False))["alarm_date"]
        assert (found.reason, found.due_on, found.escalate_on) == ("alarm_date_unconfirmed", TODAY, date(2026, 3, 18))

    def test_is_nobodys_business_once_confirmed(self) -> None:
        assert "alarm_date" not in due(with_pump())


class TestNextStep:
    @pytest.mark.parametrize("stage", [each for each in ITB.stages.values() if each.is_open], ids=lambda s: s.name)
    def test_is_dated_and_owned_in_every_open_stage(self, stage: object) -> None:
        name = getattr(stage, "name", "")
        found = due(Case(name))["next_step"]
        assert found.due_on >= TODAY
        assert found.owner == ITB.stages[name].owner

    def test_is_a_coordinators_where_nobody_owns_the_stage(self) -> None:
        unowned = replace(ITB, stages={name: replace(stage, owner=None) for name, stage in ITB.stages.items()})
        (found,) = obligations(unowned, Case("maintained").snapshot, NOW).of("next_step")
        assert found.owner == Role.COORDINATOR

    @pytest.mark.parametrize("stage", [each.name for each in ITB.stages.values() if not each.is_open])
    def test_does_not_exist_in_a_closed_stage(self, stage: str) -> None:
        case = Case(stage).determined("death", "died") if stage == "deceased" else Case(stage)
        assert due(case) == {}

    def test_counts_from_the_entry_and_falls_back_to_an_open_day(self) -> None:
        assert due(Case("trial_authorization"))["next_step"].due_on == date(2026, 3, 31)
        closed = ClinicCalendar(CALENDAR.zone, closed_on=frozenset({date(2026, 3, 31)}))
        (found,) = obligations(ITB, replace(Case("trial_authorization").snapshot, calendar=closed), NOW).of("next_step")
        assert found.due_on == date(2026, 3, 30)

    def test_waits_for_the_day_that_is_booked(self) -> None:
        case = Case("trial_booked").visit("trial", starts=at(date(2026, 4, 2)))
        assert due(case)["next_step"].due_on == date(2026, 4, 2)

    def test_waits_for_the_ordered_day_of_a_trial_catheter(self) -> None:
        case = Case("trial_catheter_in").record(Device, kind="trial_catheter", out_by_on=date(2026, 3, 20))
        assert due(case)["next_step"].due_on == date(2026, 3, 20)
        case.record(Device, kind="trial_catheter", out_by_on=date(2026, 3, 18), in_place=False)
        case.record(Device, kind="trial_catheter", out_by_on=None).record(Device, out_by_on=date(2026, 3, 19))
        assert due(case)["next_step"].due_on == date(2026, 3, 20), "of no other device, and of none that is out"

    def test_is_paused_by_a_hold_which_has_its_own_date(self) -> None:
        case = Case("trial_authorization").determined("hold", "", until_on=date(2026, 4, 19))
        found = due(case)
        assert "next_step" not in found
        assert found["hold_review"].due_on == date(2026, 4, 17)  # the 19th is a Sunday

    def test_is_never_paused_while_a_trial_catheter_is_in(self) -> None:
        case = Case("trial_catheter_in").record(Device, kind="trial_catheter", out_by_on=date(2026, 3, 20))
        found = due(case.determined("hold", "", until_on=date(2026, 4, 17)))
        assert found["next_step"].due_on == date(2026, 3, 20)
        assert "hold_review" in found

    def test_leaves_a_refill_alone_during_a_hold(self) -> None:
        assert "refill" in due(with_pump().determined("hold", "", until_on=date(2026, 4, 17)))


class TestAuthorization:
    def booked(self, **values: object) -> Case:
        return Case("trial_booked").visit("trial", starts=at(date(2026, 4, 20))).authorized("trial", **values)

    def test_is_due_where_it_ends_the_day_before_the_procedure(self) -> None:
        found = due(self.booked(valid_to=date(2026, 4, 19)))
        assert found["authorization_expiring"].due_on == date(2026, 4, 10)
        assert "authorization_expiring" not in due(self.booked(valid_to=date(2026, 4, 20)))

    @pytest.mark.parametrize("state", ["denied", "withdrawn"])
    def test_that_is_taken_back_leaves_the_step_without_ground(self, state: str) -> None:
        found = due(self.booked(state=state))
        assert (found["ground_lost"].subject, found["ground_lost"].reason) == (
            "ground:authorization.trial",
            f"authorization_{state}",
        )
        assert found["ground_lost"].due_on == TODAY

    def test_that_is_only_asked_for_is_no_lost_ground(self) -> None:
        assert "ground_lost" not in due(Case("trial_authorization"))


class TestUnmarkedDay:
    @pytest.mark.parametrize("state", ["booked", "confirmed", "arrived"])
    def test_begins_when_the_day_of_the_visit_is_over(self, state: str) -> None:
        case = Case("evaluation_booked").visit("evaluation", state, starts=at(TODAY))
        midnight = datetime(2026, 3, 18, 4, 0, tzinfo=UTC)
        assert obligations(ITB, case.snapshot, NOW).next_change_at == midnight
        assert "unmarked_day" not in due(case, midnight - timedelta(seconds=1))
        found = due(case, midnight)["unmarked_day"]
        assert (found.subject, found.due_on, found.reason) == ("appointment:1", TODAY, f"visit_still_{state}")
        assert obligations(ITB, case.snapshot, midnight).next_change_at is None

    @pytest.mark.parametrize("state", ["completed", "cancelled", "no_show"])
    def test_needs_a_visit_that_still_holds_its_place(self, state: str) -> None:
        case = Case("evaluation_booked").visit("evaluation", state, starts=at(TODAY))
        assert "unmarked_day" not in due(case, NOW + timedelta(days=9))


class TestDeviation:
    def test_is_reviewed_by_a_physician_the_next_day(self) -> None:
        case = Case("trial_observation").determined("deviation", "consent.trial", reason="consent on paper")
        found = due(case)["deviation_review"]
        assert (found.owner, found.due_on, found.params) == (
            Role.PHYSICIAN,
            date(2026, 3, 18),
            (("why", "consent on paper"),),
        )

    def test_is_done_with_by_a_review_of_that_very_deviation(self) -> None:
        case = Case("trial_observation").determined("deviation", "consent.trial")
        seq = case.last.seq
        assert "deviation_review" not in due(case.determined("deviation_reviewed", "", about_seq=seq))
        other = Case("trial_observation").determined("deviation", "x").determined("deviation_reviewed", "", about_seq=9)
        assert "deviation_review" in due(other)


class TestGroundLost:
    @pytest.mark.parametrize("stage", [s.name for s in ITB.stages.values() if s.phase == "implant"])
    def test_is_due_in_every_stage_of_the_implant_without_a_positive_trial(self, stage: str) -> None:
        lost = {each.subject for each in obligations(ITB, Case(stage).snapshot, NOW).of("ground_lost")}
        assert "ground:trial_result" in lost
        positive = Case(stage).determined("outcome", "positive")
        kept = {each.subject for each in obligations(ITB, positive.snapshot, NOW).of("ground_lost")}
        assert "ground:trial_result" not in kept

    def test_is_no_matter_of_age(self) -> None:
        case = Case("implant_decision").determined("outcome", "positive")
        assert "ground_lost" not in due(case, NOW + timedelta(days=800))

    def test_shows_on_a_pump_that_was_implanted_on_a_corrected_outcome(self) -> None:
        case = Case("maintained").determined("outcome", "positive")
        case.record(Device, origin="implanted_here", outcome_seq=1)
        assert "ground_lost" not in due(case)
        case.without(type(case.snapshot.facts[0]), kind="outcome").determined("outcome", "equivocal")
        assert due(case)["ground_lost"].subject == "ground:device:2"

    def test_is_not_lost_for_a_pump_that_came_from_elsewhere(self) -> None:
        assert "ground_lost" not in due(with_pump())


def test_corrections_themselves_are_due_nothing() -> None:
    case = with_pump()
    before = obligations(ITB, case.snapshot, NOW)
    assert obligations(ITB, case.snapshot.with_fact(make(Correction, 9, corrected_seq=3)), NOW) == before
