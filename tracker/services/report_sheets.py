"""Makes the sheets of the reports ahead: of everybody in the usual year right after a clinic's history was made; and
what takes many seconds once a day, with each filter that somebody has asked for.

Most people look at nothing but the usual year. A sheet says of which history and which days it is; where that is not
the present one, the page counts itself, or says that it is being made.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import delete

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.report_sheets.catalogue import QUICK, SLOW, Panel
from tracker.domain.report_sheets.stored import packed_sheet
from tracker.domain.report_sheets.usual import usual_filter
from tracker.domain.report_sheets.words import Names
from tracker.domain.reporting.filters import Filter, select
from tracker.domain.reporting.history import FORM, History
from tracker.persistence.database import Database
from tracker.persistence.models import ClinicHistory
from tracker.persistence.upsert import upsert
from tracker.queries.clinic_history.stored import Standing, list_standings, read_history
from tracker.queries.report_lists import names_of
from tracker.queries.stored_sheets import ASKED, PREFIX, are_made, find_slow, part_of
from tracker.services.ports import Clock
from tracker.services.turns import Turns

#: After so long the clinics that are left have to wait for the next bell, and histories are made in between.
AT_MOST = timedelta(minutes=10)


def make_sheets(database: Database, clock: Clock, *, pause: Callable[[], None]) -> int:
    """Make what is not of the present history; returns for how many clinics.

    :raises ExceptionGroup: with everything that failed; the other clinics had their turn
    """
    return _each(database, clock, _make, pause=pause)


def make_slow_sheets(database: Database, clock: Clock, *, pause: Callable[[], None]) -> int:
    """Make what takes long and is not of today, for everybody and as it was asked for; returns for how many clinics.

    :raises ExceptionGroup: with everything that failed; the other clinics had their turn
    """
    return _each(database, clock, make_slow_of, pause=pause, within=AT_MOST)


def _each(
    database: Database,
    clock: Clock,
    make: Callable[[Database, Standing, date], bool],
    *,
    pause: Callable[[], None],
    within: timedelta = timedelta.max,
) -> int:
    made, turns, begun = 0, Turns("some reports could not be made ahead"), clock.now()
    with database.reading() as session:
        standings = [each for each in list_standings(session) if each.as_of is not None]
    for standing in standings:
        if clock.now() - begun > within:
            break
        with turns.next():
            made += make(database, standing, ClinicCalendar(standing.zone).today(clock.now()))
            pause()
    turns.end()
    return made


def _make(database: Database, standing: Standing, today: date) -> bool:
    with database.reading() as session:
        if are_made(session, standing.clinic_id, QUICK):
            return False
    return _store(database, standing, QUICK.values(), usual_filter(today))


def make_slow_of(database: Database, standing: Standing, today: date) -> bool:
    """The same of one clinic, on the day that is ``today`` there: what is of another day goes; what was asked
    for until today is made. Returns whether anything was missing."""
    usual = usual_filter(today)
    with database.reading() as session:
        known = find_slow(session, standing.clinic_id)
    wanted = {part_of(name, usual): (panel, usual) for name, panel in SLOW.items()}
    for part, asked in known.items():
        name = part.removeprefix(ASKED)
        if asked is None or asked.until_on != usual.until_on or not part.startswith(ASKED):
            continue
        # What is asked of everybody is made anyhow.
        if any(asked.whose):
            wanted[name] = (SLOW[name.partition(":")[0]], asked)
    made = {part for part, asked in known.items() if asked is not None and asked.until_on == usual.until_on}
    missing = [each for part, each in wanted.items() if PREFIX + part not in made]
    over = [part for part in known if part.startswith(ASKED) or (part not in made and ":" in part.removeprefix(PREFIX))]
    if over:
        # Before anything is made under the same names; who looks meanwhile asks again, which comes to nothing.
        with database.writing() as session:
            session.execute(
                delete(ClinicHistory).where(ClinicHistory.clinic_id == standing.clinic_id, ClinicHistory.part.in_(over))
            )
    for panel, asked in missing:
        _store(database, standing, [panel], asked)
    return bool(missing)


def _store(database: Database, standing: Standing, panels: Iterable[Panel], asked: Filter) -> bool:
    """Count these panels with a filter and keep them; false where there is no history yet."""
    wanted = list(panels)
    needed = {part for panel in wanted for part in panel.needs}
    with database.reading() as session:
        history: History | None = read_history(session, standing.clinic_id, *needed, *asked.needs)
        names = names_of(session, standing.clinic_id)
    if history is None:
        return False
    bodies = {name: body for panel in wanted for name, body in _bodies(panel, history, names, asked)}
    with database.writing() as session:
        for name, body in bodies.items():
            values = {"as_of": history.as_of, "last_seq": standing.last_seq, "form": FORM, "body": body}
            key = {"clinic_id": standing.clinic_id, "part": PREFIX + name}
            upsert(session, ClinicHistory, key, insert=values, update=values)
    return True


def _bodies(panel: Panel, history: History, names: Names, asked: Filter) -> Iterator[tuple[str, bytes]]:
    """A sheet as it is stored, by the name of its part; of everybody, of one that looks ahead, one for each horizon."""
    chosen = select(history, asked)
    if panel.horizons is None or any(asked.whose):
        yield part_of(panel.name, asked), packed_sheet(panel.make(history, chosen, names), asked)
        return
    for months, sheet in panel.horizons(history, chosen, names).items():
        ahead = replace(asked, months=months)
        yield part_of(panel.name, ahead), packed_sheet(sheet, ahead)
