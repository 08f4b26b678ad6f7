"""What became of booked visits: kept, moved, cancelled, missed; and how rooms and clinicians were used."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.reporting.columns import Moves, Visits
from tracker.domain.reporting.counted import Amount, Count, Share, amount, count
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.grouping import Named, counted_by
from tracker.domain.reporting.history import History
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


def days(history: History, selection: Selection) -> Days:
    """Count the visits of the period."""
    visits, words = history.of(Visits), history.words
    rows = [
        row
        for row, case in enumerate(visits.case)
        if selection.has_with(case, visits.clinician[row])
        and selection.falls_in(visits.on[row])
        and visits.on[row] <= history.today
    ]
    purposes: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        purposes[visits.purpose[row]].append(row)
    lost = [row for row in rows if _is_lost_on_its_day(history, row)]
    cancelled = [row for row in rows if visits.state[row] == history.code(AppointmentState.CANCELLED)]
    kept = (_kept(history, words[purpose], members) for purpose, members in purposes.items())
    return Days(
        everything=_kept(history, "", rows),
        purposes=tuple(sorted(kept, key=lambda each: (-each.booked.n, each.purpose))),
        causes=counted_by((words[visits.cause[row]], visits.case[row]) for row in lost),
        notice=_by_notice((visits.on[row] - visits.lost_on[row], visits.case[row]) for row in cancelled),
        moved=_moved(history, selection),
        rooms=_used(history, rows, visits.room),
        clinicians=_used(history, rows, visits.clinician),
    )


def _is_lost_on_its_day(history: History, row: int) -> bool:
    visits = history.of(Visits)
    if visits.state[row] == history.code(AppointmentState.NO_SHOW):
        return True
    # What was written down later was not known before the day either.
    is_cancelled = visits.state[row] == history.code(AppointmentState.CANCELLED)
    return is_cancelled and visits.lost_on[row] >= visits.on[row]


def _kept(history: History, purpose: str, rows: Sequence[int]) -> Kept:
    visits = history.of(Visits)

    def of(chosen: Iterable[int]) -> Count:
        return count(visits.case[row] for row in chosen)

    def with_state(*states: str) -> list[int]:
        codes = history.codes(*states)
        return [row for row in rows if visits.state[row] in codes]

    came, missed = with_state(*CAME), with_state(AppointmentState.NO_SHOW)
    unmarked = with_state(AppointmentState.BOOKED, AppointmentState.CONFIRMED)
    cancelled = with_state(AppointmentState.CANCELLED)
    on_the_day = [row for row in cancelled if _is_lost_on_its_day(history, row)]
    to_take_place = of([*came, *missed, *unmarked, *on_the_day])
    return Kept(
        purpose=purpose,
        booked=of(rows),
        came=of(came),
        cancelled=of(cancelled),
        no_show=of(missed),
        unmarked=of(unmarked),
        to_take_place=to_take_place,
        on_the_day=Share(of(on_the_day), to_take_place),
        missed=Share(of(missed), to_take_place),
    )


def _by_notice(losses: Iterable[tuple[int, int]]) -> Named:
    """By how many days before; each band in its order, also those with nobody."""
    found: dict[str, list[int]] = {name: [] for name, _ in NOTICE}
    for days_before, case in losses:
        name = next((name for name, first in reversed(NOTICE) if days_before >= first), NOTICE[0][0])
        found[name].append(case)
    return tuple((name, count(cases)) for name, cases in found.items())


def _moved(history: History, selection: Selection) -> Named:
    moves, visits = history.of(Moves), history.of(Visits)
    return _by_notice(
        (moves.from_on[row] - moves.moved_on[row], case)
        for row, case in enumerate(moves.case)
        if selection.has_with(case, visits.clinician[moves.visit[row]]) and selection.falls_in(moves.from_on[row])
    )


def _used(history: History, rows: Iterable[int], column: Sequence[int]) -> tuple[Used, ...]:
    visits, came = history.of(Visits), history.codes(*CAME)
    groups: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if visits.state[row] in came:
            groups[column[row]].append(row)
    found = []
    for which, members in groups.items():
        hours: dict[int, float] = defaultdict(float)
        for row in members:
            hours[visits.case[row]] += visits.minutes[row] / 60
        on = {visits.on[row] for row in members}
        found.append(Used(which, amount(hours), count(visits.case[row] for row in members), len(on)))
    return tuple(sorted(found, key=lambda each: (-each.hours.value, each.id)))
