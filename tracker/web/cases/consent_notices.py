"""A procedure was booked and no consent will be valid on that day: the visit to sign it is booked in the same go."""

from flask import url_for

from tracker.domain.access import Permission
from tracker.domain.words import Purpose
from tracker.queries.case_detail import OpenedCase, list_todos
from tracker.web.cases.acting import Notice
from tracker.web.common.case_lines import missing
from tracker.web.common.current import actor
from tracker.web.common.database import read_session


def consent_notices(case: OpenedCase) -> tuple[Notice, ...]:
    """What is to be booked now, as the case stands after the entry. ``case``: as it was before."""
    todos = list_todos(read_session(), actor(), case.head.case_id)
    asked = [missing(each.reason, each.params) for each in todos if each.kind == "consent_visit"]
    if not asked or not actor().may(Permission.BOOK):
        return ()
    url = url_for("cases.book_visit", public_id=case.head.public_id, purpose=Purpose.CONSENT)
    return (Notice(text=f"{'. '.join(asked)}.", link_url=url, link_text="Book the consent visit"),)
