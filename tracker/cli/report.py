"""``tracker report``: the numbers of a report's page, for other programs. No names, and no numbers that could be one
person: whoever reads this at a shell may not be somebody who may see patients.
"""

from datetime import datetime

import click

from tracker.cli.clinic_choice import chosen_clinic, clinic_option
from tracker.cli.context import runtime_of
from tracker.cli.what_if import NOTHING_YET, played, rule_options, taken_rules
from tracker.domain.report_sheets.sheet import Sheet
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
@click.option("--months", help="How far ahead: 3, 6, 9 or 12.")
@rule_options
@clinic_option
@click.pass_context
def report(context: click.Context, /, *, name: str, form: str, clinic: str | None, **typed: str | None) -> None:
    """Print one report: what is counted, of whom, and as of when. Counts below 5 are not shown.

    The rules are for what-if: each is as observed where it is not named.
    """
    with runtime_of(context) as runtime, runtime.database.reading() as session:
        clinic_id = chosen_clinic(session, clinic)
        calendar = get_calendar(session, clinic_id)
        place = Place(session, nobody(clinic_id), calendar, runtime.clock.now(), with_patients=False)
        given = {key: value for key, value in typed.items() if value}
        rules = taken_rules(given)
        if HEADINGS[name].is_asked:
            sheet, as_of, filters = played(place, rules)
        elif rules:
            raise click.UsageError("Rules can only be changed in what-if.")
        else:
            sheet, as_of, filters = _told(place, name, given)
        about = About(
            title=HEADINGS[name].title,
            clinic=get_settings(session, clinic_id).name,
            as_of=as_of,
            zone=calendar.zone,
            filters=filters,
        )
        click.echo(csv_text(sheet, about) if form == "csv" else json_text(sheet, about) + "\n", nl=False)


def _told(place: Place, name: str, typed: dict[str, str]) -> tuple[Sheet, datetime, tuple[str, ...]]:
    heading, names = HEADINGS[name], names_of(place.session, place.clinic_id)
    given = {option.rstrip("_"): value for option, value in typed.items()}
    today = place.calendar.today(place.now)
    asked = read_filter(given, names, versions(), today, has_period=heading.has_period, has_horizon=heading.has_horizon)
    if asked.wanted is None:
        raise click.UsageError(" ".join(f"--{field.name}: {field.error}" for field in asked.fields if field.error))
    told = tell(place, name, asked.wanted, names, may_wait=True)
    if told.sheet is None:
        raise click.ClickException(NOTHING_YET)
    return told.sheet, told.as_of, asked.words
