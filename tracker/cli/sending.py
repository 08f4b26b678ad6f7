"""``tracker sending``: pause and resume the messages of every clinic of this system.

A restored database and one whose machine had its clock set start paused, and only whoever runs the system knows when
that is over; a clinic pauses its own messages on the page of its reminders.
"""

import click
import structlog

from tracker.cli.context import runtime_of, say
from tracker.services.reminders import pause_sending, resume_sending

log = structlog.get_logger()


@click.group()
def sending() -> None:
    """Pause and resume all messages."""


@sending.command("pause")
@click.pass_context
def pause(context: click.Context) -> None:
    """Send nothing for any clinic until it is resumed."""
    with runtime_of(context) as runtime, runtime.database.writing() as session:
        pause_sending(session, now=runtime.clock.now())
    log.warning("sending.paused_for_all")
    say("Sending is paused for every clinic. Resume it with: tracker sending resume")


@sending.command("resume")
@click.pass_context
def resume(context: click.Context) -> None:
    """Send again. What became due meanwhile goes out now, if it is still of use."""
    with runtime_of(context) as runtime, runtime.database.writing() as session:
        resume_sending(session)
    log.warning("sending.resumed_for_all")
    say("Sending is resumed. A clinic that paused its own messages stays paused.")
