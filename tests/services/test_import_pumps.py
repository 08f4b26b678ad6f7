"""Patients who have a pump come in with their refill; none is left out because its alarm date is unknown."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.factories.rows import a_member
from tests.support.fixed import FixedClock, SeededIds
from tests.support.importing import bring_in, line, make_importer, referral_file, row_counts
from tracker.domain.errors import NotPermitted
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Case, Clinic, DeviceRow, FillRow, Obligation, PumpWatch, StaffTask
from tracker.services.import_preview import preview_pumps
from tracker.services.imports import Importer, Report, import_pumps
from tracker.services.pump_file import COLUMNS
from tracker.services.table_file import read_table

TODAY = date(2026, 11, 22)
RIGHT = {
    "mrn": "P-1", "family_name": "Okafor", "given_name": "James", "birth_date": "1961-03-12", "sex": "male",
    "phone": "303-555-0142", "email": "", "language": "en", "pump_model": "SynchroMed II", "manufacturer": "Medtronic",
    "serial": "NGP-1", "reservoir_ml": "40", "placed_on": "2022-05-06", "drug": "Baclofen",
    "concentration_mcg_ml": "2000", "volume_ml": "40", "daily_dose_mcg": "400", "alarm_volume_ml": "2",
    "filled_on": "2026-10-01", "alarm_date": "2027-03-15", "source": "print-out",
}  # fmt: skip


def pump_file(*rows: dict[str, str]) -> bytes:
    """A pump file; each row names the cells that differ from ``RIGHT``."""
    lines = [",".join(f'"{cell}"' for cell in {**RIGHT, **row}.values()) for row in rows]
    return "\n".join((",".join(COLUMNS), *lines, "")).encode()


@pytest.fixture
def importer(sqlite_database: Database, clock: FixedClock, ids: SeededIds) -> Importer:
    """The command line at an empty clinic, on a Sunday in November."""
    clock.set(datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    return make_importer(sqlite_database, clock, ids)


@pytest.fixture
def reader(sqlite_database: Database, importer: Importer) -> int:
    """A nurse who read the print-outs too."""
    with sqlite_database.writing() as session:
        return a_member(session, session.get_one(Clinic, importer.actor.clinic_id), role="nurse").id


def take_over(importer: Importer, database: Database, content: bytes, second_by: int | None = None) -> Report:
    """Import a file, having seen that the preview says the same."""
    table = read_table(content, COLUMNS)
    with database.reading() as session:
        expected = list(preview_pumps(importer, session, table, second_by))[-1]
    report = list(import_pumps(importer, table, second_by))[-1]
    assert report.document() == expected.document()
    assert report.imported + report.already_there + len(report.refused) == report.rows
    return report


def refill_of(database: Database) -> Obligation:
    """The one open refill."""
    with database.reading() as session:
        return session.scalars(select(Obligation).where(Obligation.kind == "refill", Obligation.is_open)).one()


class TestAPump:
    def test_comes_in_with_its_refill(self, importer: Importer, sqlite_database: Database, reader: int) -> None:
        report = take_over(importer, sqlite_database, pump_file({}), reader)
        assert (report.imported, report.warnings) == (1, [])
        with sqlite_database.reading() as session:
            case = session.scalars(select(Case)).one()
            pump = session.scalars(select(DeviceRow)).one()
            fill = session.scalars(select(FillRow)).one()
            watch = session.scalars(select(PumpWatch)).one()
        assert (case.stage, case.public_id) == ("pump_intake", report.outcomes[0].case)
        assert (pump.model, pump.serial, pump.origin, pump.in_place) == ("SynchroMed II", "NGP-1", "already_in", True)
        assert (fill.drug, fill.alarm_on, fill.is_confirmed) == ("baclofen", date(2027, 3, 15), True)
        refill = refill_of(sqlite_database)
        assert watch.obligation_id == refill.id
        assert TODAY < (refill.due_on or TODAY) <= date(2027, 3, 15)

    @pytest.mark.parametrize(
        "missing", [("alarm_date",), ("alarm_date", "filled_on"), ("alarm_date", "drug", "serial")]
    )
    def test_without_an_alarm_date_is_critical_and_due_today(
        self, importer: Importer, sqlite_database: Database, missing: tuple[str, ...]
    ) -> None:
        report = take_over(importer, sqlite_database, pump_file(dict.fromkeys(missing, "")))
        assert report.imported == 1
        assert report.warnings[0].field == "alarm_date"
        refill = refill_of(sqlite_database)
        assert (refill.due_on, refill.reason) == (TODAY, "alarm_date_unknown")
        assert refill.critical_on is not None and refill.critical_on <= TODAY
        with sqlite_database.reading() as session:
            assert (
                "alarm_date" in session.scalars(select(StaffTask).where(StaffTask.kind == "import_doubts")).one().params
            )

    def test_that_nobody_else_read_waits_for_a_second_reader(
        self, importer: Importer, sqlite_database: Database
    ) -> None:
        """(40 − 2) mL × 2000 ÷ 400 a day are 190 days, more than the drug keeps: 180 days after the fill."""
        report = take_over(importer, sqlite_database, pump_file({"daily_dose_mcg": "600"}))
        assert report.imported == 1
        assert [each.field for each in report.warnings] == ["alarm_date"]
        with sqlite_database.reading() as session:
            assert not session.scalars(select(FillRow)).one().is_confirmed
            waiting = session.scalars(
                select(Obligation).where(Obligation.kind == "alarm_date", Obligation.is_open)
            ).one()
        assert waiting.reason == "alarm_date_unconfirmed"
        refill = refill_of(sqlite_database)
        assert refill.reason == "refill_by_arithmetic"
        assert refill.params["latest"] == "2027-02-04"  # floor((40 − 2) × 2000 ÷ 600) = 126 days after the fill

    def test_a_second_time_changes_nothing(self, importer: Importer, sqlite_database: Database) -> None:
        content = pump_file({}, {"mrn": "P-2", "family_name": "Smith", "alarm_date": ""})
        take_over(importer, sqlite_database, content)
        with sqlite_database.reading() as session:
            before = row_counts(session)
        report = take_over(importer, sqlite_database, content)
        assert (report.imported, report.already_there) == (0, 2)
        with sqlite_database.reading() as session:
            assert row_counts(session) == before

    def test_twice_in_one_file_is_already_there_and_another_serial_a_doubt(
        self, importer: Importer, sqlite_database: Database
    ) -> None:
        report = take_over(importer, sqlite_database, pump_file({}, {}, {"serial": "NGP-2"}))
        assert (report.imported, report.already_there) == (1, 2)
        assert [(each.row, each.field) for each in report.warnings] == [(4, "serial")]

    def test_goes_into_the_case_that_waits(self, importer: Importer, sqlite_database: Database) -> None:
        bring_in(
            importer, referral_file(line(mrn="P-1", family_name="Okafor", given_name="James", birth_date="1961-03-12"))
        )
        assert take_over(importer, sqlite_database, pump_file({})).imported == 1
        with sqlite_database.reading() as session:
            assert session.scalars(select(Case)).one().stage == "pump_intake"

    def test_of_a_closed_case_is_refused(self, importer: Importer, sqlite_database: Database) -> None:
        bring_in(
            importer, referral_file(line(mrn="P-1", family_name="Okafor", given_name="James", birth_date="1961-03-12"))
        )
        with sqlite_database.writing() as session:
            case = session.scalars(select(Case)).one()
            case.is_open, case.closed_at, case.stage = False, importer.clock.now(), "declined"
        report = take_over(importer, sqlite_database, pump_file({}))
        assert [(each.field, "closed" in each.reason) for each in report.refused] == [("mrn", True)]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"pump_model": ""}, "pump_model"),
        ({"source": ""}, "source"),
        ({"filled_on": ""}, "filled_on"),
        ({"filled_on": "2026-11-23"}, "filled_on"),
        ({"placed_on": "2026-11-23"}, "placed_on"),
        ({"alarm_date": "03/07/2027"}, "alarm_date"),
        ({"alarm_date": "2026-10-01"}, "alarm_date"),
        ({"volume_ml": "40 mL"}, "volume_ml"),
        ({"concentration_mcg_ml": "2,000"}, "concentration_mcg_ml"),
        ({"daily_dose_mcg": "0"}, "daily_dose_mcg"),
        ({"daily_dose_mcg": "1e3"}, "daily_dose_mcg"),
        ({"reservoir_ml": "-40"}, "reservoir_ml"),
        ({"alarm_volume_ml": "NaN"}, "alarm_volume_ml"),
        ({"birth_date": ""}, "birth_date"),
        ({"mrn": ""}, "mrn"),
    ],
)
def test_what_can_be_put_right_in_the_file_is_refused(
    importer: Importer, sqlite_database: Database, cells: dict[str, str], field: str
) -> None:
    report = take_over(importer, sqlite_database, pump_file(cells))
    assert [(each.row, each.field) for each in report.refused] == [(2, field)]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"drug": "morphine"}, "drug"),
        ({"drug": ""}, "drug"),
        ({"serial": ""}, "serial"),
        ({"volume_ml": "41"}, "volume_ml"),
        ({"placed_on": "2026-10-02"}, "filled_on"),
        ({"phone": "call mother"}, "phone"),
    ],
)
def test_what_is_doubtful_comes_in(
    importer: Importer, sqlite_database: Database, cells: dict[str, str], field: str
) -> None:
    report = take_over(importer, sqlite_database, pump_file(cells))
    assert (report.imported, [each.field for each in report.warnings]) == (1, [field])


def test_somebody_who_may_not_take_over_pumps_may_not_import_them(importer: Importer) -> None:
    manager = replace(importer, actor=replace(importer.actor, roles=frozenset({Role.MANAGER})))
    with pytest.raises(NotPermitted):
        import_pumps(manager, read_table(pump_file({}), COLUMNS), None)


def test_a_serial_that_stands_with_another_patient_is_doubted_and_let_in(
    importer: Importer, sqlite_database: Database
) -> None:
    other = {"mrn": "P-2", "family_name": "Ngata", "serial": "ngp 1"}
    report = take_over(importer, sqlite_database, pump_file({}, other))
    assert (report.imported, [(each.row, each.field) for each in report.warnings]) == (2, [(3, "serial")])
    third = {"mrn": "P-3", "family_name": "Ito"}
    report = take_over(importer, sqlite_database, pump_file(third))
    assert [each.reason for each in report.warnings] == [
        "This serial number stands with another patient too, MRN P-1, P-2. Read it again."
    ]
    with sqlite_database.reading() as session:
        kinds = session.scalars(select(StaffTask.kind)).all()
    assert kinds == ["import_doubts", "import_doubts"]
