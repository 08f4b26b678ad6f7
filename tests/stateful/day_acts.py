"""What is said of a visit on its day, told with what usually fits, and now and then with what does not."""

from datetime import timedelta

from tests.stateful.clinic import Act, Seen
from tests.stateful.dice import NO_ROOM, Dice
from tests.stateful.sides import second, visit_of
from tracker.domain.words import Anaesthesia, Escort, HeldMedicines, Interpreter, LossCause, MomentKind, Purpose
from tracker.services import visit_day, walk_ins
from tracker.services.opened_devices import Opened
from tracker.services.visit_losses import Loss


def moment(seen: Seen, dice: Dice) -> Act:
    visit = visit_of(seen, dice)
    kind = dice.choice((*MomentKind, "lunch"))
    return lambda work, ref: visit_day.record_moment(work, ref, appointment=visit, kind=kind)


def arrange(seen: Seen, dice: Dice) -> Act:
    visit, escort = visit_of(seen, dice), dice.choice((*Escort, ""))
    arranged = visit_day.Arranged(
        escort=escort,
        escort_name=dice.choice(("the daughter", "")),
        escort_phone="",
        interpreter=dice.choice((*Interpreter, "")),
        anaesthesia=dice.choice((*Anaesthesia, "", None)),
    )
    return lambda work, ref: visit_day.arrange(work, ref, appointment=visit, arranged=arranged)


def walk_in(seen: Seen, dice: Dice) -> Act:
    purpose, room = dice.choice((*Purpose, "surgery")), dice.choice((4001, *NO_ROOM))
    return lambda work, ref: walk_ins.walk_in(work, ref, purpose=purpose, minutes=30, room_id=room, clinician_id=None)


def take_turn(seen: Seen, dice: Dice) -> Act:
    visit, turn_at = visit_of(seen, dice), seen.now + timedelta(minutes=dice.choice((5, 90, 3000)))
    return lambda work, ref: visit_day.take_turn(work, ref, appointment=visit, turn_at=turn_at)


def loss(seen: Seen, dice: Dice) -> Loss:
    """What is said of a visit that is lost on its day."""
    held = dice.choice((*HeldMedicines, ""))
    teller = second(seen, dice) if held == HeldMedicines.TELLER else None
    return Loss(dice.choice((*LossCause, "mood")), held, teller, Opened(said=dice.choice(("none", "none", ""))))
