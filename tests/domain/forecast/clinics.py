"""Made-up clinics whose rules are not those of the forecast: referrals by season, turnaround that drifts, patients who
are quick or slow in everything, trial days on two weekdays, and nobody seen at the end of the year.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, exp, pi
from random import Random

from tracker.domain.forecast.stage_visits import Counted, StageVisit

BEGINS = date(2022, 1, 3)
COUNTED = (Counted("trial", "trial_day"), Counted("implant", "implant_day"))
#: Of the way from referral to pump: the stage, its days (median, spread of the logarithm), where it leads how often.
WAY: dict[str, tuple[float, float, dict[str, float]]] = {
    "referred": (12, 0.8, {"evaluating": 0.85, "unreachable": 0.1, "declined": 0.05}),
    "evaluating": (18, 0.7, {"trial_authorization": 0.8, "not_a_candidate": 0.2}),
    "trial_authorization": (14, 0.7, {"trial_booked": 0.93, "not_covered": 0.07}),
    "trial_booked": (21, 0.6, {"trial_day": 0.92, "trial_booked": 0.08}),
    "trial_day": (0, 0, {"trial_review": 1}),
    "trial_review": (5, 1.1, {"implant_authorization": 0.78, "trial_booked": 0.15, "trial_unsuccessful": 0.07}),
    "implant_authorization": (14, 0.8, {"implant_booked": 0.9, "not_covered": 0.04, "declined": 0.06}),
    "implant_booked": (30, 0.6, {"implant_day": 0.94, "implant_booked": 0.06}),
    "implant_day": (1, 0, {"recovering": 1}),
}
TURNAROUND = ("trial_authorization", "implant_authorization")


@dataclass(frozen=True)
class Clinic:
    """``a_year``: referrals. ``swing``: by what share of that the season moves them; ``shift``: the season's, in years.
    ``drift``: by what share the payers' turnaround changes in a year.
    """

    a_year: float
    swing: float
    shift: float
    drift: float

    @classmethod
    def drawn(cls, chance: Random) -> "Clinic":
        return cls(
            a_year=chance.choice((120, 200, 300, 450)),
            swing=chance.uniform(0.1, 0.4),
            shift=chance.random(),
            drift=chance.uniform(-0.3, 0.4),
        )

    def history(self, chance: Random, days: int) -> list[StageVisit]:
        """Everything that happens to the referrals of so many days, to its end."""
        found: list[StageVisit] = []
        day = 0.0
        while (day := day + chance.expovariate(self.a_year * (1 + self.swing) / 365)) < days:
            wave = 1 + self.swing * cos(2 * pi * (day / 365 + self.shift))
            if chance.random() < wave / (1 + self.swing):
                found += self._journey(chance, f"{len(found)}", int(day))
        return found

    def _journey(self, chance: Random, case: str, day: int) -> list[StageVisit]:
        pace = chance.lognormvariate(0, 0.25)
        stage, found = "referred", []
        while stage in WAY:
            median, spread, ways = WAY[stage]
            stayed = median * pace * chance.lognormvariate(0, spread) if median > 1 else median
            if stage in TURNAROUND:
                stayed *= exp(self.drift * day / 365)
            to = chance.choices(list(ways), weights=list(ways.values()))[0]
            left = _day_for(to, day + round(stayed))
            found.append(StageVisit(case, stage, BEGINS + timedelta(days=day), BEGINS + timedelta(days=left), to))
            day, stage = left, to
        return [*found, StageVisit(case, stage, BEGINS + timedelta(days=day))]


def _day_for(stage: str, day: int) -> int:
    """Trials are on Tuesdays and Thursdays, implants on working days, and neither in the last week of a year."""
    while stage in {"trial_day", "implant_day"}:
        on = BEGINS + timedelta(days=day)
        weekdays = (1, 3) if stage == "trial_day" else (0, 1, 2, 3, 4)
        if on.weekday() in weekdays and (on.month, on.day) < (12, 24):
            break
        day += 1
    return day
