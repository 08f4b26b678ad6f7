"""A time that is not final on the afternoon before: whoever comes the next morning must hear it today."""

from collections.abc import Iterator
from datetime import datetime, time

from tracker.domain.facts import Appointment
from tracker.domain.final_times import arrival_wall, is_provisional
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.words import APPOINTMENT_TO_COME, Purpose


def times_not_final(view: View) -> Iterator[Obligation]:
    """From the wall time of the rule on, on the open day before the visit, until it is said, moved or called off. Once
    the day of the visit is over, somebody marks that instead (``loose_ends.unmarked_days``)."""
    return (due for due in _to_be_said(view) if _stands_from(view, due) <= view.now)


def next_asked_at(view: View) -> datetime | None:
    """When the next of them comes to stand; ``None``: no other will."""
    instants = (_stands_from(view, due) for due in _to_be_said(view))
    return min((each for each in instants if each > view.now), default=None)


def _to_be_said(view: View) -> Iterator[Obligation]:
    for visit in view.snapshot.of(Appointment):
        is_to_come = visit.state in APPOINTMENT_TO_COME and view.day(visit.ends_at) >= view.today
        # A closed case tells nobody of its visits, but for the refills of its pump.
        is_told = view.is_open or visit.purpose == Purpose.REFILL
        if is_to_come and is_told and is_provisional(view.pathway, view.snapshot, visit):
            params = {"purpose": visit.purpose, "arrives": arrival_wall(visit, view.calendar)}
            yield view.due(
                "time_final",
                f"appointment:{visit.appointment}",
                anchor_on=view.day(visit.starts_at),
                reason="time_not_final",
                params={**params, "appointment": visit.appointment},
            )


def _stands_from(view: View, due: Obligation) -> datetime:
    """The instant of the rule's wall time on the day on which it is due, by the clinic's clock."""
    rule = view.pathway.obligations[due.kind]
    return view.calendar.instant(datetime.combine(due.due_on, rule.from_time or time.min))
