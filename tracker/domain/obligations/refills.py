"""The refill of every pump that is in a patient, and the alarm date it hangs on.

These follow the device, not the stage: they live on in a closed case, until the pump is out, the patient has died, or
the case was closed as transferred after the first refill was done at the receiving clinic. If that fact is corrected
they are there again. A pump without a known alarm date is critical from the day it is known to be there (boxed
warning of the drug: never let it run dry; docs/hazards, 1 and 2).
"""

from collections.abc import Iterator
from datetime import date

from tracker.domain.facts import Appointment, Device, Fill
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.alarm_date import AlarmDate, alarm_date
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.refill import Bound
from tracker.domain.words import (
    APPOINTMENT_TO_COME,
    LIVE_APPOINTMENT,
    AppointmentState,
    DeterminationKind,
    DeviceKind,
    DrugStock,
    Purpose,
)

TRANSFERRED = "transferred"
#: The reasons of a refill without a date to rely on: none is known at all, or only what binds until a new print-out.
NO_DATE, EARLIEST_KNOWN = "alarm_date_unknown", "refill_by_earliest_known"


def followed_pumps(snapshot: Snapshot) -> tuple[Device, ...]:
    """The pumps in the patient that this clinic still answers for."""
    if snapshot.is_dead or (snapshot.stage == TRANSFERRED and _is_handed_over(snapshot)):
        return ()
    return tuple(device for device in snapshot.devices_in_place if device.kind == DeviceKind.PUMP)


def _is_handed_over(snapshot: Snapshot) -> bool:
    transfer = snapshot.determination(DeterminationKind.TRANSFER)
    return transfer is not None and transfer.value == "completed"


def fill_bound(pathway: Pathway, standing: AlarmDate) -> Bound:
    """The dates that bind. A drug that the pathway does not know keeps no longer than any that it knows."""
    drug = pathway.drugs.get(standing.fill.drug)
    days = drug.in_pump_days if drug else min(each.in_pump_days for each in pathway.drugs.values())
    return standing.bound(days)


def refills(view: View) -> Iterator[Obligation]:
    """Exactly one obligation for each pump."""
    for pump in followed_pumps(view.snapshot):
        known = _known(view, pump)
        if known is None:
            yield _unknown(view, "refill", pump, alarm_date(view.snapshot, pump.device))
            continue
        standing, found, latest_on = known
        visit = _first_visit(view, standing.fill)
        is_late = visit is not None and view.day(visit.starts_at) > latest_on
        yield view.due(
            "refill",
            f"device:{pump.device}",
            anchor_on=latest_on,
            reason=f"refill_by_{_driver(found)}" if standing.is_reliable else EARLIEST_KNOWN,
            params={
                "filled": standing.filled_on,
                "latest": latest_on,
                **({"late": view.day(visit.starts_at), "visit": visit.appointment} if visit and is_late else {}),
            },
            device=pump.device,
            planned_seq=visit.seq if visit and not is_late else _plan_seq(view, standing.fill, latest_on),
        )


def visits_without_pump(view: View) -> Iterator[Obligation]:
    """A refill is booked, and no pump is followed here any more: its entry was struck out, or the visit put back after
    the pump went. It may well be booked ahead of an implant that is booked."""
    snapshot = view.snapshot
    if followed_pumps(snapshot):
        return
    implants = [each.starts_at for each in snapshot.visits(Purpose.IMPLANT) if each.state in LIVE_APPOINTMENT]
    for visit in snapshot.visits(Purpose.REFILL):
        is_ahead = any(implant < visit.starts_at for implant in implants)
        if visit.state in APPOINTMENT_TO_COME and not is_ahead and view.day(visit.ends_at) >= view.today:
            known_on = view.day(max(snapshot.stage_entered_at, visit.recorded_at))
            yield view.due(
                "refill_visit",
                f"appointment:{visit.appointment}",
                anchor_on=known_on,
                not_before=known_on,
                reason="refill_without_pump",
                params={"on": view.day(visit.starts_at), "appointment": visit.appointment},
            )


def drugs_in_stock(view: View) -> Iterator[Obligation]:
    """The drug for the next refill, which must be here before the refill is due. Without a date it cannot be said."""
    said = {each.about_seq: each for each in view.snapshot.determinations(DeterminationKind.DRUG_STOCK)}
    for standing, _found, latest_on in filter(None, (_known(view, pump) for pump in followed_pumps(view.snapshot))):
        fill = standing.fill
        stock = said.get(fill.seq)
        if stock is None or stock.value != DrugStock.HERE:
            yield view.due(
                "drug_in_stock",
                f"fill:{fill.seq}",
                anchor_on=latest_on,
                not_before=view.day(fill.recorded_at),
                reason="drug_not_in_stock" if stock is None else "drug_ordered",
                params={"drug": fill.drug},
            )


def _known(view: View, pump: Device) -> tuple[AlarmDate, Bound, date] | None:
    """The alarm date of a pump as it stands, the dates that bind, and the latest refill date; ``None`` without one."""
    standing = alarm_date(view.snapshot, pump.device)
    if standing is None:
        return None
    found = fill_bound(view.pathway, standing)
    return None if found.latest_on is None else (standing, found, found.latest_on)


def alarm_dates(view: View) -> Iterator[Obligation]:
    """A printed alarm date that is missing, voided by a change, or later than arithmetic and read by one person only.

    A voided date is due the same day: until then only the earlier of the old date and the arithmetic is known.
    """
    for pump in followed_pumps(view.snapshot):
        standing = alarm_date(view.snapshot, pump.device)
        if standing is None or standing.printed_on is None:
            yield _unknown(view, "alarm_date", pump, standing)
        elif standing.voided_by is not None:
            voided = standing.voided_by
            yield view.due(
                "alarm_date",
                f"device:{pump.device}",
                anchor_on=view.day(voided.effective_at),
                is_urgent=True,
                reason="alarm_date_void",
                params={"printed": standing.printed_on, "cause": voided.cause},
                device=pump.device,
            )
        elif not standing.is_confirmed:
            known_on = view.day(standing.stated_by.recorded_at)
            yield view.due(
                "alarm_date",
                f"device:{pump.device}",
                anchor_on=known_on,
                not_before=known_on,
                reason="alarm_date_unconfirmed",
                params={"printed": standing.printed_on},
                device=pump.device,
            )


def _unknown(view: View, kind: str, pump: Device, standing: AlarmDate | None) -> Obligation:
    params: dict[str, object] = {"filled": standing.filled_on} if standing and kind == "refill" else {}
    return view.due(
        kind,
        f"device:{pump.device}",
        anchor_on=view.day((standing.fill if standing else pump).recorded_at),
        is_urgent=True,
        reason=NO_DATE,
        params=params,
        device=pump.device,
    )


def _driver(found: Bound) -> str:
    dates = (("alarm_date", found.printed_on), ("arithmetic", found.computed_on), ("drug_limit", found.limit_on))
    return next(name for name, day in dates if day == found.latest_on)


def _first_visit(view: View, fill: Fill) -> Appointment | None:
    """The next visit at which the pump will be filled: it plans the refill on or before the latest date, and after it
    has to be moved."""
    visits = [
        visit
        for visit in view.snapshot.of(Appointment)
        if visit.purpose == Purpose.REFILL
        and visit.state in LIVE_APPOINTMENT
        and visit.appointment != fill.appointment
        and visit.starts_at > fill.effective_at
        and view.today <= view.day(visit.starts_at)
        and not _is_spent(view, visit, fill)
    ]
    return min(visits, key=lambda visit: visit.starts_at, default=None)


def _plan_seq(view: View, fill: Fill, latest_on: date) -> int | None:
    """A named person's plan until a day before the latest date."""
    plans = view.snapshot.determinations(DeterminationKind.REFILL_PLAN)
    standing = (
        plan.seq for plan in plans if plan.seq > fill.seq and plan.until_on and view.today <= plan.until_on < latest_on
    )
    return max(standing, default=None)


def _is_spent(view: View, visit: Appointment, fill: Fill) -> bool:
    """Whether the patient came to the visit and the pump was filled that day: it does not plan the next refill."""
    came = visit.state == AppointmentState.ARRIVED
    return came and view.day(visit.starts_at) <= view.day(fill.effective_at)
