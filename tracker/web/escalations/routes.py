"""Who has what is still open, and the form that says that one has it."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.fields import DateField
from wtforms.validators import InputRequired, Length

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotPermitted
from tracker.domain.escalation.ladders import rule_of
from tracker.domain.pathway.rungs import PLAN_LEVEL
from tracker.queries.escalations import Standing, get_standing, list_standings
from tracker.services.access_log import record_view
from tracker.services.escalating.answers import acknowledge as say_so
from tracker.services.escalating.answers import latest_day, may_acknowledge
from tracker.services.work import Work
from tracker.web.common import escalation_words as words
from tracker.web.common.access import permission
from tracker.web.common.case_lines import Action, PersonLine, case_url, pathway_of, person_line
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import noting, read_session, writing
from tracker.web.common.filters import on
from tracker.web.common.forms import TrackerForm
from tracker.web.common.listing import seen

blueprint = Blueprint("escalations", __name__)


class AcknowledgeForm(TrackerForm):
    """Who has it says what they do, and by when it stands again."""

    outcome = TextAreaField(
        "What you do about it",
        [InputRequired("Say what you do about it."), Length(max=500, message="Use at most 500 characters.")],
    )
    until_on = DateField("It stands again on", [InputRequired("Choose a day after today.")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One obligation. ``acknowledge_url`` is empty for whom it is not."""

    tone: str
    person: PersonLine
    what: str
    latest: str
    rung: str
    closing: Action
    acknowledge_url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one heading."""

    id: str
    label: str
    rows: tuple[Line, ...]


def line(row: Standing) -> Line:
    """A row as the page shows it."""
    may = may_acknowledge(actor(), row.level, row.user_id)
    return Line(
        tone="quiet" if row.is_resting(today()) else words.TONES[row.level],
        person=person_line(row.patient, today(), url=case_url(row.case_public_id)),
        what=words.what(row),
        latest=words.latest(row, today()),
        rung=words.rung(row, today(), clinic().zone),
        closing=words.closing(row, actor()),
        acknowledge_url=url_for("escalations.acknowledge", escalation_id=row.id) if may else "",
    )


@blueprint.get("/escalations")
@permission(Permission.SEE_TODAY)
def index() -> str:
    """Show what was escalated: mine, then everybody's, then what somebody has for now."""
    found = list_standings(read_session(), actor(), today())
    standing = [row for row in found.rows if not row.is_resting(today())]
    resting = [row for row in found.rows if row.is_resting(today())]
    groups = (
        Group("mine", "With me", tuple(line(row) for row in standing if row.is_of(actor()))),
        Group("others", "With others", tuple(line(row) for row in standing if not row.is_of(actor()))),
        Group("resting", "Acknowledged, until their day", tuple(map(line, resting))),
    )
    body = render_template(
        "escalations/index.html",
        groups=[group for group in groups if group.rows],
        mine=len(groups[0].rows),
        from_beginning=found.from_beginning,
        refills_url=url_for("refills.index") if actor().may(Permission.SEE_REFILLS) else "",
        duties_url=url_for("admin.duties") if actor().may(Permission.MANAGE_DUTIES) else "",
    )
    return seen(body, row_count=len(found.rows))


@blueprint.route("/escalations/<int:escalation_id>", methods=["GET", "POST"])
@permission(Permission.ACKNOWLEDGE)
def acknowledge(escalation_id: int) -> ResponseReturnValue:
    """Say that one has it."""
    row, form = get_standing(read_session(), actor(), escalation_id, today()), AcknowledgeForm()
    if not may_acknowledge(actor(), row.level, row.user_id):
        raise NotPermitted(Permission.ACKNOWLEDGE)
    if form.validate_on_submit():
        try:
            with writing() as session:
                work = Work(session, actor(), runtime().ids, now())
                say_so(
                    work,
                    escalation_id=escalation_id,
                    outcome=form.outcome.data or "",
                    until_on=form.until_on.data,
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash("Recorded. It stays open until it is done, and stands again on the day you chose.")
            return redirect(url_for("escalations.index"), 303)
    rule = rule_of(pathway_of(row.pathway, row.pathway_version), row.kind, row.params)
    last = latest_day(row.kind, row.level, row.anchor_on, today(), rule.acknowledge_days if rule else 1)
    body = render_template(
        "escalations/acknowledge.html",
        row=line(row),
        form=form,
        is_plan=row.level == PLAN_LEVEL,
        span=_span(last),
    )
    with noting() as connection:
        record_view(
            connection, actor(), runtime().ids, now(),
            page="escalations.acknowledge", case_id=row.case_id,
        )  # fmt: skip
    return body, 422 if form.errors else 200


def _span(last: date) -> str:
    """The days on which it may stand again, in words; empty if there is none."""
    first = today() + timedelta(days=1)
    if last <= first:
        return on(last, today()) if last == first else ""
    return f"{on(first, today())} to {on(last, today())}"
