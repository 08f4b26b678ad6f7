"""One row of the day: who, what for, where, how it stands, what is arranged, and what can be recorded next.

Without clinical detail where the viewer may not see it: then a visit is a visit.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.visit_day import HERE, DayState, has_stay, latest_injection
from tracker.domain.words import LIVE_APPOINTMENT, NEEDS_ESCORT, AppointmentState, Escort, HeldMedicines, Interpreter
from tracker.queries.day import Visit
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day, pathway_of, person_line
from tracker.web.common.languages import language_name
from tracker.web.common.visit_words import ANAESTHESIA_WORDS, CAUSE_WORDS, HELD_WORDS, MOMENT_WORDS
from tracker.web.day.presenters import blocked_by, checklist_of, hour, open_stops, state_of, visit_url

#: What usually comes next, said with one press.
_NEXT = {
    DayState.ARRIVED: "preparation",
    DayState.PREPARATION: "procedure",
    DayState.PROCEDURE: "observation",
    DayState.OBSERVATION: "ready",
}
_BEFORE_THE_ACT = frozenset({DayState.EXPECTED, DayState.ARRIVED, DayState.PREPARATION, DayState.PROCEDURE})
_NO_INTERPRETER = frozenset({"", "English"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A button beside a visit: where it posts, with which value of ``kind`` or ``way``, or where it leads."""

    label: str
    url: str
    is_post: bool = True
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A few words about what is arranged, with the tone of their mark."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One visit. ``of`` is 0 where there is no checklist, or none for this viewer. ``mark`` differs whenever the row
    says something else; ``version`` is the case's."""

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
    done: int
    of: int
    checklist_url: str
    version: int
    step: Step | None
    others: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who looks at which day, when. ``back`` is the address to come back to; ``by_room``: the room stands above."""

    viewer: Actor
    now: datetime
    calendar: ClinicCalendar
    back: str
    by_room: bool

    @property
    def zone(self) -> str:
        """The clinic's."""
        return self.calendar.zone

    @property
    def is_clinical(self) -> bool:
        """Whether diagnoses, procedures and what is missing may be shown."""
        return self.viewer.may(Permission.SEE_CLINICAL)

    def days_to(self, visit: Visit) -> int:
        """How many civil days away the visit is; negative where it is past."""
        return (clinic_day(visit.starts_at, self.zone) - clinic_day(self.now, self.zone)).days


def visit_row(visit: Visit, view: Viewing) -> VisitRow:
    """Make a row."""
    zone = view.zone
    tone, state = state_of(visit, view.now, zone, is_clinical=view.is_clinical)
    rules = checklist_of(visit) if view.is_clinical else ()
    is_lost = visit.standing.state in {DayState.CANCELLED, DayState.NO_SHOW}
    step, others = _steps(visit, view)
    row = VisitRow(
        key=f"{visit.case_public_id}-{visit.appointment}",
        mark="",
        time=hour(visit.starts_at, zone),
        arrives=f"arrive {hour(visit.arrive_at, zone)}" if visit.arrive_at else "",
        person=person_line(
            visit.patient,
            clinic_day(view.now, zone),
            url=case_url(visit.case_public_id),
            sex=visit.sex,
            allergies=visit.allergies if view.is_clinical else "",
        ),
        what=PURPOSE_WORDS.get(visit.purpose, visit.purpose).capitalize() if view.is_clinical else "Visit",
        where=_where(visit, view),
        tone=tone,
        state=state,
        notes=_notes(visit, view),
        missing=_missing(visit, view) if view.is_clinical and not is_lost else "",
        done=len(visit.answered & {rule.key for rule in rules}),
        of=0 if is_lost else len(rules),
        checklist_url=visit_url("checklist", visit) if rules and not is_lost else "",
        version=visit.case_version,
        step=step,
        others=others,
    )
    said = (row.time, row.arrives, row.person, row.what, row.where, row.state, row.notes, row.missing, row.done, row.of)
    return replace(row, mark=hashlib.sha256(repr(said).encode()).hexdigest()[:12])


def _where(visit: Visit, view: Viewing) -> str:
    if view.by_room:
        return visit.clinician
    return " · ".join(part for part in (visit.room, visit.clinician) if part) or "no room yet"


def _missing(visit: Visit, view: Viewing) -> str:
    """The one thing that is missing now."""
    if blocker := blocked_by(visit):
        return blocker
    stops = open_stops(visit) if visit.standing.state in {DayState.ARRIVED, DayState.PREPARATION} else ()
    if stops:
        return f"Next: {stops[0].label}"
    is_there = visit.standing.state in HERE or visit.standing.state is DayState.EXPECTED
    if is_there and visit.anaesthesia in NEEDS_ESCORT and visit.escort != Escort.NAMED:
        return "Nobody is named who takes the patient home"
    return _too_late_to_inject(visit, view)


def _too_late_to_inject(visit: Visit, view: Viewing) -> str:
    latest, is_here = _latest_injection(visit, view), visit.standing.state in HERE and view.days_to(visit) == 0
    if latest is None or not is_here or view.now <= latest:
        return ""
    return f"An injection now is watched beyond closing at {hour(latest + visit.least_stay, view.zone)}"


def _latest_injection(visit: Visit, view: Viewing) -> datetime | None:
    """By when an injection that is still to come ends its watching with the unit's closing."""
    is_to_come = visit.standing.state in _BEFORE_THE_ACT and view.days_to(visit) >= 0
    return latest_injection(view.calendar, visit.starts_at, visit.least_stay) if is_to_come else None


def _notes(visit: Visit, view: Viewing) -> tuple[Note, ...]:
    state = visit.standing.state
    found: list[Note] = []
    if state is DayState.EXPECTED:
        is_confirmed = visit.state == AppointmentState.CONFIRMED
        found.append(Note(tone="ready", text="Confirmed") if is_confirmed else Note(tone="warn", text="Not confirmed"))
    if state in HERE or state is DayState.EXPECTED:
        found += [*_escort(visit, view), *_interpreter(visit)]
    if view.is_clinical:
        found += _clinical_notes(visit, view)
    return tuple(found)


def _escort(visit: Visit, view: Viewing) -> list[Note]:
    if visit.escort == Escort.NAMED:
        return [Note(tone="ready", text=", ".join(filter(None, (f"Escort: {visit.escort_name}", visit.escort_phone))))]
    if visit.escort == Escort.NOBODY:
        return [Note(tone="warn", text="No escort: comes alone")]
    # Whoever sees no clinical detail reads the same beside every visit.
    procedures = pathway_of(visit.pathway, visit.pathway_version).procedures
    is_asked = visit.purpose in procedures or not view.is_clinical
    return [Note(tone="quiet", text="Escort not asked yet")] if not visit.escort and is_asked else []


def _interpreter(visit: Visit) -> list[Note]:
    language = language_name(visit.language)
    of = f": {language}" if language else ""
    said = {
        Interpreter.NEEDED: ("warn", f"Interpreter needed, not booked{of}"),
        Interpreter.BOOKED: ("ready", f"Interpreter booked{of}"),
        Interpreter.HERE: ("ready", f"Interpreter here{of}"),
    }
    if visit.interpreter in set(said):
        tone, text = said[Interpreter(visit.interpreter)]
        return [Note(tone=tone, text=text)]
    is_open = not visit.interpreter and language not in _NO_INTERPRETER
    return [Note(tone="quiet", text=f"Speaks {language}: interpreter not asked yet")] if is_open else []


def _clinical_notes(visit: Visit, view: Viewing) -> list[Note]:
    found: list[Note] = []
    state = visit.standing.state
    if visit.anaesthesia and (state in HERE or state is DayState.EXPECTED):
        found.append(Note(tone="quiet", text=f"Anaesthesia: {ANAESTHESIA_WORDS[visit.anaesthesia]}"))  # type: ignore[index]  # a word is its text
    least, latest = visit.least_stay, _latest_injection(visit, view)
    if least and visit.dose_at is not None and state in HERE and view.days_to(visit) == 0:
        found.append(Note(tone="quiet", text=f"Watched until {hour(visit.dose_at + least, view.zone)} at least"))
    elif latest is not None:
        found.append(Note(tone="quiet", text=f"Inject by {hour(latest, view.zone)}"))
    if visit.cause:
        found.append(Note(tone="quiet", text=f"Because: {CAUSE_WORDS[visit.cause]}"))  # type: ignore[index]  # a word is its text
    if visit.held == HeldMedicines.TELLER:
        found.append(Note(tone="warn", text=f"{visit.teller} tells the patient about held medicines"))
    elif visit.held:
        found.append(Note(tone="quiet", text=HELD_WORDS[visit.held]))  # type: ignore[index]  # a word is its text
    return found


def _steps(visit: Visit, view: Viewing) -> tuple[Step | None, tuple[Step, ...]]:
    """What is usually recorded next, with one press, and everything else; what happened is never refused here."""
    state, may = visit.standing.state, view.viewer.may
    is_today = view.days_to(visit) == 0
    first: Step | None = None
    others: list[Step] = []
    if state is DayState.EXPECTED and may(Permission.CHECK_IN):
        first = Step(label="Arrived", url=visit_url("arrive", visit)) if is_today else None
        if visit.starts_at <= view.now:
            others.append(_link("Did not come…", "no-show", visit, view))
    if state in HERE:
        first, others = _steps_here(visit, view) if is_today else (None, _steps_of_another_day(visit, view))
    if visit.state in LIVE_APPOINTMENT:
        if may(Permission.BOOK):
            movable = [] if state in HERE else [_link("Move to another time or day…", "move", visit, view)]
            others += [*movable, _link("Cancel…", "cancel", visit, view)]
        if may(Permission.ARRANGE):
            others.append(_link("Escort, interpreter…", "arrange", visit, view))
        if may(Permission.CHECK_IN) and visit.room:
            others += [_turn("Earlier in the room", "earlier", visit), _turn("Later in the room", "later", visit)]
    return first, tuple(others)


def _steps_of_another_day(visit: Visit, view: Viewing) -> list[Step]:
    """Nothing that one press would say of now: each with its time."""
    if view.viewer.may(Permission.CHECKLIST):
        return [_link("Say what became of it…", "stands", visit, view)]
    return [_link("Left…", "complete", visit, view)] if view.viewer.may(Permission.CHECK_IN) else []


def _steps_here(visit: Visit, view: Viewing) -> tuple[Step | None, list[Step]]:
    may, state = view.viewer.may, visit.standing.state
    leaves = Step(label="Discharged" if view.is_clinical else "Left", url=_form_url("complete", visit, view))
    if not may(Permission.CHECKLIST):
        return (leaves, []) if may(Permission.CHECK_IN) else (None, [])
    others = [_link("Other, or with its time…", "stands", visit, view)]
    if state is DayState.READY or not has_stay(pathway_of(visit.pathway, visit.pathway_version), visit.purpose):
        discharge = leaves if may(Permission.CHECK_IN) else _moment("discharged", visit, view)
        return discharge, others
    following = _moment(_NEXT[state], visit, view)
    skipped = [_moment("procedure", visit, view)] if state is DayState.ARRIVED else []
    return following, [*skipped, *others]


def _moment(kind: str, visit: Visit, view: Viewing) -> Step:
    label = MOMENT_WORDS[kind]  # type: ignore[index]  # a word is its text
    return Step(label=label, url=_form_url("stands", visit, view), name="kind", value=kind)


def _turn(label: str, way: str, visit: Visit) -> Step:
    return Step(label=label, url=visit_url("turn", visit), name="way", value=way)


def _link(label: str, form: str, visit: Visit, view: Viewing) -> Step:
    return Step(label=label, url=_form_url(form, visit, view), is_post=False)


def _form_url(form: str, visit: Visit, view: Viewing) -> str:
    return case_url(visit.case_public_id, f"visit/{visit.appointment}/{form}", back=view.back)


def day_url(on: str, by: str = "") -> str:
    """The address of a day, by room or (``by`` is ``time``) by time."""
    return url_for("day.index", on=on, by=by or None)
