"""Everything that can be done by operating on a pump that is in: begun beside its case, recorded as it was done."""

from tests.stateful.clinic import Act, Seen
from tests.stateful.dice import REASONS, Dice
from tests.stateful.pump_acts import filling
from tests.stateful.sides import second
from tests.support.devices import a_catheter, a_pump
from tracker.domain.words import ReoperationKind
from tracker.services import reoperations
from tracker.services.reoperations import Operation


def operation(dice: Dice) -> Operation:
    return Operation(note=dice.choice(("seen and done", "")), deviation_reason=dice.choice(REASONS))


def begin_reoperation(seen: Seen, dice: Dice) -> Act:
    kind, reason = dice.choice((*ReoperationKind, "polish")), dice.choice(REASONS)
    return lambda work, ref: reoperations.begin_reoperation(work, ref, kind=kind, reason=reason)


def replace_pump(seen: Seen, dice: Dice) -> Act:
    done, filled = operation(dice), filling(seen, dice)
    pump = a_pump(model="SynchroMed III", serial=f"S{len(seen.snapshot.facts)}")
    catheter = dice.choice((None, a_catheter(model="Ascenda")))
    return lambda work, ref: reoperations.record_replacement(
        work, ref, done, pump=pump, filling=filled, catheter=catheter
    )


def revise_catheter(seen: Seen, dice: Dice) -> Act:
    done, model = operation(dice), dice.choice(("Ascenda", ""))
    return lambda work, ref: reoperations.record_catheter_revision(work, ref, done, catheter=a_catheter(model=model))


def revise_pocket(seen: Seen, dice: Dice) -> Act:
    done = operation(dice)
    return lambda work, ref: reoperations.record_pocket_revision(work, ref, done)


def explant(seen: Seen, dice: Dice) -> Act:
    """Of parts that may be in, or not: the reoperation itself does not know them."""
    done, parts, other = operation(dice), {dice.choice(range(1, 60)) for _ in range(2)}, second(seen, dice)
    return lambda work, ref: reoperations.record_explant(
        work, ref, done, devices=parts, second_by=other, document_seq=None
    )
