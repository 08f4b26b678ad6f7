"""Facts of every kind with every field filled in, so that a test says only what matters to it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from tracker.domain import facts
from tracker.domain.facts import Fact

HAPPENED = datetime(2026, 3, 17, 14, 30, tzinfo=UTC)
WRITTEN = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)

F = TypeVar("F", bound=Fact)

_USUAL: dict[type[Fact], dict[str, object]] = {
    facts.Referral: {
        "received_on": date(2026, 3, 2),
        "referred_by": "Dr. Ada Grey",
        "specialty": "neurology",
        "diagnosis_code": "G35",
        "diagnosis": "multiple sclerosis",
        "indication": "spasticity",
        "spasticity_origin": "spinal",
        "procedure": "itb",
        "payer": "Acme Health",
        "urgency": "routine",
        "notes": "",
        "source": "fax",
    },
    facts.Evaluation: {
        "indication": "spasticity",
        "condition": "multiple_sclerosis",
        "spasticity_origin": "spinal",
        "diagnosis_code": "G35",
        "oral_therapy_failed": True,
        "off_label_reason": "",
        "injured_on": None,
        "hypersensitivity": False,
        "active_infection": False,
        "anticoagulated": None,
        "body_too_small": False,
        "spinal_anomaly": False,
        "contraindication_plan": "",
        "goals": "transfers",
    },
    facts.Document: {
        "kind": "laboratory",
        "dated_on": date(2026, 3, 10),
        "title": "Blood count",
        "reference": "chart 12",
    },
    facts.Authorization: {
        "stage": "trial",
        "state": "granted",
        "payer_id": None,
        "number": "A-1",
        "procedure_codes": "62322",
        "units": 3,
        "asked_on": date(2026, 3, 3),
        "answer_due_on": None,
        "valid_from": date(2026, 3, 5),
        "valid_to": date(2026, 6, 5),
        "reason": "",
    },
    facts.Consent: {
        "purpose": "trial",
        "state": "signed",
        "signed_on": date(2026, 3, 12),
        "valid_to": None,
        "signed_by": "patient",
        "witness": "",
        "reason": "",
    },
    facts.Appointment: {
        "version": 1,
        "attempt": 1,
        "purpose": "trial",
        "state": "booked",
        "wall": "2026-03-24T10:00",
        "zone": "America/New_York",
        "starts_at": datetime(2026, 3, 24, 14, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 24, 15, 0, tzinfo=UTC),
        "arrive_at": None,
        "room_id": None,
        "clinician_id": None,
        "reason": "",
    },
    facts.ChecklistItem: {
        "checklist": "trial_day",
        "item": "fasting",
        "state": "done",
        "value": "",
        "reason": "",
        "second_by": None,
    },
    facts.TrialDose: {
        "attempt": 1,
        "series": 1,
        "appointment": None,
        "drug": "baclofen",
        "dose_mcg": Decimal(50),
        "concentration_mcg_ml": Decimal(50),
        "volume_ml": Decimal("1.0"),
        "lot": "L7",
        "expires_on": None,
        "route": "lumbar_puncture",
        "second_by": None,
    },
    facts.Assessment: {
        "instrument": "ashworth",
        "value": "3",
        "occasion": "baseline",
        "dose_seq": None,
        "attempt": 1,
        "site": "left knee",
    },
    facts.Determination: {
        "kind": "outcome",
        "value": "positive",
        "reason": "",
        "attempt": 1,
        "until_on": None,
        "about_seq": None,
        "second_by": None,
    },
    facts.Device: {
        "kind": "pump",
        "model": "P20",
        "manufacturer": "Maker",
        "serial": "S-1",
        "udi": "",
        "lot": "",
        "reservoir_ml": Decimal(20),
        "origin": "already_in",
        "in_place": True,
        "placed_on": date(2024, 5, 6),
        "removed_on": None,
        "out_by_on": None,
        "end_of_service_on": None,
        "tip_intact": None,
        "appointment": None,
        "outcome_seq": None,
        "waiver_seq": None,
        "consent_seq": None,
        "authorization_seq": None,
        "deviation_seq": None,
    },
    facts.Fill: {
        "kind": "refill",
        "appointment": None,
        "drug": "baclofen",
        "concentration_mcg_ml": Decimal(2000),
        "volume_ml": Decimal("18.5"),
        "daily_dose_mcg": Decimal("210.5"),
        "alarm_volume_ml": Decimal(2),
        "alarm_on": date(2026, 8, 20),
        "is_confirmed": True,
        "source": "printout",
        "lot": "L8",
        "expires_on": date(2027, 1, 31),
        "residual_expected_ml": Decimal("3.1"),
        "residual_aspirated_ml": Decimal("3.0"),
        "second_by": None,
    },
    facts.Interrogation: {
        "cause": "dose",
        "daily_dose_mcg": Decimal("250.5"),
        "alarm_volume_ml": Decimal(2),
        "reservoir_ml": Decimal("12.5"),
        "alarm_on": date(2026, 7, 30),
        "is_confirmed": True,
        "battery_months": 41,
        "replacement_indicated": False,
        "source": "printout",
        "second_by": None,
    },
    facts.FollowUp: {"rule": "trial_call", "result": "reached", "note": "well", "next_on": date(2026, 4, 1)},
    facts.PumpCall: {
        "device": None,
        "tone": "one",
        "drowsy": False,
        "feverish": False,
        "itching": False,
        "stiff": True,
        "wound": False,
        "caller": "the daughter",
        "phone": "303 555 0188",
        "words": "beeps every hour",
    },
    facts.Scan: {"scan_on": date(2026, 4, 2), "place": "County Hospital"},
    facts.Advisory: {"number": "FA-1", "text": "replace early"},
    facts.Correction: {"reason": "wrong patient"},
}
#: Facts that are versions of something: their first version names itself.
_VERSIONED = {facts.Authorization: "authorization", facts.Appointment: "appointment", facts.Device: "device"}


def make(kind: type[F], seq: int, /, **values: object) -> F:
    """A fact of ``kind``; ``values`` take the place of the usual ones."""
    base: dict[str, Any] = {"seq": seq, "effective_at": HAPPENED, "recorded_at": WRITTEN, "recorded_by": None}
    if kind in _VERSIONED:
        base[_VERSIONED[kind]] = seq
    return kind(**{**base, **_USUAL[kind], **values})
