"""What is done afterwards: calls the day after, wounds, sutures, titration, the daily look at a trial catheter; what is
done before a procedure that is booked; the call after a missed visit; and word about medicines that were held.

The rules stand in the pathway file; here stands what they can follow. Each is one obligation at a time: the next one
that is not done. Somebody who could not be reached three times running is a matter of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from tracker.domain.facts import Appointment, Device, Fact, FollowUp, VisitLoss
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.definition import FollowUpRule
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import (
    APPOINTMENT_TO_COME,
    LOST_APPOINTMENT,
    AppointmentState,
    DeterminationKind,
    DeviceKind,
    DeviceOrigin,
    FollowedFact,
    HeldMedicines,
    Purpose,
)

#: So many times not reached in a row, whatever for: a person of experience takes over.
MISSED_IN_A_ROW = 3

Start = tuple[int, date]


def _after_dose(view: View) -> Iterator[Start]:
    dose = view.snapshot.attempt_dose
    if dose is not None:
        yield dose.seq, view.day(dose.effective_at)


def _after_implant(view: View) -> Iterator[Start]:
    for device in view.snapshot.devices_in_place:
        if device.kind == DeviceKind.PUMP and device.origin == DeviceOrigin.IMPLANTED_HERE and device.placed_on:
            yield device.device, device.placed_on


def _after_trial_catheter(view: View) -> Iterator[Start]:
    for device in view.snapshot.devices_in_place:
        if device.kind == DeviceKind.TRIAL_CATHETER and device.placed_on:
            yield device.device, device.placed_on


def _after_positive_outcome(view: View) -> Iterator[Start]:
    outcome = view.snapshot.standing_positive
    if outcome is not None:
        yield outcome.seq, view.day(outcome.effective_at)


def _after_explant(view: View) -> Iterator[Start]:
    """The last pump taken out, until a physician has closed the watch for withdrawal."""
    snapshot = view.snapshot
    out = [each for each in snapshot.of(Device) if each.kind == DeviceKind.PUMP and each.removed_on]
    if snapshot.pump is not None or not out:
        return
    last = max(out, key=lambda each: each.seq)
    closed = snapshot.determination(DeterminationKind.WITHDRAWAL_WATCH_CLOSED)
    if last.removed_on is not None and (closed is None or closed.seq < last.seq):
        yield last.device, last.removed_on


def _after_reoperation(view: View) -> Iterator[Start]:
    done = view.snapshot.determination(DeterminationKind.REOPERATION_DONE)
    if done is not None:
        yield done.seq, view.day(done.effective_at)


def _before_procedure(view: View) -> Iterator[Start]:
    """The booked day of a procedure that the patient has not come to."""
    for procedure in view.pathway.procedures.values():
        for visit in view.snapshot.visits(procedure.purpose):
            if view.is_open and visit.state in APPOINTMENT_TO_COME:
                yield visit.appointment, view.day(visit.starts_at)


def _after_no_show(view: View) -> Iterator[Start]:
    """A missed visit after which none for the same was booked. The refills of a closed case go on."""
    for visit in view.snapshot.of(Appointment):
        is_missed = visit.state == AppointmentState.NO_SHOW and (view.is_open or visit.purpose == Purpose.REFILL)
        others = view.snapshot.visits(visit.purpose)
        if is_missed and all(other.starts_at <= visit.starts_at for other in others):
            yield visit.appointment, view.day(visit.starts_at)


def _after_held_medicines(view: View) -> Iterator[Start]:
    """A visit lost on its day, for which medicines may have been held: somebody tells the patient what to do now."""
    lost = {each.appointment for each in view.snapshot.of(Appointment) if each.state in LOST_APPOINTMENT}
    for loss in view.snapshot.of(VisitLoss):
        if loss.appointment in lost and loss.held in {HeldMedicines.TELLER, HeldMedicines.UNKNOWN}:
            yield loss.seq, view.day(loss.effective_at)


_AFTER: Mapping[str, Callable[[View], Iterator[Start]]] = {
    FollowedFact.TRIAL_DOSE: _after_dose,
    FollowedFact.IMPLANT: _after_implant,
    FollowedFact.TRIAL_CATHETER: _after_trial_catheter,
    FollowedFact.POSITIVE_OUTCOME: _after_positive_outcome,
    FollowedFact.EXPLANT: _after_explant,
    FollowedFact.REOPERATION: _after_reoperation,
    FollowedFact.PROCEDURE: _before_procedure,
    FollowedFact.NO_SHOW: _after_no_show,
    FollowedFact.HELD_MEDICINES: _after_held_medicines,
}


def is_there(snapshot: Snapshot, about_seq: int) -> bool:
    """Whether what a follow-up is about stands: a fact by its number, or a visit by the one of its first version."""
    return any(
        fact.seq == about_seq or (isinstance(fact, Appointment) and fact.appointment == about_seq)
        for fact in snapshot.facts
    )


def follow_ups(view: View) -> Iterator[Obligation]:
    """The next of each kind that is not done yet."""
    for rule in view.pathway.follow_ups.values():
        if rule.stages and view.snapshot.stage not in rule.stages:
            continue
        for about_seq, began_on in _AFTER[rule.after](view):
            done = done_by(view.snapshot.of(FollowUp), rule, about_seq)
            if rule.fresh_days is not None:
                fresh_on = began_on - timedelta(days=rule.fresh_days)
                done = [each for each in done if view.day(each.effective_at) >= fresh_on]
            due_on = _next_on(view, rule, began_on, done)
            known_on = _known_on(view, rule, about_seq, began_on, done)
            if due_on is not None:
                yield view.due(
                    "follow_up",
                    f"follow_up:{rule.name}:{about_seq}",
                    anchor_on=max(due_on, known_on) if rule.after == FollowedFact.PROCEDURE else due_on,
                    not_before=known_on,
                    reason="follow_up",
                    params={"rule": rule.name, "label": rule.label, "about": about_seq, "number": len(done) + 1},
                    following=rule,
                )


def done_by(found: tuple[FollowUp, ...], rule: FollowUpRule, about_seq: int) -> list[FollowUp]:
    """What was done by a rule about one fact, by the time it was done."""
    done = [each for each in found if each.rule == rule.name and each.about_seq == about_seq]
    return sorted(done, key=lambda each: (each.effective_at, each.seq))


def _known_on(view: View, rule: FollowUpRule, about_seq: int, began_on: date, done: list[FollowUp]) -> date:
    """From when on it can be asked for: what comes before a procedure, from the day on which that was booked."""
    if done:
        return view.day(done[-1].effective_at)
    if rule.after != FollowedFact.PROCEDURE:
        return began_on
    booked = next(each for each in view.snapshot.of(Appointment) if each.appointment == about_seq)
    return view.day(booked.time_known_at)


def _next_on(view: View, rule: FollowUpRule, began_on: date, done: list[FollowUp]) -> date | None:
    if any(each.result in rule.ends_on for each in done):
        return None
    if done and done[-1].next_on is not None:
        return done[-1].next_on
    if len(done) < len(rule.days):
        days = rule.days[len(done)]
        return view.calendar.add_open_days(began_on, days) if rule.counts_open_days else began_on + timedelta(days=days)
    if rule.every_days is None:
        return None
    return view.day(done[-1].effective_at) + timedelta(days=rule.every_days)


def unreachable(view: View) -> Iterator[Obligation]:
    """Nobody answered three times in a row, whatever for."""
    if not view.is_open:
        return
    missed: list[Fact] = []
    for each in sorted(view.snapshot.of(FollowUp), key=lambda each: (each.effective_at, each.seq)):
        rule = view.pathway.follow_ups.get(each.rule)
        if rule is None or not rule.missed:
            continue
        missed = [*missed, each] if each.result in rule.missed else []
    if len(missed) >= MISSED_IN_A_ROW:
        since = view.day(missed[MISSED_IN_A_ROW - 1].recorded_at)
        yield view.due(
            "unreachable",
            f"unreachable:{missed[0].seq}",
            anchor_on=since,
            not_before=since,
            reason="unreachable",
            params={"times": len(missed)},
        )
