"""Reports as pages and as files: for those who may, and safe to open in a spreadsheet."""

import csv
import io

import pytest

from tests.factories.listed import Listed
from tests.support.web import WebWorld
from tracker.domain.spreadsheets import safe_cell
from tracker.domain.words import Role
from tracker.persistence.models import AccessEntry

NAMES = ("stages", "ages", "outcomes", "conversions")


def fill(world: WebWorld) -> None:
    """Two referrals, one of them late."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        for days in (1, 9):
            listed.case(listed.patient("P"), "referred", days=days)


class TestReports:
    def test_begin_with_the_answer(self, world: WebWorld) -> None:
        fill(world)
        body = world.sign_in(Role.MANAGER).get("/reports").get_data(as_text=True)
        for said in (
            "2 cases are open; most of them, 2, in “Referred”.",
            "1 open case is over target, most of them in “Referred”.",
            "No trial outcome was recorded in this period.",
            "As of Tue 17 Mar 2026 09:00",
        ):
            assert said in body

    def test_offer_files_only_to_those_who_may_export(self, world: WebWorld) -> None:
        fill(world)
        assert "/reports/stages.csv" in world.sign_in(Role.MANAGER).get("/reports").get_data(as_text=True)
        assert ".csv" not in world.sign_in(Role.NURSE).get("/reports").get_data(as_text=True)


class TestFiles:
    @pytest.mark.parametrize("name", NAMES)
    def test_open_in_a_spreadsheet_and_say_what_they_count(self, world: WebWorld, name: str) -> None:
        fill(world)
        response = world.sign_in(Role.MANAGER).get(f"/reports/{name}.csv")
        text = response.get_data(as_text=True)
        assert response.content_type == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}-2026-03-17.csv"'
        assert text.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        assert rows[-1] == ["As of Tue 17 Mar 2026 09:00"] and rows[-2] == ["Main Clinic"]

    def test_are_recorded_with_filter_and_number_of_rows(self, world: WebWorld) -> None:
        fill(world)
        world.sign_in(Role.MANAGER).get("/reports/ages.csv?from=2026-01-01")
        with world.database.reading() as session:
            entry = session.query(AccessEntry).one()
        assert (entry.page, entry.detail, entry.row_count) == ("reports.export", "from=2026-01-01", 1)

    def test_that_do_not_exist_are_not_found(self, world: WebWorld) -> None:
        assert world.sign_in(Role.MANAGER).get("/reports/secrets.csv").status_code == 404

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "−1", "@SUM(A1)", "\tx", "\rx"])
    def test_hold_no_formula(self, text: str) -> None:
        assert safe_cell(text) == f"'{text}"

    def test_keep_numbers_and_plain_text(self) -> None:
        assert (safe_cell(-3), safe_cell("Trial – day")) == (-3, "Trial – day")
