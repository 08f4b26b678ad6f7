"""Found patients: who, and where the case stands; for the front desk only who, and when they come next."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.access import Actor, Permission
from tracker.queries.find import Found, FoundList
from tracker.web.common.case_lines import PersonLine, case_url, clinic_day, owner_words, pathway_of, person_line
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
    visit: str


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
    today = clinic_day(now, zone)
    rows = tuple(_row(each, today, zone, is_clinical=is_clinical) for each in found.patients)
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


def _row(found: Found, today: date, zone: str, *, is_clinical: bool) -> FoundRow:
    url = case_url(found.case_public_id) if is_clinical and found.case_public_id else ""
    stage, following, tone = _standing(found, today) if is_clinical else ("", "", "quiet")
    return FoundRow(
        person=person_line(found.patient, today, url=url),
        city=found.city,
        stage=stage,
        next=following,
        tone=tone,
        owner=owner_words(found.owner_name, found.owner_role) if found.owner_role and is_clinical else "",
        visit=at(found.next_visit_at, zone) if found.next_visit_at else "no visit booked",
    )


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
