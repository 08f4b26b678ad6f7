"""A visit for a refill against the pump's latest refill date: booked after it, the pump may be dry by then, and booked
just before it, nothing is left for a missed visit or for a pump that gives more than it is set to.

Never refused: a patient may not be able to come earlier, and a late visit is better than none. It is asked back once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

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


def best_until(pathway: Pathway, snapshot: Snapshot, latest: LatestRefill) -> date:
    """The last open day before a refill that is not done yet goes one person further. Clinics refill 7 to 10 days
    before the alarm date (Gillette); pumps give up to 2.5 % more than they are set to (PMC4218763), which is four days
    and a half of a fill that lasts six months."""
    ahead = timedelta(days=pathway.obligations["refill"].escalate_days or 0)
    return snapshot.calendar.open_day_on_or_before(latest.on + ahead)


def doubts_about_visit(pathway: Pathway, snapshot: Snapshot, now: datetime, starts: datetime) -> tuple[Question, ...]:
    """What is asked about a refill that begins at a wall time (``starts``): after the latest refill date, close to it
    while a better day is left, or for a pump that is out. Where the latest date is past, today is the earliest day
    there is, and nothing is asked about it."""
    latest, today = latest_refill(pathway, snapshot, now), snapshot.calendar.today(now)
    day, wall = starts.date(), starts.isoformat(timespec="minutes")
    if snapshot.taken_out(DeviceKind.PUMP) is not None:
        said = "The pump was taken out, and no other is recorded as in place."
        return (Question("starts", f"{wall} without a pump", said, "Book a refill all the same"),)
    if latest is None or day <= today:
        return ()
    if day > latest.on:
        return (_after(latest, day, wall, today),)
    best = best_until(pathway, snapshot, latest)
    if best <= today:
        # In the last week any visit is better than none; only the very end is asked about.
        best = snapshot.calendar.add_open_days(today, 1)
        is_close = day >= latest.on - timedelta(days=1)
    else:
        is_close = day > best
    return (_close_to(latest, best, day, wall, today),) if is_close and best < day else ()


def _after(latest: LatestRefill, day: date, wall: str, today: date) -> Question:
    return Question(
        field="starts",
        about=f"{wall} after {latest.on.isoformat()}",
        sentence=f"This is {_days(day - latest.on)} after the latest refill date, {in_words(latest.on, today)}, "
        f"{latest.by}. Is there an earlier day?",
        answer="Book it after the latest refill date all the same",
    )


def _close_to(latest: LatestRefill, best: date, day: date, wall: str, today: date) -> Question:
    which = f"{_days(latest.on - day)} before the latest refill date" if day < latest.on else "the latest refill date"
    return Question(
        field="starts",
        about=f"{wall} close to {latest.on.isoformat()}",
        sentence=f"This is {which}, {in_words(latest.on, today)}, {latest.by}. If the patient does not come, or the "
        "pump gives more than it is set to, it may run dry. Is there an earlier day, best up to "
        f"{in_words(best, today)}?",
        answer="Book it this close to the latest refill date all the same",
    )


def _days(span: timedelta) -> str:
    return f"{span.days} {'day' if span.days == 1 else 'days'}"
