"""``tracker report``: the numbers of a report's page, for other programs. No names, and no numbers that could be one
person: whoever reads this at a shell may not be somebody who may see patients.
"""

import click

from tracker.cli.clinic_choice import chosen_clinic, clinic_option
from tracker.cli.context import runtime_of
from tracker.domain.report_sheets.small import without_small_numbers
from tracker.queries.clinic import get_settings
from tracker.queries.clinic_calendar import get_calendar
from tracker.queries.report_lists import names_of
from tracker.services.system_actor import nobody
from tracker.web.reports.document import json_text
from tracker.web.reports.files import About, csv_text
from tracker.web.reports.filters import read_filter
from tracker.web.reports.panels import HEADINGS, Place, tell, versions


@click.command("report")
@click.argument("name", type=click.Choice(list(HEADINGS)))
@click.option("--json", "form", flag_value="json", default="json", help="One JSON document on one line.")
@click.option("--csv", "form", flag_value="csv", help="What the page hands out as CSV.")
@click.option("--from", "from_", metavar="DAY", help="The first day; a year ago where none is named.")
@click.option("--to", metavar="DAY", help="The last day; today where none is named.")
@click.option("--clinician", metavar="NUMBER", help="As in the page's address.")
@click.option("--payer", metavar="NUMBER", help="As in the page's address.")
@click.option("--diagnosis", help="As in the page's address.")
@click.option("--indication", help="As in the page's address.")
@click.option("--version", help="Of the pathway.")
@clinic_option
@click.pass_context
def report(context: click.Context, /, *, name: str, form: str, clinic: str | None, **typed: str | None) -> None:
    """Print one report: what is counted, of whom, and as of when. Counts below 5 are not shown."""
    with runtime_of(context) as runtime, runtime.database.reading() as session:
        clinic_id = chosen_clinic(session, clinic)
        calendar = get_calendar(session, clinic_id)
        place = Place(session, nobody(clinic_id), calendar, runtime.clock.now(), with_names=False)
        click.echo(_told(place, name, form, {key: value for key, value in typed.items() if value}), nl=False)


def _told(place: Place, name: str, form: str, typed: dict[str, str]) -> str:
    heading, names = HEADINGS[name], names_of(place.session, place.clinic_id)
    given = {option.rstrip("_"): value for option, value in typed.items()}
    today = place.calendar.today(place.now)
    asked = read_filter(given, names, versions(), today, has_period=heading.has_period)
    if asked.wanted is None:
        raise click.UsageError(" ".join(f"--{field.name}: {field.error}" for field in asked.fields if field.error))
    told = tell(place, name, asked.wanted, names, with_cases=True)
    if told.sheet is None:
        raise click.ClickException("Nothing is counted yet: run tracker history make, or let the scheduler run.")
    sheet = without_small_numbers(told.sheet)
    about = About(
        title=heading.title,
        clinic=get_settings(place.session, place.clinic_id).name,
        as_of=told.as_of,
        zone=place.calendar.zone,
        filters=asked.words,
    )
    return csv_text(sheet, about) if form == "csv" else json_text(sheet, about) + "\n"
