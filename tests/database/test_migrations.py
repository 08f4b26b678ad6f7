"""The migrations make exactly the tables of the models, and take them back; the guards stand on every table."""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, select, text

from tests.factories.listed import Listed
from tracker.domain.access import Actor
from tracker.domain.words import Role
from tracker.persistence import migrations
from tracker.persistence.base import Base
from tracker.persistence.database import Database
from tracker.persistence.fact_tables import FACT_ROWS, table_of
from tracker.persistence.models import Case, Obligation, Patient
from tracker.queries.find import find_patients

CONSTRAINTS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL",
    "postgresql": (
        "SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('c', 'f', 'p', 'u') AND connamespace = 'public'::regnamespace"
        " UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND indexname NOT LIKE 'appointments_%_taken'"
    ),
}


#: Between two columns or constraints; a column that was added later stands on the line of the one before it.
BETWEEN = re.compile(r"\n|, (?=[a-z_]+ (?:BIGINT|BOOLEAN|DATE|INTEGER|TEXT)\b)")


def definitions(connection: Connection) -> dict[str, list[str]]:
    """Every table, constraint and index as the engine tells it, apart from the order of what a table holds."""
    rows = connection.execute(text(CONSTRAINTS[connection.dialect.name]))
    return {
        name: sorted(part.strip(" ,\t") for part in BETWEEN.split(sql)) for name, sql in rows if "alembic" not in name
    }


class TestMigrations:
    def test_agree_with_the_models(self, database: Database) -> None:
        with database.read.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})

            assert compare_metadata(context, Base.metadata) == []

    def test_make_what_the_models_would_make(self, database: Database) -> None:
        """Autogeneration does not compare checks, partial indexes and clustering; this does."""
        with database.read.connect() as connection:
            migrated = definitions(connection)
        migrations.downgrade(database, "base")
        with database.migrating() as connection:
            Base.metadata.create_all(connection)
            assert definitions(connection) == migrated

    def test_have_nothing_left_to_draft(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setattr(migrations, "FOLDER", folder)

        migrations.draft(database, "Change nothing", "9999")

        drafted = (folder / "versions" / "9999_change_nothing.py").read_text()
        assert drafted.count("pass\n") == 2
        assert "op." not in drafted

    def test_can_be_taken_back_and_applied_again(self, database: Database) -> None:
        migrations.downgrade(database, "base")
        with database.read.connect() as connection:
            assert inspect(connection).get_table_names() == ["alembic_version"]
            if not database.is_sqlite:
                assert connection.scalar(text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'refuse_%'")) == 0
        assert migrations.current_revision(database) is None
        assert not migrations.is_up_to_date(database)

        migrations.upgrade(database)
        assert migrations.is_up_to_date(database)

    def test_change_nothing_where_nothing_is_to_be_changed(self, database: Database) -> None:
        migrations.upgrade(database)

        assert migrations.current_revision(database) == migrations.head_revision()

    def test_happen_wholly_or_not_at_all(self, database: Database) -> None:
        migrations.downgrade(database, "base")
        with database.migrating() as connection:
            connection.exec_driver_sql("CREATE TABLE fills (seq INTEGER)")

        with pytest.raises(Exception, match="fills"):
            migrations.upgrade(database)
        with database.read.connect() as connection:
            assert inspect(connection).get_table_names() == ["alembic_version", "fills"]


THEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
#: Family name, clinic, number as stored, and what else is unlike the usual.
PHONES: tuple[tuple[str, int, str, dict[str, object]], ...] = (
    ("Lee", 1, "+13035550142", {}),
    ("Lee", 1, "+17205550142", {"owner": "caregiver"}),
    ("Okafor", 1, "+17205559142", {}),
    ("Nunez", 1, "+13035550142", {"ended_at": THEN}),
    ("Ruiz", 1, "+1 call 0142", {"is_possible": False}),
    ("Diaz", 1, "+someone0142", {"kind": "email"}),
    ("Known", 1, "+13035550142", {}),
    ("Elsewhere", 2, "+13035550142", {}),
)


def write_as_of_then(connection: Connection) -> None:
    """Patients as they were stored before their last four digits were: by the tables as they stand now."""
    tables = MetaData()
    tables.reflect(connection, only=["clinics", "patients", "patient_words", "contact_points"])

    def write(table: str, **values: object) -> None:
        connection.execute(tables.tables[table].insert().values(values))

    made_at = THEN.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if connection.dialect.name == "sqlite" else THEN
    for clinic in (1, 2):
        write(
            "clinics", id=clinic, public_id=f"{clinic:032x}", name=f"Clinic {clinic}", zone="America/New_York",
            open_weekdays="12345", arrive_minutes_before=90, phone="", version=1,
        )  # fmt: skip
    ids: dict[str, int] = {}
    for number, (family, clinic, value, unlike) in enumerate(PHONES, start=1):
        if family not in ids:
            ids[family] = number
            write(
                "patients", clinic_id=clinic, id=number, public_id=f"{number:032x}", mrn=f"M{number}",
                family_name=family, given_name="Ada", name_key=f"{family.lower()} ada", birth_on=date(1970, 1, 2),
                sex="", language="", allergies="", city="", prefers="", created_at=made_at, version=1,
            )  # fmt: skip
            write("patient_words", clinic_id=clinic, word=family.lower(), patient_id=number)
        point = {"kind": "phone", "owner": "patient", "is_possible": True, "ended_at": None} | unlike
        write(
            "contact_points", clinic_id=clinic, id=number, patient_id=ids[family], value=value, as_typed=value,
            created_at=made_at, **{**point, "ended_at": point["ended_at"] and made_at},
        )  # fmt: skip
    write("patient_words", clinic_id=1, word="0142", patient_id=ids["Known"])


class TestTheLastFourDigitsOfANumber:
    def test_find_patients_who_were_there_before(self, database: Database) -> None:
        migrations.downgrade(database, "0025")
        with database.migrating() as connection:
            write_as_of_then(connection)
        migrations.upgrade(database)

        with database.reading() as session:
            found = {
                (clinic, digits): sorted(
                    each.patient.name
                    for each in find_patients(
                        session, Actor(1, clinic, frozenset({Role.COORDINATOR}), ""), digits, THEN, THEN
                    ).patients
                )
                for clinic, digits in ((1, "0142"), (1, "9142"), (2, "0142"), (2, "9142"))
            }
        assert found == {
            (1, "0142"): ["Known, Ada", "Lee, Ada"],
            (1, "9142"): ["Okafor, Ada"],
            (2, "0142"): ["Elsewhere, Ada"],
            (2, "9142"): [],
        }


class TestRefillsWithoutADate:
    def test_say_so_themselves_from_now_on(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            listed = Listed(session, case.clinic_id, THEN)
            for family, reason in (("Void", "alarm_date_void"), ("Doubted", "alarm_date_unconfirmed")):
                own = listed.case(listed.patient(family), "maintained")
                listed.pump(own, latest=60)
                listed.todo(own, "alarm_date", subject="device:10", device=10, reason=reason)
            listed.pump(listed.case(listed.patient("Unknown"), "maintained"), latest=None)
        migrations.downgrade(database, "0029")
        migrations.upgrade(database)

        with database.reading() as session:
            found = session.execute(
                select(Patient.family_name, Obligation.reason)
                .join(Case, Case.id == Obligation.case_id)
                .join(Patient, Patient.id == Case.patient_id)
                .where(Obligation.kind == "refill")
            )
            assert {row.family_name: row.reason for row in found} == {
                "Void": "refill_by_earliest_known",
                "Doubted": "refill_by_alarm_date",
                "Unknown": "alarm_date_unknown",
            }


class TestGuards:
    def test_stand_on_every_table_of_history(self, database: Database) -> None:
        catalogue = (
            "SELECT tbl_name || ' ' || name FROM sqlite_master WHERE type = 'trigger'"
            if database.is_sqlite
            else "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        with database.reading() as session:
            found = set(session.scalars(text(catalogue)))

        for table in (table_of(kind).name for kind in FACT_ROWS):
            assert {f"{table} {table}_not_deleted", f"{table} {table}_only_superseded"} <= found

    def test_see_every_column_of_a_fact_on_sqlite(self, sqlite_database: Database) -> None:
        with sqlite_database.reading() as session:
            rows = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
            written: dict[str, str] = {row.name: row.sql for row in rows}

        for table in map(table_of, FACT_ROWS):
            trigger = written[f"{table.name}_only_superseded"]
            unseen = {column.name for column in table.c if f'NEW."{column.name}" IS NOT' not in trigger}
            assert unseen == {"superseded_by"}
