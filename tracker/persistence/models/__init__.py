"""All tables, one class each. A fact's table is named like its dataclass with ``Row`` behind it."""

from tracker.persistence.models.attachments import Attachment
from tracker.persistence.models.cases import BlockerInterval, Case, StageCount, StageVisit
from tracker.persistence.models.clinics import Clinic, Clinician, ClosedDay, Payer, PreparationSheet, Room
from tracker.persistence.models.consents import ConsentFormRow, ConsentTextRow
from tracker.persistence.models.escalations import (
    Absence,
    Acknowledgement,
    Duty,
    Escalation,
    EscalationPage,
    OnCall,
    TaskPage,
)
from tracker.persistence.models.events import AccessEntry, Event, EventChain
from tracker.persistence.models.facts import FactRow
from tracker.persistence.models.facts_before import (
    AppointmentRow,
    AuthorizationRow,
    ChecklistItemRow,
    ConsentRow,
    DocumentRow,
    EvaluationRow,
    ReferralRow,
)
from tracker.persistence.models.facts_observation import AdverseEventRow, VitalSignsRow
from tracker.persistence.models.facts_of_the_day import ArrangementRow, VisitLossRow, VisitMomentRow
from tracker.persistence.models.facts_treatment import (
    AdvisoryRow,
    AssessmentRow,
    CorrectionRow,
    DeterminationRow,
    DeviceLabelRow,
    DeviceRow,
    FillRow,
    FollowUpRow,
    InterrogationRow,
    PumpCallRow,
    ScanRow,
    TrialDoseRow,
)
from tracker.persistence.models.message_words import MessageWords
from tracker.persistence.models.messages import DeliveryAttempt, Reminder, StaffTask, TaskLetter
from tracker.persistence.models.obligations import Obligation, PumpWatch
from tracker.persistence.models.operations import ClinicJob, DeploymentValue, Digest, Heartbeat, PumpComparison
from tracker.persistence.models.patients import ContactPoint, ContactPointChange, Patient, PatientWord
from tracker.persistence.models.people import (
    KeptForm,
    MemberPin,
    Membership,
    MembershipRole,
    SigninAttempt,
    SigninLink,
    SigninSession,
    User,
)
from tracker.persistence.models.received_entries import ReceivedEntry
from tracker.persistence.models.replies import DeliveryReport, InboundMessage, ReplyLink
from tracker.persistence.models.reports import ClinicHistory, WhatIfQuestion
from tracker.persistence.models.room_checks import RoomCheck

__all__ = [
    "Absence",
    "AccessEntry",
    "Acknowledgement",
    "AdverseEventRow",
    "AdvisoryRow",
    "AppointmentRow",
    "ArrangementRow",
    "AssessmentRow",
    "Attachment",
    "AuthorizationRow",
    "BlockerInterval",
    "Case",
    "ChecklistItemRow",
    "Clinic",
    "ClinicHistory",
    "ClinicJob",
    "Clinician",
    "ClosedDay",
    "ConsentFormRow",
    "ConsentRow",
    "ConsentTextRow",
    "ContactPoint",
    "ContactPointChange",
    "CorrectionRow",
    "DeliveryAttempt",
    "DeliveryReport",
    "DeploymentValue",
    "DeterminationRow",
    "DeviceLabelRow",
    "DeviceRow",
    "Digest",
    "DocumentRow",
    "Duty",
    "Escalation",
    "EscalationPage",
    "EvaluationRow",
    "Event",
    "EventChain",
    "FactRow",
    "FillRow",
    "FollowUpRow",
    "Heartbeat",
    "InboundMessage",
    "InterrogationRow",
    "KeptForm",
    "MemberPin",
    "Membership",
    "MembershipRole",
    "MessageWords",
    "Obligation",
    "OnCall",
    "Patient",
    "PatientWord",
    "Payer",
    "PreparationSheet",
    "PumpCallRow",
    "PumpComparison",
    "PumpWatch",
    "ReceivedEntry",
    "ReferralRow",
    "Reminder",
    "ReplyLink",
    "Room",
    "RoomCheck",
    "ScanRow",
    "SigninAttempt",
    "SigninLink",
    "SigninSession",
    "StaffTask",
    "StageCount",
    "StageVisit",
    "TaskLetter",
    "TaskPage",
    "TrialDoseRow",
    "User",
    "VisitLossRow",
    "VisitMomentRow",
    "VitalSignsRow",
    "WhatIfQuestion",
]
