"""``tracker check``: every invariant over every clinic, in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.obligations.refills import followed_pumps
from tracker.domain.words import DeviceKind
from tracker.persistence.chain import verify_chain
from tracker.persistence.models import (
    Case,
    Clinic,
    ContactPoint,
    DeliveryAttempt,
    Event,
    Patient,
    Reminder,
    StaffTask,
    StageCount,
)
from tracker.persistence.vocabulary import ReminderState
from tracker.queries.invariants.of_cases import CHECKS, Looked, look
from tracker.queries.invariants.whole_case import whole_cases
from tracker.queries.pump_comparisons import get_standings

#: Violations that are listed; further ones are counted only.
MOST_LISTED = 1000
#: How often one reminder may have reached a patient.
MOST_COPIES = 2
MAY_HAVE_GONE = ("accepted", "unknown", "")
COUNTED = (
    "clinics",
    "cases",
    "cases_open",
    "pumps_in_place",
    "pumps_unplanned",
    "pumps_unplanned_red",
    "pumps_no_longer_followed",
    "cases_without_next_step",
    "obligations_open",
    "reminders",
    "events",
    "pump_lists_overdue",
)


#: Everything that may be broken: of a case, and of a clinic.
INVARIANTS = (*(name for name, _ in CHECKS), "I8", "I12", "counts")


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that does not hold. ``case`` is a public id, or empty where no case is meant."""

    invariant: str
    case: str
    message: str


@dataclass(slots=True)
class Report:
    """What was counted and what does not hold.

    ``failing``: how many cases break an invariant, or how many faults a clinic has where no case is meant.
    ``unplanned``: the pumps whose refill neither a visit nor a named person's dated plan plans. A message never does.
    """

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    violations: list[Violation] = field(default_factory=list)
    unlisted: int = 0
    failing: dict[str, int] = field(default_factory=dict)
    unplanned: list[Violation] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        """Whether everything holds."""
        return not self.violations

    def count(self, name: str, by: int = 1) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + by

    def fail(self, invariant: str) -> None:
        """Count one case, or one fault of a clinic."""
        self.failing[invariant] = self.failing.get(invariant, 0) + 1

    def add(self, violation: Violation) -> None:
        """List a violation, or only count it where there are too many."""
        if len(self.violations) < MOST_LISTED:
            self.violations.append(violation)
        else:
            self.unlisted += 1

    def document(self) -> dict[str, object]:
        """The report as scripts read it."""
        listed = [{"invariant": v.invariant, "case": v.case, "message": v.message} for v in self.violations]
        return {"ok": self.is_ok, "counts": self.counts, "violations": listed}


def check_everything(session: Session, now: datetime, progress: Callable[[int], None] = lambda _done: None) -> Report:
    """Check the whole database as it is at ``now``. ``progress`` is told the cases done."""
    report = Report()
    for clinic in session.scalars(select(Clinic).order_by(Clinic.id)).all():
        for case in whole_cases(session, clinic):
            check_case(report, look(case, now))
            if report.counts["cases"] % 1000 == 0:
                progress(report.counts["cases"])
        check_clinic(session, clinic, report, now)
    return report


def check_case(report: Report, looked: Looked) -> None:
    """Check one case, and count it."""
    loaded = looked.case.loaded
    report.count("cases")
    report.count("cases_open", loaded.case.is_open)
    report.count("obligations_open", len(looked.case.obligations))
    report.count("reminders", len(looked.case.reminders))
    followed = len(followed_pumps(loaded.snapshot))
    inside = sum(device.kind == DeviceKind.PUMP for device in loaded.snapshot.devices_in_place)
    report.count("pumps_in_place", followed)
    report.count("pumps_no_longer_followed", inside - followed)
    for refill in looked.due.of("refill"):
        if refill.planned_seq is None:
            report.count("pumps_unplanned")
            is_red = refill.critical_on is not None and refill.critical_on <= loaded.snapshot.calendar.today(looked.now)
            report.count("pumps_unplanned_red", is_red)
            latest = dict(refill.params).get("latest", "")
            message = f"latest refill date {latest or 'unknown'}{', critical' if is_red else ''}"
            if len(report.unplanned) < MOST_LISTED:
                report.unplanned.append(Violation("unplanned", loaded.case.public_id, message))
    for name, check in CHECKS:
        found = list(check(looked))
        report.count("cases_without_next_step", int(name == "next_step" and bool(found)))
        if found:
            report.fail(name)
        for message in found:
            report.add(Violation(name, loaded.case.public_id, message))


def check_clinic(session: Session, clinic: Clinic, report: Report, now: datetime) -> None:
    """Check what is no one case's: the chain, the counts, the messages, and references to other clinics.

    A pump list that was not compared in time is counted, as unplanned pumps are: people are late, nothing is broken.
    """
    report.count("clinics")
    due = get_standings(session, clinic.id).due_on(clinic.zone)
    report.count("pump_lists_overdue", due is not None and due < now.astimezone(ZoneInfo(clinic.zone)).date())
    for found in (*_of_clinic(session, clinic, report), *_across_clinics(session, clinic.id)):
        report.fail(found.invariant)
        report.add(found)


def _of_clinic(session: Session, clinic: Clinic, report: Report) -> Iterator[Violation]:
    """I6 and I8: the chain is whole, the counts are right, and nobody was written to too often."""
    chain = verify_chain(session, clinic.id)
    report.count("events", chain.events)
    yield from (Violation("I6", "", f"clinic {clinic.public_id}: {fault}") for fault in chain.faults)
    yield from (Violation("counts", "", f"clinic {clinic.public_id}: {fault}") for fault in _counts(session, clinic.id))
    copies = (
        select(DeliveryAttempt.reminder_id)
        .where(DeliveryAttempt.clinic_id == clinic.id, DeliveryAttempt.outcome.in_(MAY_HAVE_GONE))
        .group_by(DeliveryAttempt.reminder_id)
        .having(func.count() > MOST_COPIES)
    )
    for reminder_id in session.scalars(copies):
        yield Violation("I8", "", f"the reminder {reminder_id} may have gone more than {MOST_COPIES} times")
    yield from _calls(session, clinic.id)


def _counts(session: Session, clinic_id: int) -> Iterator[str]:
    owner = func.coalesce(Case.owner_user_id, 0)
    real = (
        select(Case.pathway, Case.stage, owner, func.count())
        .where(Case.clinic_id == clinic_id, Case.is_open)
        .group_by(Case.pathway, Case.stage, owner)
    )
    kept = select(StageCount.pathway, StageCount.stage, StageCount.owner_user_id, StageCount.n).where(
        StageCount.clinic_id == clinic_id, StageCount.n > 0
    )
    counted = {tuple(row[:3]): row[3] for row in session.execute(real)}
    stored = {tuple(row[:3]): row[3] for row in session.execute(kept)}
    for place in sorted(counted.keys() | stored.keys()):
        if counted.get(place, 0) != stored.get(place, 0):
            yield f"{stored.get(place, 0)} cases are counted in {place[1]}, and {counted.get(place, 0)} are there"


def _calls(session: Session, clinic_id: int) -> Iterator[Violation]:
    """I10: a reminder that was given to a person has a task, done or not."""
    tasks = set(
        session.scalars(select(StaffTask.key).where(StaffTask.clinic_id == clinic_id, StaffTask.kind == "call"))
    )
    tasked = select(Reminder.key, Reminder.call_key).where(
        Reminder.clinic_id == clinic_id, Reminder.state == ReminderState.TASKED
    )
    for key, call_key in session.execute(tasked):
        if call_key not in tasks:
            yield Violation("I10", "", f"nobody was asked to call instead of the reminder {key}")


def _across_clinics(session: Session, clinic_id: int) -> Iterator[Violation]:
    """I12: no reference crosses clinics, also where a database was edited with its guards off."""
    checks = (
        ("patient", Case, Patient, Case.patient_id),
        ("case", Event, Case, Event.case_id),
        ("case", Reminder, Case, Reminder.case_id),
        ("address", Reminder, ContactPoint, Reminder.contact_point_id),
    )
    for what, table, target, column in checks:
        query = (
            select(func.count())
            .select_from(table)
            .outerjoin(target, (target.clinic_id == table.clinic_id) & (target.id == column))
            .where(table.clinic_id == clinic_id, column.is_not(None), target.id.is_(None))
        )
        lost = session.scalar(query) or 0
        if lost:
            yield Violation("I12", "", f"{lost} rows of {table.__tablename__} name a {what} their clinic does not have")
