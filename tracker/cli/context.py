"""What every command stands on: the settings, a database that is up to date, and errors as one sentence.

Results go to stdout, everything said to a person to stderr; exit 0 when it was done, 1 when it was refused, 2 when the
command or a setting was wrong.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import OperationalError

from tracker.domain.errors import DomainError, InvalidInput
from tracker.persistence.migrations import is_up_to_date
from tracker.runtime import Runtime, build_runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from config import Settings

OUTDATED = "The database is not up to date. Run: tracker db upgrade"


@dataclass(frozen=True, slots=True)
class Composition:
    """What ``tracker/__main__.py`` hands to the commands, because only it may read the environment."""

    read_settings: Callable[[], "Settings"]
    make_app: "Callable[[Runtime], WSGIApplication]"


def settings_of(context: click.Context) -> "Settings":
    """Read the settings, when a command needs them and not before.

    :raises SettingsError: when one is wrong or weak
    """
    composition: Composition = context.obj
    return composition.read_settings()


@contextmanager
def runtime_of(context: click.Context) -> Iterator[Runtime]:
    """Open the runtime on a database that is up to date; close its connections afterwards.

    :raises click.ClickException: when the database is older or newer than this code, or a use case refuses
    """
    runtime = build_runtime(settings_of(context))
    try:
        if not is_up_to_date(runtime.database):
            raise click.ClickException(OUTDATED)
        yield runtime
    except InvalidInput as error:
        raise click.ClickException(" ".join(error.problems.values())) from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    except OperationalError as error:
        raise click.ClickException(f"The database did not answer: {error.orig}") from error
    finally:
        runtime.database.dispose()


def say(message: str) -> None:
    """Tell a person something, on stderr."""
    click.echo(message, err=True)
