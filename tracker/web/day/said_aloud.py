"""What stands above an item that is read aloud: what the room holds against the patient on the table."""

from collections.abc import Mapping

from tracker.domain.pathway.requirements.labels import ORDERS, ordered_model
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.pathway.wording import PURPOSE_WORDS
from tracker.domain.words import DeterminationKind, DeviceKind, Purpose
from tracker.pathways import catalogue
from tracker.queries.case_detail import OpenedCase
from tracker.queries.checklists import VisitChecklist
from tracker.queries.day import Visit

_NOT_ORDERED = "not ordered"
#: The item of a list that says on which side the pump is.
SIDE = "site"
#: What is said of each order, by its kind: of a dose the number, of a device the model.
Orders = Mapping[str, str]


def said_aloud(found: VisitChecklist, case: OpenedCase) -> tuple[tuple[str, str], ...]:
    """Label and text of the procedure, what was ordered for it, and the allergies."""
    visit = found.visit
    procedure = PURPOSE_WORDS.get(visit.purpose, visit.purpose)
    return (
        ("Procedure", procedure[:1].upper() + procedure[1:]),
        *ordered_lines(visit, _orders(case.snapshot)),
        ("Allergies", visit.allergies or "none on record"),
    )


def ordered_lines(visit: Visit, orders: Orders) -> tuple[tuple[str, str], ...]:
    """Label and text of what was ordered for a visit, and of the side that was marked."""
    if visit.purpose == Purpose.TRIAL:
        drugs = catalogue.load(visit.pathway, visit.pathway_version).drugs
        dose = orders.get(DeterminationKind.DOSE_ORDER)
        return (("Ordered", f"{dose} mcg {' or '.join(sorted(drugs))}" if dose else _NOT_ORDERED),)
    if visit.purpose != Purpose.IMPLANT:
        return ()
    kinds = (("Pump ordered", DeviceKind.PUMP), ("Catheter ordered", DeviceKind.CATHETER))
    devices = tuple((label, orders.get(ORDERS[kind]) or _NOT_ORDERED) for label, kind in kinds)
    return (*devices, ("Side", visit.chosen.get(SIDE) or "not marked yet"))


def _orders(snapshot: Snapshot) -> Orders:
    dose = snapshot.determination(DeterminationKind.DOSE_ORDER)
    found: dict[str, str] = {ORDERS[kind]: ordered_model(snapshot, kind) for kind in ORDERS}
    if dose:
        found[DeterminationKind.DOSE_ORDER] = dose.value
    return found
