"""Reports, and the same figures as files."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.pathways.catalogue import current
from tracker.queries.reports import StageRow, count_conversions, count_outcomes, list_stages
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, today
from tracker.web.common.database import read_session
from tracker.web.common.listing import seen
from tracker.web.reports.csv_file import csv_text
from tracker.web.reports.presenters import (
    Period,
    Report,
    present_ages,
    present_conversions,
    present_outcomes,
    present_page,
    present_stages,
)

blueprint = Blueprint("reports", __name__)

_USUAL = timedelta(days=365)
_EARLIEST = date(2000, 1, 1)


@blueprint.get("/reports")
@permission(Permission.SEE_REPORTS)
def index() -> str:
    """Show every report, answers first."""
    period, stages = _period(), _stages()
    reports = (
        present_stages(stages, current()),
        present_ages(stages, current(), today(), clinic().zone),
        _outcomes(period),
        _conversions(period),
    )
    page = present_page(reports, period, now=now(), zone=clinic().zone, may_export=actor().may(Permission.EXPORT))
    return seen(render_template("reports/index.html", page=page), row_count=sum(len(each.rows) for each in reports))


@blueprint.get("/reports/<any(stages, ages, outcomes, conversions):name>.csv")
@permission(Permission.EXPORT)
def export(name: str) -> Response:
    """Hand out one report as a file."""
    report = _BY_NAME[name](_period())
    body = seen(csv_text(report, clinic().name, now(), clinic().zone), row_count=len(report.rows))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{today().isoformat()}.csv"'
    return response


def _stages() -> tuple[StageRow, ...]:
    pathway = current()
    stages = [stage.name for stage in pathway.stages.values() if stage.is_open]
    return list_stages(read_session(), actor(), pathway.name, stages, today())


def _outcomes(period: Period) -> Report:
    found = count_outcomes(read_session(), actor(), period.from_at, period.until_at)
    return present_outcomes(found, period)


def _conversions(period: Period) -> Report:
    found = count_conversions(read_session(), actor(), current().name, period.from_at, period.until_at)
    return present_conversions(found, period)


_BY_NAME: Mapping[str, Callable[[Period], Report]] = {
    "stages": lambda _period: present_stages(_stages(), current()),
    "ages": lambda _period: present_ages(_stages(), current(), today(), clinic().zone),
    "outcomes": _outcomes,
    "conversions": _conversions,
}


def _period() -> Period:
    """The days of the address; the last year where they are no days or stand the wrong way round."""
    from_on, to_on = _date("from", today() - _USUAL), _date("to", today())
    if from_on > to_on:
        from_on, to_on = today() - _USUAL, today()
    calendar = ClinicCalendar(clinic().zone)
    return Period(
        from_on=from_on,
        to_on=to_on,
        from_at=calendar.start_of(from_on),
        until_at=calendar.start_of(to_on + timedelta(days=1)),
    )


def _date(name: str, default: date) -> date:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return default
    return min(max(found, _EARLIEST), today())
