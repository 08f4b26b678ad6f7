"""Why patients wait: the days lost to each thing that stood in the way, and who could have cleared it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.reporting.columns import Blockers
from tracker.domain.reporting.counted import Amount, Count, amount, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import DAY_S, History

NEEDS = (Blockers,)
DEFINITION = (
    "Patient-days in the period on which something stood in the way of a patient's next step, before an implant or a "
    "reoperation. A day with two things in the way counts for each of them, and once in the total; it counts as alone "
    "where nothing else stood there. A day that is booked and has not come is waited for, and can be cleared by nobody."
)
#: With a pump in and no operation ahead nobody waits to come further.
PHASES = ("referral", "trial", "implant", "preparation", "operation")
#: The visit is booked and its day has not come: who sees the patient in on that day cannot make it come sooner.
AWAITS_ITS_DAY = ("not_arrived",)


@dataclass(frozen=True, slots=True)
class Lost:
    """What stood in the way: the blocker's ``code``, what it is ``of``, and the roles that can clear it. ``now``: whom
    it still holds up."""

    code: str
    of: str
    by: tuple[str, ...]
    days: Amount
    alone: Amount
    now: Count


@dataclass(frozen=True, slots=True)
class Clearer:
    """What the same people could have cleared, days on which several such things stood there counted once. ``by`` is
    empty where a booked day had to come, or time had to pass."""

    by: tuple[str, ...]
    days: Amount
    alone: Amount


@dataclass(frozen=True, slots=True)
class Waits:
    """Each with the most days first. ``days``: on which anything stood in the way."""

    days: Amount
    lost: tuple[Lost, ...]
    clearers: tuple[Clearer, ...]


_What = tuple[int, int, int]
#: Seconds by case.
_Parts = dict[int, int]


def why_they_wait(history: History, selection: Selection) -> Waits:
    """Count the days lost in the period, until ``as_of`` for what still stands."""
    total: _Parts = {}
    day = history.codes(*AWAITS_ITS_DAY)
    lost: dict[_What, _Parts] = defaultdict(dict)
    alone: dict[_What, _Parts] = defaultdict(dict)
    clearers: dict[int, _Parts] = defaultdict(dict)
    clearers_alone: dict[int, _Parts] = defaultdict(dict)
    now: dict[_What, list[int]] = defaultdict(list)
    for standing, parts in _together(_by_case(history, selection, now)).items():
        people = {_clearer(what, day) for what in standing}
        _add(total, parts)
        for what in standing:
            _add(lost[what], parts)
        for by in people:
            _add(clearers[by], parts)
        if len(standing) == 1:
            _add(alone[standing[0]], parts)
        if len(people) == 1:
            _add(clearers_alone[next(iter(people))], parts)
    return Waits(
        _days(total),
        tuple(sorted((_lost(history, what, lost, alone, now) for what in lost.keys() | now.keys()), key=_most_lost)),
        tuple(
            sorted(
                (
                    Clearer(_roles(history, by), _days(parts), _days(clearers_alone[by]))
                    for by, parts in clearers.items()
                ),
                key=lambda each: (-each.days.value, each.by),
            )
        ),
    )


def _together(cases: Mapping[int, Sequence[tuple[int, int, _What]]]) -> Mapping[tuple[_What, ...], _Parts]:
    """How long each case had just these things in its way: there are few such sets, and many stretches of time."""
    found: dict[tuple[_What, ...], _Parts] = defaultdict(dict)
    for case, intervals in cases.items():
        for seconds, standing in _segments(intervals):
            parts = found[standing]
            parts[case] = parts.get(case, 0) + seconds
    return found


def _by_case(
    history: History, selection: Selection, now: dict[_What, list[int]]
) -> Mapping[int, Sequence[tuple[int, int, _What]]]:
    """The part of each interval that lies in the period; into ``now`` what still stands at its end."""
    found: dict[int, list[tuple[int, int, _What]]] = defaultdict(list)
    blockers, phases = history.of(Blockers), history.codes(*PHASES)
    until_s = min(selection.until_s, history.as_of_s)
    for row, case in enumerate(blockers.case):
        if not selection.chosen[case] or blockers.phase[row] not in phases:
            continue
        what = (blockers.code[row], blockers.of[row], blockers.by[row])
        ends = blockers.until_s[row]
        begins, ended = max(blockers.from_s[row], selection.from_s), min(ends or until_s, until_s)
        if begins < ended:
            found[case].append((begins, ended, what))
        if not ends and until_s == history.as_of_s:
            now[what].append(case)
    return found


def _segments(intervals: Sequence[tuple[int, int, _What]]) -> Iterator[tuple[int, tuple[_What, ...]]]:
    """The time cut where anything begins or ends: seconds, and what stood there meanwhile, in order."""
    changes = [(begins, 1, what) for begins, _, what in intervals] + [(ends, -1, what) for _, ends, what in intervals]
    standing: dict[_What, int] = {}
    since = 0
    for at, change, what in sorted(changes):
        if standing and at > since:
            yield at - since, tuple(standing) if len(standing) == 1 else tuple(sorted(standing))
        since = at
        left = standing.get(what, 0) + change
        if left:
            standing[what] = left
        else:
            del standing[what]


def _add(into: _Parts, parts: _Parts) -> None:
    if not into:
        into.update(parts)
        return
    for case, seconds in parts.items():
        into[case] = into.get(case, 0) + seconds


def _days(parts: _Parts) -> Amount:
    return amount({case: seconds / DAY_S for case, seconds in parts.items()})


def _clearer(what: _What, day: frozenset[int]) -> int:
    code, _of, by = what
    return 0 if code in day else by


def _lost(
    history: History,
    what: _What,
    lost: Mapping[_What, _Parts],
    alone: Mapping[_What, _Parts],
    now: Mapping[_What, list[int]],
) -> Lost:
    code, of, by = what
    return Lost(
        history.words[code],
        history.words[of],
        _roles(history, by),
        _days(lost.get(what, {})),
        _days(alone.get(what, {})),
        count(now.get(what, ())),
    )


def _roles(history: History, by: int) -> tuple[str, ...]:
    return tuple(history.words[by].split())


def _most_lost(lost: Lost) -> tuple[float, str, str]:
    return -lost.days.value, lost.code, lost.of
