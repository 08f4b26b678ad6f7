"""Reports: what is counted is what happened, once, in this clinic, in this period."""

from datetime import timedelta

from sqlalchemy import insert

from tests.factories.facts import make
from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Determination
from tracker.domain.milestones import reached_by
from tracker.persistence.chain import append_event
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, StageVisit
from tracker.queries.reports import count_conversions, count_outcomes, list_bands, list_stages


def stay(listed: Listed, case: Case, *stages: str) -> None:
    """Let a case pass through stages, one a day, the last of them its present one."""
    seq = append_event(
        listed.session, clinic_id=listed.clinic_id, kind="referred", actor_id=None, case_id=case.id, case_version=1,
        effective_at=listed.now, recorded_at=listed.now, body={},
    )  # fmt: skip
    for number, stage in enumerate(stages, start=1):
        is_last = number == len(stages)
        at = listed.now + timedelta(days=number)
        listed.session.execute(
            insert(StageVisit).values(
                clinic_id=listed.clinic_id, case_id=case.id, number=number, stage=stage, entered_at=at,
                entered_seq=seq, left_at=None if is_last else at + timedelta(days=1),
                duration_s=None if is_last else 86400,
            )
        )  # fmt: skip
    case.milestones = reached_by(stages)
    listed.session.flush()


class TestStages:
    def test_know_the_middle_and_the_oldest_tenth(self, listed: Listed, viewer: Actor) -> None:
        for days in range(20):
            listed.case(listed.patient("P"), "evaluating", days=days)
        (row,) = list_stages(listed.session, viewer, "itb", ["evaluating"], listed.today)
        assert (row.count, row.over_target) == (20, 5)
        assert row.median_entered_at == listed.now - timedelta(days=9)
        assert row.tenth_entered_at == listed.now - timedelta(days=17)

    def test_count_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.case(elsewhere.patient("P"), "evaluating", days=30)
        (row,) = list_stages(listed.session, viewer, "itb", ["evaluating"], listed.today)
        assert (row.count, row.over_target, row.median_entered_at) == (0, 0, None)


class TestBands:
    CALENDAR = ClinicCalendar("America/Denver")

    def test_count_whole_days_of_the_clinic_and_readiness(self, listed: Listed, viewer: Actor) -> None:
        midnight = self.CALENDAR.start_of(listed.today)
        rows = (
            (0, True, ""),
            (6, False, "not_arrived"),
            (7, False, "not_booked"),
            (13, False, "not_booked"),
            (14, False, "x"),
            (89, True, ""),
            (90, True, ""),
        )
        for days, ready, blocker in rows:
            # Late in the evening of that day at the clinic.
            entered = midnight - timedelta(days=days) + timedelta(hours=23 if days else 1)
            listed.case(
                listed.patient("P"), "evaluating", stage_entered_at=entered, is_ready=ready, first_blocker=blocker
            )
        (row, empty) = list_bands(
            listed.session, viewer, "itb", ["evaluating", "referred"], calendar=self.CALENDAR, now=listed.now
        )
        assert (row.ready, row.blocked, row.bands) == (4, 3, (2, 2, 1, 1, 1))
        assert (empty.ready, empty.blocked, empty.bands) == (0, 0, (0, 0, 0, 0, 0))

    def test_count_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.case(elsewhere.patient("P"), "evaluating", days=30)
        (row,) = list_bands(listed.session, viewer, "itb", ["evaluating"], calendar=self.CALENDAR, now=listed.now)
        assert sum(row.bands) == 0


class TestOutcomes:
    def test_count_those_that_stand_and_fall_into_the_period(self, listed: Listed, viewer: Actor) -> None:
        case = listed.case(listed.patient("P"), "trial_review")
        outcomes = [("positive", 1), ("positive", 2), ("equivocal", 2), ("positive", 2), ("aborted", 9)]
        for seq, (value, days) in enumerate(outcomes, start=1):
            superseded_by = 90 if seq == 4 else None
            at = listed.now - timedelta(days=days)
            fact = make(Determination, seq, value=value, effective_at=at, recorded_at=at, superseded_by=superseded_by)
            insert_fact(listed.session, 1, case.id, fact)
        found = count_outcomes(listed.session, viewer, listed.now - timedelta(days=2), listed.now)
        assert [(each.name, each.count) for each in found] == [("positive", 2), ("equivocal", 1)]
        edge = count_outcomes(listed.session, viewer, listed.now - timedelta(days=9), listed.now - timedelta(days=2))
        assert [each.name for each in edge] == ["aborted"]

    def test_count_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        case = elsewhere.case(elsewhere.patient("P"))
        insert_fact(elsewhere.session, 2, case.id, make(Determination, 1))
        assert count_outcomes(listed.session, viewer, listed.now - timedelta(days=90), listed.now) == ()


class TestConversions:
    def count(self, listed: Listed, viewer: Actor) -> dict[str, int]:
        """Of the cases that began in the last ten days."""
        found = count_conversions(
            listed.session, viewer, "itb", listed.now - timedelta(days=10), listed.now + timedelta(days=1)
        )
        return {each.name: each.count for each in found}

    def test_count_each_case_once_at_every_step_it_reached(self, listed: Listed, viewer: Actor) -> None:
        ways = (
            ("referred",),
            ("referred", "evaluating", "trial_observation", "trial_review", "trial_observation"),
            ("referred", "trial_catheter_in", "trial_review", "implant_decision"),
            ("referred", "trial_observation", "implant_decision", "implant_day", "recovering", "maintained"),
        )
        for way in ways:
            stay(listed, listed.case(listed.patient("P"), way[-1]), *way)
        assert self.count(listed, viewer) == {"referred": 4, "trial": 3, "positive": 2, "implanted": 1}

    def test_leave_out_pumps_taken_over_errors_and_other_periods(self, listed: Listed, viewer: Actor) -> None:
        stay(listed, listed.case(listed.patient("P"), "maintained"), "referred", "pump_intake", "maintained")
        stay(listed, listed.case(listed.patient("P"), "entered_in_error"), "referred", "entered_in_error")
        stay(listed, listed.case(listed.patient("P"), opened_at=listed.now - timedelta(days=11)), "referred")
        assert self.count(listed, viewer) == {"referred": 0, "trial": 0, "positive": 0, "implanted": 0}

    def test_count_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        stay(elsewhere, elsewhere.case(elsewhere.patient("P")), "referred")
        assert self.count(listed, viewer)["referred"] == 0
