"""Which table holds which fact. The columns are the fields, under the same names (a test holds them together)."""

from dataclasses import fields

from sqlalchemy import Table

from tracker.domain import facts
from tracker.domain.facts import Fact
from tracker.persistence.base import Base
from tracker.persistence.models import (
    AdverseEventRow,
    AdvisoryRow,
    AppointmentRow,
    ArrangementRow,
    AssessmentRow,
    AuthorizationRow,
    ChecklistItemRow,
    ConsentRow,
    CorrectionRow,
    DeterminationRow,
    DeviceLabelRow,
    DeviceRow,
    DocumentRow,
    EvaluationRow,
    FillRow,
    FollowUpRow,
    InterrogationRow,
    PumpCallRow,
    ReferralRow,
    ScanRow,
    TrialDoseRow,
    VisitLossRow,
    VisitMomentRow,
    VitalSignsRow,
)

#: In the order in which a case usually comes by them.
FACT_ROWS: dict[type[Fact], type[Base]] = {
    facts.Referral: ReferralRow,
    facts.Evaluation: EvaluationRow,
    facts.Document: DocumentRow,
    facts.Authorization: AuthorizationRow,
    facts.Consent: ConsentRow,
    facts.Appointment: AppointmentRow,
    facts.ChecklistItem: ChecklistItemRow,
    facts.VisitMoment: VisitMomentRow,
    facts.Arrangement: ArrangementRow,
    facts.VisitLoss: VisitLossRow,
    facts.TrialDose: TrialDoseRow,
    facts.Assessment: AssessmentRow,
    facts.VitalSigns: VitalSignsRow,
    facts.AdverseEvent: AdverseEventRow,
    facts.Determination: DeterminationRow,
    facts.Device: DeviceRow,
    facts.DeviceLabel: DeviceLabelRow,
    facts.Fill: FillRow,
    facts.Interrogation: InterrogationRow,
    facts.FollowUp: FollowUpRow,
    facts.PumpCall: PumpCallRow,
    facts.Scan: ScanRow,
    facts.Advisory: AdvisoryRow,
    facts.Correction: CorrectionRow,
}


def table_of(fact_class: type[Fact]) -> Table:
    """The table of one kind of fact."""
    return Base.metadata.tables[FACT_ROWS[fact_class].__tablename__]


def field_names(fact_class: type[Fact]) -> tuple[str, ...]:
    """The fields of a fact, which are its columns without those of the case."""
    return tuple(field.name for field in fields(fact_class))
