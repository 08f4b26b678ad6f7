"""Whether the clock of the machine was set, told by holding it against a stopwatch that nobody can set.

A clock that jumps makes messages due that are not, or overdue at once, and moves every visit nearer or further away: it
is a person who says which time is right before anything is sent.

The stopwatch goes on while the machine sleeps (``tracker/integrations/clock.py``), so that a laptop that was shut for a
night shows no step: time has truly gone by, its clock is right again, and what fell due meanwhile is caught up as after
any silence, with the guard against bursts before it. To pause then would stop the reminders of such a clinic every
morning, and people would learn to resume without reading. A virtual machine that was frozen, or put back to an earlier
state, shows one: its stopwatch stood still with it, and what it remembers may be as old as that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: More than what setting a clock right, or a leap second, is about; far less than what moves a message to another day.
MOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Reading:
    """The clock and the stopwatch, read together."""

    wall: datetime
    elapsed: timedelta


def set_by(before: Reading, now: Reading) -> timedelta:
    """By how much the clock was set between two readings, negative: back.

    Civil time does not matter, a change to daylight saving is no step: both readings are instants.
    """
    return (now.wall - before.wall) - (now.elapsed - before.elapsed)


def is_step(set_by: timedelta) -> bool:
    """Whether that is so much that a person must look before anything is sent."""
    return abs(set_by) > MOST
