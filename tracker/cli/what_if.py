"""The rules of ``tracker report what-if`` as options, and its answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.what_if_words import WEEKDAYS
from tracker.domain.what_if.comparison import REPLICATIONS
from tracker.domain.what_if.flow import flow_of
from tracker.pathways import catalogue
from tracker.web.reports.levers import LIMITS, RULES
from tracker.web.reports.panels import Place
from tracker.web.reports.what_if import tell_what_if, words_of

NOTHING_YET = "Nothing is counted yet: run tracker history make, or let the scheduler run."
_HELP = {
    "turnaround": "Days in which payers answer about it, median.",
    "weekdays": "On which weekdays, as mon,thu.",
    "slots": "On each such day.",
    "lost": "Of a hundred booked visits, how many are missed or cancelled.",
    "notice": "Days from booking to the day, at least.",
}
#: Fewer have no interval; more take minutes.
_PAIRS = click.IntRange(10, 1000)


def _names() -> list[str]:
    return [f"{procedure}-{rule}" for procedure in flow_of(catalogue.current()).procedures for rule in RULES]


def rule_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each rule of each procedure, and for the pairs of years."""
    command = click.option("--pairs", type=_PAIRS, help=f"Pairs of simulated years; {REPLICATIONS} are usual.")(command)
    for name in reversed(_names()):
        rule = name.rpartition("-")[2]
        shape = "DAYS" if rule == "weekdays" else "{}-{}".format(*LIMITS[rule])
        command = click.option(f"--{name}", metavar=shape, help=_HELP[rule])(command)
    return command


def taken_rules(given: dict[str, Any]) -> dict[str, Any]:
    """Take the options that are rules out of ``given``."""
    return {name: given.pop(option) for name in (*_names(), "pairs") if (option := name.replace("-", "_")) in given}


def played(place: Place, rules: dict[str, Any]) -> tuple[Sheet, datetime, tuple[str, ...]]:
    """The answer, as of when, and the changed rules in words. It is played now, whatever the background has.

    :raises click.UsageError: for a rule that cannot be
    """
    pairs = rules.pop("pairs", REPLICATIONS)

    def typed(name: str) -> list[str]:
        if name not in rules:
            return []
        return _weekdays(rules[name]) if name.endswith("-weekdays") else [rules[name]]

    told = tell_what_if(place.session, place.clinic_id, typed, now=place.now, pairs=pairs, at_once=True)
    if told.asked is not None and told.asked.question is None:
        raise click.UsageError(" ".join(f"--{error}" for error in told.asked.errors))
    if told.sheet is None:
        raise click.ClickException(NOTHING_YET)
    return told.sheet, told.as_of, words_of(told)


def _weekdays(text: str) -> list[str]:
    """As the form has them; what is no weekday stays as it is, and is refused there."""
    days = {name.lower(): str(day) for day, name in enumerate(WEEKDAYS)}
    return ["", *(days.get(word.strip().lower()[:3], word) for word in text.split(","))]
