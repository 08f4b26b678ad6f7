"""A visit for a refill against the pump's latest refill date: booked after it, the pump may be dry by then.

Never refused: a patient may not be able to come earlier, and a late visit is better than none. It is asked back once.
"""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.dates import in_words
from tracker.domain.errors import Question
from tracker.domain.obligations.obligation import View
from tracker.domain.obligations.refills import EARLIEST_KNOWN, refills
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeviceKind

#: What a latest refill date follows from, by the reason of the to-do.
LATEST_BY = {
    "refill_by_alarm_date": "by the printed alarm date",
    "refill_by_arithmetic": "by arithmetic, until the printed alarm date is confirmed",
    "refill_by_drug_limit": "by the time the drug keeps in the pump",
    EARLIEST_KNOWN: "by the earliest date that is known, until a new print-out",
}


@dataclass(frozen=True, slots=True)
class LatestRefill:
    """The latest refill date (a civil day of the clinic), and what it follows from, in words."""

    on: date
    by: str


def latest_refill(pathway: Pathway, snapshot: Snapshot, now: datetime) -> LatestRefill | None:
    """The latest refill date of the pump that is followed, the earliest of several; ``None`` where none is known."""
    due = refills(View(pathway, snapshot, now, snapshot.calendar.today(now)))
    dated = [(date.fromisoformat(day), each.reason) for each in due if (day := dict(each.params).get("latest"))]
    if not dated:
        return None
    on, reason = min(dated)
    return LatestRefill(on, LATEST_BY[reason])


def doubts_about_visit(pathway: Pathway, snapshot: Snapshot, now: datetime, starts: datetime) -> tuple[Question, ...]:
    """What is asked about a refill that begins at a wall time (``starts``): after the latest refill date, or for a pump
    that is out. Where the latest date is past, today is the earliest day there is, and nothing is asked about it."""
    latest, today = latest_refill(pathway, snapshot, now), snapshot.calendar.today(now)
    day, wall = starts.date(), starts.isoformat(timespec="minutes")
    if snapshot.taken_out(DeviceKind.PUMP) is not None:
        said = "The pump was taken out, and no other is recorded as in place."
        return (Question("starts", f"{wall} without a pump", said, "Book a refill all the same"),)
    if latest is None or day <= max(latest.on, today):
        return ()
    late = (day - latest.on).days
    return (
        Question(
            field="starts",
            about=f"{wall} after {latest.on.isoformat()}",
            sentence=f"This is {late} {'day' if late == 1 else 'days'} after the latest refill date, "
            f"{in_words(latest.on, today)}, {latest.by}. Is there an earlier day?",
            answer="Book it after the latest refill date all the same",
        ),
    )
