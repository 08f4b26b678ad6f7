"""A referral of somebody who is on the pathway already: the case goes on, and nothing that came in is lost.

New numbers and addresses are kept beside the known ones; everything else that is new is told to the coordinator as a
task. What was told before, or stands in the first referral, is not told again: a second import changes nothing.
"""

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from tracker.domain.words import Role
from tracker.persistence.chain import append_event
from tracker.persistence.models import Case, Patient, ReferralRow, StaffTask
from tracker.services.access_log import record_view
from tracker.services.patients import add_further_reach
from tracker.services.reach_doubts import ask_about_reach
from tracker.services.staff_tasks import opening
from tracker.services.work import Work

if TYPE_CHECKING:
    from tracker.services.referrals import NewReferral

KIND = "referred_again"
_OF_REFERRAL = (
    "received_on", "referred_by", "specialty", "diagnosis_code", "diagnosis", "indication", "spasticity_origin",
    "payer", "urgency", "notes",
)  # fmt: skip
_OF_PERSON = ("sex", "language", "allergies", "city", "prefers")


def keep_further(work: Work, patient: Patient, public_id: str, new: "NewReferral", today: date) -> bool:
    """Keep what a further referral brings; whether there was anything new. ``today`` is the clinic's civil date."""
    added = add_further_reach(work, patient, new.person.reach)
    case_id = work.session.scalars(
        select(Case.id).where(Case.clinic_id == patient.clinic_id, Case.public_id == public_id)
    ).one()
    if added and not new.is_imported:
        ask_about_reach(work, case_id=case_id, reach=added, today=today)
    told = _what_is_new(work, patient, case_id, new)
    if not told and not added:
        return False
    is_asked = bool(told) and _ask(work, case_id, told, today)
    if is_asked or added:
        record_view(work.session, work.actor, work.ids, work.now, page=KIND, case_id=case_id, patient_id=patient.id)
        append_event(
            work.session,
            clinic_id=patient.clinic_id,
            case_id=case_id,
            kind=KIND,
            actor_id=work.actor.user_id,
            effective_at=work.now,
            recorded_at=work.now,
            body={"detail": {**told, "reach": len(added)}},
        )
    return is_asked or bool(added)


def _what_is_new(work: Work, patient: Patient, case_id: int, new: "NewReferral") -> dict[str, str]:
    rows = work.session.scalars(
        select(ReferralRow).where(ReferralRow.clinic_id == patient.clinic_id, ReferralRow.case_id == case_id)
    ).all()
    told = {name: str(getattr(new, name)) for name in _OF_REFERRAL}
    if any(all(str(getattr(row, name)) == text for name, text in told.items()) for row in rows):
        told = {}
    told |= {name: text for name in _OF_PERSON if (text := getattr(new.person, name)) != getattr(patient, name)}
    # An import doubts another record number by itself.
    if new.source != "import" and new.person.mrn != patient.mrn:
        told["mrn"] = new.person.mrn
    return {name: text for name, text in told.items() if text.strip()}


def _ask(work: Work, case_id: int, told: dict[str, str], today: date) -> bool:
    """Have the coordinator read it; whether that was not asked before."""
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
    key = f"{KIND}:{case_id}:{digest}"
    asked = select(StaffTask.id).where(StaffTask.clinic_id == work.actor.clinic_id, StaffTask.key == key)
    if work.session.scalar(asked) is not None:
        return False
    work.session.execute(
        opening(
            work.session,
            clinic_id=work.actor.clinic_id,
            case_id=case_id,
            kind=KIND,
            key=key,
            params=told,
            owner=Role.COORDINATOR,
            due_on=today,
            now=work.now,
            ids=work.ids,
        )
    )
    return True
