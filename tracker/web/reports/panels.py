"""One report as it stands now: which panels there are, and their sheet for one clinic and one filter.

The page, its lists, its files and the command line ask here, so that they say the same.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import compress

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.wording import sentence_of
from tracker.domain.report_sheets.catalogue import PANELS, QUICK, SLOW, Panel
from tracker.domain.report_sheets.next_days import Procedure, next_days_sheet
from tracker.domain.report_sheets.now import now_answer, now_sheet
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.small import without_small_numbers
from tracker.domain.report_sheets.what_if import NAME as WHAT_IF
from tracker.domain.report_sheets.words import Names, who_clears
from tracker.domain.reporting.filters import Filter, select
from tracker.domain.reporting.history import History
from tracker.pathways import catalogue
from tracker.queries.clinic_history.stored import has_history, read_history
from tracker.queries.next_days import DEFINITION as NEXT_DAYS_DEFINITION
from tracker.queries.next_days import WORKING_DAYS, Upcoming, list_next_days
from tracker.queries.report_lists import count_open_cases, list_open_cases
from tracker.queries.stored_sheets import find_sheets
from tracker.web.reports.lately import Lately

#: The ids of the cases that a filter selects; ``None``: all of them.
Chosen = frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Heading:
    """``title``: in the navigation and of the page; ``question``: what it answers; ``is_live``: from the rows as they
    are now; ``is_slow``: it takes seconds where it was not made ahead. Neither has a period. ``has_horizon``: a reader
    chooses how far it looks ahead; ``is_asked``: it answers once a reader has changed a rule, and has no filter."""

    name: str
    title: str
    question: str
    is_live: bool = False
    is_slow: bool = False
    has_horizon: bool = False
    is_asked: bool = False

    @property
    def has_period(self) -> bool:
        """Whether it counts in the days that are asked for."""
        return not (self.is_live or self.is_slow)


@dataclass(frozen=True, slots=True)
class Told:
    """A sheet and the instant at which it was true. ``None`` for the sheet: no history has been made yet, or it takes
    so long (``is_late``) that it has to be made in the background first."""

    sheet: Sheet | None
    as_of: datetime
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Whose reports, when, and whether they are for somebody who may see patients."""

    session: Session
    viewer: Actor
    calendar: ClinicCalendar
    now: datetime
    with_patients: bool

    @property
    def clinic_id(self) -> int:
        """The viewer's."""
        return self.viewer.clinic_id


HEADINGS: Mapping[str, Heading] = {
    heading.name: heading
    for heading in (
        Heading("next-days", "Next ten working days", "What could go wrong in the next days?", is_live=True),
        Heading("now", "Now", "Who stands where, for how long, and over target?", is_live=True),
        *(
            Heading(
                panel.name,
                panel.title,
                panel.question,
                is_slow=panel.is_slow,
                has_horizon=panel.horizons is not None,
            )
            for panel in PANELS.values()
        ),
        Heading(WHAT_IF, "What if", "What would change if a rule were changed?", is_asked=True),
    )
}


def versions() -> Mapping[int, str]:
    """The versions of the pathway to a pump."""
    return {version: f"version {version}" for name, version in catalogue.FILES if name == catalogue.FIRST}


def tell(
    place: Place, name: str, wanted: Filter, names: Names, *, with_cases: bool = False, may_wait: bool = False
) -> Told:
    """One panel, as the viewer may see it; as it was made ahead, where that is what is asked for and the cases behind
    its numbers (``with_cases``, for who may see patients) are not. What takes long has no such cases, and is counted
    only for who ``may_wait``.

    :raises KeyError: for one that does not exist
    """
    live = _LIVE.get(name)
    if live is not None:
        return Told(_seen(place, live(place, _chosen_now(place, wanted), names)), place.now)
    panel = PANELS[name]
    ahead = {} if with_cases and not panel.is_slow else _ahead(place, [name], wanted)
    if name in ahead:
        return ahead[name]
    if panel.is_slow and not may_wait:
        return Told(None, place.now, is_late=has_history(place.session, place.clinic_id))
    history = read_history(place.session, place.clinic_id, *{*panel.needs, *wanted.needs})
    if history is None:
        return Told(None, place.now)
    if with_cases:
        return Told(_seen(place, panel.make(history, select(history, wanted), names)), history.as_of)
    return _counted(place, history, [panel], wanted, names)[name]


def tell_all(place: Place, wanted: Filter, names: Names) -> Mapping[str, Told]:
    """Every panel for the index, which shows their answers: as they were made ahead, else with one reading of the
    history, save those that are slow."""
    told = dict.fromkeys(SLOW, Told(None, place.now, is_late=True)) | _ahead(place, PANELS, wanted)
    missing = [panel for name, panel in QUICK.items() if name not in told]
    history, chosen = None, None
    if missing or is_about_cases(wanted):
        parts = {part for panel in missing for part in panel.needs}
        history = read_history(place.session, place.clinic_id, *parts, *wanted.needs)
        chosen = _chosen(history, wanted) if is_about_cases(wanted) else None
    # What is small is judged by the cases; who may see patients is shown the answer of everybody without them.
    ways = _LIVE | ({_NOW: _now_in_short} if chosen is None and place.with_patients else {})
    live = {name: Told(_seen(place, way(place, chosen, names)), place.now) for name, way in ways.items()}
    if missing and history is None:
        return live | dict.fromkeys(PANELS, Told(None, place.now))
    return live | told | (_counted(place, history, missing, wanted, names) if history else {})


def _ahead(place: Place, names: Collection[str], wanted: Filter) -> dict[str, Told]:
    """Those that were made ahead."""
    found = find_sheets(place.session, place.clinic_id, names, wanted, with_patients=place.with_patients)
    return {name: Told(sheet, as_of) for name, (sheet, as_of) in found.items()}


def _counted(place: Place, history: History, panels: Iterable[Panel], wanted: Filter, names: Names) -> dict[str, Told]:
    """These panels without the cases behind their numbers: as they were counted lately, else counted now."""
    lately, selection, found = history.once(Lately), None, {}
    for panel in panels:
        sheet = lately.find(panel.name, wanted, names, with_patients=place.with_patients)
        if sheet is None:
            selection = selection or select(history, wanted)
            counted = panel.make(history, selection, names)
            lately.keep(counted, wanted, names)
            sheet = _seen(place, counted)
        found[panel.name] = Told(sheet, history.as_of)
    return found


def _seen(place: Place, sheet: Sheet) -> Sheet:
    """Small numbers are for those who may see patients."""
    return sheet if place.with_patients else without_small_numbers(sheet)


def _now(place: Place, chosen: Chosen, names: Names) -> Sheet:
    cases = list_open_cases(place.session, place.clinic_id, catalogue.FIRST, place.calendar, place.now)
    kept = cases if chosen is None else [case for case in cases if case.id in chosen]
    return now_sheet(kept, _order(), place.calendar.today(place.now), names)


def _now_in_short(place: Place, _everybody: Chosen, names: Names) -> Sheet:
    """The answer alone: the index shows no more of it."""
    stages = count_open_cases(place.session, place.clinic_id, catalogue.FIRST, place.calendar, place.now)
    return Sheet(name=_NOW, answer=now_answer(stages, _order(), names), sections=())


def _order() -> list[str]:
    return [stage.name for stage in catalogue.current().stages.values()]


def _next_days(place: Place, chosen: Chosen, _names: Names) -> Sheet:
    calendar, today = place.calendar, place.calendar.today(place.now)
    days = [calendar.add_open_days(today, count) for count in range(WORKING_DAYS + 1)]
    upcoming = list_next_days(place.session, place.viewer, calendar, place.now)
    procedures = [_procedure(each, place) for each in upcoming if chosen is None or each.case_id in chosen]
    return next_days_sheet(procedures, days, NEXT_DAYS_DEFINITION)


def _procedure(each: Upcoming, place: Place) -> Procedure:
    procedure = catalogue.load(each.pathway, each.pathway_version).procedures[each.purpose]
    is_due = each.starts_at <= place.now
    has_begun = each.stage == procedure.day_stage or (is_due and each.stage != procedure.booked_stage)
    wall = place.calendar.wall(each.starts_at)
    if has_begun or each.is_ready:
        return Procedure(case_id=each.case_id, has_begun=has_begun, on=wall.date())
    return Procedure(
        case_id=each.case_id,
        has_begun=False,
        on=wall.date(),
        purpose=each.purpose,
        starts=f"{wall:%H:%M}",
        missing=tuple((sentence_of(blocker), who_clears(blocker.clearable_by)) for blocker in each.missing),
        place=", ".join(filter(None, (each.room, each.clinician))),
        patient=each.patient.name if place.with_patients else "",
    )


_NOW = "now"
_LIVE: dict[str, Callable[[Place, Chosen, Names], Sheet]] = {"next-days": _next_days, _NOW: _now}


def is_about_cases(wanted: Filter) -> bool:
    """Whether a filter asks for some patients, and not only for a period."""
    return any(wanted.whose)


def _chosen_now(place: Place, wanted: Filter) -> Chosen:
    if not is_about_cases(wanted):
        return None
    return _chosen(read_history(place.session, place.clinic_id, *wanted.needs), wanted)


def _chosen(history: History | None, wanted: Filter) -> frozenset[int]:
    """The ids of the cases selected. A case that is newer than the history is not in it yet, and is not selected."""
    if history is None:
        return frozenset()
    return frozenset(compress(history.cases.id, select(history, wanted).chosen))
