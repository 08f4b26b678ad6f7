"""The rules that can be changed: operating days, slots, how many do not come, how fast payers answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.forecast.stage_visits import StageVisit
from tracker.domain.what_if.flow import Booking, Flow

#: A weekday with a smaller share of a procedure's days was an exception.
USUAL = 0.05


@dataclass(frozen=True, slots=True)
class ProcedurePolicy:
    """Of one procedure. ``weekdays``: 0 is Monday. ``slots``: on each such day. ``lost``: the share of booked visits
    that are cancelled or missed. ``notice_days``: from booking to the day, at least. ``turnaround``: the payer's days,
    as a multiple of today's."""

    weekdays: frozenset[int]
    slots: int
    lost: float
    notice_days: int = 1
    turnaround: float = 1.0

    def __post_init__(self) -> None:
        """:raises ValueError: for what no clinic can do."""
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError("a procedure needs at least one weekday, of 0 to 6")
        if self.slots < 1 or self.notice_days < 0:
            raise ValueError("a procedure needs at least one slot a day, and no fewer days' notice than none")
        if not 0 <= self.lost < 1 or self.turnaround < 0:
            raise ValueError("the lost visits are a share below 1, the turnaround no negative multiple")


Policy = Mapping[str, ProcedurePolicy]


def observed_policy(flow: Flow, history: Sequence[StageVisit], *, since: date, on: date) -> Policy:
    """Today's rules, as far as they show: by procedure that took place between the two days (both included).

    Slots are what nine of ten of the usual days did not exceed: a clinic that never filled them has more.
    """
    recent = [visit for visit in history if visit.left_on is not None and since <= visit.left_on <= on]
    found = {}
    for booking in flow.bookings.values():
        left = [visit for visit in recent if visit.stage == booking.booked]
        per_day = Counter(visit.left_on for visit in left if visit.to == booking.day and visit.left_on)
        if per_day:
            found[booking.procedure] = _observed(booking, left, per_day)
    return found


def _observed(booking: Booking, left: Sequence[StageVisit], per_day: Counter[date]) -> ProcedurePolicy:
    weekdays = Counter(day.weekday() for day in per_day.elements())
    usual = frozenset(day for day, count in weekdays.items() if count >= USUAL * per_day.total())
    counts = sorted(count for day, count in per_day.items() if day.weekday() in usual)
    lost = sum(visit.to == booking.lost for visit in left)
    notice = sorted(
        (visit.left_on - visit.entered_on).days for visit in left if visit.to == booking.day and visit.left_on
    )
    return ProcedurePolicy(
        weekdays=usual,
        slots=counts[int(0.9 * (len(counts) - 1))],
        lost=lost / (lost + per_day.total()),
        notice_days=notice[len(notice) // 10],
    )
