"""``tracker bench reminders``: is anything lost when dispatchers die, and how fast are reminders claimed?"""

import json

import click

from tracker.bench.marker import has_clinics
from tracker.bench.rushes.measure import Plan, Rushed, excesses, measure_rush
from tracker.cli.bench_place import place_of
from tracker.cli.context import say
from tracker.persistence.database import Database
from tracker.persistence.migrations import upgrade


@click.command()
@click.option("--due", type=click.IntRange(min=1), default=1000, show_default=True, help="Reminders due at once.")
@click.option(
    "--answer-ms", type=click.FloatRange(min=0), default=200, show_default=True, help="What the provider takes."
)
@click.option("--kills", type=click.IntRange(min=1), default=200, show_default=True, help="Dispatchers killed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--database", "url", help="An empty database of the bench's own; without it a temporary SQLite file.")
def reminders(due: int, answer_ms: float, kills: int, url: str | None, *, as_json: bool) -> None:
    """Claim, send and kill. Exit 1 when a reminder is lost, or sent again without need."""
    with place_of(url, None) as database_url:
        database = Database(database_url)
        try:
            upgrade(database)
            if has_clinics(database):
                raise click.ClickException("This database is not empty. The bench needs one of its own.")
            found = measure_rush(database, Plan(due=due, answer_ms=answer_ms, kills=kills), say)
        finally:
            database.dispose()
    _tell(found, as_json)
    for sentence in excesses(found):
        say(sentence)
    if found["lost"] or found["repeated"]:
        raise SystemExit(1)


def _tell(found: Rushed, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"  {name.replace('_', ' '):<12} {value:>10}")
