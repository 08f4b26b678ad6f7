"""What is known and arranged before anything is done: referral, evaluation, papers, consents and visits."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.facts.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral(Fact):
    """A request to see the patient, kept as it was received."""

    received_on: date
    referred_by: str
    specialty: str
    diagnosis_code: str
    diagnosis: str
    indication: str
    spasticity_origin: str
    procedure: str
    payer: str
    urgency: str
    notes: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation(Fact):
    """The physician's evaluation: why this therapy, and what could forbid it. ``None`` means not answered."""

    indication: str
    condition: str
    spasticity_origin: str
    diagnosis_code: str
    oral_therapy_failed: bool | None
    off_label_reason: str
    injured_on: date | None
    hypersensitivity: bool | None
    active_infection: bool | None
    anticoagulated: bool | None
    body_too_small: bool | None
    spinal_anomaly: bool | None
    contraindication_plan: str
    goals: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Fact):
    """A paper: its date, and where it is kept. ``attachment``: the SHA-256 of its scan, where there is one."""

    kind: str
    dated_on: date
    title: str
    reference: str
    attachment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization(Fact):
    """One version of a payer's authorization for one stage. ``valid_to`` is the last day that is covered."""

    authorization: int
    stage: str
    state: str
    payer_id: int | None
    number: str
    procedure_codes: str
    units: int | None
    asked_on: date | None
    answer_due_on: date | None
    valid_from: date | None
    valid_to: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Fact):
    """A signed consent for one procedure, or one that was withdrawn or became void since.

    ``relation``: a member of ``Signer``, empty where nobody said. ``assent``: a member of ``Assent``, empty where no
    child was asked. ``clinician_id``: who was to do the procedure when it was signed. ``form``: the public id of the
    text that was signed, with the signature drawn under it. ``attachment``: the SHA-256 of the scanned paper.
    """

    purpose: str
    state: str
    signed_on: date
    valid_to: date | None
    signed_by: str
    witness: str
    reason: str
    relation: str = ""
    assent: str = ""
    interpreter: str = ""
    clinician_id: int | None = None
    form: str | None = None
    attachment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Fact):
    """One version of a visit. ``appointment`` is the ``seq`` of its first version, ``version`` counts from 1.

    ``wall`` is the local time as booked (``YYYY-MM-DDTHH:MM``) in ``zone``; ``starts_at`` is computed from both.
    ``moves`` counts how often the time of the beginning or of the arrival was changed: each is told anew. ``timed_at``:
    when it was given this time, where an older version did so.
    """

    appointment: int
    version: int
    attempt: int
    purpose: str
    state: str
    wall: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    arrive_at: datetime | None
    room_id: int | None
    clinician_id: int | None
    reason: str
    moves: int = 0
    timed_at: datetime | None = None

    @property
    def time_known_at(self) -> datetime:
        """Since when the visit is booked for this time, whatever else was changed since."""
        return self.timed_at or self.recorded_at
