"""What is held against another list comes from the facts of one clinic alone; when it is due again, from the record."""

from datetime import timedelta

from tests.factories.facts import make
from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.domain.facts import Determination
from tracker.domain.pump_comparison import Finding
from tracker.domain.pump_comparison import Listed as Row
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Clinic, PumpComparison, StaffTask
from tracker.queries.invariants import Report, check_clinic
from tracker.queries.pump_comparisons import (
    TASK,
    all_standings,
    get_standings,
    hold_against,
    list_comparisons,
    task_key,
    tasks_since,
)


def said(listed: Listed, viewer: Actor, *rows: Row) -> list[tuple[str, str]]:
    found = hold_against(listed.session, viewer, rows)
    return [(each.finding.value, each.standing.value) for each in found.differences]


def compared(listed: Listed, days_ago: int) -> None:
    listed.session.add(
        PumpComparison(
            clinic_id=listed.clinic_id, id=days_ago + 1, compared_at=listed.now - timedelta(days=days_ago),
            compared_by=1000 + listed.clinic_id, name="list", size_bytes=1, digest="0" * 64, agreed=0, not_listed=0,
            not_followed=0, different=0, unreadable=0, tasks=0, reasons={}, note="",
        )
    )  # fmt: skip
    listed.session.flush()


def a_pump(listed: Listed, mrn: str = "7", stage: str = "maintained") -> object:
    case = listed.case(listed.patient("Lee", mrn=mrn), stage)
    listed.pump(case, latest=20)
    return case


class TestHoldingAgainst:
    def test_knows_every_standing_of_a_pump_and_of_a_patient(self, listed: Listed, viewer: Actor) -> None:
        stages = {"1": "maintained", "2": "transferred", "3": "transferred"}
        dead, gone, moving = (a_pump(listed, mrn, stage) for mrn, stage in stages.items())
        times = {"effective_at": listed.now, "recorded_at": listed.now}
        insert_fact(listed.session, 1, dead.id, make(Determination, 50, kind="death", value="died", **times))
        for case, value in ((gone, "completed"), (moving, "asked")):
            insert_fact(listed.session, 1, case.id, make(Determination, 50, kind="transfer", value=value, **times))
        listed.case(listed.patient("Waiting", mrn="4"), "evaluating")
        listed.case(listed.patient("Closed", mrn="5"), "not_a_candidate")
        listed.patient("Nobody", mrn="Ab-6")
        rows = [Row(row=number, mrn=mrn) for number, mrn in enumerate(("1", "2", "3", "4", "5", "aB-6", "9"), start=2)]
        assert said(listed, viewer, *rows) == [
            ("not_followed", each) for each in ("died", "transferred", "no_pump", "case_closed", "no_pump", "unknown")
        ]

    def test_finds_whoever_has_no_pump_by_name_and_birth_date(self, listed: Listed, viewer: Actor) -> None:
        listed.patient("Lee", mrn="4")
        assert said(listed, viewer, Row(row=2, serial="A1", name="Lee, Ada", born="2 Jan 1970")) == [
            ("not_followed", "no_pump")
        ]

    def test_is_one_clinics(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        a_pump(elsewhere, mrn="7")
        elsewhere.patient("Waiting", mrn="8")
        rows = [Row(row=2, mrn="7"), Row(row=3, mrn="8")]
        assert said(listed, viewer, *rows) == [(Finding.NOT_FOLLOWED, "unknown")] * 2


class TestWhatWasMadeOfIt:
    def test_is_one_clinics(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        compared(elsewhere, 3)
        a_task(elsewhere, "not_followed:7")
        assert list_comparisons(listed.session, viewer) == ()
        assert open_tasks_of(listed, viewer) == set()
        compared(listed, 5)
        a_task(listed, "not_followed:8")
        assert [each.at for each in list_comparisons(listed.session, viewer)] == [listed.now - timedelta(days=5)]
        assert open_tasks_of(listed, viewer) == {"not_followed:8"}


def a_task(listed: Listed, difference: str) -> None:
    listed.session.add(
        StaffTask(
            clinic_id=listed.clinic_id, id=listed.clinic_id, kind=TASK, key=task_key(0, difference), params={},
            owner_role="coordinator", due_on=listed.today, opened_at=listed.now, outcome="",
        )
    )  # fmt: skip
    listed.session.flush()


def open_tasks_of(listed: Listed, viewer: Actor) -> set[str]:
    return set(tasks_since(listed.session, viewer, 0))


class TestTheDay:
    def test_counts_from_the_last_time_else_from_the_first_pump(self, listed: Listed, elsewhere: Listed) -> None:
        assert get_standings(listed.session, 1).due_on(listed.zone) is None and all_standings(listed.session) == {}
        a_pump(listed)
        assert get_standings(listed.session, 1).due_on(listed.zone) == listed.today + timedelta(days=31)
        compared(elsewhere, 3)
        for days_ago in (40, 12):
            compared(listed, days_ago)
        found = get_standings(listed.session, 1)
        assert (found.last_id, found.last_by, found.first_pump_at) == (13, "User 1", None)
        assert found.due_on(listed.zone) == listed.today + timedelta(days=19)
        everybody = all_standings(listed.session)
        assert {clinic: each.last_at for clinic, each in everybody.items()} == {
            1: listed.now - timedelta(days=12),
            2: listed.now - timedelta(days=3),
        }

    def test_that_is_past_is_counted_and_breaks_nothing(self, listed: Listed) -> None:
        for days_ago, overdue in ((32, 1), (31, 0)):
            compared(listed, days_ago)
            report = Report()
            check_clinic(listed.session, listed.session.get_one(Clinic, 1), report, listed.now)
            assert report.counts["pump_lists_overdue"] == overdue
            assert not [each for each in report.violations if "list" in each.message]
