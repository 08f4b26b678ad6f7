"""Without scripts: an answer that met another one is kept as a task until whoever gave it has chosen, here or there."""

from hashlib import sha256

from flask import redirect, request
from flask.typing import ResponseReturnValue

from tracker.domain.errors import StaleVersion
from tracker.queries.checklists import VisitChecklist
from tracker.services.checklists import Answer
from tracker.services.offline_entries import Entry, keep_second, settle_second
from tracker.web.common.current import actor, now
from tracker.web.common.database import writing
from tracker.web.day.presenters import visit_url
from tracker.web.day.routes import number_of, work_in


def entry_of(found: VisitChecklist, given: Answer) -> Entry:
    """An answer of the page as one of a tablet is kept; the same one sent again has the same id."""
    visit = found.visit
    said = (actor().user_id, visit.case_public_id, visit.appointment, given.item, given.seen)
    told = repr((*said, given.state, given.value, given.reason))
    return Entry(
        id=sha256(told.encode()).hexdigest()[:32],
        case=visit.case_public_id,
        appointment=visit.appointment,
        answer=given,
        made_at=now(),
    )


def keep_second_answer(found: VisitChecklist, given: Answer, error: StaleVersion) -> None:
    """Keep the answer that came second: the page on which it is decided may be left without a choice."""
    with writing() as session:
        keep_second(work_in(session), entry_of(found, given), error)


def leave_what_stands(found: VisitChecklist) -> ResponseReturnValue:
    """Let go of the answer that came second, and go back to where it was given."""
    item, section = request.form.get("item", "")[:60], number_of(request.form.get("section"))
    with writing() as session:
        settle_second(work_in(session), entry_of(found, Answer(item)), is_left=True)
    url = visit_url(found.visit) if section is None else visit_url(found.visit, f"aloud/{section}")
    return redirect(f"{url}#item-{item}" if section is None else url, 303)
