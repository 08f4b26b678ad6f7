"""The naive figures: quantiles of those alone who have finished. Shown only beside Kaplan–Meier, for the difference.

They are too short wherever somebody still waits, because the longest waits are the last to be finished.
"""

from collections.abc import Iterable

from tracker.domain.statistics.risk_sets import Exits


def quantile_of_finished(exits: Iterable[Exits], share: float) -> float | None:
    """The time by which at least ``share`` of the finished had finished (nearest rank, as Kaplan–Meier without
    censoring); ``None`` if nobody has.

    :raises ValueError: unless ``share`` lies between 0 and 1
    """
    if not 0 < share < 1:
        raise ValueError(f"a share of {share} is not between 0 and 1")
    ended = sorted((each.time, each.ended) for each in exits if each.ended)
    total = sum(count for _, count in ended)
    reached = 0
    for time, count in ended:
        reached += count
        # Rounding: 0.9 * 10 is 9, but 0.7 * 10 is a little more than 7.
        if reached >= share * total - 1e-9 * total:
            return time
    return None
