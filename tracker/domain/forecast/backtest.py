"""What a forecast would have said then, beside what happened: shown with every forecast, so that it is believed no more
than it deserves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.chance import Chance
from tracker.domain.forecast.forecast import Forecast, TooFew, forecast
from tracker.domain.forecast.stage_visits import Counted, StageVisit, entries_per_week


@dataclass(frozen=True, slots=True)
class Backtest:
    """``happened``: per week, of the weeks that are over; as many or fewer than were forecast."""

    forecast: Forecast
    happened: tuple[int, ...]

    @property
    def hits(self) -> int:
        """In how many of these weeks the number lay within the interval."""
        weeks = zip(self.happened, self.forecast.per_week, strict=False)
        return sum(expected.low <= number <= expected.high for number, expected in weeks)


def backtest(
    chance: Chance,
    history: Sequence[StageVisit],
    counted: Sequence[Counted],
    *,
    initial: str,
    on: date,
    weeks: int,
    today: date,
) -> Mapping[str, Backtest | TooFew]:
    """The forecast of the day ``on``, from what had happened by then alone, and what came until ``today``.

    Facts that were written late are taken as if they had been known: it is a test of the method, not of the records.
    """
    over = min(weeks, (today - on).days // 7)
    found: dict[str, Backtest | TooFew] = {}
    said = forecast(chance, history, counted, initial=initial, on=on, weeks=weeks)
    for each in counted:
        then = said[each.name]
        happened = entries_per_week(history, each.stage, after=on, weeks=max(0, over))
        found[each.name] = then if isinstance(then, TooFew) else Backtest(then, tuple(happened))
    return found
