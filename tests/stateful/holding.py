"""What must hold after every act, read from the rows themselves; ``tracker check`` is asked too, and must agree."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.stateful.clinic import OURS, TwoClinics
from tracker.domain.facts import Correction, Determination, Device, Fact
from tracker.domain.words import DeterminationKind, DeviceKind
from tracker.persistence.facts import load_history, load_live
from tracker.persistence.models import AccessEntry, Case, Event, Obligation, PumpWatch, Reminder
from tracker.persistence.vocabulary import FINAL_REMINDER
from tracker.queries.invariants import check_everything

Facts = Sequence[Fact]
#: Stages that a case may be closed in with a device in the patient.
MAY_HOLD_A_DEVICE = frozenset({"deceased", "transferred"})


def faults(clinic: TwoClinics) -> list[str]:
    """What does not hold of the cases, in words."""
    with clinic.database.reading() as session:
        cases = session.scalars(select(Case)).all()
        return [f"{case.stage}: {fault}" for case in cases for fault in _of_case(session, case)]


def violations(clinic: TwoClinics) -> list[str]:
    """What ``tracker check`` complains of: the chain, the fold of the events, what is stored against what is due."""
    with clinic.database.reading() as session:
        return [
            f"{each.invariant}: {each.message}" for each in check_everything(session, clinic.clock.now()).violations
        ]


def _of_case(session: Session, case: Case) -> Iterator[str]:
    live = load_live(session, case.clinic_id, case.id)
    due = session.execute(
        select(Obligation.kind, Obligation.device, Obligation.id, Obligation.due_on).where(
            Obligation.case_id == case.id, Obligation.is_open
        )
    ).all()
    history = load_history(session, case.clinic_id, case.id)
    yield from _pumps(session, case, live, Counter(row.device for row in due if row.kind == "refill"))
    yield from _removals(history)
    kinds = Counter(row.kind for row in due)
    if case.is_open:
        if not case.owner_role:
            yield "an open case has no owner"
        if kinds["hold_review" if case.hold_until else "next_step"] != 1:
            yield f"an open case has {kinds['next_step']} next steps and {kinds['hold_review']} reviews"
        if case.target_on is None:
            yield "an open case has no date"
    yield from _reminders(session, case)
    yield from _history(session, case)


def _pumps(session: Session, case: Case, live: Facts, refills: Counter[int]) -> Iterator[str]:
    devices = [each for each in live if isinstance(each, Device) and each.in_place]
    ended = {each.kind for each in live if isinstance(each, Determination)}
    is_gone = DeterminationKind.DEATH in ended or (DeterminationKind.TRANSFER in ended and case.stage == "transferred")
    pumps = Counter(each.device for each in devices if each.kind == DeviceKind.PUMP and not is_gone)
    if refills != pumps:
        yield f"the pumps {pumps} have the refills {refills}"
    watched = Counter(session.scalars(select(PumpWatch.device).where(PumpWatch.case_id == case.id)))
    if watched != pumps:
        yield f"the pumps {pumps} are watched {watched}"
    brought_back = {each.device for each in devices if each.device != each.seq}
    inside = {each.device for each in devices} - brought_back
    if not case.is_open and inside and case.stage not in MAY_HOLD_A_DEVICE:
        yield "closed with a device in the patient"


def _removals(history: Facts) -> Iterator[str]:
    """Whose removal was struck out is in the patient again."""
    struck = {each.corrected_seq for each in history if isinstance(each, Correction)}
    versions = {each.device: each for each in history if isinstance(each, Device)}
    for device, last in versions.items():
        if not last.in_place and last.seq in struck:
            yield f"the removal of {device} was struck out, and it is not in the patient again"


def _reminders(session: Session, case: Case) -> Iterator[str]:
    rows = session.execute(
        select(Reminder.key, Reminder.state, Reminder.next_action_at).where(Reminder.case_id == case.id)
    )
    for row in rows:
        if (row.state in FINAL_REMINDER) is not (row.next_action_at is None):
            yield f"the reminder {row.key} is {row.state} with the next action at {row.next_action_at}"


def _history(session: Session, case: Case) -> Iterator[str]:
    """Every version of a case is one event by a person, and everyone who wrote is in the access entries."""
    events = session.execute(
        select(Event.case_version, Event.actor_id)
        .where(Event.clinic_id == OURS, Event.case_id == case.id)
        .order_by(Event.seq)
    ).all()
    # What concerns a case without writing to it, as a further referral does, has no version.
    versions = [row.case_version for row in events if row.case_version is not None]
    if versions != list(range(versions[0], case.version + 1)):
        yield f"version {case.version} was reached by the events {versions}"
    if any(row.actor_id is None for row in events):
        yield "something was written by nobody"
    seen = session.scalar(select(func.count()).where(AccessEntry.case_id == case.id))
    if seen != len(events):
        yield f"{len(events)} events left {seen} access entries"
