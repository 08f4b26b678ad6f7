"""Everything that can be done to a pump, rightly and wrongly: put in, filled, read, taken out."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.stateful.clinic import Act, Seen
from tests.stateful.dice import NO_FACT, REASONS, Dice
from tests.stateful.sides import papers, second, visit_of
from tests.support.devices import a_catheter, a_pump
from tracker.domain.facts import Advisory, PumpCall, Scan
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.words import CallTone, FillKind, LabelUse
from tracker.services import (
    advisories,
    device_labels,
    device_orders,
    implants,
    interrogations,
    pump_calls,
    pumps,
    refills,
    scans,
)
from tracker.services.device_parts import Component
from tracker.services.implants import Implanted
from tracker.services.interrogations import Reading
from tracker.services.opened_devices import Opened
from tracker.services.pump_calls import Call
from tracker.services.refills import Filling


def filling(seen: Seen, dice: Dice) -> Filling:
    """500 mcg/mL, 18 of 20 mL used, at 100 mcg/day: 90 days; now and then printed later, or not known."""
    lasts = dice.choice((90, 90, 90, 60, 120, None))
    alarm_on = None if lasts is None else seen.today + timedelta(days=lasts)
    return Filling(
        drug="baclofen",
        concentration_mcg_ml=Decimal(500),
        volume_ml=Decimal(20),
        daily_dose_mcg=Decimal(100),
        alarm_volume_ml=Decimal(2),
        alarm_on=alarm_on,
        alarm_on_again=alarm_on,
        lot="L2",
        expires_on=None,
        second_by=second(seen, dice),
    )


def implant(seen: Seen, dice: Dice) -> Act:
    """Mostly both parts in date; now and then one that has expired, or only one of them."""
    pump = dice.choice((_pump(seen, dice), _pump(seen, dice), None))
    catheter = dice.choice((a_catheter(model="Ascenda"), a_catheter(), None))
    implanted = Implanted(
        pump=pump,
        catheter=catheter,
        filling=filling(seen, dice) if pump else None,
        deviation_reason=dice.choice(REASONS),
        opened=Opened(said=dice.choice(("none", "none", ""))),
    )
    return lambda work, ref: implants.record_implant(work, ref, implanted)


def _pump(seen: Seen, dice: Dice) -> Component:
    expires_on = seen.today + timedelta(days=dice.choice((300, 300, 0, -1)))
    return a_pump(serial="S1", expires_on=dice.choice((expires_on, expires_on, None)))


def read_label(seen: Seen, dice: Dice) -> Act:
    """A label of the store, in date or not; or of one that was opened and not used."""
    kind, use = dice.choice(("pump", "catheter")), dice.choice((*LabelUse, "lost"))
    part = replace(_pump(seen, dice), udi=dice.choice(("", "(01)51022222233336(21)S1", "no label")))
    reason = dice.choice(REASONS)
    return lambda work, ref: device_labels.record_label(work, ref, kind=kind, part=part, use=use, reason=reason)


def order_devices(seen: Seen, dice: Dice) -> Act:
    pump, catheter = dice.choice(("8637-20", "SynchroMed II", "")), dice.choice(("Ascenda 8780", ""))
    return lambda work, ref: device_orders.order_devices(work, ref, pump=pump, catheter=catheter)


def refill(seen: Seen, dice: Dice) -> Act:
    done, kind = filling(seen, dice), dice.choice((FillKind.REFILL, FillKind.REFILL, FillKind.ELSEWHERE))
    visit = dice.choice((None, visit_of(seen, dice)))
    at = seen.now - timedelta(days=dice.choice((0, 0, 0, 0, 3, 100)))
    return lambda work, ref: refills.record_refill(work, ref, done, kind=kind, appointment=visit, filled_at=at)


def interrogate(seen: Seen, dice: Dice) -> Act:
    """A new dose, or only a look; now and then with a new print-out, earlier or later than arithmetic."""
    lasts, is_new = dice.choice((None, None, 30, 60, 170)), dice.choice((True, False))
    alarm_on = None if lasts is None else seen.today + timedelta(days=lasts)
    reading = Reading(
        cause="dose" if is_new else "routine",
        daily_dose_mcg=dice.choice((Decimal(80), Decimal(100), Decimal(160))) if is_new else None,
        reservoir_ml=dice.choice((None, Decimal(9))),
        alarm_on=alarm_on,
        alarm_on_again=alarm_on,
        battery_months=dice.choice((None, 40, 5)),
        replacement_indicated=dice.choice((False, False, True)),
    )
    at = seen.now - timedelta(days=dice.choice((0, 0, 0, 2)))
    return lambda work, ref: interrogations.record_interrogation(work, ref, reading, read_at=at)


def pump_call(seen: Seen, dice: Dice) -> Act:
    """A call, with whatever is said of the pump and the patient."""
    call = Call(
        tone=dice.choice((*CallTone, "three")),
        drowsy=dice.choice((False, True)),
        wound=dice.choice((False, True)),
        caller=dice.choice(("the daughter", "the daughter", "")),
        phone=dice.choice(("303 555 0188", "")),
        words=dice.choice(REASONS),
    )
    at = seen.now - timedelta(hours=dice.choice((0, 0, 0, 5)))
    return lambda work, ref: pump_calls.record_pump_call(work, ref, call, called_at=at)


def settle_call(seen: Seen, dice: Dice) -> Act:
    """By a paper, by a physician, or by neither."""
    call = dice.choice([each.seq for each in seen.snapshot.of(PumpCall)] or [999])
    paper, reason = dice.choice((None, *papers(seen), *NO_FACT)), dice.choice(REASONS)
    return lambda work, ref: pump_calls.settle_pump_call(work, ref, call_seq=call, document_seq=paper, reason=reason)


def switch_off(seen: Seen, dice: Dice) -> Act:
    device = dice.choice([each.device for each in seen.snapshot.devices_in_place] or [999])
    reason = dice.choice(REASONS)
    return lambda work, ref: pumps.switch_off_pump(work, ref, device=device, reason=reason)


def advise(seen: Seen, dice: Dice) -> Act:
    """A letter about a part; the same number again, or another."""
    device = dice.choice([each.device for each in seen.snapshot.devices_in_place] or [999])
    number = f"FA-{len(seen.snapshot.facts)}"
    return lambda work, ref: advisories.record_advisory(work, ref, device=device, number=number, text="replace")


def settle_advisory(seen: Seen, dice: Dice) -> Act:
    seq, reason = dice.choice([each.seq for each in seen.snapshot.of(Advisory)] or [999]), dice.choice(REASONS)
    return lambda work, ref: advisories.settle_advisory(work, ref, advisory_seq=seq, reason=reason)


def plan_scan(seen: Seen, dice: Dice) -> Act:
    """An MRI to come, of today, past, or too far away."""
    day = seen.today + timedelta(days=dice.choice((3, 0, -2, 40, 900)))
    return lambda work, ref: scans.plan_scan(work, ref, scan_on=day, place="County Hospital")


def decide_scan(seen: Seen, dice: Dice) -> Act:
    seq, reason = _scan(seen, dice), dice.choice(REASONS)
    return lambda work, ref: scans.decide_scan(work, ref, scan_seq=seq, reason=reason)


def scan_task(seen: Seen, dice: Dice) -> Act:
    seq, reason = _scan(seen, dice), dice.choice(REASONS)
    task = dice.choice(("emptied_before", "read_before", "prayed"))
    return lambda work, ref: scans.record_scan_task(work, ref, scan_seq=seq, task=task, reason=reason)


def _scan(seen: Seen, dice: Dice) -> int:
    return dice.choice([each.seq for each in seen.snapshot.of(Scan)] or [999])


def confirm_alarm_date(seen: Seen, dice: Dice) -> Act:
    pump = seen.snapshot.pump
    standing = alarm_date(seen.snapshot, pump.device) if pump else None
    read = (standing.printed_on if standing else None) or seen.today
    return lambda work, ref: refills.confirm_alarm_date(work, ref, alarm_on=read)


def stock_drug(_seen: Seen, dice: Dice) -> Act:
    state = dice.choice(("ordered", "here", "lost"))
    return lambda work, ref: refills.record_drug_stock(work, ref, state=state)


def plan_refill(seen: Seen, dice: Dice) -> Act:
    day, plan = seen.today + timedelta(days=dice.choice((3, 20, -1))), dice.choice(REASONS)
    return lambda work, ref: refills.plan_refill(work, ref, until_on=day, plan=plan)


def remove_device(seen: Seen, dice: Dice) -> Act:
    device = dice.choice([each.device for each in seen.snapshot.devices_in_place] or [999])
    signs, paper = second(seen, dice), dice.choice((None, None, *NO_FACT, *papers(seen)))
    return lambda work, ref: pumps.remove_device(
        work, ref, device=device, second_by=signs, document_seq=paper, removed_at=None
    )
