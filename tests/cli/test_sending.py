"""Pausing and resuming all messages from the command line: nothing else ends the pause of a restored database."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from config import load_settings
from tests.conftest import NOW
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import Composition
from tracker.persistence.database import Database
from tracker.queries.sending import is_all_paused
from tracker.services.clock_watch import pause_for_clock
from tracker.services.reminders import pause_sending


def run(database: Database, *arguments: str) -> Result:
    """Run ``tracker sending`` on a database."""
    url = database.url.render_as_string(hide_password=False)
    settings = load_settings({"TRACKER_DATABASE_URL": url})
    return CliRunner().invoke(main, ["sending", *arguments], obj=Composition(lambda: settings, create_app))


def is_paused(database: Database) -> bool:
    """Whether nothing leaves."""
    with database.reading() as session:
        return is_all_paused(session)


class TestSending:
    @pytest.mark.parametrize("pause", [pause_sending, pause_for_clock])
    def test_is_resumed(self, database: Database, pause: Callable[..., None]) -> None:
        with database.writing() as session:
            pause(session, now=NOW)
        assert run(database, "resume").exit_code == 0
        assert not is_paused(database)

    def test_is_paused(self, database: Database) -> None:
        assert run(database, "pause").exit_code == 0
        assert is_paused(database)
