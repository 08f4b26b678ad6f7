"""The reconciler on a stored case, on both engines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.factories.case_world import CaseWorld
from tests.factories.rows import a_case, a_patient
from tests.support.fixed import FixedClock, SeededIds
from tests.support.statements import sent
from tracker.domain.facts import Authorization, Consent, Determination, Device, Fill
from tracker.persistence.database import Database
from tracker.persistence.models import BlockerInterval, Case, Clinic, Obligation, PumpWatch
from tracker.services.reconcile import GROUP, reconcile_all, reconcile_due, ring


@pytest.fixture
def world(database: Database, clock: FixedClock, ids: SeededIds) -> CaseWorld:
    return CaseWorld(database, clock, ids)


def no_pause() -> None:
    """Tests have nobody to be polite to."""


def open_kinds(world: CaseWorld) -> list[str]:
    return [each.kind for each in world.obligations()]


class TestAPump:
    def test_is_watched_by_exactly_one_refill_from_the_moment_it_is_known(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        (refill,) = [each for each in world.obligations() if each.kind == "refill"]
        assert (refill.device, refill.reason, refill.due_on) == (pump.device, "alarm_date_unknown", date(2026, 3, 17))
        with world.database.reading() as session:
            assert session.scalars(select(PumpWatch.obligation_id)).all() == [refill.id]

    def test_has_its_refill_closed_by_the_fill_and_the_next_one_opened(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        first = world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        world.clock.advance(days=60)
        second = world.write(Fill, device=pump.device, alarm_on=date(2026, 8, 3))
        closed = [each.closed_by for each in world.obligations(is_open=False) if each.kind == "refill"]
        assert closed == [f"fill:{first.seq}", f"fill:{second.seq}"]
        (refill,) = [each for each in world.obligations() if each.kind == "refill"]
        assert refill.params["latest"] == "2026-08-03"
        with world.database.reading() as session:
            assert session.scalars(select(PumpWatch.obligation_id)).all() == [refill.id]

    def test_keeps_its_refill_in_a_closed_case(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        world.stand("unreachable", "closed", is_open=False)
        assert open_kinds(world) == ["drug_in_stock", "refill", "replacement"]

    def test_has_its_refill_back_the_moment_a_death_is_corrected(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        death = world.write(Determination, kind="death", value="")
        assert open_kinds(world) == ["pump_after_death"]
        assert f"determination:{death.seq}" in {each.closed_by for each in world.obligations(is_open=False)}
        world.strike(death)
        assert "refill" in open_kinds(world)

    def test_is_let_go_when_it_is_out(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        out = world.change(pump, in_place=False, removed_on=date(2026, 3, 17))
        assert "refill" not in open_kinds(world)
        assert f"device:{out.seq}" in {each.closed_by for each in world.obligations(is_open=False)}

    def test_goes_back_to_the_fill_before_when_one_is_struck_out(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        world.clock.advance(days=60)
        wrong = world.write(Fill, device=pump.device, alarm_on=date(2026, 8, 3))
        world.strike(wrong)
        (refill,) = [each for each in world.obligations() if each.kind == "refill"]
        assert refill.params["latest"] == "2026-06-01"


class TestWhatVanished:
    def test_without_a_cause_stays_open_and_somebody_is_told(self, world: CaseWorld) -> None:
        world.write(Determination, kind="hold", value="", until_on=date(2026, 4, 1))
        with world.database.writing() as session:
            # Behind the reconciler's back: what a damaged or badly restored database looks like.
            session.connection().exec_driver_sql(
                "UPDATE determinations SET superseded_by = 99 WHERE superseded_by IS NULL"
            )
        world.reconcile()
        world.reconcile()
        assert open_kinds(world) == ["hold_review", "next_step"]
        assert [task.kind for task in world.tasks()] == ["alarm_obligation_vanished"]

    def test_of_a_pump_is_carried_on_as_its_next_refill(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        with world.database.writing() as session:
            session.connection().exec_driver_sql("UPDATE fills SET superseded_by = 99 WHERE superseded_by IS NULL")
        world.reconcile()
        (refill,) = [each for each in world.obligations() if each.kind == "refill"]
        assert refill.reason == "alarm_date_unknown"
        assert {task.kind for task in world.tasks()} == {"alarm_obligation_vanished"}
        assert sorted(str(task.params["kind"]) for task in world.tasks()) == ["drug_in_stock", "refill"]


class TestTheCaseRow:
    def test_says_what_the_next_step_waits_for(self, world: CaseWorld) -> None:
        world.reconcile("stage")
        case = world.case()
        assert (case.next_step, case.is_ready, case.first_blocker, case.blocker_count) == (
            "evaluation_booked",
            False,
            "not_booked",
            1,
        )
        assert case.first_blocker_params == {"purpose": "evaluation"}
        assert case.target_on == date(2026, 3, 4)

    def test_is_ready_once_nothing_stands_in_the_way(self, world: CaseWorld) -> None:
        world.stand("trial_authorization", "referral")
        assert world.case().first_blocker == "authorization_missing"
        world.write(Authorization, stage="trial", state="granted")
        assert (world.case().is_ready, world.case().first_blocker, world.case().blocker_count) == (True, "", 0)

    def test_keeps_the_version_of_forms_when_only_time_passes(self, world: CaseWorld) -> None:
        world.book("evaluation", "2026-03-19T10:00")
        before = world.case().version
        world.clock.advance(days=5)
        assert world.reconcile() > 0
        assert world.case().version == before

    def test_pauses_at_a_hold_and_shows_its_review(self, world: CaseWorld) -> None:
        world.write(Determination, kind="hold", value="", until_on=date(2026, 4, 1))
        assert (world.case().hold_until, world.case().target_on) == (date(2026, 4, 1), date(2026, 4, 1))

    def test_shows_the_day_of_the_booked_procedure(self, world: CaseWorld) -> None:
        world.stand("trial_to_book", "trial")
        visit = world.book("trial", "2026-03-24T23:30")
        assert world.case().procedure_on == date(2026, 3, 24)
        world.change(visit, state="cancelled")
        assert world.case().procedure_on is None


class TestBlockers:
    def intervals(self, world: CaseWorld) -> list[tuple[str, datetime, datetime | None]]:
        query = select(BlockerInterval).order_by(BlockerInterval.from_at, BlockerInterval.code)
        with world.database.reading() as session:
            return [(each.code, each.from_at, each.until_at) for each in session.scalars(query)]

    def test_become_intervals_that_end_when_they_are_gone(self, world: CaseWorld) -> None:
        world.stand("trial_authorization", "referral")
        began = world.clock.now()
        world.clock.advance(days=3)
        asked = world.write(Authorization, stage="trial", state="requested")
        world.clock.advance(days=7)
        world.change(asked, state="granted")
        day = timedelta(days=1)
        assert self.intervals(world) == [
            ("authorization_missing", began, began + 3 * day),
            ("authorization_requested", began + 3 * day, began + 10 * day),
        ]

    def test_that_come_and_go_in_one_instant_leave_nothing(self, world: CaseWorld) -> None:
        world.stand("trial_authorization", "referral")
        granted = world.write(Authorization, stage="trial", state="granted")
        world.strike(granted)
        assert self.intervals(world) == [("authorization_missing", world.clock.now(), None)]

    def test_of_another_step_are_other_blockers(self, world: CaseWorld) -> None:
        world.reconcile("stage")
        world.clock.advance(hours=1)
        world.stand("trial_authorization", "referral")
        codes = [(code, until is None) for code, _, until in self.intervals(world)]
        assert codes == [("not_booked", False), ("authorization_missing", True)]


class TestReconciling:
    def test_again_writes_nothing(self, world: CaseWorld) -> None:
        world.email()
        pump = world.write(Device)
        world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        world.stand("trial_to_book", "trial")
        world.book("trial", "2026-04-20T10:00")
        world.book("refill", "2026-05-20T10:00")
        with sent(world.database.write) as statements:
            assert world.reconcile() == 0
        assert [each for each in statements if not each.startswith("SELECT")] == []

    def test_reads_four_times_at_most(self, world: CaseWorld) -> None:
        world.email()
        world.book("evaluation", "2026-03-30T10:00")
        loaded = world.loaded()
        assert loaded.case.target_on is not None
        with sent(world.database.write) as statements:
            world.reconcile()
        own = ("FROM obligations", "FROM blocker_intervals", "FROM reminders", "FROM patients JOIN clinics")
        assert [sum(own_table in each for each in statements) for own_table in own] == [1, 1, 1, 1]

    def test_happens_by_itself_when_the_day_of_a_visit_is_over(self, world: CaseWorld) -> None:
        world.book("evaluation", "2026-03-19T10:00")
        assert world.case().reconcile_at == datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
        assert reconcile_due(world.database, world.clock, world.ids, pause=no_pause).looked_at == 0
        world.clock.set(datetime(2026, 3, 20, 4, 0, tzinfo=UTC))
        done = reconcile_due(world.database, world.clock, world.ids, pause=no_pause)
        assert (done.looked_at, done.changed) == (1, 1)
        assert open_kinds(world) == ["next_step", "unmarked_day"]
        assert world.case().reconcile_at is None
        assert reconcile_due(world.database, world.clock, world.ids, pause=no_pause).looked_at == 0

    def test_after_a_month_without_a_scheduler_finds_everything_in_order(self, world: CaseWorld) -> None:
        pump = world.write(Device)
        world.write(Fill, device=pump.device, alarm_on=date(2026, 6, 1))
        visit = world.book("refill", "2026-03-30T10:00")
        assert [each.planned_seq for each in world.obligations() if each.kind == "refill"] == [visit.seq]
        world.clock.advance(days=30)
        reconcile_due(world.database, world.clock, world.ids, pause=no_pause)
        assert [each.planned_seq for each in world.obligations() if each.kind == "refill"] == [None]
        assert "unmarked_day" in open_kinds(world)
        assert world.reconcile() == 0

    def test_of_all_cases_writes_only_what_differs(self, world: CaseWorld) -> None:
        world.reconcile("stage")
        again = reconcile_all(world.database, world.clock, world.ids, clinic_id=world.clinic_id, pause=no_pause)
        assert (again.looked_at, again.changed) == (1, 0)
        with world.database.writing() as session:
            session.connection().exec_driver_sql("UPDATE obligations SET due_on = '2030-01-01'")
        healed = reconcile_all(world.database, world.clock, world.ids, clinic_id=world.clinic_id, pause=no_pause)
        assert (healed.looked_at, healed.changed) == (1, 1)
        assert [each.due_on for each in world.obligations()] == [date(2026, 3, 4)]

    def test_is_asked_for_where_something_else_than_a_fact_changed(self, world: CaseWorld) -> None:
        world.book("evaluation", "2026-04-20T10:00")
        world.email()
        with world.database.writing() as session:
            ring(session, clinic_id=world.clinic_id, patient_id=world.patient_id, now=world.clock.now())
        reconcile_due(world.database, world.clock, world.ids, pause=no_pause)
        assert {(each.state, each.channel) for each in world.reminders()} == {
            ("cancelled", "phone"),
            ("planned", "email"),
        }

    def test_of_one_broken_case_does_not_hold_up_the_others(self, world: CaseWorld) -> None:
        others = more_cases(world, 3)
        with world.database.writing() as session:
            session.execute(update(Case).where(Case.id == others[1]).values(pathway_version=99))
            ring(session, clinic_id=world.clinic_id, now=world.clock.now())
        with pytest.raises(ExceptionGroup, match="could not be reconciled") as failed:
            reconcile_due(world.database, world.clock, world.ids, pause=no_pause)
        assert len(failed.value.exceptions) == 1
        with world.database.reading() as session:
            assert set(session.scalars(select(Obligation.case_id))) == {world.case_id, others[0], others[2]}

    def test_of_many_takes_a_transaction_for_some_of_them(self, world: CaseWorld) -> None:
        others, pauses = more_cases(world, GROUP), []
        with world.database.writing() as session:
            ring(session, clinic_id=world.clinic_id, now=world.clock.now())
        done = reconcile_due(world.database, world.clock, world.ids, pause=lambda: pauses.append(1))
        assert (done.looked_at, done.changed, len(pauses)) == (GROUP + 1, GROUP + 1, 2)
        with world.database.reading() as session:
            assert set(session.scalars(select(Obligation.case_id))) == {world.case_id, *others}


def more_cases(world: CaseWorld, count: int) -> list[int]:
    """Cases of other patients of the same clinic; their ids."""
    with world.database.writing() as session:
        clinic = session.get_one(Clinic, world.clinic_id)
        return [a_case(session, a_patient(session, clinic, number), number).id for number in range(2, count + 2)]


class TestAConsent:
    def test_is_due_while_the_procedure_is_booked_without_it(self, world: CaseWorld) -> None:
        world.stand("trial_to_book", "trial")
        world.book("trial", "2026-04-20T10:00")
        assert "consent" in open_kinds(world)
        signed = world.write(Consent, signed_on=date(2026, 3, 16))
        assert "consent" not in open_kinds(world)
        assert f"consent:{signed.seq}" in {each.closed_by for each in world.obligations(is_open=False)}
