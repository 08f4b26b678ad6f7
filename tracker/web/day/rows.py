"""One row of the day: who, what for, where, how it stands, what is arranged, and what can be recorded next.

Without clinical detail where the viewer may not see it: then a visit is a visit.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.loss_words import CAUSE_WORDS
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.visit_day import HERE, DayState, closing_instant, latest_injection
from tracker.domain.words import NEEDS_ESCORT, AppointmentState, Escort, HeldMedicines, Interpreter
from tracker.queries.day import Visit
from tracker.web.common.case_lines import PersonLine, clinic_day, pathway_of
from tracker.web.common.languages import language_name
from tracker.web.common.visit_words import ANAESTHESIA_WORDS, HELD_WORDS
from tracker.web.day.notes import Note, reply_notes, says_no
from tracker.web.day.presenters import (
    alarming_signs,
    blocked_by,
    checklist_of,
    differences_of,
    hour,
    open_stops,
    spoken_against,
    state_of,
    visit_person,
    visit_url,
)
from tracker.web.day.steps import Choice, Step

_BEFORE_THE_ACT = frozenset({DayState.EXPECTED, DayState.ARRIVED, DayState.PREPARATION, DayState.PROCEDURE})
_LOST = frozenset({DayState.CANCELLED, DayState.NO_SHOW})
_INTERPRETERS: Mapping[str, str] = {
    Interpreter.NEEDED: "Interpreter needed, not booked",
    Interpreter.BOOKED: "Interpreter booked",
    Interpreter.HERE: "Interpreter here",
}
_NO_INTERPRETER = frozenset({"", "English"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One visit. ``of`` is 0 where there is no checklist, or none for this viewer. ``mark`` differs whenever the row
    says something else; ``version`` is the case's. ``is_stopped``: what is missing
    stops the procedure of somebody who is here. ``more_url``: where everything else can be recorded about it."""

    key: str
    mark: str
    time: str
    arrives: str
    person: PersonLine
    what: str
    where: str
    tone: str
    state: str
    notes: tuple[Note, ...]
    missing: str
    is_stopped: bool
    done: int
    of: int
    checklist_url: str
    version: int
    step: Step | None
    more_url: str


@dataclass(frozen=True)
class Viewing:
    """Who looks at which day, when. ``by_room``: the room stands above. What all rows need is looked up once."""

    viewer: Actor
    on: date
    now: datetime
    calendar: ClinicCalendar
    choice: Choice
    by_room: bool

    @cached_property
    def query(self) -> str:
        """What the address of a visit's own page ends with, so that it leads back to this list."""
        return "" if self.by_room else "?by=time"

    @property
    def zone(self) -> str:
        """The clinic's."""
        return self.calendar.zone

    @cached_property
    def is_clinical(self) -> bool:
        """Whether diagnoses, procedures and what is missing may be shown."""
        return self.viewer.may(Permission.SEE_CLINICAL)

    @cached_property
    def today(self) -> date:
        """The civil day at the clinic."""
        return clinic_day(self.now, self.zone)

    @cached_property
    def days_away(self) -> int:
        """How many civil days away the day is; negative where it is past."""
        return (self.on - self.today).days

    @cached_property
    def closes_at(self) -> datetime | None:
        """When the unit closes on the day; ``None`` where nobody has said."""
        return closing_instant(self.calendar, self.calendar.start_of(self.on))


def visit_row(visit: Visit, view: Viewing) -> VisitRow:
    """Make a row."""
    zone = view.zone
    tone, state = state_of(visit, view.now, zone, is_clinical=view.is_clinical)
    rules = checklist_of(visit) if view.is_clinical else ()
    is_lost = visit.standing.state in _LOST
    person = visit_person(visit, view.today, is_clinical=view.is_clinical)
    time = hour(visit.starts_at, zone)
    arrives = f"arrive {hour(visit.arrive_at, zone)}" if visit.arrive_at else ""
    what = PURPOSE_WORDS.get(visit.purpose, visit.purpose).capitalize() if view.is_clinical else "Visit"
    where, notes = _where(visit, view), _notes(visit, view)
    missing = _missing(visit, view) if view.is_clinical and not is_lost else ""
    is_stopped = view.is_clinical and visit.standing.state in HERE and bool(_stopped_by(visit))
    done = sum(rule.key in visit.answered for rule in rules) if visit.answered else 0
    of = 0 if is_lost else len(rules)
    who = (person.family_name, person.given_name, person.born, person.mrn, person.sex, *person.alerts)
    said = (time, arrives, *who, what, where, state, *(note.text for note in notes), missing, f"{done}/{of}")
    return VisitRow(
        key=f"{visit.case_public_id}-{visit.appointment}",
        mark=hashlib.sha256("\n".join(said).encode()).hexdigest()[:12],
        time=time,
        arrives=arrives,
        person=person,
        what=what,
        where=where,
        tone=tone,
        state=state,
        notes=notes,
        missing=missing,
        is_stopped=is_stopped,
        done=done,
        of=of,
        checklist_url=visit_url(visit) if of else "",
        version=visit.case_version,
        step=view.choice.first(visit),
        more_url=visit_url(visit, f"more{view.query}") if view.choice.has_more(visit) else "",
    )


def _where(visit: Visit, view: Viewing) -> str:
    if view.by_room:
        return visit.clinician
    return " · ".join(part for part in (visit.room, visit.clinician) if part) or "no room yet"


def _missing(visit: Visit, view: Viewing) -> str:
    """The one thing that is missing now."""
    if first := _stopped_by(visit) or blocked_by(visit) or _too_late_to_inject(visit, view):
        return first
    stops = open_stops(visit) if visit.standing.state in {DayState.ARRIVED, DayState.PREPARATION} else ()
    if stops:
        return f"Next: {stops[0].label}"
    is_there = visit.standing.state in HERE or visit.standing.state is DayState.EXPECTED
    if is_there and visit.anaesthesia in NEEDS_ESCORT and visit.escort != Escort.NAMED:
        return "Nobody is named who takes the patient home"
    return ""


def _stopped_by(visit: Visit) -> str:
    """What stops somebody who is here: before the act alarming signs first of all, then what blocks it, and what speaks
    against an answer."""
    if alarm := alarming_signs(visit):
        return alarm
    blocker = blocked_by(visit) if visit.standing.state in _BEFORE_THE_ACT else ""
    against = () if blocker else spoken_against(visit)
    more = f" (+{len(against) - 1})" if len(against) > 1 else ""
    return blocker or (f"{against[0]}{more}" if against else "")


def _too_late_to_inject(visit: Visit, view: Viewing) -> str:
    latest, is_here = _latest_injection(visit, view), visit.standing.state in HERE and view.days_away == 0
    if latest is None or not is_here or view.now <= latest:
        return ""
    return f"An injection now is watched beyond closing at {hour(latest + visit.least_stay, view.zone)}"


def _latest_injection(visit: Visit, view: Viewing) -> datetime | None:
    """By when an injection that is still to come ends its watching with the unit's closing."""
    is_to_come = visit.standing.state in _BEFORE_THE_ACT and view.days_away >= 0
    return latest_injection(view.closes_at, visit.least_stay) if is_to_come else None


def _notes(visit: Visit, view: Viewing) -> tuple[Note, ...]:
    state = visit.standing.state
    found: list[Note] = []
    if state is DayState.EXPECTED:
        is_confirmed = visit.state == AppointmentState.CONFIRMED
        if not says_no(visit):
            found.append(Note("Confirmed") if is_confirmed else Note("Not confirmed", is_warning=True))
        found += reply_notes(visit, view.viewer, view.zone)
    if state in HERE or state is DayState.EXPECTED:
        found += [*_escort(visit, view), *_interpreter(visit)]
    if view.is_clinical:
        found += _clinical_notes(visit, view)
    return tuple(found)


def _escort(visit: Visit, view: Viewing) -> list[Note]:
    if visit.escort == Escort.NAMED:
        return [Note(", ".join(filter(None, (f"Escort: {visit.escort_name}", visit.escort_phone))))]
    if visit.escort == Escort.NOBODY:
        return [Note("No escort: comes alone", is_warning=True)]
    # Whoever sees no clinical detail reads the same beside every visit.
    procedures = pathway_of(visit.pathway, visit.pathway_version).procedures
    is_asked = visit.purpose in procedures or not view.is_clinical
    return [Note("Escort not asked yet")] if not visit.escort and is_asked else []


def _interpreter(visit: Visit) -> list[Note]:
    language = language_name(visit.language)
    of = f": {language}" if language else ""
    said = _INTERPRETERS.get(visit.interpreter)
    if said is not None:
        return [Note(said + of, is_warning=visit.interpreter == Interpreter.NEEDED)]
    is_open = not visit.interpreter and language not in _NO_INTERPRETER
    return [Note(f"Speaks {language}: interpreter not asked yet")] if is_open else []


def _clinical_notes(visit: Visit, view: Viewing) -> list[Note]:
    found: list[Note] = []
    state = visit.standing.state
    if visit.anaesthesia and (state in HERE or state is DayState.EXPECTED):
        differences = differences_of(visit)
        found += [Note(each, is_warning=True) for each in differences.values()]
        if not differences:
            found.append(Note(f"Anaesthesia: {ANAESTHESIA_WORDS[visit.anaesthesia]}"))  # type: ignore[index]  # a word is its text
    least, latest = visit.least_stay, _latest_injection(visit, view)
    if least and visit.dose_at is not None and state in HERE and view.days_away == 0:
        found.append(Note(f"Watched until {hour(visit.dose_at + least, view.zone)} at least"))
    elif latest is not None:
        is_over = view.now > latest
        said = "Was to be injected by" if is_over else "Inject by"
        found.append(Note(f"{said} {hour(latest, view.zone)}", is_warning=is_over))
    if visit.cause:
        found.append(Note(f"Because: {CAUSE_WORDS[visit.cause]}"))  # type: ignore[index]  # a word is its text
    if visit.held == HeldMedicines.TELLER:
        found.append(Note(f"{visit.teller} tells the patient about held medicines", is_warning=True))
    elif visit.held:
        found.append(Note(HELD_WORDS[visit.held]))  # type: ignore[index]  # a word is its text
    return found


def day_url(on: str, by: str = "") -> str:
    """The address of a day, by room or (``by`` is ``time``) by time."""
    return url_for("day.index", on=on, by=by or None)
