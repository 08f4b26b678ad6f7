"""The composition root of the command line: ``python -m tracker …``. Reads the environment, once, when it is needed."""

import os

import click

from config import Settings, SettingsError, load_settings
from tracker.app import create_app
from tracker.cli import main
from tracker.cli.context import Composition
from tracker.integrations.logs import configure_logs


def read_settings() -> Settings:
    """Return the settings of this process's environment, and log as they say."""
    settings = load_settings(os.environ)
    configure_logs(settings.log_level)
    return settings


def run() -> None:
    """Run the command, and say in one sentence which setting is wrong."""
    try:
        main(prog_name="tracker", obj=Composition(read_settings, create_app))
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error


if __name__ == "__main__":
    run()
