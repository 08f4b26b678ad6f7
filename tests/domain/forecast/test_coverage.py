"""How often what happened lies within the interval, over clinics that do not follow the forecast's rules.

``./run soak`` plays two hundred and prints the table of docs/forecast.md; the default run looks at two.
"""

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest

from tests.domain.forecast.clinics import BEGINS, COUNTED, Clinic
from tracker.domain.forecast.forecast import Forecast, forecast
from tracker.domain.forecast.stage_visits import entries_per_week

#: Weeks after which the sums so far are looked at.
SUMS = (4, 13, 26, 52)
#: Days of history before the forecast, at least: two and a half years.
HISTORY = 900

Hits = dict[tuple[str, str], list[bool]]


def look_at(seed: int, weeks: int, hits: Hits) -> None:
    """One clinic, on some day of the year. Every number that was forecast is a hit or a miss."""
    chance = Random(seed)
    clinic = Clinic.drawn(chance)
    day = HISTORY + chance.randrange(365)
    history = clinic.history(chance, day + 7 * weeks)
    on = BEGINS + timedelta(days=day)
    found = forecast(Random(seed + 1_000_000), history, COUNTED, initial="referred", on=on, weeks=weeks)
    for each in COUNTED:
        said = found[each.name]
        assert isinstance(said, Forecast)
        happened = entries_per_week(history, each.stage, after=on, weeks=weeks)
        for number, expected in zip(happened, said.per_week, strict=True):
            hits[each.name, "a week"].append(expected.low <= number <= expected.high)
        for week in SUMS:
            if week <= weeks:
                total, so_far = sum(happened[:week]), said.so_far[week - 1]
                hits[each.name, f"{week} weeks together"].append(so_far.low <= total <= so_far.high)


@pytest.mark.parametrize(
    ("clinics", "weeks", "least", "most"),
    [
        pytest.param(2, 8, 0.6, 1.0, id="two_clinics"),
        pytest.param(200, 52, 0.7, 0.9, id="two_hundred_clinics", marks=pytest.mark.soak),
    ],
)
def test_four_fifths_intervals_hold_what_they_say(clinics: int, weeks: int, least: float, most: float) -> None:
    hits: Hits = defaultdict(list)
    for seed in range(1, clinics + 1):
        look_at(seed, weeks, hits)
    shares = {which: sum(found) / len(found) for which, found in hits.items()}
    for (name, what), share in shares.items():
        print(f"{name}, {what}: {share:.1%} of {len(hits[name, what])}")
    looked_at = shares if clinics > 100 else {which: share for which, share in shares.items() if which[1] == "a week"}
    assert {which: share for which, share in looked_at.items() if not least <= share <= most} == {}
