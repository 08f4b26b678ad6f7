"""The contract of ``tracker pathway``: what scripts read on stdout, and how it exits."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli import main
from tracker.domain.pathway.describe import describe
from tracker.domain.pathway.draw import draw
from tracker.pathways import catalogue

TEXT = catalogue.text_of("itb")
UNPLANNED = TEXT.replace('{ kind = "refill_booked" },', "")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["pathway", *arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


class TestCheck:
    def test_of_the_pathway_in_use_is_one_clean_document(self) -> None:
        result = run("check", "--json")
        assert (result.exit_code, json.loads(result.stdout)) == (0, {"ok": True, "violations": []})

    def test_without_json_says_so(self) -> None:
        result = run("check")
        assert (result.exit_code, result.stdout) == (0, "Proved: every property holds.\n")

    def test_exits_1_with_every_violation(self, file: Path) -> None:
        file.write_text(UNPLANNED, encoding="utf-8")
        result = run("check", str(file), "--json")
        found = json.loads(result.stdout)
        assert result.exit_code == 1 and found["ok"] is False
        assert found["violations"][0] == {
            "property": "maintained_with_plan",
            "message": "intake_done (pump_intake → maintained): "
            "enters without a pump, its alarm date and a planned refill",
            "path": ["referred", "pump_intake", "maintained"],
        }

    def test_tells_a_person_the_way_there(self, file: Path) -> None:
        file.write_text(UNPLANNED, encoding="utf-8")
        result = run("check", str(file))
        assert result.exit_code == 1
        assert "    referred → pump_intake → maintained\n" in result.stdout
        assert result.stdout.endswith(" violations\n")

    @pytest.mark.parametrize("options", [(), ("--json",)])
    def test_exits_2_on_an_unreadable_file_with_line_and_key(self, file: Path, options: tuple[str, ...]) -> None:
        file.write_text(TEXT.replace('phase = "referral"', 'phase = "limbo"', 1), encoding="utf-8")
        result = run("check", str(file), *options)
        line = 1 + TEXT[: TEXT.index('phase = "referral"')].count("\n")
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"line {line}, stages.referred.phase: there is no phase 'limbo'" in result.stderr

    def test_exits_2_where_there_is_no_file(self, file: Path) -> None:
        result = run("check", str(file))
        assert (result.exit_code, result.stdout) == (2, "")
        assert "No such file" in result.stderr

    def test_exits_2_on_bytes_that_are_no_text(self, file: Path) -> None:
        file.write_bytes(b"\xff\xfe")
        assert run("check", str(file)).exit_code == 2


class TestDraw:
    def test_prints_the_diagram(self) -> None:
        assert run("draw").stdout == draw(catalogue.current("itb"))

    def test_writes_it_where_asked(self, tmp_path: Path) -> None:
        out = tmp_path / "itb.svg"
        result = run("draw", "--out", str(out))
        assert (result.exit_code, result.stdout) == (0, "")
        assert out.read_text(encoding="utf-8") == draw(catalogue.current("itb"))


class TestDescribe:
    def test_prints_the_pathway_in_words(self) -> None:
        assert run("describe").stdout == describe(catalogue.current("itb"), "pathway.svg")

    def test_writes_it_where_asked_with_the_drawing_where_told(self, tmp_path: Path) -> None:
        out = tmp_path / "itb.md"
        assert run("describe", "--diagram", "elsewhere.svg", "--out", str(out)).exit_code == 0
        assert "](elsewhere.svg)" in out.read_text(encoding="utf-8")
