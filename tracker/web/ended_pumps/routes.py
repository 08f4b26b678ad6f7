"""What ended a pump's refills: who said so, who else, and the link that puts a wrong one right."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, url_for

from tracker.domain.access import Permission
from tracker.domain.pathway.wording import DOCUMENT_WORDS
from tracker.queries.ended_pumps import REMOVED, REPLACED, EndedPump, list_ended_pumps
from tracker.web.common.access import permission
from tracker.web.common.case_lines import PersonLine, case_url, person_line
from tracker.web.common.current import actor, now, today
from tracker.web.common.database import read_session
from tracker.web.common.filters import at, on
from tracker.web.common.listing import seen

blueprint = Blueprint("ended_pumps", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRow:
    """One pump. ``correct_url`` strikes out what ended its refills."""

    person: PersonLine
    pump: str
    ended: str
    said: str
    written: str
    confirmed: str
    correct_url: str


@blueprint.get("/refills/ended")
@permission(Permission.SEE_ENDED_PUMPS)
def index() -> str:
    """Show what ended the refills of a pump in the last thirty days."""
    found = list_ended_pumps(read_session(), actor(), now())
    rows = tuple(_row(each, today()) for each in found)
    return seen(render_template("ended_pumps/index.html", rows=rows), row_count=len(rows))


def _row(ended: EndedPump, today: date) -> EndedRow:
    day = on(ended.on, today) if ended.on else "an unknown day"
    what = {
        REMOVED: f"Taken out {day}",
        REPLACED: f"Replaced {day}",
        "death": f"Patient died {day}",
        "transfer": f"Transferred to {ended.said}",
    }
    paper = f"{DOCUMENT_WORDS[ended.paper_kind]} of {on(ended.paper_on, today)}" if ended.paper_on else ""
    is_device = ended.by in {REMOVED, REPLACED}
    return EndedRow(
        person=person_line(ended.patient, today, url=case_url(ended.case_public_id)),
        pump=f"{ended.model}{', serial ' + ended.serial if ended.serial else ''}",
        ended=what[ended.by],
        said=f"said by {ended.said}" if ended.by == "death" else "",
        written=f"{ended.recorded_by or 'The system'}, {at(ended.recorded_at)}",
        confirmed=" · ".join(each for each in (ended.second_by, paper) if each) or "nobody",
        correct_url=url_for(
            "cases.correct_clinical" if is_device else "cases.correct", public_id=ended.case_public_id, seq=ended.seq
        ),
    )
