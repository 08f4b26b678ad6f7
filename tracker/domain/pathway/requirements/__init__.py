"""The closed vocabulary of requirements, by the word a pathway file uses."""

from tracker.domain.pathway.requirements.aftercare import FollowedUp
from tracker.domain.pathway.requirements.base import Claim, Requirement
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.pathway.requirements.device import (
    AlarmDateKnown,
    DeviceRemoved,
    DeviceState,
    RefillDone,
    RefillPlanned,
)
from tracker.domain.pathway.requirements.labels import DevicesFit
from tracker.domain.pathway.requirements.person import (
    ContraindicationsAnswered,
    Determined,
    EvaluationComplete,
    MinimumAge,
)
from tracker.domain.pathway.requirements.trial import (
    AdverseEventsAnswered,
    AssessmentRecorded,
    DoseGiven,
    DoseOrdered,
    MinimumInterval,
    Observed,
    OutcomeIs,
    TrialResult,
)
from tracker.domain.pathway.requirements.visit import (
    AppointmentMade,
    AuthorizationGranted,
    ChecklistDone,
    DocumentInDate,
)

_KINDS: tuple[type[Requirement], ...] = (
    AppointmentMade,
    ConsentValid,
    AuthorizationGranted,
    DocumentInDate,
    ChecklistDone,
    AssessmentRecorded,
    AdverseEventsAnswered,
    Observed,
    DoseGiven,
    DoseOrdered,
    MinimumInterval,
    OutcomeIs,
    TrialResult,
    DeviceState,
    DeviceRemoved,
    DevicesFit,
    AlarmDateKnown,
    RefillPlanned,
    RefillDone,
    EvaluationComplete,
    ContraindicationsAnswered,
    MinimumAge,
    Determined,
    FollowedUp,
)

#: Every requirement a pathway file may name.
VOCABULARY: dict[str, type[Requirement]] = {kind.kind: kind for kind in _KINDS}

__all__ = ["VOCABULARY", "Claim", "Requirement"]
