"""What is given, measured, decided and put in."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.facts.fact import Fact


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
    """One score: taken at ``effective_at``, before any dose (``baseline``) or after the dose of ``dose_seq``.

    ``site`` and ``side`` say where, for a score of one muscle group; both empty: of the whole patient. ``rater_id`` is
    who measured, where that is not who wrote it down; ``second_by`` vouches for a time that was typed afterwards.
    """

    instrument: str
    value: str
    occasion: str
    dose_seq: int | None
    attempt: int
    site: str
    side: str = ""
    rater_id: int | None = None
    second_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns(Fact):
    """What was measured at one time, before the dose (``dose_seq`` is ``None``) or after it. ``None``: not measured.

    Pressure in mmHg, ``pulse`` and ``breaths`` a minute, ``saturation`` in percent; ``alertness``: empty, not noted.
    """

    attempt: int
    dose_seq: int | None
    systolic: int | None
    diastolic: int | None
    pulse: int | None
    saturation: int | None
    breaths: int | None
    alertness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvent(Fact):
    """The answer to one question after a test dose: it happened, from ``effective_at`` on; or it had not, or nobody
    could tell, when it was asked at ``effective_at``."""

    dose_seq: int
    event: str
    happened: str
    severity: str
    note: str


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
