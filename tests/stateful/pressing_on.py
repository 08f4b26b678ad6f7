"""What somebody does who wants a case to take a step: the one act that clears what stands first in its way.

A random walk hardly ever gets beyond the first visit. This one knows the way, and stumbles on it.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from tests.stateful import acts
from tests.stateful.clinic import Act, Seen, TwoClinics
from tests.stateful.dice import Dice
from tracker.domain.access import Actor
from tracker.domain.checklists.run import standing_answers
from tracker.domain.facts import ChecklistItem
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import Offer, offered
from tracker.domain.words import LIVE_APPOINTMENT, DeterminationKind
from tracker.services import appointments

#: More than any step takes, checklist and all.
MOST_ACTS = 60
AUTHORIZED = ("granted", "granted", "granted", "requested", "denied", "not_required")


def press_on(clinic: TwoClinics, public_id: str, actor: Actor, dice: Dice, towards: str) -> Iterator[Act]:
    """Acts that lead to the step ``towards``, or to the next one, each after the one before was done or refused."""
    began_in = clinic.see(public_id, actor).case.stage
    for _ in range(MOST_ACTS):
        seen = clinic.see(public_id, actor)
        offer = _aim(seen, towards)
        if offer is None or seen.case.stage != began_in:
            return
        if offer.is_allowed:
            yield acts.step(seen, dice, offer.transition.name)
            return
        act = _clear(clinic, seen, offer.blockers[0], dice)
        if act is None:
            return
        yield act


def _aim(seen: Seen, towards: str) -> Offer | None:
    found = offered(seen.pathway, seen.snapshot, seen.now)
    return found.named(towards) or found.next


def _clear(clinic: TwoClinics, seen: Seen, blocker: Blocker, dice: Dice) -> Act | None:
    """What clears one blocker; ``None`` where nothing but a change of mind does."""
    if blocker.code == "observation_running":
        clinic.pass_until(clinic.clock.now() + timedelta(hours=4))
        return acts.score(clinic.see(seen.ref.public_id, clinic.actors[0]), dice, "after_dose")
    if blocker.code == "not_arrived":
        return _come(clinic, seen, blocker.param("purpose"))
    if blocker.clear_with == "book":
        return _book(clinic, seen, blocker.param("purpose"), dice)
    if blocker.clear_with in NAMED:
        return NAMED[blocker.clear_with](seen, blocker, dice)
    making = SIMPLE.get(blocker.clear_with)
    return making(seen, dice) if making else None


def _score(seen: Seen, blocker: Blocker, dice: Dice) -> Act:
    return acts.score(seen, dice, "baseline" if blocker.code == "baseline_missing" else "after_dose")


def _authorize(seen: Seen, blocker: Blocker, dice: Dice) -> Act:
    return acts.ask_authorization(seen, dice, blocker.param("stage"), dice.choice(AUTHORIZED))


def _answer(seen: Seen, blocker: Blocker, dice: Dice) -> Act | None:
    visit = seen.snapshot.visit(blocker.param("checklist"))
    if visit is None:
        return None
    answered = standing_answers(seen.snapshot.of(ChecklistItem), visit, seen.snapshot.calendar)
    rules = [rule for rule in seen.pathway.checklists[visit.purpose] if rule.stop != "note"]
    left = [rule.key for rule in rules if rule.key not in answered]
    return acts.answer_item(seen, dice, visit.appointment, left[0]) if left else None


#: Acts that the blocker says more about.
NAMED: dict[str, Callable[[Seen, Blocker, Dice], Act | None]] = {
    "assessment": _score,
    "authorization": _authorize,
    "checklist": _answer,
    "document": lambda seen, blocker, dice: acts.record_document(seen, dice, blocker.param("document")),
    "consent": lambda seen, blocker, dice: acts.sign_consent(seen, dice, blocker.param("purpose")),
}
SIMPLE: dict[str, acts.Making] = {
    "adverse_events": lambda seen, dice: acts.answer_events(seen, dice, "no"),
    "evaluation": acts.evaluate,
    "dose_order": acts.order_dose,
    "dose": acts.give_dose,
    "outcome": acts.record_outcome,
    "implant": acts.implant,
    "refill": acts.refill,
    "device": lambda seen, dice: (
        acts.remove_device(seen, dice) if seen.snapshot.pump else acts.remove_trial_catheter(seen, dice)
    ),
    "cancel": acts.cancel,
    "move": acts.move,
    str(DeterminationKind.DECISION): acts.decide,
    str(DeterminationKind.TRANSFER): acts.transfer,
    str(DeterminationKind.DEATH): acts.die,
    str(DeterminationKind.THERAPY_STOPPED): acts.stop_therapy,
    str(DeterminationKind.WITHDRAWAL_WATCH_CLOSED): acts.close_watch,
    str(DeterminationKind.TRIAL_ABORTED): acts.abort_trial,
}


def _book(clinic: TwoClinics, seen: Seen, purpose: str, dice: Dice) -> Act | None:
    if seen.snapshot.visit(purpose or "trial") is not None:
        return None
    when = acts.slot(seen, dice, ahead=dice.choice((1, 2, 8, 20, 60)))
    free = acts.Slot(starts=when.starts, minutes=30, room_id=dice.choice((clinic.room_id, None)))
    return lambda work, ref: appointments.book(work, ref, purpose=purpose, slot=free)


def _come(clinic: TwoClinics, seen: Seen, purpose: str) -> Act | None:
    """Wait for the day of the visit, and come; a visit whose day is over is moved first."""
    visit = seen.snapshot.visit(purpose)
    if visit is None or visit.state not in LIVE_APPOINTMENT:
        return None
    number, calendar = visit.appointment, seen.snapshot.calendar
    if calendar.today(visit.starts_at) < seen.today:
        later = acts.Slot(starts=calendar.wall(seen.now) + timedelta(days=1), minutes=30)
        return lambda work, ref: appointments.move(work, ref, appointment=number, slot=later)
    clinic.pass_until(visit.starts_at)
    return lambda work, ref: appointments.arrive(work, ref, appointment=number)
