"""The slots of one procedure, day by day from the first simulated one."""

from collections import defaultdict

from tracker.domain.what_if.policy import ProcedurePolicy


class SlotCalendar:
    """Days are whole numbers; ``first_weekday``: of day 0. Dates are asked for in the order of time.

    No slot is before day 0. Who asked earlier (a day below 0) may have waited for the notice already.
    """

    def __init__(self, policy: ProcedurePolicy, first_weekday: int) -> None:
        self._policy = policy
        self._operates = [(first_weekday + offset) % 7 in policy.weekdays for offset in range(7)]
        self._taken: dict[int, int] = defaultdict(int)
        #: Nobody who asks from now on can have a slot before it.
        self._first_free = 0

    def take(self, asked_on: int) -> int:
        """Book the first free slot that leaves the notice from the day of asking; its day."""
        day = max(asked_on + self._policy.notice_days, self._first_free)
        while not self._operates[day % 7] or self._taken[day] >= self._policy.slots:
            day += 1
        self._taken[day] += 1
        self._first_free = day
        return day

    def give_back(self, day: int) -> None:
        """The slot of a visit that was cancelled in time."""
        self._taken[day] -= 1
        self._first_free = min(self._first_free, day)
