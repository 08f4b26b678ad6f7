"""What can never be is refused; what really happened, however irregular, is not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tests.factories.facts import WRITTEN, make
from tests.factories.rows import BEGAN, a_case, a_clinic, a_member, a_patient, a_room, an_obligation
from tracker.domain.facts import (
    AdverseEvent,
    Advisory,
    Appointment,
    Arrangement,
    Assessment,
    Authorization,
    ChecklistItem,
    Consent,
    Correction,
    Determination,
    Device,
    DeviceLabel,
    Document,
    Evaluation,
    Fact,
    Fill,
    FollowUp,
    Interrogation,
    PumpCall,
    Referral,
    Scan,
    TrialDose,
    VisitLoss,
    VisitMoment,
    VitalSigns,
)
from tracker.persistence.database import Database
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, Patient, PumpWatch, StaffTask, StageVisit

Values: TypeAlias = dict[str, object]

#: What later facts may refer to: visit 1, outcome 2, consent 3, authorization 4, deviation 5, catheter 6, dose 7.
GROUND = (
    make(Appointment, 1),
    make(Determination, 2),
    make(Consent, 3),
    make(Authorization, 4),
    make(Determination, 5, kind="deviation", value="consent"),
    make(Device, 6, kind="catheter"),
    make(TrialDose, 7),
)
IMPLANT: Values = {"origin": "implanted_here", "outcome_seq": 2, "consent_seq": 3, "authorization_seq": 4}

NEVER: list[tuple[type[Fact], Values]] = [
    (Referral, {"indication": "itching"}),
    (Referral, {"spasticity_origin": "other"}),
    (Referral, {"effective_at": WRITTEN + timedelta(seconds=1)}),
    (Referral, {"seq": 0}),
    (Referral, {"superseded_by": 8}),
    (Evaluation, {"condition": "cold"}),
    (Document, {"kind": "novel"}),
    (Authorization, {"state": "maybe"}),
    (Authorization, {"valid_from": date(2026, 6, 6)}),
    (Authorization, {"authorization": 1}),
    (Authorization, {"payer_id": 7}),
    (Consent, {"state": "verbal"}),
    (Consent, {"valid_to": date(2026, 3, 11)}),
    (Appointment, {"purpose": "lunch", "state": "cancelled"}),
    (Appointment, {"state": "perhaps"}),
    (Appointment, {"state": "cancelled", "ends_at": make(Appointment, 1).starts_at}),
    (Appointment, {"state": "cancelled", "arrive_at": make(Appointment, 1).ends_at}),
    (Appointment, {"state": "cancelled", "version": 0}),
    (Appointment, {"state": "cancelled", "appointment": 1, "version": 2}),
    (Appointment, {"state": "cancelled", "room_id": 9}),
    (ChecklistItem, {"appointment": 1, "state": "skipped"}),
    (ChecklistItem, {"appointment": 2}),
    (VisitMoment, {"appointment": 1, "kind": "lunch"}),
    (VisitMoment, {"appointment": 2}),
    (Arrangement, {"appointment": 1, "escort": "somebody"}),
    (Arrangement, {"appointment": 1, "escort_name": ""}),
    (Arrangement, {"appointment": 1, "escort": "nobody"}),
    (Arrangement, {"appointment": 1, "anaesthesia": "hypnosis"}),
    (Arrangement, {"appointment": 1, "interpreter": "perhaps"}),
    (VisitLoss, {"appointment": 1, "cause": "mood"}),
    (VisitLoss, {"appointment": 1, "held": "teller"}),
    (VisitLoss, {"appointment": 1, "held": "some"}),
    (TrialDose, {"dose_mcg": Decimal(0)}),
    (TrialDose, {"volume_ml": Decimal(-1)}),
    (TrialDose, {"concentration_mcg_ml": Decimal(0)}),
    (TrialDose, {"appointment": 9}),
    (Assessment, {"instrument": "guess"}),
    (Assessment, {"occasion": "after_dose"}),
    (Assessment, {"occasion": "baseline", "dose_seq": 2}),
    (Assessment, {"side": "middle"}),
    (Assessment, {"rater_id": 7}),
    (Assessment, {"second_by": 7}),
    (VitalSigns, {"saturation": 101}),
    (VitalSigns, {"pulse": -1}),
    (VitalSigns, {"alertness": "lively"}),
    (VitalSigns, {"dose_seq": 1}),
    (AdverseEvent, {"dose_seq": 1}),
    (AdverseEvent, {"dose_seq": 7, "event": "bad luck"}),
    (AdverseEvent, {"dose_seq": 7, "happened": "perhaps"}),
    (AdverseEvent, {"dose_seq": 7, "happened": "yes"}),
    (AdverseEvent, {"dose_seq": 7, "severity": "mild"}),
    (Determination, {"kind": "mood"}),
    (Determination, {"value": "fairly good"}),
    (Determination, {"about_seq": 8}),
    (Device, {"kind": "stent"}),
    (Device, {"kind": "catheter", "origin": "found"}),
    (Device, {"kind": "catheter", "reservoir_ml": Decimal(0)}),
    (Device, {"kind": "catheter", "removed_on": date(2026, 3, 1)}),
    (Device, {"kind": "catheter", "in_place": False, "removed_on": date(2024, 5, 5)}),
    (Device, {"kind": "catheter", "outcome_seq": 3}),
    (Device, {"kind": "catheter", "consent_seq": 4}),
    (Device, {"kind": "catheter", "authorization_seq": 3}),
    (Device, {**IMPLANT, "outcome_seq": None}),
    (Device, {**IMPLANT, "consent_seq": None}),
    (Device, {**IMPLANT, "authorization_seq": None}),
    (Device, {"kind": "catheter", "implanted_cm": Decimal(0)}),
    (Device, {"kind": "catheter", "trimmed_cm": Decimal(-1)}),
    (Device, {"kind": "catheter", "pocket_side": "middle"}),
    (DeviceLabel, {"use": "lost"}),
    (DeviceLabel, {"kind": "stent"}),
    (DeviceLabel, {"use": "not_used", "reason": ""}),
    (DeviceLabel, {"attempt": 0}),
    (Fill, {"device": 6, "mode": "fast"}),
    (Fill, {"device": 1}),
    (Fill, {"device": 6, "kind": "topped_up"}),
    (Fill, {"device": 6, "volume_ml": Decimal(0)}),
    (Fill, {"device": 6, "volume_ml": None}),
    (Fill, {"device": 6, "kind": "implant", "volume_ml": None}),
    (Fill, {"device": 6, "concentration_mcg_ml": Decimal(-5)}),
    (Fill, {"device": 6, "residual_aspirated_ml": Decimal("-0.1")}),
    (FollowUp, {"about_seq": 99}),
    (FollowUp, {"about_seq": 1, "result": ""}),
    (Interrogation, {"device": 1}),
    (Interrogation, {"device": 6, "cause": "curiosity"}),
    (Interrogation, {"device": 6, "daily_dose_mcg": Decimal(0)}),
    (Interrogation, {"device": 6, "battery_months": -1}),
    (Interrogation, {"device": 6, "alarm_on": None, "is_confirmed": True}),
    (PumpCall, {"device": 1}),
    (PumpCall, {"tone": "three"}),
    (Scan, {"device": 1}),
    (Advisory, {"device": 1}),
    (Advisory, {"device": 6, "number": ""}),
    (Correction, {"corrected_seq": 8}),
    (Correction, {"corrected_seq": 1, "reason": ""}),
]

RECORDABLE: list[tuple[type[Fact], Values]] = [
    (Referral, {"indication": "", "spasticity_origin": ""}),
    (Evaluation, {"indication": "", "condition": "", "spasticity_origin": "", "oral_therapy_failed": None}),
    (Authorization, {"valid_from": None, "valid_to": None, "units": 0}),
    (Authorization, {"valid_from": date(2026, 6, 5)}),
    (Appointment, {"state": "completed"}),
    (VitalSigns, {"dose_seq": 7, "systolic": None, "saturation": 100, "alertness": ""}),
    (AdverseEvent, {"dose_seq": 7, "event": "other", "happened": "yes", "severity": "severe", "note": "rash"}),
    (AdverseEvent, {"dose_seq": 7, "happened": "not_known"}),
    (Device, IMPLANT),
    (Device, {**IMPLANT, "outcome_seq": None, "waiver_seq": 2}),
    (Device, {"origin": "implanted_here", "deviation_seq": 5}),
    (Device, {"kind": "catheter", "origin": "implanted_here"}),
    (Device, {"kind": "catheter", "implanted_cm": Decimal(42), "trimmed_cm": Decimal(0), "pocket_side": "left"}),
    (DeviceLabel, {"use": "not_used", "reason": "fell down", "expires_on": None, "scanned": "\x1d01"}),
    (Fill, {"device": 6, "kind": "taken_over", "volume_ml": None, "concentration_mcg_ml": None, "alarm_on": None}),
    (Fill, {"device": 6, "kind": "elsewhere", "volume_ml": None, "drug": ""}),
    (Fill, {"device": 6, "daily_dose_mcg": Decimal(0), "residual_aspirated_ml": Decimal(0)}),
    (PumpCall, {"device": None, "caller": "", "phone": "", "words": ""}),
    (PumpCall, {"device": 6}),
    (Scan, {"device": 6, "scan_on": date(1999, 1, 1), "place": ""}),
    (Interrogation, {"device": 6, "alarm_on": None, "is_confirmed": False, "battery_months": None}),
]


def named(value: object) -> str | None:
    """What a test is called after."""
    return value.__name__ if isinstance(value, type) else ",".join(value) if isinstance(value, dict) else None


def record(session: Session, case: Case, kind: type[Fact], values: Values) -> None:
    """The ground, and then a fact with these values, watched where it is a pump."""
    for fact in (*GROUND, make(kind, 8, **values)):
        insert_fact(session, case.clinic_id, case.id, fact)
    if kind is Device and values.get("kind", "pump") == "pump":
        obligation = an_obligation(session, case, device=8, subject="device:8")
        session.add(PumpWatch(clinic_id=case.clinic_id, case_id=case.id, device=8, obligation_id=obligation.id))


class TestFacts:
    @pytest.mark.parametrize(("kind", "values"), NEVER, ids=named)
    def test_that_can_never_be_are_refused(
        self, database: Database, case: Case, kind: type[Fact], values: Values
    ) -> None:
        with pytest.raises(IntegrityError), database.writing() as session:
            record(session, case, kind, values)

    @pytest.mark.parametrize(("kind", "values"), RECORDABLE, ids=named)
    def test_that_really_happened_are_recordable(
        self, database: Database, case: Case, kind: type[Fact], values: Values
    ) -> None:
        with database.writing() as session:
            record(session, case, kind, values)

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            (Authorization, {"authorization": 8}),
            (Device, {"device": 8, "kind": "catheter"}),
            (ChecklistItem, {"appointment": 1}),
            (Arrangement, {"appointment": 1}),
            (VisitLoss, {"appointment": 1}),
        ],
        ids=named,
    )
    def test_stand_in_one_version_only(self, database: Database, case: Case, kind: type[Fact], values: Values) -> None:
        with database.writing() as session:
            record(session, case, kind, values)

        with pytest.raises(IntegrityError), database.writing() as session:
            insert_fact(session, case.clinic_id, case.id, make(kind, 9, **values))


def to_patient(session: Session, _mine: Case, other: Case) -> None:
    """A case of clinic 1 for a patient of clinic 2."""
    case = a_case(session, a_patient(session, a_clinic(session, 3)), 9)
    case.patient_id = other.patient_id
    session.flush()


def to_member(session: Session, mine: Case, other: Case) -> None:
    """A fact of clinic 1 written by a member of clinic 2 only."""
    user = a_member(session, a_clinic(session, 3))
    insert_fact(session, mine.clinic_id, mine.id, make(Document, 1, recorded_by=user.id))


def to_room(session: Session, mine: Case, other: Case) -> None:
    """A visit at clinic 1 in a room of clinic 3."""
    room = a_room(session, a_clinic(session, 3))
    insert_fact(session, mine.clinic_id, mine.id, make(Appointment, 1, room_id=room.id))


def to_consent(session: Session, mine: Case, other: Case) -> None:
    """A device that relied on the consent of another case."""
    insert_fact(session, other.clinic_id, other.id, make(Consent, 1))
    insert_fact(session, mine.clinic_id, mine.id, make(Device, 2, kind="catheter", consent_seq=1))


def to_case(session: Session, mine: Case, other: Case) -> None:
    """A fact of clinic 1 for a case of clinic 2."""
    insert_fact(session, mine.clinic_id, other.id, make(Document, 1))


class TestReferences:
    @pytest.mark.parametrize("reach", [to_patient, to_member, to_room, to_consent, to_case])
    def test_never_cross_clinics(
        self, database: Database, case: Case, reach: Callable[[Session, Case, Case], None]
    ) -> None:
        with database.writing() as session:
            other = a_case(session, a_patient(session, a_clinic(session, 2), 2), 2)

        with pytest.raises(IntegrityError), database.writing() as session:
            reach(session, case, other)


class TestOpenRows:
    def test_of_cases_are_one_per_patient_and_pathway(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            patient = session.get_one(Patient, (case.clinic_id, case.patient_id))
            a_case(session, patient, 2, pathway="reoperation")
            a_case(session, patient, 3, is_open=False, closed_at=WRITTEN)

        with pytest.raises(IntegrityError), database.writing() as session:
            a_case(session, patient, 4)

    def test_of_obligations_are_one_per_subject_and_one_refill_per_device(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            insert_fact(session, case.clinic_id, case.id, make(Device, 1, kind="catheter"))
            an_obligation(session, case)
            an_obligation(session, case, 2, kind="replacement")
            an_obligation(session, case, 3, is_open=False, closed_at=WRITTEN, closed_by="fill:2")

        for values in ({}, {"subject": "else"}):
            with pytest.raises(IntegrityError), database.writing() as session:
                an_obligation(session, case, 4, **values)

    @pytest.mark.parametrize(
        "values", [{"is_open": False}, {"is_open": False, "closed_at": WRITTEN}, {"closed_at": WRITTEN}], ids=named
    )
    def test_are_closed_with_a_time_and_a_cause(self, database: Database, case: Case, values: Values) -> None:
        with pytest.raises(IntegrityError), database.writing() as session:
            an_obligation(session, case, kind="wound", device=None, **values)

    def test_are_found_by_their_index_on_sqlite(self, sqlite_database: Database) -> None:
        wanted = select(Case.id).where(
            Case.clinic_id == 1, Case.is_open, Case.pathway == "itb", Case.stage == "referred"
        )
        compiled = wanted.compile(sqlite_database.read, compile_kwargs={"literal_binds": True})

        with sqlite_database.reading() as session:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).one().detail
        assert "ix_cases_open_by_stage" in plan

    def test_of_staff_tasks_end_with_an_outcome(self, database: Database, case: Case) -> None:
        task: Values = {"kind": "call", "key": "k", "owner_role": "nurse", "due_on": date(2026, 3, 18)}
        with pytest.raises(IntegrityError), database.writing() as session:
            session.add(StaffTask(clinic_id=case.clinic_id, id=1, opened_at=BEGAN, done_at=WRITTEN, **task))

    def test_of_stage_visits_name_the_event_they_began_with(self, database: Database, case: Case) -> None:
        with pytest.raises(IntegrityError), database.writing() as session:
            session.add(
                StageVisit(clinic_id=1, case_id=case.id, number=1, stage="referred", entered_at=BEGAN, entered_seq=5)
            )


class TestVersion:
    def test_is_not_overwritten_by_who_saw_an_older_one(self, database: Database, case: Case) -> None:
        with database.reading() as session:
            stale = session.get_one(Case, (case.clinic_id, case.id))
        with database.writing() as session:
            session.get_one(Case, (case.clinic_id, case.id)).version += 1

        stale.stage = "evaluating"
        with pytest.raises(StaleDataError), database.writing() as session:
            session.add(stale)

    def test_changes_only_when_it_is_counted_up(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            stored = session.get_one(Case, (case.clinic_id, case.id))
            stored.blocker_count = 2
            session.flush()
            stored.blocker_count = 1

        with database.reading() as session:
            assert session.get_one(Case, (case.clinic_id, case.id)).version == 1
