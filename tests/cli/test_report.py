"""The contract of ``tracker report``: the numbers of the page, without names and without small counts."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from config import load_settings
from tests.cli.test_backup import environ
from tests.support.fixed import FixedClock, SeededIds
from tests.support.played_clinic import fill_played
from tests.support.stored_history import fill
from tests.support.web import WebWorld, lent_world
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import Composition
from tracker.domain.forecast import forecast as method
from tracker.integrations.clock import SystemClock
from tracker.persistence.database import Database
from tracker.web.reports.panels import HEADINGS


@pytest.fixture
def world(
    sqlite_database: Database, clock: FixedClock, ids: SeededIds, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WebWorld]:
    monkeypatch.setattr(SystemClock, "now", lambda _self: clock.now())
    with lent_world(sqlite_database, clock, ids) as world:
        yield world


def run(world: WebWorld, *arguments: str) -> Result:
    settings = load_settings(environ(world.database))
    composition = Composition(lambda: settings, create_app)
    return CliRunner().invoke(main, ["report", *arguments], obj=composition)


class TestAReport:
    def test_is_one_document_for_each_name(self, world: WebWorld) -> None:
        fill(world)
        for name in HEADINGS:
            result = run(world, name, "--json")
            assert result.exit_code == 0, result.output
            told = json.loads(result.stdout)
            assert (told["report"], told["clinic"]) == (name, "Main Clinic")
            assert told["sections"] and all(section["definition"] for section in told["sections"])
            assert "Oyelaran" not in result.stdout, name

    def test_has_the_numbers_of_the_page_but_the_small_ones(self, world: WebWorld) -> None:
        fill(world)
        told = json.loads(run(world, "referrers").stdout)
        rows = {row["label"]: row for row in told["sections"][0]["rows"]}
        assert rows["All referrers"]["values"]["referrals"] == 40
        for section in told["sections"]:
            kinds = {column["key"]: column["kind"] for column in section["columns"]}
            for row in section["rows"]:
                small = [key for key, value in row["values"].items() if kinds[key] == "count" and value in range(1, 5)]
                assert not small
                assert all(row["values"][key] is None for key in row["hidden"])
        assert any(row["hidden"] for row in rows.values())
        assert told["answer"] == "Some numbers are below 5 and are not shown."

    def test_is_a_table_too(self, world: WebWorld) -> None:
        fill(world)
        result = run(world, "now", "--csv")
        lines = list(csv.reader(io.StringIO(result.stdout.removeprefix("\ufeff"))))
        assert lines[0] == ["Who stands where"] and lines[1][:2] == ["Stage", "Open cases"]

    def test_takes_the_filter_of_the_page_and_says_what_is_wrong_with_it(self, world: WebWorld) -> None:
        fill(world)
        told = json.loads(run(world, "flow", "--from", "2025-06-01", "--to", "2025-09-30", "--payer", "31").stdout)
        assert told["filters"] == ["Sun 1 Jun 2025 to Tue 30 Sep 2025", "Payer: Payer 0"]
        assert told["sections"][0]["rows"][0]["values"]["reached"] == 9
        wrong = run(world, "flow", "--from", "soon")
        assert wrong.exit_code == 2 and "--from: This is not a day." in wrong.stderr

    def test_looks_as_far_ahead_as_is_asked(self, world: WebWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(method, "MODELS", 2)
        fill_played(world, weeks=60)
        told = json.loads(run(world, "forecast", "--months", "3").stdout)
        assert told["filters"] == ["The next 3 months"] and len(told["sections"][0]["rows"]) == 13
        wrong = run(world, "forecast", "--months", "4")
        assert wrong.exit_code == 2 and "--months: “4” is none of these." in wrong.stderr

    def test_says_what_to_do_where_nothing_is_counted_yet(self, world: WebWorld) -> None:
        result = run(world, "flow")
        assert result.exit_code == 1 and "tracker history make" in result.stderr and result.stdout == ""


class TestWhatIf:
    def test_takes_the_rules_as_options(self, world: WebWorld) -> None:
        fill_played(world)
        changed = ("--trial-weekdays", "Mon,thu", "--implant-slots", "2", "--trial-turnaround", "7")
        told = json.loads(run(world, "what-if", *changed, "--pairs", "10").stdout)
        assert told["answer"].startswith(
            "With payers answering about trials within 7 days instead of 12, trials on two weekdays instead of one and "
            "2 implant slots a day instead of 1, the median wait"
        )
        assert told["filters"] == [
            "Trial: payers answer within: 7 days instead of 12 days",
            "Trial: on: Mon, Thu instead of Tue",
            "Implant: slots on such a day: 2 instead of 1",
        ]
        assert "10 pairs of years." in told["sections"][0]["definition"]
        waits = told["sections"][0]["rows"][0]["values"]
        assert waits.keys() == {"present", "changed", "difference", "low", "high"} and waits["present"] > 0

    def test_without_rules_has_those_that_are_observed(self, world: WebWorld) -> None:
        fill_played(world)
        lines = list(csv.reader(io.StringIO(run(world, "what-if", "--csv").stdout.removeprefix("\ufeff"))))
        assert ["Trial: on", "Tue", "as it is"] in lines

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("what-if", "--trial-slots", "0"), "--trial-slots: Write a whole number from 1 to 50."),
            (("what-if", "--trial-weekdays", "never"), "--trial-weekdays: “never” is no weekday."),
            (("what-if", "--pairs", "9"), "10<=x<=1000"),
            (("flow", "--trial-slots", "3"), "Rules can only be changed in what-if."),
        ],
    )
    def test_says_what_is_wrong(self, world: WebWorld, arguments: tuple[str, ...], sentence: str) -> None:
        fill_played(world, weeks=40)
        result = run(world, *arguments)
        assert result.exit_code == 2 and sentence in result.stderr and result.stdout == ""
