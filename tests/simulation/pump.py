"""The pump itself: what is really in it, and the date its programmer prints.

Nothing of the tracker's arithmetic is used here: the simulation must notice where that is wrong. Volumes in mL, doses
in mcg/day, concentrations in mcg/mL.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

#: What cannot be pumped out, and what is left when the alarm sounds.
RESIDUAL_ML = 1.4
ALARM_ML = 2.0
#: The least that a pump gives in a day.
LEAST_FLOW_ML = 0.048
#: How many days a fill lasts at the shortest: nobody is sent home with less.
SHORTEST_FILL_DAYS = 30


@dataclass(slots=True)
class Pump:
    """One pump. ``pace``: what it gives of what it is set to; pumps give up to 2.5 % more (PMC4218763).

    ``left_ml`` is what was really in it at ``since``, ``believed_ml`` what its programmer then believed.
    """

    reservoir_ml: int
    concentration: int
    daily_dose: int
    pace: float
    since: datetime
    left_ml: float
    believed_ml: float
    was_empty_at: datetime | None = None

    @property
    def empties_at(self) -> datetime:
        """The instant at which nothing more can be pumped out, if nobody comes."""
        days = (self.left_ml - RESIDUAL_ML) * self.concentration / (self.daily_dose * self.pace)
        return self.since + timedelta(days=days)

    def go_on(self, now: datetime) -> None:
        """Let it run until ``now``, and remember whether it ran dry on the way."""
        if self.empties_at <= now:
            self.was_empty_at = self.was_empty_at or self.empties_at
        used = (now - self.since) / timedelta(days=1) * self.daily_dose / self.concentration
        self.left_ml, self.believed_ml = self.left_ml - used * self.pace, self.believed_ml - used
        self.since = now

    def fill(self, now: datetime) -> None:
        """Empty it and fill it to the brim."""
        self.go_on(now)
        self.left_ml = self.believed_ml = float(self.reservoir_ml)

    def set_dose(self, now: datetime, daily_dose: int) -> None:
        """Change the dose between two fills."""
        self.go_on(now)
        self.daily_dose = daily_dose

    def dose_times(self, factor: float) -> int:
        """The dose made smaller or larger, as far as the pump can give it and a fill lasts: beyond that a clinic would
        choose another strength. Without that limit every raised dose brought the next refill, and the next raise."""
        flow = self.daily_dose * factor / self.concentration
        return math.floor(self.concentration * min(max(flow, LEAST_FLOW_ML), most_flow(self.reservoir_ml)))

    def prints(self, today: date) -> date:
        """The low-reservoir alarm date that the programmer prints today: whole days, never rounded up."""
        days = (self.believed_ml - ALARM_ML) * self.concentration / self.daily_dose
        return today + timedelta(days=max(0, math.floor(days)))


def most_flow(reservoir_ml: int) -> float:
    """The mL a day with which a full reservoir lasts as long as a fill must."""
    return (reservoir_ml - ALARM_ML) / SHORTEST_FILL_DAYS


def draw_pump(chance: Random, now: datetime) -> Pump:
    """A full pump of an assumed mix: 20 mL in seven of ten, a lognormal dose of 350 mcg/day on
    average with half of that as spread, and the drug in the strength that the pump can give for a month or longer."""
    while True:
        reservoir = 20 if chance.random() < 0.7 else 40
        dose = round(chance.lognormvariate(math.log(350) - 0.112, 0.472))
        concentration = chance.choice((500, 1000, 2000, 2000, 2000, 2000))
        flow = dose / concentration
        if LEAST_FLOW_ML <= flow <= most_flow(reservoir):
            pace = chance.uniform(1.0, 1.025)
            return Pump(reservoir, concentration, dose, pace, now, float(reservoir), float(reservoir))
