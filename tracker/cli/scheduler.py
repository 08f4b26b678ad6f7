"""``tracker scheduler``: the process that reconciles and sends, apart from the web server."""

import click

from tracker.cli.context import runtime_of, say
from tracker.scheduler.run import run_forever


@click.command()
@click.pass_context
def scheduler(context: click.Context) -> None:
    """Reconcile cases and send reminders until stopped. Any number of these may run."""
    with runtime_of(context) as runtime:
        runtime.settings.ready_to_send()
        say("The scheduler runs. Stop with Ctrl-C.")
        run_forever(runtime)
