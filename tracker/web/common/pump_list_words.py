"""When the pumps were last held against another list, and when that is due again, in words."""

from dataclasses import dataclass
from datetime import date

from tracker.domain.pump_comparison import Pressing, pressing
from tracker.queries.pump_comparisons import Standings
from tracker.web.common.case_lines import clinic_day
from tracker.web.common.filters import day, on

TONES = {Pressing.CRITICAL: "critical", Pressing.DUE: "warn", Pressing.SOON: "quiet", Pressing.LATER: "ready"}


@dataclass(frozen=True, slots=True)
class DueLine:
    """``last`` and ``due`` as sentences without a full stop; ``due_on``: the clinic's day."""

    pressing: Pressing
    due_on: date
    last: str
    due: str

    @property
    def tone(self) -> str:
        """As badges are told."""
        return TONES[self.pressing]


def due_line(standings: Standings, today: date, zone: str) -> DueLine | None:
    """What is said of the next comparison; ``None`` at a clinic that never had a pump."""
    due = standings.due_on(zone)
    if due is None:
        return None
    last = "Pump list never compared yet"
    if standings.last_at is not None:
        last = f"Pump list last compared on {on(clinic_day(standings.last_at, zone), today)}, by {standings.last_by}"
    return DueLine(pressing(due, today), due, last, f"due {day(due, today)}")
