"""How to prepare for a procedure, in the clinic's own words; and the task that somebody is to write it."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.contacts import PREPARATION, TO_COME
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.message_words import problems_of_telling, tidied_lines
from tracker.domain.words import Role
from tracker.pathways import catalogue
from tracker.persistence.models import AppointmentRow, Clinic, PreparationSheet
from tracker.queries.preparation_sheets import get_sheets
from tracker.queries.reminder_texts import languages
from tracker.services.clinic_events import tell_clinic
from tracker.services.ports import Ids
from tracker.services.reconcile import ring
from tracker.services.staff_tasks import opening, withdrawing
from tracker.services.work import Work

KIND = "preparation_sheet"
WRITTEN = "not needed: it is written, or nobody has a procedure to come"
LONGEST_SHEET = 2000


def change_sheets(work: Work, *, expected_version: int, texts: Mapping[str, str]) -> None:
    """Write how to prepare, by language; an empty text is none, and then no message speaks of it.

    :raises NotPermitted: for anybody who may not manage the clinic
    :raises InvalidInput: with a sentence for each language whose text tells what no message may tell, or is too long
    :raises StaleVersion: when somebody changed the clinic's settings meanwhile
    """
    work.require(Permission.MANAGE_CLINIC)
    clinic = work.session.get(Clinic, work.actor.clinic_id, with_for_update=True, populate_existing=True)
    if clinic is None:
        raise NotFound("no such clinic")
    if clinic.version != expected_version:
        raise StaleVersion(clinic.version)
    written = {language: tidied_lines(texts.get(language, "")) for language in sorted(languages())}
    problems = {language: problem for language, text in written.items() if (problem := _problem(text))}
    if problems:
        raise InvalidInput(problems)
    work.session.execute(delete(PreparationSheet).where(PreparationSheet.clinic_id == clinic.id))
    kept = {language: text for language, text in written.items() if text}
    if kept:
        rows = [{"clinic_id": clinic.id, "language": language, "text": text} for language, text in kept.items()]
        work.session.execute(insert(PreparationSheet), rows)
    clinic.version += 1
    ring(work.session, clinic_id=clinic.id, now=work.now)
    keys = {_key(language) for language in kept}
    work.session.execute(withdrawing(clinic_id=clinic.id, keys=keys, outcome=WRITTEN, now=work.now))
    tell_clinic(work, "preparation_sheets_changed", {"languages": sorted(kept)})


def tell_of_missing(session: Session, *, clinic_id: int, today: date, now: datetime, ids: Ids) -> None:
    """Have the lead coordinator see to it that each sheet is written, once somebody has a procedure to come. Whoever
    ends the task without one is not asked again."""
    has_sheet = get_sheets(session, clinic_id)
    missing = sorted(languages() - has_sheet.keys()) if _is_somebody_to_come(session, clinic_id) else []
    for language in missing:
        task = opening(
            session,
            clinic_id=clinic_id,
            case_id=None,
            kind=KIND,
            key=_key(language),
            params={"language": language},
            owner=Role.LEAD_COORDINATOR,
            due_on=today,
            now=now,
            ids=ids,
        )
        session.execute(task)
    keys = {_key(language) for language in languages() - set(missing)}
    session.execute(withdrawing(clinic_id=clinic_id, keys=keys, outcome=WRITTEN, now=now))


def _is_somebody_to_come(session: Session, clinic_id: int) -> bool:
    rules = (rule for key in catalogue.FILES for rule in catalogue.load(*key).reminders if rule.kind == PREPARATION)
    purposes = sorted({purpose for rule in rules for purpose in rule.purposes})
    visit = select(AppointmentRow.seq).where(
        AppointmentRow.clinic_id == clinic_id,
        AppointmentRow.superseded_by.is_(None),
        AppointmentRow.purpose.in_(purposes),
        AppointmentRow.state.in_(sorted(TO_COME)),
    )
    return session.scalar(visit.limit(1)) is not None


def _key(language: str) -> str:
    return f"{KIND}:{language}"


def _problem(text: str) -> str:
    if len(text) > LONGEST_SHEET:
        return f"Use at most {LONGEST_SHEET} characters."
    if problems := list(problems_of_telling(text)):
        plan = "What to do with a medicine is the prescriber's plan for each patient, given in writing."
        return " ".join((*problems, plan))
    return ""
