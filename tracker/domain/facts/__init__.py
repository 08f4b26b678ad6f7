"""The facts of a case, as frozen values.

Every fact is one row of the table of the same name: the fields here are the columns there (an architecture test
holds them together), so a service records a fact by appending it to the snapshot and inserting it as it stands.

Facts are never edited. A change is a new row whose ``seq`` stands in ``superseded_by`` of the old one; a correction
without a successor is a ``Correction``. ``seq`` counts the facts of one case, over all tables, in the order written;
folding goes by ``seq``, never by time.

Units: doses in mcg, volumes in mL, concentrations in mcg/mL, periods in days unless a name says otherwise.
Instants (``_at``) are aware UTC; civil dates (``_on``) are the clinic's.
"""

from tracker.domain.facts.before import Appointment, Authorization, Consent, Document, Evaluation, Referral
from tracker.domain.facts.care import Advisory, Correction, FollowUp, PumpCall, Scan
from tracker.domain.facts.day import Arrangement, ChecklistItem, VisitLoss, VisitMoment
from tracker.domain.facts.fact import Fact
from tracker.domain.facts.treatment import (
    AdverseEvent,
    Assessment,
    Determination,
    Device,
    DeviceLabel,
    Fill,
    Interrogation,
    TrialDose,
    VitalSigns,
)

__all__ = [
    "AdverseEvent",
    "Advisory",
    "Appointment",
    "Arrangement",
    "Assessment",
    "Authorization",
    "ChecklistItem",
    "Consent",
    "Correction",
    "Determination",
    "Device",
    "DeviceLabel",
    "Document",
    "Evaluation",
    "Fact",
    "Fill",
    "FollowUp",
    "Interrogation",
    "PumpCall",
    "Referral",
    "Scan",
    "TrialDose",
    "VisitLoss",
    "VisitMoment",
    "VitalSigns",
]
