"""Makes the sheets of every report ahead, right after a clinic's history was made: of everybody in the usual year.

Counting takes seconds where there are a hundred thousand cases, and most people look at nothing else. A sheet says of
which history and which days it is; where that is not the present one, the page counts itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.report_sheets.catalogue import PANELS
from tracker.domain.report_sheets.stored import packed_sheet
from tracker.domain.report_sheets.usual import usual_filter
from tracker.domain.report_sheets.words import Names
from tracker.domain.reporting.filters import Filter, select
from tracker.domain.reporting.history import FORM, History
from tracker.persistence.database import Database
from tracker.persistence.models import ClinicHistory
from tracker.persistence.upsert import upsert
from tracker.queries.clinic_history.stored import list_standings, read_history
from tracker.queries.report_lists import names_of
from tracker.queries.stored_sheets import are_made, part_of
from tracker.services.ports import Clock
from tracker.services.turns import Turns


def make_sheets(database: Database, clock: Clock, *, pause: Callable[[], None]) -> int:
    """Make what is not of the present history; returns for how many clinics.

    :raises ExceptionGroup: with everything that failed; the other clinics had their turn
    """
    made, turns = 0, Turns("some reports could not be made ahead")
    with database.reading() as session:
        standings = [each for each in list_standings(session) if each.as_of is not None]
    for standing in standings:
        with turns.next():
            today = ClinicCalendar(standing.zone).today(clock.now())
            made += _make(database, standing.clinic_id, standing.last_seq, usual_filter(today))
            pause()
    turns.end()
    return made


def _make(database: Database, clinic_id: int, last_seq: int, asked: Filter) -> bool:
    with database.reading() as session:
        if are_made(session, clinic_id, PANELS):
            return False
        history = read_history(session, clinic_id, *{part for panel in PANELS.values() for part in panel.needs})
        names = names_of(session, clinic_id)
    if history is None:
        return False
    bodies = dict(_bodies(history, names, asked))
    with database.writing() as session:
        for part, body in bodies.items():
            values = {"as_of": history.as_of, "last_seq": last_seq, "form": FORM, "body": body}
            upsert(session, ClinicHistory, {"clinic_id": clinic_id, "part": part}, insert=values, update=values)
    return True


def _bodies(history: History, names: Names, asked: Filter) -> Iterator[tuple[str, bytes]]:
    """Every sheet as it is stored, by its part; of a panel that looks ahead one for each of its horizons."""
    selection = select(history, asked)
    for name, panel in PANELS.items():
        if panel.horizons is None:
            yield part_of(name, asked.months), packed_sheet(panel.make(history, selection, names), asked)
            continue
        for months, sheet in panel.horizons(history, selection, names).items():
            yield part_of(name, months), packed_sheet(sheet, replace(asked, months=months))
