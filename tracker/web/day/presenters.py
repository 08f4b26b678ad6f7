"""The day as rows: time, who, what for, where, how it stands, what is missing. Without clinical detail where the
viewer may not see it: then a visit is a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.pathway.definition import ChecklistItemRule
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.words import LIVE_APPOINTMENT, AppointmentState
from tracker.queries.case_columns import WAITS_FOR_THE_DAY
from tracker.queries.day import MOST_VISITS, Visit
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day, missing, pathway_of, person_line
from tracker.web.common.filters import at, day, plural

STATES = {
    AppointmentState.BOOKED: ("quiet", "Booked"),
    AppointmentState.CONFIRMED: ("quiet", "Confirmed"),
    AppointmentState.ARRIVED: ("ready", "Arrived"),
    AppointmentState.COMPLETED: ("ready", "Done"),
    AppointmentState.CANCELLED: ("quiet", "Cancelled"),
    AppointmentState.NO_SHOW: ("warn", "Did not come"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A button beside a visit: where it posts, or where it leads."""

    label: str
    url: str
    is_post: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One visit. ``of`` is 0 where there is no checklist, or none for this viewer."""

    time: str
    arrives: str
    person: PersonLine
    what: str
    where: str
    tone: str
    state: str
    missing: str
    done: int
    of: int
    checklist_url: str
    version: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """What the page shows."""

    on: str
    title: str
    summary: str
    rows: tuple[VisitRow, ...]
    previous_url: str
    next_url: str
    today_url: str
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowPage:
    """What is asked before a visit counts as missed."""

    person: PersonLine
    when: str
    on: str
    version: int
    back_url: str


def present_day(visits: Sequence[Visit], on: date, *, viewer: Actor, now: datetime, zone: str) -> DayPage:
    """Make the page of a day."""
    today = clinic_day(now, zone)
    rows = tuple(_row(visit, viewer, now, zone) for visit in visits)
    waiting = sum(visit.state in {AppointmentState.BOOKED, AppointmentState.CONFIRMED} for visit in visits)
    here = sum(visit.state == AppointmentState.ARRIVED for visit in visits)
    summary = plural(len(visits), "visit")
    if visits:
        summary += f" · {here} here now · {waiting} to come"
    return DayPage(
        on=on.isoformat(),
        title=day(on, today),
        summary=summary,
        rows=rows,
        previous_url=_url(on - timedelta(days=1)),
        next_url=_url(on + timedelta(days=1)),
        today_url=url_for("day.index") if on != today else "",
        is_cut=len(visits) == MOST_VISITS,
    )


def present_no_show(visit: Visit, *, now: datetime, zone: str) -> NoShowPage:
    """Make the page that asks."""
    today = clinic_day(now, zone)
    on = clinic_day(visit.starts_at, zone).isoformat()
    return NoShowPage(
        person=person_line(visit.patient, today),
        when=at(visit.starts_at, zone),
        on=on,
        version=visit.case_version,
        back_url=url_for("day.index", on=on),
    )


def visit_url(endpoint: str, visit: Visit) -> str:
    """The address of something about one visit."""
    return url_for(f"day.{endpoint}", case_id=visit.case_public_id, appointment=visit.appointment)


def checklist_of(visit: Visit) -> tuple[ChecklistItemRule, ...]:
    """The items of the visit's checklist, in order; none where its purpose has none."""
    return pathway_of(visit.pathway, visit.pathway_version).checklists.get(visit.purpose, ())


def open_stops(visit: Visit, part: str = "before") -> tuple[ChecklistItemRule, ...]:
    """The hard items of a part that nobody has answered."""
    return tuple(
        rule
        for rule in checklist_of(visit)
        if rule.stop == "hard" and rule.part == part and rule.key not in visit.answered
    )


def blocked_by(visit: Visit) -> str:
    """What stands in the way of a procedure that is still to come; empty if nothing does."""
    if not visit.first_blocker or not _waits_for(visit) or visit.first_blocker in {WAITS_FOR_THE_DAY, "dose_missing"}:
        return ""
    more = f" (+{visit.blocker_count - 1})" if visit.blocker_count > 1 else ""
    return missing(visit.first_blocker, visit.blocker_params) + more


def _waits_for(visit: Visit) -> bool:
    """Whether the case waits for a procedure's very visit, so that what blocks it is what the visit lacks."""
    procedures = pathway_of(visit.pathway, visit.pathway_version).procedures.values()
    return any(visit.stage in {each.booked_stage, each.day_stage} for each in procedures)


def state_of(visit: Visit, now: datetime, zone: str) -> tuple[str, str]:
    """Tone and words for how a visit stands now."""
    state = AppointmentState(visit.state)
    tone, words = STATES[state]
    if state is AppointmentState.ARRIVED:
        return tone, f"{words} {at(visit.changed_at, zone)[-5:]}"
    is_late = state in LIVE_APPOINTMENT and visit.starts_at < now
    return ("warn", f"{words}, not here yet") if is_late else (tone, words)


def _url(on: date) -> str:
    return url_for("day.index", on=on.isoformat())


def _row(visit: Visit, viewer: Actor, now: datetime, zone: str) -> VisitRow:
    is_clinical = viewer.may(Permission.SEE_CLINICAL)
    tone, state = state_of(visit, now, zone)
    rules = checklist_of(visit) if is_clinical else ()
    url = visit_url("checklist", visit) if rules else ""
    is_over = visit.state in {AppointmentState.CANCELLED, AppointmentState.NO_SHOW}
    where = " · ".join(part for part in (visit.room, visit.clinician) if part)
    return VisitRow(
        time=at(visit.starts_at, zone)[-5:],
        arrives=f"arrive {at(visit.arrive_at, zone)[-5:]}" if visit.arrive_at else "",
        person=person_line(
            visit.patient,
            clinic_day(now, zone),
            url=case_url(visit.case_public_id),
            sex=visit.sex,
            allergies=visit.allergies if is_clinical else "",
        ),
        what=PURPOSE_WORDS.get(visit.purpose, visit.purpose).capitalize() if is_clinical else "Visit",
        where=where or "no room yet",
        tone=tone,
        state=state,
        missing=_missing(visit) if is_clinical and not is_over else "",
        done=len(visit.answered & {rule.key for rule in rules}),
        of=0 if is_over else len(rules),
        checklist_url="" if is_over else url,
        version=visit.case_version,
        steps=_steps(visit, viewer, now, zone),
    )


def _missing(visit: Visit) -> str:
    blocker = blocked_by(visit)
    if blocker or visit.state != AppointmentState.ARRIVED:
        return blocker
    stops = open_stops(visit)
    return f"Next: {stops[0].label}" if stops else ""


def _steps(visit: Visit, viewer: Actor, now: datetime, zone: str) -> tuple[Step, ...]:
    """What can be recorded about the visit now; the record of what happened is never refused here."""
    if not viewer.may(Permission.CHECK_IN):
        return ()
    if visit.state == AppointmentState.ARRIVED:
        return (Step(label="Done", url=visit_url("complete", visit)),)
    if visit.state not in LIVE_APPOINTMENT:
        return ()
    steps = []
    if clinic_day(visit.starts_at, zone) == clinic_day(now, zone):
        steps.append(Step(label="Arrived", url=visit_url("arrive", visit)))
    if visit.starts_at <= now:
        steps.append(Step(label="Did not come…", url=visit_url("no_show", visit), is_post=False))
    return tuple(steps)
