"""The life of what is in the patient: a battery that ends, a trial catheter to come out, an aspirate that differs.

They follow the device, not the stage, as refills do.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tracker.domain.facts import Device, Fill, Interrogation
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.obligations.refills import followed_pumps
from tracker.domain.pathway.alarm_date import expected_at
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.requirements.trial import Observed
from tracker.domain.words import DeterminationKind, DeviceKind

#: A month of a battery, in days, rounded down.
MONTH_DAYS = 30


def replacements(view: View) -> Iterator[Obligation]:
    """A pump ends on the earliest of what its label, its indicator, its battery and its usual life say. A reoperation
    that is booked in time plans its replacement; only a new pump, or none, ends it."""
    for pump in followed_pumps(view.snapshot):
        ends = end_of_service(view, pump)
        if ends is None:
            known_on = view.day(pump.recorded_at)
            yield view.due(
                "end_of_service",
                f"device:{pump.device}",
                anchor_on=known_on,
                not_before=known_on,
                reason="end_of_service_unknown",
            )
            continue
        ends_on, why = ends
        planned_seq = _planned_seq(view, pump, ends_on)
        booked = {"booked": view.snapshot.replacement_on} if planned_seq is not None else {}
        yield view.due(
            "replacement",
            f"device:{pump.device}",
            anchor_on=ends_on,
            not_before=view.day(pump.effective_at),
            reason=why,
            params={"ends": ends_on, **booked},
            planned_seq=planned_seq,
        )


def _planned_seq(view: View, pump: Device, ends_on: date) -> int | None:
    """The decision for the reoperation that replaces the pump in time, while its day is booked and has not passed."""
    decided, on = view.snapshot.determination(DeterminationKind.REOPERATION), view.snapshot.replacement_on
    if decided is None or on is None or decided.seq < pump.device:
        return None
    return decided.seq if view.today <= on <= ends_on else None


def end_of_service(view: View, pump: Device) -> tuple[date, str] | None:
    """The day by which a pump must have been replaced, and what says so; ``None`` where nothing is known."""
    found: list[tuple[date, str]] = []
    if pump.end_of_service_on is not None:
        found.append((pump.end_of_service_on, "end_of_service_printed"))
    if pump.placed_on is not None:
        life = timedelta(days=view.pathway.days("pump_life_days"))
        found.append((pump.placed_on + life, "end_of_service_by_age"))
    readings = [each for each in view.snapshot.of(Interrogation) if each.device == pump.device]
    indicated = [view.day(each.effective_at) for each in readings if each.replacement_indicated]
    if indicated:
        days = timedelta(days=view.pathway.days("replacement_indicator_days"))
        found.append((min(indicated) + days, "end_of_service_indicated"))
    read = [each for each in readings if each.battery_months is not None]
    if read:
        last = max(read, key=lambda each: (each.effective_at, each.seq))
        left = timedelta(days=MONTH_DAYS * (last.battery_months or 0))
        found.append((view.day(last.effective_at) + left, "end_of_service_by_battery"))
    return min(found, default=None)


def trial_catheters(view: View) -> Iterator[Obligation]:
    """A trial catheter comes out on the ordered day, wherever the case stands."""
    for device in view.snapshot.devices_in_place:
        if device.kind == DeviceKind.TRIAL_CATHETER:
            placed_on = device.placed_on or view.day(device.effective_at)
            yield view.due(
                "catheter_out",
                f"device:{device.device}",
                anchor_on=device.out_by_on or placed_on,
                not_before=placed_on,
                reason="catheter_in",
                params={"out_by": device.out_by_on or ""},
            )


def observations(view: View) -> Iterator[Obligation]:
    """A dose was given, and nobody has closed the observation."""
    stage, dose = view.pathway.stages[view.snapshot.stage], view.snapshot.attempt_dose
    step = view.pathway.transition(stage.next, stage.name)
    if dose is not None and step is not None and any(isinstance(need, Observed) for need in step.needs):
        given_on = view.day(dose.effective_at)
        yield view.due(
            "observation", f"dose:{dose.seq}", anchor_on=given_on, not_before=given_on, reason="observation_open"
        )


def pumps_of_the_dead(view: View) -> Iterator[Obligation]:
    """A pump in somebody who died goes on working, and its battery bursts in a crematorium: a physician says that it is
    out, or switched off and who was told. It follows the device, when all else of the case has ended."""
    death = view.snapshot.determination(DeterminationKind.DEATH)
    if death is None:
        return
    words = view.snapshot.determinations(DeterminationKind.PUMP_SWITCHED_OFF)
    off = {each.about_seq for each in words if each.seq > death.seq}
    known_on = view.day(death.recorded_at)
    for pump in view.snapshot.devices_in_place:
        if pump.kind == DeviceKind.PUMP and pump.device not in off:
            yield view.due(
                "pump_after_death",
                f"device:{pump.device}",
                anchor_on=known_on,
                not_before=known_on,
                reason="pump_after_death",
                params={"device": pump.device, "model": pump.model},
            )


def discrepancies(view: View) -> Iterator[Obligation]:
    """What was taken out of a pump, or read as left in it, differs from what should have been in it by more than is
    harmless: a physician looks (more than 1 mL in a 20 mL, 2 mL in a 40 mL pump: Maino 2017; ASRA e-poster 1139 of
    2019)."""
    snapshot = view.snapshot
    reviewed = {each.about_seq for each in snapshot.determinations(DeterminationKind.DEVIATION_REVIEWED)}
    held = {device.device: device.reservoir_ml for device in snapshot.of(Device)}
    for fill in snapshot.of(Fill):
        if fill.seq not in reviewed and is_discrepant(view.pathway, fill, held.get(fill.device)):
            known_on = view.day(fill.recorded_at)
            yield view.due(
                "discrepancy",
                f"fill:{fill.seq}",
                anchor_on=known_on,
                not_before=known_on,
                reason="residual_differs",
                params={
                    "expected": fill.residual_expected_ml,
                    "aspirated": fill.residual_aspirated_ml,
                    "seq": fill.seq,
                },
            )
    for reading in snapshot.of(Interrogation):
        expected_ml = expected_at(snapshot, reading.device, reading.effective_at)
        is_far = differs(view.pathway, expected_ml, reading.reservoir_ml, held.get(reading.device))
        if is_far and reading.seq not in reviewed:
            known_on = view.day(reading.recorded_at)
            yield view.due(
                "discrepancy",
                f"reading:{reading.seq}",
                anchor_on=known_on,
                not_before=known_on,
                reason="reading_differs",
                params={"expected": expected_ml, "read": reading.reservoir_ml, "seq": reading.seq},
            )


def is_discrepant(pathway: Pathway, fill: Fill, reservoir_ml: Decimal | None) -> bool:
    """Whether what was taken out differs from what was expected by more than is harmless."""
    return differs(pathway, fill.residual_expected_ml, fill.residual_aspirated_ml, reservoir_ml)


def differs(
    pathway: Pathway, expected_ml: Decimal | None, found_ml: Decimal | None, reservoir_ml: Decimal | None
) -> bool:
    """Whether a volume differs from what was expected by more than is harmless. Of an unknown reservoir no more may
    differ than of a small one."""
    if expected_ml is None or found_ml is None:
        return False
    is_large = reservoir_ml is not None and reservoir_ml > pathway.parameters["large_reservoir_ml"].value
    name = "residual_difference_large_ml" if is_large else "residual_difference_ml"
    return abs(expected_ml - found_ml) > pathway.parameters[name].value
