"""The contract of ``tracker reminders preview``: two lists, no names, and nothing written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config import load_settings
from tests.cli.test_backup import environ
from tests.factories.case_world import CaseWorld
from tests.factories.rows import a_clinic
from tests.support.fixed import FixedClock, SeededIds
from tests.support.statements import sent
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import Composition
from tracker.domain.facts import Device
from tracker.integrations.clock import SystemClock
from tracker.persistence.database import Database
from tracker.services.reminders import pause_sending


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock, ids: SeededIds, monkeypatch: pytest.MonkeyPatch) -> CaseWorld:
    monkeypatch.setattr(SystemClock, "now", lambda _self: clock.now())
    world = CaseWorld(sqlite_database, clock, ids)
    world.email()
    world.book("evaluation", "2026-03-26T09:00")
    return world


def run(world: CaseWorld, *arguments: str) -> Result:
    settings = load_settings(environ(world.database))
    composition = Composition(lambda: settings, create_app)
    return CliRunner().invoke(main, ["reminders", "preview", *arguments], obj=composition)


class TestThePreview:
    def test_is_one_document_of_two_lists(self, world: CaseWorld) -> None:
        result = run(world, "--days", "7", "--json")
        assert result.exit_code == 0, result.output
        case = world.case().public_id
        texts = json.loads(result.stdout)["will_send"]
        assert texts[0]["subject"] and texts[0]["text"].startswith("Hello [name],")
        assert json.loads(result.stdout) == {
            "will_send": [
                {
                    "case": case, "rule": rule, "kind": "arrival", "to": "patient", "channel": "email",
                    "at": f"2026-03-{day}T10:00:00-04:00", "template": "arrival", "version": 2, "language": "en",
                    "why": f"{days} days before the visit of Thu 26 Mar",
                    "subject": texts[0]["subject"], "text": texts[0]["text"],
                }
                for rule, day, days in (("arrival_week", 19, 7), ("arrival_soon", 24, 2))
            ],
            "will_not": [],
        }  # fmt: skip
        assert result.stdout.count("\n") == 1

    def test_says_who_gets_nothing_and_why(self, world: CaseWorld) -> None:
        world.book("refill", "2026-03-24T09:00")
        found = json.loads(run(world, "--days", "1", "--json").stdout)
        assert {"case": world.case().public_id, "rule": "refill_week", "reason": "no refill is due"} in found[
            "will_not"
        ]

    def test_names_the_words_that_tell_no_time_while_it_is_not_final(self, world: CaseWorld) -> None:
        world.book("trial", "2026-03-25T09:00")
        found = json.loads(run(world, "--days", "3", "--json").stdout)["will_send"]
        assert {(each["template"], each["version"]) for each in found if "25 Mar" in each["why"]} >= {
            ("arrival_day", 1)
        }
        assert {each["template"] for each in found if "26 Mar" in each["why"]} == {"arrival"}

    def test_says_that_sending_is_paused_and_what_goes_when_it_is_resumed(self, world: CaseWorld) -> None:
        with world.database.writing() as session:
            pause_sending(session, now=world.clock.now())
        found = json.loads(run(world, "--json").stdout)
        assert found["paused"] is True and len(found["will_send"]) == 2
        assert run(world).stdout.startswith("Sending is paused: nothing goes until it is resumed.\n")

    def test_begins_with_refills_that_no_visit_is_booked_for(self, world: CaseWorld) -> None:
        world.write(Device, kind="pump")
        (first, *_) = json.loads(run(world, "--json").stdout)["will_not"]
        assert first == {
            "case": world.case().public_id, "rule": "refill_early", "reason": "no visit is booked", "latest_on": None,
        }  # fmt: skip
        assert "no visit is booked, latest refill date not known" in run(world).stdout

    def test_names_nobody(self, world: CaseWorld) -> None:
        for arguments in (("--json",), ()):
            said = run(world, *arguments).stdout
            assert "Ada" not in said and "Family1" not in said and "example.org" not in said and "M1" not in said

    def test_writes_nothing(self, world: CaseWorld) -> None:
        before = Path(str(world.database.url.database)).read_bytes()
        with sent(world.database.write, world.database.note) as said:
            assert run(world, "--json").exit_code == 0
        assert said == [] and Path(str(world.database.url.database)).read_bytes() == before

    def test_begins_on_another_day(self, world: CaseWorld) -> None:
        found = json.loads(run(world, "--days", "0", "--from", "2026-03-25", "--json").stdout)
        assert [each["rule"] for each in found["will_send"]] == ["arrival_eve"]

    def test_reads_as_lines(self, world: CaseWorld) -> None:
        said = run(world, "--days", "3").stdout
        case = world.case().public_id
        assert said == (
            "Gets nothing: 0\nWill be sent: 1\n"
            f"  Thu 19 Mar 2026 10:00  {case}  arrival_week by e-mail: 7 days before the visit of Thu 26 Mar\n"
        )

    def test_takes_the_clinic_by_its_public_id(self, world: CaseWorld) -> None:
        with world.database.writing() as session:
            other = a_clinic(session, 2).public_id
        assert run(world, "--json").exit_code == 1
        assert json.loads(run(world, "--clinic", other, "--json").stdout) == {"will_send": [], "will_not": []}
        assert len(json.loads(run(world, "--clinic", f"{1:032x}", "--json").stdout)["will_send"]) == 2


class TestAChangedRule:
    def test_stands_beside_the_two_lists(self, world: CaseWorld) -> None:
        result = run(world, "--rule", "arrival_soon", "--days-before", "3", "--at", "16:00", "--json")
        found = json.loads(result.stdout)
        assert [each["at"] for each in found["will_send"]] == ["2026-03-19T10:00:00-04:00", "2026-03-23T16:00:00-04:00"]
        ((moved),) = found["changes"]["moved"]
        assert (moved["before"]["at"], moved["after"]["at"]) == (
            "2026-03-24T10:00:00-04:00",
            "2026-03-23T16:00:00-04:00",
        )
        assert found["changes"]["new"] == found["changes"]["gone"] == []

    def test_reads_as_lines(self, world: CaseWorld) -> None:
        said = run(world, "--rule", "arrival_soon", "--channels", "phone").stdout
        assert "No longer with the change: 1\n" in said and "called to hear whether they come" in said
        assert "→ Mon 23 Mar 2026 10:00 e-mail" in run(world, "--rule", "arrival_soon", "--days-before", "3").stdout

    @pytest.mark.parametrize(
        ("arguments", "code", "sentence"),
        [
            (("--rule", "nothing", "--days-before", "3"), 1, "There is no rule 'nothing'."),
            (("--rule", "arrival_soon"), 2, "Name a rule with --rule, and what changes"),
            (("--at", "10:00"), 2, "Name a rule with --rule, and what changes"),
            (("--rule", "arrival_soon", "--days-before", "99"), 1, "Choose 0 to 60 days"),
            (("--from", "2026-03-16"), 1, "Choose today or a later day"),
            (("--days", "93"), 2, "93 is not in the range"),
        ],
    )
    def test_that_is_none_is_refused(
        self, world: CaseWorld, arguments: tuple[str, ...], code: int, sentence: str
    ) -> None:
        result = run(world, *arguments)
        assert result.exit_code == code and sentence in result.output
