"""The ledger of messages, and the switch that stops them."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.queries.reminder_preview import compare, list_previews, with_words
from tracker.queries.reminders import GROUPS, UNREACHED, get_sending, list_ledger
from tracker.services.sending import set_sending
from tracker.services.work import Work
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.listing import chosen, page_number, seen
from tracker.web.reminders.asking import read_asked
from tracker.web.reminders.forms import SendingForm
from tracker.web.reminders.presenters import present
from tracker.web.reminders.preview import LISTS, NOBODY, choose
from tracker.web.reminders.preview import present as present_preview

blueprint = Blueprint("reminders", __name__)

_WANTED = {"pause": True, "resume": False}


@blueprint.get("/reminders")
@permission(Permission.SEE_REMINDERS)
def index() -> str:
    """Show what was and will be sent, what went wrong first."""
    group, page = chosen("state", (*GROUPS, UNREACHED)), page_number()
    ledger = list_ledger(read_session(), actor(), group, page)
    sending = get_sending(read_session(), actor())
    shown = present(ledger, sending, group, viewer=actor(), now=now(), zone=clinic().zone, page=page)
    return seen(render_template("reminders/index.html", page=shown), row_count=len(ledger.rows))


@blueprint.get("/reminders/preview")
@permission(Permission.SEE_REMINDERS)
def preview() -> str:
    """Show what will be sent in the days to come, and who gets nothing and why; perhaps with one rule changed."""
    asked = read_asked(today())
    changes = (None,) if asked.change is None else (None, asked.change)
    found = list_previews(read_session(), actor(), now=now(), days=asked.days, from_on=asked.from_on, changes=changes)
    changed = None if asked.change is None else compare(*found)
    picked = choose(found[-1], changed, chosen("list", LISTS), page_number())
    worded = with_words(read_session(), actor(), picked.shown())
    page = present_preview(found[-1], picked, worded, asked, today=today(), zone=clinic().zone)
    return seen(
        render_template("reminders/preview.html", page=page), row_count=len(worded) + len(picked.part_unbooked(NOBODY))
    )


@blueprint.post("/reminders/sending")
@permission(Permission.PAUSE_SENDING)
def sending() -> ResponseReturnValue:
    """Pause or resume this clinic's messages."""
    form = SendingForm()
    version = request.form.get("expected_version", "")
    if not form.validate() or form.wanted.data not in _WANTED or not (version.isascii() and version.isdigit()):
        abort(400)
    is_paused = _WANTED[form.wanted.data]
    with writing() as session:
        work = Work(session, actor(), runtime().ids, now())
        set_sending(work, expected_version=int(version[:9]), is_paused=is_paused)
    flash(
        "Sending is paused: no reminders go out until somebody resumes it."
        if is_paused
        else "Sending is resumed: what is due and still useful goes out with the next tick."
    )
    return redirect(url_for("reminders.index") if actor().may(Permission.SEE_REMINDERS) else url_for("home"), 303)
