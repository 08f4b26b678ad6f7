"""A referral begins a case. The same patient twice on one pathway is found, not made again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import Referral
from tracker.pathways.catalogue import FIRST, current
from tracker.persistence.models import Case, Patient
from tracker.services.beginning import NewCase, begin
from tracker.services.case_file import CaseFile
from tracker.services.further_referrals import keep_further
from tracker.services.patients import Person, add_patient, find_same
from tracker.services.payers import payer_named
from tracker.services.reach_doubts import ask_about_reach
from tracker.services.work import Work, Written

#: What is kept of a referral word for word.
AS_RECEIVED = (
    "received_on", "referred_by", "specialty", "diagnosis_code", "diagnosis", "indication", "spasticity_origin",
    "procedure", "payer", "urgency", "notes", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewReferral:
    """A referral as it was received. Texts are kept as they came; ``indication`` must be known."""

    person: Person
    received_on: date
    indication: str
    pathway: str = FIRST
    procedure: str = "ITB pump"
    referred_by: str = ""
    specialty: str = ""
    diagnosis_code: str = ""
    diagnosis: str = ""
    spasticity_origin: str = ""
    payer: str = ""
    urgency: str = "routine"
    notes: str = ""
    source: str = "page"

    @property
    def is_imported(self) -> bool:
        """Whether it came from a file; an import tells its doubts by itself, with all else of the row."""
        return self.source.partition(":")[0] == "import"


@dataclass(frozen=True, slots=True)
class Referred:
    """What became of a referral. ``is_new`` is false where the patient has been on the pathway before: an open case
    goes on, a closed one is reopened, never doubled; ``is_kept`` says that something new came in with it, which stands
    in a task or among the ways to reach the patient."""

    case_public_id: str
    case_id: int | None
    is_new: bool
    written: Written | None
    is_kept: bool = False


def refer(work: Work, new: NewReferral, calendar: ClinicCalendar) -> Referred:
    """Begin a case for a referred patient, or find the case that is there.

    :raises NotPermitted: for a role that may not refer
    :raises InvalidInput: for what cannot be taken, also a known number with another name or birth date
    """
    work.require(Permission.REFER)
    found = find_or_add(work, new, calendar)
    standing = case_of(work, found, new.pathway)
    if standing is not None:
        is_kept = keep_further(work, found, standing, new, calendar.today(work.now))
        return Referred(standing, None, is_new=False, written=None, is_kept=is_kept)
    file = begin_case(work, found, new, calendar)
    if not new.is_imported:
        ask_about_reach(work, case_id=file.case.id, reach=new.person.reach, today=calendar.today(work.now))
    return Referred(file.case.public_id, file.case.id, is_new=True, written=file.finish("referred"))


def find_or_add(work: Work, new: NewReferral, calendar: ClinicCalendar) -> Patient:
    """The patient of a referral: found, or made.

    :raises InvalidInput: for what cannot be taken
    """
    today = calendar.today(work.now)
    if new.received_on > today:
        raise InvalidInput({"received_on": "This date is in the future."})
    if new.received_on < new.person.birth_on <= today:
        raise InvalidInput({"received_on": "The patient was not born yet."})
    return find_same(work, new.person) or add_patient(work, new.person, today)


def case_of(work: Work, patient: Patient, pathway: str) -> str | None:
    """The public id of the patient's latest case on a pathway, open or closed, if there is one.

    A case that no step leads out of again (it was entered in error) is none: nothing would ever become of a referral
    that is answered with it.
    """
    known = current(pathway)
    final = [stage for stage in known.stages if not known.leaving(stage)]
    return work.session.scalar(
        select(Case.public_id)
        .where(
            Case.clinic_id == patient.clinic_id,
            Case.patient_id == patient.id,
            Case.pathway == pathway,
            Case.stage.not_in(final),
        )
        .order_by(Case.is_open.desc(), Case.opened_at.desc())
        .limit(1)
    )


def begin_case(work: Work, patient: Patient, new: NewReferral, calendar: ClinicCalendar) -> CaseFile:
    """Open a case at the pathway's first stage with the referral as its first fact. The caller finishes it."""
    # A referral is received on a civil day: it counts from that day's start, never from before it was possible.
    happened_at = min(max(calendar.start_of(new.received_on), datetime(1970, 1, 1, tzinfo=UTC)), work.now)
    file = begin(
        work,
        NewCase(
            pathway=new.pathway,
            patient_id=patient.id,
            birth_on=patient.birth_on,
            calendar=calendar,
            opened_at=happened_at,
            indication=new.indication,
            urgency=new.urgency,
            payer_id=payer_named(work, new.payer),
        ),
    )
    file.record(Referral, **{name: getattr(new, name) for name in AS_RECEIVED})
    return file
