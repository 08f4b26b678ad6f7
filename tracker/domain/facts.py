"""The facts of a case, as frozen values.

Every fact is one row of the table of the same name: the fields here are the columns there (an architecture test
holds them together), so a service records a fact by appending it to the snapshot and inserting it as it stands.

Facts are never edited. A change is a new row whose ``seq`` stands in ``superseded_by`` of the old one; a correction
without a successor is a ``Correction``. ``seq`` counts the facts of one case, over all tables, in the order written;
folding goes by ``seq``, never by time.

Units: doses in mcg, volumes in mL, concentrations in mcg/mL, periods in days unless a name says otherwise.
Instants (``_at``) are aware UTC; civil dates (``_on``) are the clinic's.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every fact carries: its place in the case, its two times, and who wrote it."""

    seq: int = 0
    effective_at: datetime
    recorded_at: datetime
    recorded_by: int | None
    superseded_by: int | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem(Fact):
    """One answered item of the checklist of one visit. ``about_seq``: the very consent that was read again."""

    appointment: int
    checklist: str
    item: str
    state: str
    value: str
    reason: str
    second_by: int | None
    about_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMoment(Fact):
    """Where a visit stood from ``effective_at`` on, said by a person. ``kind`` is a ``MomentKind``."""

    appointment: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement(Fact):
    """One version of what is arranged around a visit: nobody's consent, dose or finding.

    ``escort`` is an ``Escort``, ``interpreter`` an ``Interpreter`` of the patient's language, ``anaesthesia`` what is
    planned; each empty while nobody has said. ``turn_at`` puts the visit into the order of its room for one day; what
    the patient was told stays.
    """

    appointment: int
    escort: str = ""
    escort_name: str = ""
    escort_phone: str = ""
    anaesthesia: str = ""
    interpreter: str = ""
    turn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLoss(Fact):
    """Why a visit was lost on its very day, and who tells the patient about medicines that were held for it."""

    appointment: int
    cause: str
    held: str
    teller_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDose(Fact):
    """A test dose that reached the patient. A failed puncture is no dose. Given at ``effective_at``."""

    attempt: int
    series: int
    appointment: int | None
    drug: str
    dose_mcg: Decimal
    concentration_mcg_ml: Decimal
    volume_ml: Decimal
    lot: str
    expires_on: date | None
    route: str
    second_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Fact):
    """One score: taken at ``effective_at``, before any dose (``baseline``) or after the dose of ``dose_seq``."""

    instrument: str
    value: str
    occasion: str
    dose_seq: int | None
    attempt: int
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination(Fact):
    """What a person determined, in one word and a reason. ``kind`` is a member of ``DeterminationKind``."""

    kind: str
    value: str
    reason: str
    attempt: int
    until_on: date | None
    about_seq: int | None
    second_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(Fact):
    """One version of a device. ``device`` is the ``seq`` of its first version.

    An implanted device names the trial outcome, consent and authorization it relied on, or the deviation that says
    why one was missing; one put in at a reoperation names the case of that reoperation, where they stand.

    ``udi`` is the label as it was scanned or typed, to the letter; what was read of it stands in fields of its own.
    ``expires_on`` is the last day on which it might be put in. Of a catheter: the length left in and the length cut
    off, in cm, and the vertebral level of its tip; of a pump: the side of its pocket.
    """

    device: int
    kind: str
    model: str
    manufacturer: str
    serial: str
    udi: str
    lot: str
    reservoir_ml: Decimal | None
    origin: str
    in_place: bool
    placed_on: date | None
    removed_on: date | None
    out_by_on: date | None
    end_of_service_on: date | None
    tip_intact: bool | None
    appointment: int | None
    outcome_seq: int | None
    waiver_seq: int | None
    consent_seq: int | None
    authorization_seq: int | None
    deviation_seq: int | None
    reoperation_id: int | None = None
    device_identifier: str = ""
    expires_on: date | None = None
    made_on: date | None = None
    implanted_cm: Decimal | None = None
    trimmed_cm: Decimal | None = None
    tip_level: str = ""
    pocket_side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLabel(Fact):
    """The label of a device that was in the room: read before it was opened, or opened and not used.

    ``scanned`` is the label as it was scanned or typed, to the letter. ``attempt`` is that of the implant; ``reason``
    says why it was not used.
    """

    attempt: int
    use: str
    kind: str
    model: str
    scanned: str
    device_identifier: str
    serial: str
    lot: str
    expires_on: date | None
    made_on: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(Fact):
    """A pump filled: at implant, at a refill here or elsewhere, or as found when the patient was taken over.

    ``alarm_on`` is the low-reservoir alarm date that the programmer printed; ``None`` is unknown, which is critical.
    ``is_confirmed`` is false while the printed date is later than arithmetic allows and nobody else has read it.
    ``mode``: how the programmer said that the pump gives it; empty where nobody wrote it down.
    """

    device: int
    kind: str
    appointment: int | None
    drug: str
    concentration_mcg_ml: Decimal | None
    volume_ml: Decimal | None
    daily_dose_mcg: Decimal | None
    alarm_volume_ml: Decimal | None
    alarm_on: date | None
    is_confirmed: bool
    source: str
    lot: str
    expires_on: date | None
    residual_expected_ml: Decimal | None
    residual_aspirated_ml: Decimal | None
    second_by: int | None
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrogation(Fact):
    """A pump read with the programmer, and perhaps set anew.

    What changes how fast it empties (``InterrogationCause``) voids the alarm date that stood before. ``alarm_on`` is
    what this session printed; ``None`` where nothing was printed. ``reservoir_ml`` is what the programmer says is left,
    ``daily_dose_mcg`` the average daily dose from now on, ``battery_months`` what the battery is said to last;
    ``None`` each where it was not read.
    """

    device: int
    cause: str
    daily_dose_mcg: Decimal | None
    alarm_volume_ml: Decimal | None
    reservoir_ml: Decimal | None
    alarm_on: date | None
    is_confirmed: bool
    battery_months: int | None
    replacement_indicated: bool
    source: str
    second_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp(Fact):
    """One thing done afterwards by a rule of the pathway file: a call, a wound looked at, sutures out.

    ``about_seq`` is the fact it follows; ``result`` is a word of the rule; ``next_on`` is the day agreed for the next
    one, where that is not the rule's.
    """

    rule: str
    about_seq: int
    result: str
    note: str
    next_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpCall(Fact):
    """Somebody called because a pump makes itself heard, or because of how the patient is. Called at ``effective_at``.

    How the patient is, as the caller says it: what is not ticked was not said. ``device`` is the pump in place then;
    ``None`` where none was on record. Nothing is concluded from the answers: whatever they are, a physician is asked.
    """

    device: int | None
    tone: str
    drowsy: bool
    feverish: bool
    itching: bool
    stiff: bool
    wound: bool
    caller: str
    phone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Fact):
    """An MRI of somebody with a pump, on a civil day. One that is called off is struck out."""

    device: int
    scan_on: date
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory(Fact):
    """A manufacturer's advisory or recall that concerns one part of this patient: its number, and what it asks for."""

    device: int
    number: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Fact):
    """Why an earlier fact was struck out. A successor, if there is one, is a fact of its own."""

    corrected_seq: int
    reason: str
