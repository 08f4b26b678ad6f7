"""Why patients wait: the days lost to each thing that stood in the way, and who could have cleared it."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import compress

from tracker.domain.reporting.columns import Blockers
from tracker.domain.reporting.counted import Amount, Count, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import DAY_S, History
from tracker.domain.reporting.rows import Rows, both, everybody

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


#: Codes: of the blocker, of what it is about, of the roles that can clear it.
_What = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Stretches of time of cases in whose way the same things stood, those that ended first at the beginning.
    ``until_s`` is that of the history where they still stand. ``first`` and ``last``: when the first and the last of
    them begin. ``seconds``: what each of ``cases`` has of all of them; ``flags``: these cases (see ``_Sum``)."""

    rows: Rows
    from_s: "array[int]"
    until_s: "array[int]"
    first: int
    last: int
    cases: Rows
    seconds: tuple[int, ...]
    flags: int


@dataclass(slots=True)
class _Sum:
    """Seconds, and the cases that have a part of them: an integer with a byte of 1 for each, the first case lowest. The
    same cases are counted under many heads, and two such integers are joined in one step."""

    seconds: int = 0
    cases: int = 0
    stretches: list[_Stretches] = field(default_factory=list)

    def add(self, seconds: int, cases: int, stretches: _Stretches) -> None:
        self.seconds += seconds
        self.cases |= cases
        self.stretches.append(stretches)

    def days(self, history: History, selection: Selection) -> Amount:
        places = history.once(everybody)
        cases = tuple(compress(places, self.cases.to_bytes(len(places), "little")))
        return Amount(self.seconds / DAY_S, cases, partial(_days_of_each, self.stretches, selection))


def _days_of_each(several: Sequence[_Stretches], selection: Selection) -> Mapping[int, float]:
    found: dict[int, float] = defaultdict(float)
    for stretches in several:
        for case, begins, ends in zip(stretches.rows.cases, stretches.from_s, stretches.until_s, strict=True):
            seconds = min(ends, selection.until_s) - max(begins, selection.from_s)
            if selection.chosen[case] and seconds > 0:
                found[case] += seconds / DAY_S
    return found


def why_they_wait(history: History, selection: Selection) -> Waits:
    """Count the days lost in the period, until ``as_of`` for what still stands."""
    total, day = _Sum(), history.codes(*AWAITS_ITS_DAY)
    lost, alone = defaultdict[_What, _Sum](_Sum), defaultdict[_What, _Sum](_Sum)
    clearers, clearers_alone = defaultdict[int, _Sum](_Sum), defaultdict[int, _Sum](_Sum)
    for standing, stretches in history.once(_together).items():
        seconds, cases = _within(stretches, selection)
        if not cases:
            continue
        people = {_clearer(what, day) for what in standing}
        several = [total, *(lost[what] for what in standing), *(clearers[by] for by in people)]
        if len(standing) == 1:
            several.append(alone[standing[0]])
        if len(people) == 1:
            several.append(clearers_alone[next(iter(people))])
        for each in several:
            each.add(seconds, cases, stretches)
    now = _standing_now(history, selection)
    cleared = (
        Clearer(_roles(history, by), each.days(history, selection), clearers_alone[by].days(history, selection))
        for by, each in clearers.items()
    )
    each_lost = (
        _lost(
            history, what, lost[what].days(history, selection), alone[what].days(history, selection), now.get(what, ())
        )
        for what in lost.keys() | now.keys()
    )
    return Waits(
        total.days(history, selection),
        tuple(sorted(each_lost, key=_most_lost)),
        tuple(sorted(cleared, key=lambda each: (-each.days.value, each.by))),
    )


def _within(stretches: _Stretches, selection: Selection) -> tuple[int, int]:
    """The seconds of the stretches that lie in the period, of the cases selected, and these cases (see ``_Sum``)."""
    chosen, first, after = selection.chosen, selection.from_s, selection.until_s
    if first <= stretches.first and stretches.until_s[-1] <= after:
        meant = stretches.cases.picked(chosen)
        return sum(compress(stretches.seconds, meant)), stretches.flags & int.from_bytes(chosen, "little")
    begin = bisect_right(stretches.until_s, first)
    from_s, meant = stretches.from_s[begin:], stretches.rows.picked(chosen)[begin:]
    if stretches.last >= after:
        meant = both(meant, bytes(map(after.__gt__, from_s)))
    begins, ends = list(compress(from_s, meant)), list(compress(stretches.until_s[begin:], meant))
    before = sum([first - each for each in begins if each < first]) if stretches.first < first else 0
    later = ends[bisect_right(ends, after) :]
    seconds = sum(ends) - sum(begins) - before - (sum(later) - after * len(later))
    return seconds, _flags(len(chosen), compress(stretches.rows.cases[begin:], meant))


def _flags(size: int, cases: Iterable[int]) -> int:
    found = bytearray(size)
    for case in cases:
        found[case] = 1
    return int.from_bytes(found, "little")


def _together(history: History) -> Mapping[tuple[_What, ...], _Stretches]:
    """By the things that stood there together: there are few such sets, and many stretches of time."""
    blockers, phases, now = history.of(Blockers), history.codes(*PHASES), history.as_of_s
    cases: dict[int, list[tuple[int, int, _What]]] = defaultdict(list)
    for case, code, of, by, phase, begins, ends in zip(
        blockers.case, blockers.code, blockers.of, blockers.by, blockers.phase, blockers.from_s, blockers.until_s,
        strict=True,
    ):  # fmt: skip
        until = min(ends or now, now)
        if phase in phases and begins < until:
            cases[case].append((begins, until, (code, of, by)))
    found: dict[tuple[_What, ...], list[tuple[int, int, int]]] = defaultdict(list)
    for case, intervals in cases.items():
        for begins, ends, standing in _segments(intervals):
            found[standing].append((ends, begins, case))
    return {standing: _stretches(history, rows) for standing, rows in found.items()}


def _stretches(history: History, rows: Sequence[tuple[int, int, int]]) -> _Stretches:
    """Of rows of an end, a beginning and a case."""
    seconds: dict[int, int] = defaultdict(int)
    for ends, begins, case in rows:
        seconds[case] += ends - begins
    until_s, from_s, of = zip(*sorted(rows), strict=True)
    return _Stretches(
        Rows(history, of),
        array("q", from_s),
        array("q", until_s),
        min(from_s),
        max(from_s),
        Rows(history, seconds),
        tuple(seconds.values()),
        _flags(len(history.cases.id), seconds),
    )


def _segments(intervals: Sequence[tuple[int, int, _What]]) -> Iterator[tuple[int, int, tuple[_What, ...]]]:
    """The time cut where anything begins or ends: from, until, and what stood there meanwhile, in order."""
    changes = [(begins, 1, what) for begins, _, what in intervals] + [(ends, -1, what) for _, ends, what in intervals]
    standing: dict[_What, int] = {}
    since = 0
    for at, change, what in sorted(changes):
        if standing and at > since:
            yield since, at, tuple(standing) if len(standing) == 1 else tuple(sorted(standing))
        since = at
        left = standing.get(what, 0) + change
        if left:
            standing[what] = left
        else:
            del standing[what]


def _standing_now(history: History, selection: Selection) -> Mapping[_What, Sequence[int]]:
    """Whom each thing holds up, where the period reaches until the history was made."""
    if selection.until_s < history.as_of_s:
        return {}
    chosen = selection.chosen
    found = {what: [case for case in cases if chosen[case]] for what, cases in history.once(_holding).items()}
    return {what: cases for what, cases in found.items() if cases}


def _holding(history: History) -> Mapping[_What, Sequence[int]]:
    blockers, phases = history.of(Blockers), history.codes(*PHASES)
    found: dict[_What, list[int]] = defaultdict(list)
    for row, ends in enumerate(blockers.until_s):
        if not ends and blockers.phase[row] in phases:
            found[blockers.code[row], blockers.of[row], blockers.by[row]].append(blockers.case[row])
    return found


def _clearer(what: _What, day: frozenset[int]) -> int:
    code, _of, by = what
    return 0 if code in day else by


def _lost(history: History, what: _What, days: Amount, alone: Amount, now: Sequence[int]) -> Lost:
    code, of, by = what
    return Lost(history.words[code], history.words[of], _roles(history, by), days, alone, count(now))


def _roles(history: History, by: int) -> tuple[str, ...]:
    return tuple(history.words[by].split())


def _most_lost(lost: Lost) -> tuple[float, str, str]:
    return -lost.days.value, lost.code, lost.of
