"""The messages that are still to come about one case: when, by which way and why, and in which words they would go now.

The same functions as in the preview of the whole clinic, with the snapshot that the page has read anyway.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.contacts import waits_for_message
from tracker.domain.outlook import SENT, Outlook, Span
from tracker.domain.reminder_words import UNREACHED
from tracker.queries.begun_reminders import read_begun
from tracker.queries.case_detail import OpenedCase
from tracker.queries.reached import read_preferences
from tracker.queries.reminder_preview import FURTHEST, Planned, Worded, planned_of, sending_of, with_words


def list_coming(session: Session, viewer: Actor, case: OpenedCase, now: datetime) -> tuple[Worded, ...]:
    """By time. Also those that a person has to call about instead; not what needs no message, nor what went already."""
    if not waits_for_message(case.pathway, case.snapshot, now):
        return ()
    longest = timedelta(hours=max((rule.useless_hours_before for rule in case.pathway.reminders), default=0))
    begun = read_begun(session, viewer.clinic_id, [case.head.case_id], now - longest)
    outlook = Outlook(
        pathway=case.pathway,
        snapshot=case.snapshot,
        preferences=read_preferences(session, viewer.clinic_id, case.head.patient.id),
        sending=sending_of(session, viewer.clinic_id),
        span=Span(now=now, begins_at=now, ends_at=now + FURTHEST),
        begun=begun.get(case.head.case_id, {}),
    )
    found = [each for each in planned_of(case.head.public_id, case.head.patient.id, outlook) if _is_to_come(each, now)]
    return tuple(with_words(session, viewer, sorted(found, key=lambda each: (each.foreseen.at, each.key))))


def _is_to_come(planned: Planned, now: datetime) -> bool:
    """What was to go and did not stands among what is over, unless it only waits."""
    why_not, is_ahead = planned.foreseen.why_not, planned.foreseen.wanted_at > now
    return why_not in {"", "paused"} or (is_ahead and why_not != SENT and why_not in UNREACHED)
