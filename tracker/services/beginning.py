"""A case that begins: its row, and the file that its first facts are written to."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.pathway.snapshot import Snapshot
from tracker.pathways.catalogue import current
from tracker.persistence.models import Case
from tracker.services.case_file import CaseFile
from tracker.services.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """Whose case on which pathway begins at ``opened_at``. ``about_case_id``: the case it stands beside."""

    pathway: str
    patient_id: int
    birth_on: date
    calendar: ClinicCalendar
    opened_at: datetime
    indication: str
    urgency: str
    payer_id: int | None
    about_case_id: int | None = None


def begin(work: Work, new: NewCase) -> CaseFile:
    """Open a case at the first stage of the pathway that new cases start on. The caller records and finishes."""
    pathway = current(new.pathway)
    stage = pathway.stages[pathway.initial]
    case = Case(
        clinic_id=work.actor.clinic_id,
        id=work.ids.row_id(work.now),
        public_id=work.ids.public_id(),
        patient_id=new.patient_id,
        about_case_id=new.about_case_id,
        pathway=pathway.name,
        pathway_version=pathway.version,
        stage=stage.name,
        phase=stage.phase,
        is_open=True,
        stage_entered_at=new.opened_at,
        version=1,
        last_seq=0,
        indication=new.indication,
        urgency=new.urgency,
        owner_role=stage.owner,
        opened_at=new.opened_at,
        trial_attempt=1,
        trial_series=1,
        implant_attempt=1,
        payer_id=new.payer_id,
    )
    snapshot = Snapshot(
        stage=case.stage,
        stage_entered_at=new.opened_at,
        birth_on=new.birth_on,
        calendar=new.calendar,
        referred_indication=new.indication,
    )
    work.session.add(case)
    work.session.flush()
    return CaseFile(work, case, snapshot, pathway, new.opened_at, None)
