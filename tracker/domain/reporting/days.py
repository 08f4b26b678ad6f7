"""What became of booked visits: kept, moved, cancelled, missed; and how rooms and clinicians were used."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, compress

from tracker.domain.reporting.columns import Moves, Visits
from tracker.domain.reporting.counted import Amount, Count, Share, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.grouping import Named, counted_by
from tracker.domain.reporting.history import History
from tracker.domain.reporting.rows import rows_of
from tracker.domain.words import AppointmentState

NEEDS = (Visits, Moves)
DEFINITION = (
    "Visits that were booked for a day of the period which has come, by what became of them. Cancelled on the day, and "
    "missed, are shares of the visits that were still to take place when their day began."
)
MOVES_DEFINITION = "Times that a visit was moved away from a day in the period, by how many days before it; not a loss."
USE_DEFINITION = "Hours for which visits that took place on days of the period were booked, by room and by clinician."
#: How many days before its day a visit was called off or moved: the name of each band and its first number of days.
NOTICE = (("on_the_day", 0), ("1_to_2_days", 1), ("3_to_7_days", 3), ("8_to_28_days", 8), ("more_than_28_days", 29))
CAME = (AppointmentState.ARRIVED, AppointmentState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Kept:
    """Visits of one purpose (empty: all). ``unmarked``: nobody has said what became of them; ``to_take_place`` is the
    denominator of ``on_the_day`` (cancelled on it) and ``missed``."""

    purpose: str
    booked: Count
    came: Count
    cancelled: Count
    no_show: Count
    unmarked: Count
    to_take_place: Count
    on_the_day: Share
    missed: Share


@dataclass(frozen=True, slots=True)
class Used:
    """What a room or clinician (the id of the row, 0: none was named) was booked for: hours, visits, and on how many
    days."""

    id: int
    hours: Amount
    visits: Count
    days: int


@dataclass(frozen=True, slots=True)
class Days:
    """``causes``: of visits lost on their day, missed or cancelled, empty where none is on record; ``notice``: of those
    cancelled, by the bands of ``NOTICE`` in their order, as ``moved`` for those moved."""

    everything: Kept
    purposes: tuple[Kept, ...]
    causes: Named
    notice: Named
    moved: Named
    rooms: tuple[Used, ...]
    clinicians: tuple[Used, ...]


#: What became of a visit, as far as it matters to whom.
_CAME, _MISSED, _UNMARKED, _ON_THE_DAY, _BEFORE, _OTHERWISE = range(6)


def days(history: History, selection: Selection) -> Days:
    """Count the visits of the period."""
    visits, words = history.of(Visits), history.words
    fates, rows = history.once(_fates), held_in(history, selection)
    purposes: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        purposes[visits.purpose[row]].append(row)
    cancelled = [row for row in rows if fates[row] in (_ON_THE_DAY, _BEFORE)]
    came = [row for row in rows if fates[row] == _CAME]
    kept = (_kept(history, words[purpose], members) for purpose, members in purposes.items())
    return Days(
        everything=_kept(history, "", rows),
        purposes=tuple(sorted(kept, key=lambda each: (-each.booked.n, each.purpose))),
        causes=counted_by(
            (words[visits.cause[row]], visits.case[row]) for row in rows if fates[row] in (_MISSED, _ON_THE_DAY)
        ),
        notice=_by_notice((visits.on[row] - visits.lost_on[row], visits.case[row]) for row in cancelled),
        moved=_moved(history, selection),
        rooms=_used(history, came, visits.room),
        clinicians=_used(history, came, visits.clinician),
    )


def held_in(history: History, selection: Selection) -> list[int]:
    """The rows of the visits that were booked for a day of the period which has come."""
    visits, first, after = history.of(Visits), selection.from_day, min(selection.until_day, history.today + 1)
    meant, on = selection.with_own_clinician(history.once(rows_of, Visits), visits.clinician), visits.on
    return [row for row in compress(range(len(meant)), meant) if first <= on[row] < after]


def _fates(history: History) -> bytes:
    """What became of each visit. What was written down later was not known before the day either."""
    visits, plain = history.of(Visits), {history.code(state): _CAME for state in CAME}
    plain[history.code(AppointmentState.NO_SHOW)] = _MISSED
    plain |= {history.code(state): _UNMARKED for state in (AppointmentState.BOOKED, AppointmentState.CONFIRMED)}
    cancelled = history.code(AppointmentState.CANCELLED)
    return bytes(
        (_ON_THE_DAY if lost_on >= on else _BEFORE) if state == cancelled else plain.get(state, _OTHERWISE)
        for state, on, lost_on in zip(visits.state, visits.on, visits.lost_on, strict=True)
    )


def _kept(history: History, purpose: str, rows: Sequence[int]) -> Kept:
    case, fates = history.of(Visits).case, history.once(_fates)
    found: list[list[int]] = [[] for _ in range(_OTHERWISE + 1)]
    for row in rows:
        found[fates[row]].append(case[row])
    to_take_place = count(chain(found[_CAME], found[_MISSED], found[_UNMARKED], found[_ON_THE_DAY]))
    missed = count(found[_MISSED])
    return Kept(
        purpose=purpose,
        booked=count(chain(*found)),
        came=count(found[_CAME]),
        cancelled=count(chain(found[_ON_THE_DAY], found[_BEFORE])),
        no_show=missed,
        unmarked=count(found[_UNMARKED]),
        to_take_place=to_take_place,
        on_the_day=Share(count(found[_ON_THE_DAY]), to_take_place),
        missed=Share(missed, to_take_place),
    )


def _by_notice(losses: Iterable[tuple[int, int]]) -> Named:
    """By how many days before; each band in its order, also those with nobody."""
    begins = [first for _, first in NOTICE]
    found: list[list[int]] = [[] for _ in NOTICE]
    for days_before, case in losses:
        found[max(0, bisect_right(begins, days_before) - 1)].append(case)
    return tuple((name, count(cases)) for (name, _), cases in zip(NOTICE, found, strict=True))


def _moved(history: History, selection: Selection) -> Named:
    moves, visits = history.of(Moves), history.of(Visits)
    meant = selection.with_own_clinician(
        history.once(rows_of, Moves), [visits.clinician[visit] for visit in moves.visit]
    )
    return _by_notice(
        (moves.from_on[row] - moves.moved_on[row], moves.case[row])
        for row in compress(range(len(meant)), meant)
        if selection.falls_in(moves.from_on[row])
    )


def _used(history: History, came: Sequence[int], column: Sequence[int]) -> tuple[Used, ...]:
    visits = history.of(Visits)
    groups: dict[int, list[int]] = defaultdict(list)
    for row in came:
        groups[column[row]].append(row)
    found = []
    for which, members in groups.items():
        minutes = sum([visits.minutes[row] for row in members])
        cases = tuple(sorted({visits.case[row] for row in members if visits.minutes[row]}))
        hours = Amount(minutes / 60, cases, partial(_hours, visits, members))
        on = {visits.on[row] for row in members}
        found.append(Used(which, hours, count([visits.case[row] for row in members]), len(on)))
    return tuple(sorted(found, key=lambda each: (-each.hours.value, each.id)))


def _hours(visits: Visits, rows: Sequence[int]) -> Mapping[int, float]:
    """Of each case."""
    found: dict[int, float] = defaultdict(float)
    for row in rows:
        found[visits.case[row]] += visits.minutes[row] / 60
    return found
