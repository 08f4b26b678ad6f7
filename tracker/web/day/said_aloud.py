"""What stands above an item that is read aloud: what the room holds against the patient on the table."""

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.labels import ordered_model
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.words import DeterminationKind, DeviceKind, Purpose
from tracker.queries.case_detail import OpenedCase
from tracker.queries.checklists import VisitChecklist

_NOT_ORDERED = "not ordered"
#: The item of a list that says on which side the pump is.
_SIDE = "site"


def said_aloud(found: VisitChecklist, case: OpenedCase) -> tuple[tuple[str, str], ...]:
    """Label and text of the procedure, what was ordered for it, and the allergies."""
    visit = found.visit
    procedure = PURPOSE_WORDS.get(visit.purpose, visit.purpose)
    ordered: tuple[tuple[str, str], ...] = ()
    if visit.purpose == Purpose.TRIAL:
        ordered = (("Ordered", _ordered_dose(case.pathway, case.snapshot)),)
    elif visit.purpose == Purpose.IMPLANT:
        ordered = (*_ordered_devices(case.snapshot), ("Side", _side(found)))
    return (
        ("Procedure", procedure[:1].upper() + procedure[1:]),
        *ordered,
        ("Allergies", visit.allergies or "none on record"),
    )


def _ordered_dose(pathway: Pathway, snapshot: Snapshot) -> str:
    order = snapshot.determination(DeterminationKind.DOSE_ORDER)
    return f"{order.value} mcg {' or '.join(sorted(pathway.drugs))}" if order else _NOT_ORDERED


def _ordered_devices(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    kinds = (("Pump ordered", DeviceKind.PUMP), ("Catheter ordered", DeviceKind.CATHETER))
    return tuple((label, ordered_model(snapshot, kind) or _NOT_ORDERED) for label, kind in kinds)


def _side(found: VisitChecklist) -> str:
    answered = found.answers.get(_SIDE)
    return answered.fact.value if answered and answered.fact.value else "not marked yet"
