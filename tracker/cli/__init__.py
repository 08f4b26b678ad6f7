"""The ``tracker`` command. A new command adds its own to ``COMMANDS``."""

import click

from tracker.cli import (
    backup,
    bench,
    cases,
    check,
    clinics,
    database,
    demo,
    downtime,
    history,
    pathway,
    pumps,
    referrals,
    reminders,
    report,
    scheduler,
    sending,
    serve,
    users,
)

COMMANDS: tuple[click.Command, ...] = (
    database.db,
    clinics.clinic,
    users.user,
    pathway.pathway,
    referrals.referrals,
    pumps.pumps,
    cases.case,
    reminders.reminders,
    check.check,
    backup.backup,
    backup.restore,
    downtime.downtime_kit,
    history.history,
    report.report,
    scheduler.scheduler,
    sending.sending,
    serve.web,
    demo.demo,
    bench.bench,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Two-stage implant tracker: from referral to the first refill."""


for command in COMMANDS:
    main.add_command(command)
