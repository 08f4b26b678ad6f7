"""Found patients: who, and where the case stands; for the front desk only who, and when they come.

The name opens the case; what its page shows is decided there, by what the viewer may see.
"""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.access import Actor, Permission
from tracker.domain.words import AppointmentState
from tracker.queries.find import Found, FoundBeside, FoundList, FoundVisit
from tracker.web.common.case_lines import Action, PersonLine, case_url, clinic_day, owner_words, pathway_of, person_line
from tracker.web.common.filters import at, day


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """One patient. ``stage`` and ``next`` are empty for whoever sees no clinical detail."""

    person: PersonLine
    city: str
    stage: str
    next: str
    tone: str
    owner: str
    visits: tuple[str, ...]
    beside: Action | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPage:
    """What the page shows. ``hint`` says why nothing was looked for, or that there is more."""

    text: str
    summary: str
    hint: str
    rows: tuple[FoundRow, ...]
    is_clinical: bool
    is_asked: bool


def present(found: FoundList, text: str, *, viewer: Actor, now: datetime, zone: str) -> FindPage:
    """Make the page."""
    is_clinical = viewer.may(Permission.SEE_CLINICAL)
    rows = tuple(_row(each, now, zone, is_clinical=is_clinical) for each in found.patients)
    hint = ""
    if found.is_too_short:
        hint = "Type at least two letters or digits."
    elif found.has_more:
        hint = "More patients match. One more letter, or the birth date, narrows it down."
    return FindPage(
        text=text,
        summary="1 patient" if len(rows) == 1 else f"{len(rows)} patients",
        hint=hint,
        rows=rows,
        is_clinical=is_clinical,
        is_asked=bool(text.strip()) and not found.is_too_short,
    )


def _row(found: Found, now: datetime, zone: str, *, is_clinical: bool) -> FoundRow:
    today = clinic_day(now, zone)
    url = case_url(found.case_public_id) if found.case_public_id else ""
    stage, following, tone = _standing(found, today) if is_clinical else ("", "", "quiet")
    return FoundRow(
        person=person_line(found.patient, today, url=url),
        city=found.city,
        stage=stage,
        next=following,
        tone=tone,
        owner=owner_words(found.owner_name, found.owner_role) if found.owner_role and is_clinical else "",
        visits=tuple(_visit(each, now, zone) for each in found.visits) or ("no visit booked",),
        beside=_beside(found.beside) if found.beside and is_clinical else None,
    )


def _beside(beside: FoundBeside) -> Action:
    pathway = pathway_of(beside.pathway, beside.pathway_version)
    label = f"{pathway.label}: {pathway.stages[beside.stage].label}"
    return Action(label=label, url=case_url(beside.case_public_id))


#: A visit of today says how it stands: who stands at the counter is asked for, or already sits inside.
_STANDING = {
    AppointmentState.ARRIVED: "arrived",
    AppointmentState.COMPLETED: "done",
    AppointmentState.NO_SHOW: "did not come",
}


def _visit(visit: FoundVisit, now: datetime, zone: str) -> str:
    """When a visit is, for one of today with how it stands."""
    if clinic_day(visit.starts_at, zone) != clinic_day(now, zone):
        return at(visit.starts_at, zone)
    state = AppointmentState(visit.state)
    return f"today {at(visit.starts_at, zone)[-5:]} · {_STANDING.get(state, 'not here yet')}"


def _standing(found: Found, today: date) -> tuple[str, str, str]:
    """The stage, the next step in words, and the tone of its badge."""
    if not found.stage:
        return "No case", "", "quiet"
    pathway = pathway_of(found.pathway, found.pathway_version)
    stage = pathway.stages[found.stage]
    if not found.is_open:
        return f"Closed: {stage.label}", "", "quiet"
    step = pathway.transition(found.next_step, found.stage)
    by = f" by {day(found.target_on, today)}" if found.target_on else ""
    return stage.label, f"next: {step.label}{by}" if step else "", "ready" if found.is_ready else "warn"
