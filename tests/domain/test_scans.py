"""An MRI with a pump in: what is done before it, who decides first, and the reading of the same day after it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Device, Fill, Interrogation, PumpCall, Scan
from tracker.domain.obligations import Obligation, obligations
from tracker.domain.words import Role
from tracker.pathways.catalogue import current

ITB = current()
#: A Thursday.
SCAN_ON = date(2026, 4, 2)
FAR = date(2026, 7, 1)


def due(case: Case, kind: str) -> tuple[Obligation, ...]:
    return obligations(ITB, case.snapshot, NOW).of(kind)


def planned(model: str = "SynchroMed II", *, scan_on: date = SCAN_ON, alarm_on: date | None = FAR) -> Case:
    """The pump is fact 1, its fill 2, the scan 3."""
    case = Case("maintained").placed(model=model).filled(alarm_on=alarm_on)
    return case.record(Scan, device=1, scan_on=scan_on)


def read(case: Case, on: date, cause: str = "routine", hour: int = 12) -> Case:
    at = datetime(on.year, on.month, on.day, hour + 4, tzinfo=UTC)
    return case.record(
        Interrogation, device=1, cause=cause, alarm_on=None, is_confirmed=False, daily_dose_mcg=None,
        battery_months=None, effective_at=at, recorded_at=at,
    )  # fmt: skip


class TestBefore:
    @pytest.mark.parametrize(
        ("model", "task", "reason"),
        [
            ("SynchroMed II", "read_before", "scan_read_before"),
            ("Synchro Med III", "read_before", "scan_read_before"),
            ("Prometra II 20", "emptied_before", "scan_task"),
        ],
    )
    def test_its_own_task_is_asked_of_each_make(self, model: str, task: str, reason: str) -> None:
        (found,) = due(planned(model), "scan_task")

        assert (found.subject, found.reason) == (f"scan:3:{task}", reason)
        assert (found.due_on, found.critical_on) == (SCAN_ON, SCAN_ON)

    @pytest.mark.parametrize(("days", "is_done"), [(-8, False), (-7, True), (0, True), (1, True)])
    def test_a_reading_counts_for_a_week(self, days: int, is_done: bool) -> None:
        case = read(planned(), SCAN_ON + timedelta(days=days))

        assert (due(case, "scan_task") == ()) is is_done, "a reading of a later day makes it moot"

    def test_a_prometra_is_emptied_by_word_and_no_reading_says_so(self) -> None:
        case = read(planned("Prometra II"), SCAN_ON + timedelta(days=1))
        assert len(due(case, "scan_task")) == 1

        assert not due(case.determined("scan_task_done", "emptied_before", about_seq=3), "scan_task")

    @pytest.mark.parametrize(("value", "about"), [("read_before", 3), ("emptied_before", 2)])
    def test_another_word_is_not_enough(self, value: str, about: int) -> None:
        case = planned("Prometra II").determined("scan_task_done", value, about_seq=about)

        assert len(due(case, "scan_task")) == 1

    def test_of_several_what_is_done_leaves_the_others_open(self) -> None:
        tasks = {
            **ITB.scan_tasks,
            "told": replace(ITB.scan_tasks["emptied_before"], name="told", pumps=("synchromed",)),
        }
        case = read(planned(), SCAN_ON)
        found = obligations(replace(ITB, scan_tasks=tasks), case.snapshot, NOW).of("scan_task")

        assert [each.subject for each in found] == ["scan:3:told"]


class TestAPhysicianDecidesFirst:
    def why(self, case: Case) -> str:
        found = due(case, "scan_decision")
        return dict(found[0].params)["why"] if found else ""

    def test_nothing_where_nothing_is_against_it(self) -> None:
        assert self.why(planned()) == ""

    @pytest.mark.parametrize(("days", "why"), [(14, "refill"), (15, "")])
    def test_where_the_refill_is_near(self, days: int, why: str) -> None:
        assert self.why(planned(alarm_on=SCAN_ON + timedelta(days=days))) == why

    def test_where_its_date_is_not_known(self) -> None:
        assert self.why(planned(alarm_on=None)) == "refill"

    def test_where_the_alarm_sounded_since_the_fill(self) -> None:
        assert self.why(read(planned(), date(2026, 3, 20), "alarm")) == "alarm"
        assert self.why(read(planned(), date(2026, 3, 10), "alarm")) == "", "before the fill"

    def test_where_it_sounded_in_the_minute_of_the_fill_or_somebody_called(self) -> None:
        case = planned()
        fill = case.snapshot.last_fill
        assert fill is not None
        call = planned().record(PumpCall, device=1, effective_at=NOW)
        case.record(
            Interrogation, device=1, cause="alarm", effective_at=fill.effective_at, alarm_on=FAR, battery_months=None
        )

        assert (self.why(case), self.why(call)) == ("alarm", "alarm")

    def test_where_the_scan_is_the_first_that_is_known(self) -> None:
        assert self.why(Case("maintained").record(Scan, device=2, scan_on=SCAN_ON).placed(model="P")) == "model refill"

    def test_where_the_replacement_indicator_is_on(self) -> None:
        case = planned().record(
            Interrogation, device=1, cause="routine", replacement_indicated=True, alarm_on=FAR, battery_months=None
        )
        assert self.why(case) == "indicator"

    def test_where_the_file_knows_nothing_of_the_model(self) -> None:
        assert self.why(planned("Old pump")) == "model"

    def test_and_again_about_what_came_up_since(self) -> None:
        case = read(planned(), date(2026, 3, 20), "alarm").determined("scan_decided", "decided", about_seq=3)
        assert self.why(case) == ""

        assert self.why(read(case, date(2026, 3, 21), "alarm")) == "alarm"

    def test_and_again_about_a_date_that_was_printed_since(self) -> None:
        case = planned(alarm_on=SCAN_ON).determined("scan_decided", "decided", about_seq=3)
        assert self.why(case) == ""

        assert self.why(case.record(Fill, device=1, effective_at=NOW, alarm_on=SCAN_ON)) == "refill"

    def test_two_days_before(self) -> None:
        (found,) = due(planned(alarm_on=None), "scan_decision")

        assert (found.due_on, found.critical_on, found.owner) == (
            date(2026, 3, 31),
            date(2026, 4, 1),
            Role.PHYSICIAN,
        )


class TestAfter:
    def test_a_reading_is_due_the_same_day_and_critical_the_next(self) -> None:
        (found,) = due(planned(), "scan_reading")

        assert (found.due_on, found.critical_on) == (SCAN_ON, SCAN_ON + timedelta(days=1))

    def test_on_a_saturday_is_due_that_day_and_not_before(self) -> None:
        (found,) = due(planned(scan_on=date(2026, 4, 4)), "scan_reading")

        assert (found.due_on, found.critical_on) == (date(2026, 4, 4), date(2026, 4, 4))

    @pytest.mark.parametrize(
        ("days", "cause", "is_done"),
        [
            (-1, "mri", False),
            (0, "routine", False),
            (0, "dose", False),
            (0, "mri", True),
            (0, "stopped", True),
            (1, "routine", True),
        ],
    )
    def test_ends_by_a_reading_that_is_surely_after_it(self, days: int, cause: str, is_done: bool) -> None:
        case = read(planned(), SCAN_ON + timedelta(days=days), cause)

        assert (due(case, "scan_reading") == ()) is is_done

    def test_ends_by_the_second_reading_of_the_day(self) -> None:
        case = read(read(planned(), SCAN_ON, hour=8), SCAN_ON, hour=15)

        assert not due(case, "scan_reading")

    def test_of_a_pump_that_is_out_leaves_that_of_the_next_open(self) -> None:
        case = planned().record(Device, superseding=1, device=1, in_place=False).placed()
        (found,) = due(case.record(Scan, device=case.last.seq, scan_on=SCAN_ON), "scan_reading")

        assert found.subject == f"scan:{case.last.seq}"

    def test_ends_with_the_pump_out_or_the_scan_struck_out(self) -> None:
        assert not due(planned().record(Device, superseding=1, device=1, in_place=False), "scan_reading")
        assert not due(planned().without(Scan), "scan_reading")
