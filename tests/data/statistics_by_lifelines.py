"""Makes statistics_by_lifelines.json: durations, and what lifelines and scipy make of them.

Neither is needed by the application or its tests. Made with Python 3.11, lifelines 0.30.3, scipy 1.17.1, numpy 2.4.6,
pandas 2.3.3, in an environment of its own:

    python3 -m venv lifelines && lifelines/bin/pip install lifelines==0.30.3
    lifelines/bin/python tests/data/statistics_by_lifelines.py > tests/data/statistics_by_lifelines.json

Events of different causes at one time are left out: lifelines moves them apart by chance. Nobody joins at the very time
of an event: lifelines counts them at risk of it, and we do not. Where lifelines gives no number (nan), null stands.
"""

import json
import math
import random
import sys

import numpy as np
import pandas as pd
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import qth_survival_times
from scipy import stats

#: until, cause ("" while waiting), joined
Spell = tuple[float, str, float]
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
CAUSES = ("implanted", "declined", "not covered")


def drawn(chance: random.Random, people: int, *, days: bool = False, late: bool = False) -> list[Spell]:
    """Made-up waits. ``days``: whole days, so that many end on one. ``late``: a third joins late, never on an event."""
    spells = []
    for _ in range(people):
        until = chance.lognormvariate(3.4, 0.8)
        joined = until * chance.random() if late and chance.random() < 0.33 else 0.0
        if days:
            until = math.ceil(until)
            joined = min(math.floor(joined) + 0.5, until - 0.5) if joined else 0.0
        cause = chance.choices((*CAUSES, ""), weights=(5, 1, 1, 3))[0]
        spells.append((float(until), cause, joined))
    return spells


def one_cause_a_time(spells: list[Spell]) -> list[Spell]:
    """The same, with every event of one day by the cause of the first."""
    first: dict[float, str] = {}
    return [(until, first.setdefault(until, cause) if cause else "", joined) for until, cause, joined in spells]


def number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def by_kaplan_meier(spells: list[Spell]) -> dict[str, object]:
    until, cause, joined = zip(*spells, strict=True)
    seen = np.array([bool(each) for each in cause])
    fit = KaplanMeierFitter().fit(until, seen, entry=joined if any(joined) else None)
    bounds = fit.confidence_interval_
    rows = []
    for time in sorted(set(until)):
        low, high = bounds.loc[time]
        value = float(fit.survival_function_.loc[time].iloc[0])
        at_risk = int(fit.event_table.loc[time, "at_risk"])
        variance = value**2 * float(fit._cumulative_sq_.loc[time])
        rows.append([time, at_risk, value, number(variance), float(low), float(high)])
    quantiles = []
    for share in SHARES:
        # lifelines adds up logarithms: its 30 of 40 miss three quarters by a trace, and the next time would be taken.
        left = 1 - share + 1e-12
        ends = [number(float(qth_survival_times(left, bounds[[name]]))) for name in bounds.columns]
        quantiles.append([share, number(float(qth_survival_times(left, fit.survival_function_))), *ends])
    return {"curve": rows, "quantiles": quantiles}


def by_aalen_johansen(spells: list[Spell]) -> dict[str, object]:
    until, cause, joined = zip(*spells, strict=True)
    found = {}
    for place, name in enumerate(CAUSES, start=1):
        if name not in cause:
            continue
        codes = [CAUSES.index(each) + 1 if each else 0 for each in cause]
        fit = AalenJohansenFitter().fit(
            pd.Series(until), pd.Series(codes), event_of_interest=place, entry=joined if any(joined) else None
        )
        rows = []
        for time in sorted(set(until)):
            # lifelines calls the smaller end "upper".
            ends = sorted(number(each) or 0.0 for each in fit.confidence_interval_.loc[time])
            is_known = all(math.isfinite(each) for each in fit.confidence_interval_.loc[time])
            value = float(fit.cumulative_density_.loc[time].iloc[0])
            variance = number(float(fit.variance_.loc[time]))
            rows.append([time, value, variance, *(ends if is_known else (None, None))])
        found[name] = rows
    return found


def example(spells: list[Spell], *, competing: bool = True) -> dict[str, object]:
    known = {"spells": spells, "kaplan_meier": by_kaplan_meier(spells)}
    return {**known, "aalen_johansen": by_aalen_johansen(spells)} if competing else known


def main() -> None:
    chance = random.Random(20261129)
    late_days = drawn(chance, 150, days=True, late=True)
    examples = {
        "no ties": example(drawn(chance, 60)),
        "whole days": example(drawn(chance, 200, days=True), competing=False),
        "whole days, one cause a day": example(one_cause_a_time(drawn(chance, 120, days=True))),
        "late joiners": example(drawn(chance, 80, late=True)),
        "late joiners, whole days": example(one_cause_a_time(late_days)),
        "nobody censored": example([(until, cause or "declined", 0.0) for until, cause, _ in drawn(chance, 40)]),
        "everybody censored": example([(until, "", 0.0) for until, _, _ in drawn(chance, 12)]),
        "one patient who finished": example([(17.0, "implanted", 0.0)]),
        "one patient who waits": example([(17.0, "", 0.0)]),
        "few": example(drawn(chance, 7)),
    }
    proportions = [
        [count, total, *map(float, stats.binomtest(count, total).proportion_ci(0.95, method="wilson"))]
        for count, total in ((0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (1, 250), (85, 100), (4999, 10000))
    ]
    quantiles = [
        [share, degrees, float(stats.chi2.ppf(share, degrees))]
        for share in (1e-6, 0.005, 0.025, 0.05, 0.5, 0.9, 0.975, 0.995, 1 - 1e-6)
        for degrees in (0.5, 1, 2, 3, 4, 7, 10, 24, 100, 1001, 20000)
    ]
    student = [
        [share, degrees, float(stats.t.ppf(share, degrees))]
        for share in (0.6, 0.8, 0.95, 0.975, 0.995)
        for degrees in (9, 19, 49, 999)
    ]
    made = {"examples": examples, "proportions": proportions, "chi_square_quantiles": quantiles, "student": student}
    json.dump(made, sys.stdout)
    print()


if __name__ == "__main__":
    main()
