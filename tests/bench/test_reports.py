"""The bench of reports: what it asks for, what it makes anew, and what it calls too much."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select, update

from tests.support.fixed import FixedClock, SeededIds
from tests.support.stored_history import fill
from tests.support.web import WebWorld, lent_world
from tracker.bench.measure import Timing
from tracker.bench.report_budget import FLOORS, report_excesses, reports_report_of
from tracker.bench.report_histories import Histories, measure_in
from tracker.bench.report_pages import filters_of
from tracker.bench.reports import MeasuredReports, ReportTiming
from tracker.domain.report_sheets.catalogue import PANELS
from tracker.persistence.database import Database
from tracker.persistence.models import Case, ClinicHistory

MADE: Histories = {"largest_s": 1.0, "all_s": 2.0, "sheets_s": 1.0, "slow_s": 3.0, "memory_mb": 100.0}


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Iterator[WebWorld]:
    with lent_world(sqlite_database, clock, ids) as world:
        fill(world, 12)
        yield world


def test_each_kind_of_filter_asks_for_what_most_have(world: WebWorld) -> None:
    with world.database.writing() as session:
        session.execute(update(Case).values(payer_id=32))
    found = filters_of(world.database, world.clinic_id, date(2026, 3, 17))
    assert list(found) == ["period", "clinician", "payer", "diagnosis", "indication", "version", "several"]
    assert found["period"] == {"from": "2025-08-29", "to": "2026-02-25"}
    assert found["payer"] == {"payer": "32"}
    assert found["several"].keys() == {"from", "to", "payer", "indication"}


def test_makes_everything_anew(world: WebWorld) -> None:
    made = measure_in(world.runtime, world.clinic_id)
    assert made["all_s"] >= made["largest_s"] > 0
    with world.database.reading() as session:
        parts = session.scalars(select(ClinicHistory.part).where(ClinicHistory.part.startswith("sheet:"))).all()
    assert {part.split(":")[1] for part in parts} == PANELS.keys()


class TestBudget:
    def measured(self, **changed: object) -> MeasuredReports:
        usual: dict[str, object] = {
            "page_floor": Timing(2.0, 3.0),
            "reports": (
                ReportTiming("flow", "usual", 90.0, Timing(20.0, 25.0)),
                ReportTiming("flow", "payer", 90.0, Timing(60.0, 65.0)),
            ),
            "memory": (150.0, 170.0, 174.9),
            "transition": (Timing(12.0, 15.0), Timing(1.0, 2.0)),
            "transition_beside": (Timing(24.0, 30.0), Timing(2.0, 3.0)),
        }
        return MeasuredReports(**{**usual, **changed})

    def over(self, measured: MeasuredReports) -> list[str]:
        return report_excesses(reports_report_of(measured, MADE, 1000, "sqlite"))

    def test_is_kept_up_to_the_last_floor(self) -> None:
        report = reports_report_of(self.measured(), MADE, 1000, "sqlite")
        assert report["reports"]["flow"]["payer"] == {"p50_ms": 60.0, "p99_ms": 65.0, "first_ms": 90.0, "ratio": 30.0}
        assert report["transition_beside_reports"]["ratio"] == 12.0
        assert self.over(self.measured()) == []

    def test_names_what_takes_more(self) -> None:
        slow = (ReportTiming("waits", "clinician", 90.0, Timing(60.2, 65.0)),)
        late = (Timing(24.1, 30.0), Timing(2.0, 3.0))
        found = self.over(self.measured(reports=slow, memory=(150.0, 180.0, 200.0), transition_beside=late))
        assert found == [
            f"waits (clinician) takes 30.1 floors; {FLOORS} are allowed.",
            "The web process grew from 180.0 to 200.0 MB by the same reports.",
            "The web process took 200.0 MB; 200 are too many.",
            "A transition beside reports takes 12.05 floors; 12 are allowed.",
        ]
