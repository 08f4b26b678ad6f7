"""What must hold for each case. Every check is a generator of sentences, by the name of what it guards.

The names I1 … I16 are those of the project's list of invariants (docs/architecture.md).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.domain.contacts import Contacts, contacts
from tracker.domain.escalation.ladders import escalations
from tracker.domain.facts import Authorization, Consent, Determination, Device, Fact
from tracker.domain.milestones import reached_by
from tracker.domain.obligations import Obligations, obligations
from tracker.domain.obligations.refills import followed_pumps
from tracker.domain.pathway.engine import Offered, offered
from tracker.domain.ways import OWNERS, Address, Preferences
from tracker.domain.words import (
    AuthorizationState,
    ConsentState,
    DeterminationKind,
    DeviceKind,
    DeviceOrigin,
    Outcome,
    Purpose,
)
from tracker.persistence.types import canonical_json
from tracker.persistence.vocabulary import FINAL_REMINDER, HELD_REMINDER, WAITING_REMINDER
from tracker.queries.case_columns import derived_columns
from tracker.queries.invariants.whole_case import WholeCase

#: By how much the reconciler and the dispatcher may be behind before that is a fault of its own.
MAY_LAG = timedelta(minutes=15)
#: Somebody for whom every rule has an address: what could be wanted at all.
EVERYBODY = Preferences(
    addresses=tuple(Address(at, owner, is_possible=True, is_opted_out=False) for at, owner in enumerate(OWNERS))
)


@dataclass(frozen=True, slots=True)
class Looked:
    """A case, and what the rules say of it at ``now``."""

    case: WholeCase
    now: datetime
    steps: Offered
    due: Obligations
    wanted: Contacts

    @property
    def is_behind(self) -> bool:
        """Whether a moment has come that the reconciler has not yet seen: what is stored may differ."""
        reconcile_at = self.case.loaded.case.reconcile_at
        return reconcile_at is not None and reconcile_at <= self.now


def look(case: WholeCase, now: datetime) -> Looked:
    """Ask the rules about a case."""
    pathway, snapshot = case.loaded.pathway, case.loaded.snapshot
    due = obligations(pathway, snapshot, now)
    return Looked(case, now, offered(pathway, snapshot, now), due, contacts(pathway, snapshot, due, EVERYBODY, now))


def pumps_are_watched(looked: Looked) -> Iterator[str]:
    """I1: every pump in place has exactly one open refill obligation and one watch."""
    case = looked.case
    pumps = {pump.device for pump in followed_pumps(case.loaded.snapshot)}
    stored = [row.device for row in case.obligations if row.kind == "refill"]
    for device in sorted(pumps | set(stored) | case.watched):
        count = stored.count(device)
        if device not in pumps:
            yield f"pump {device} is no longer followed and still has an open refill"
        elif count != 1:
            yield f"pump {device} has {count} open refills"
        elif device not in case.watched:
            yield f"pump {device} is not watched"


def refills_turn_red(looked: Looked) -> Iterator[str]:
    """I11: a refill is red in time before its latest date, and was never closed but by a fact."""
    rule = looked.case.loaded.pathway.obligations.get("refill")
    days = timedelta(days=(rule.critical_days if rule else None) or 0)
    stored = {row.device: row for row in looked.case.obligations if row.kind == "refill"}
    for due in looked.due.of("refill"):
        row, latest = stored.get(due.device), dict(due.params).get("latest", "")
        if row is None or not latest:
            continue  # I1 tells of the one; the other is red from the day it is known
        if row.critical_on is None or row.critical_on > date.fromisoformat(latest) + days:
            yield f"the refill of pump {due.device} does not turn red in time before {latest}"
    facts = {f"{type(fact).__name__.lower()}:{fact.seq}" for fact in looked.case.history}
    for row in looked.case.refills_closed:
        if row.closed_by not in facts:
            yield f"a refill of pump {row.device} was closed without a fact"


def next_step_is_dated(looked: Looked) -> Iterator[str]:
    """An open case has a next step, an owner and a date."""
    case = looked.case.loaded.case
    if not case.is_open:
        return
    if looked.steps.next is None:
        yield "no step is next"
    if not looked.due.of("next_step") and not looked.due.of("hold_review") and not looked.case.loaded.snapshot.is_dead:
        yield "the next step has no date"
    if not case.owner_role:
        yield "nobody owns it"


def obligations_are_stored(looked: Looked) -> Iterator[str]:
    """I2: what is stored as due is what is due."""
    if looked.is_behind:
        if looked.case.loaded.case.reconcile_at is not None and (
            looked.case.loaded.case.reconcile_at < looked.now - MAY_LAG
        ):
            yield "the reconciler has not looked at it in time"
        return
    stored = {(row.kind, row.subject, str(row.params.get("filled", ""))): row for row in looked.case.obligations}
    wanted = {each.key: each for each in looked.due.items}
    for key in sorted(stored.keys() ^ wanted.keys()):
        yield f"{key[0]} of {key[1]} is {'stored and not due' if key in stored else 'due and not stored'}"
    for key in sorted(stored.keys() & wanted.keys()):
        row, due = stored[key], wanted[key]
        shown = (row.due_on, row.warn_on, row.escalate_on, row.critical_on, row.owner_role, row.planned_seq)
        if shown != (due.due_on, due.warn_on, due.escalate_on, due.critical_on, due.owner, due.planned_seq):
            yield f"{key[0]} of {key[1]} is stored with another date, owner or plan"


def somebody_is_told(looked: Looked) -> Iterator[str]:
    """I17: every obligation past the time of its rung is with a person, or with everybody of a role, on that rung.

    An acknowledgement rests on the row of its rung; it ends with its day, and the row stands again.
    """
    if looked.is_behind:
        return
    loaded = looked.case.loaded
    calendar, late = loaded.snapshot.calendar, looked.now - MAY_LAG
    stored = {(row.kind, row.subject, str(row.params.get("filled", ""))): row for row in looked.case.obligations}
    told = {row.obligation_id: row for row in looked.case.told}
    for due in looked.due.items:
        row, step = stored.get(due.key), escalations(loaded.pathway, due, calendar.today(looked.now)).standing
        if row is None or step is None or (row.changed_at or row.opened_at) > late:
            continue  # I2 tells of the one; nobody is to be told of the other, or not yet
        if step.rung.days is not None and calendar.start_of(step.on) > late:
            continue
        if row.id not in told:
            yield f"nobody was told of {due.kind} of {due.subject}"
        elif told[row.id].rung != step.number:
            yield f"{due.kind} of {due.subject} is still with the {told[row.id].who}, not with the {step.rung.who}"


def columns_are_derived(looked: Looked) -> Iterator[str]:
    """What lists show of the case is what the rules say of it."""
    if looked.is_behind:
        return
    case, loaded = looked.case, looked.case.loaded
    for name, value in derived_columns(loaded.pathway, loaded.snapshot, looked.steps, looked.due, looked.now).items():
        if getattr(loaded.case, name) != value:
            yield f"{name} is stored wrongly"
    blockers = looked.steps.next.blockers if looked.steps.next else ()
    wanted = {(looked.steps.next_name, each.code, canonical_json(dict(each.params))) for each in blockers}
    if wanted != case.blockers:
        yield "the open blocker intervals are not what stands in the way"


def stage_is_the_fold_of_events(looked: Looked) -> Iterator[str]:
    """I6: the stage and the attempts follow from the events, and from nothing else."""
    loaded = looked.case.loaded
    stage, begun = loaded.pathway.initial, {"trial": 1, "series": 1, "implant": 1}
    for move in looked.case.moves:
        if move["from"] != stage:
            yield f"a step left {move['from']} while the case stood in {stage}"
        stage = move["to"]
        for what in move["begins"]:
            begun[what] += 1
    case = loaded.case
    if stage != case.stage:
        yield f"the events lead to {stage}, the case stands in {case.stage}"
    if (case.trial_attempt, case.trial_series, case.implant_attempt) != tuple(begun.values()):
        yield "the attempts are not those the events began"
    if case.milestones != reached_by(move["to"] for move in looked.case.moves):
        yield "the milestones are not those the events passed"
    known = loaded.pathway.stages.get(case.stage)
    if known is None or (known.phase, known.is_open) != (case.phase, case.is_open):
        yield "phase or openness is not the stage's"
    if looked.case.stays_in != (case.stage,):
        yield "the stage visits do not end in the case's stage"
    if any(fact.seq > case.last_seq for fact in looked.case.history):
        yield "a fact has a number that was not given out"


def implants_have_grounds(looked: Looked) -> Iterator[str]:
    """I5: no pump was implanted here without trial, consent and authorization at the time, or a deviation."""
    history = {fact.seq: fact for fact in looked.case.history}
    live = looked.case.loaded.snapshot.of(Device)
    for pump in live:
        if pump.kind != DeviceKind.PUMP or pump.origin != DeviceOrigin.IMPLANTED_HERE or pump.deviation_seq:
            continue
        day = pump.placed_on or looked.case.loaded.snapshot.calendar.today(pump.effective_at)
        checks = (("trial", _is_shown), ("consent", _is_consented), ("authorization", _is_authorized))
        for what, holds in checks:
            if not holds(history, pump, day):
                yield f"pump {pump.device} was implanted without {what}"


def _is_shown(history: dict[int, Fact], pump: Device, _day: date) -> bool:
    outcome = history.get(pump.outcome_seq or 0)
    if isinstance(outcome, Determination) and outcome.kind == DeterminationKind.OUTCOME:
        return outcome.value == Outcome.POSITIVE
    waiver = history.get(pump.waiver_seq or 0)
    otherwise = (DeterminationKind.WAIVER, DeterminationKind.EARLIER_BENEFIT)
    return isinstance(waiver, Determination) and waiver.kind in otherwise


def _is_consented(history: dict[int, Fact], pump: Device, day: date) -> bool:
    return _consents(history.get(pump.consent_seq or 0), Purpose.IMPLANT, day)


def _is_authorized(history: dict[int, Fact], pump: Device, day: date) -> bool:
    return _authorizes(history.get(pump.authorization_seq or 0), Purpose.IMPLANT, day)


def _consents(fact: Fact | None, purpose: Purpose, day: date) -> bool:
    return (
        isinstance(fact, Consent)
        and fact.purpose == purpose
        and fact.state == ConsentState.SIGNED
        and fact.signed_on <= day <= (fact.valid_to or date.max)
    )


def _authorizes(fact: Fact | None, purpose: Purpose, day: date) -> bool:
    return (
        isinstance(fact, Authorization)
        and fact.stage == purpose
        and fact.state in {AuthorizationState.GRANTED, AuthorizationState.NOT_REQUIRED}
        and (fact.valid_from or date.min) <= day <= (fact.valid_to or date.max)
    )


def reoperations_have_grounds(looked: Looked) -> Iterator[str]:
    """I5: nothing was done in a reoperation without consent and authorization at the time, or a deviation."""
    snapshot = looked.case.loaded.snapshot
    done = snapshot.determination(DeterminationKind.REOPERATION_DONE)
    if done is None:
        return
    standing = [
        fact
        for fact in looked.case.history
        if fact.seq < done.seq and (fact.superseded_by is None or fact.superseded_by > done.seq)
    ]
    deviations = (fact for fact in standing if isinstance(fact, Determination) and fact.recorded_at == done.recorded_at)
    if any(fact.kind == DeterminationKind.DEVIATION for fact in deviations):
        return
    day = snapshot.calendar.today(done.effective_at)
    for what, holds in (("consent", _consents), ("authorization", _authorizes)):
        if not any(holds(fact, Purpose.REOPERATION, day) for fact in standing):
            yield f"the {done.value.replace('_', ' ')} was done without {what}"


def reminders_exist(looked: Looked) -> Iterator[str]:
    """I15: every reminder that should come is stored, and none waits that should not come."""
    if looked.is_behind:
        return
    prefix = f"{looked.case.loaded.case.id}:"
    stored = {row.contact_key.removeprefix(prefix) for row in looked.case.reminders}
    waiting = {row.contact_key.removeprefix(prefix) for row in looked.case.reminders if row.state in WAITING_REMINDER}
    wanted = {each.key: each for each in looked.wanted.items}
    # A copy exists only where a caregiver or facility has an address, what follows a visit only where anybody has one.
    copies = {rule.name for rule in looked.case.loaded.pathway.reminders if rule.to != OWNERS[0] or rule.is_after}
    for key, contact in wanted.items():
        is_due = contact.is_wanted and contact.wanted_at > looked.now and key.split(":")[0] not in copies
        if is_due and key not in stored:
            yield f"the reminder {key.split(':')[0]} of {contact.subject} does not exist"
    for key in sorted(waiting - wanted.keys()):
        yield f"the reminder {key.split(':')[0]} waits and is not wanted"


def reminders_move_on(looked: Looked) -> Iterator[str]:
    """I9, I10: nothing is held beyond its lease, and nothing rests where nobody must clear it."""
    for row in looked.case.reminders:
        rule = row.key.split(":")[1]
        if row.state in HELD_REMINDER and row.lease_until < looked.now - MAY_LAG:
            yield f"the reminder {rule} of {row.subject} is held beyond its lease"
        if row.state not in FINAL_REMINDER and row.next_action_at is None:
            yield f"the reminder {rule} of {row.subject} rests and nobody looks at it"


CHECKS: tuple[tuple[str, Callable[[Looked], Iterator[str]]], ...] = (
    ("I1", pumps_are_watched),
    ("I11", refills_turn_red),
    ("next_step", next_step_is_dated),
    ("I2", obligations_are_stored),
    ("I17", somebody_is_told),
    ("derived", columns_are_derived),
    ("I6", stage_is_the_fold_of_events),
    ("I5", implants_have_grounds),
    ("I5", reoperations_have_grounds),
    ("I15", reminders_exist),
    ("I10", reminders_move_on),
)
