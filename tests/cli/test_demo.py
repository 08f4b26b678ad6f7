"""The demonstration says where it is."""

from pathlib import Path

import pytest

from config import load_settings
from tracker.cli.demo import introduce


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, "http://localhost:8000"),
        ({"TRACKER_PORT": "8151"}, "http://localhost:8151"),
        ({"TRACKER_PORT": "8151", "TRACKER_BASE_URL": "https://demo.example"}, "https://demo.example"),
    ],
    ids=["plain", "on another port", "behind another address"],
)
def test_the_address_is_where_it_is_served(
    environ: dict[str, str], address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(environ).as_demonstration(
        database_url="sqlite:///demo.db", secret_key="s" * 40, outbox_dir=tmp_path
    )
    introduce(settings)
    assert f"The demonstration clinic: {address}\n" in capsys.readouterr().out
