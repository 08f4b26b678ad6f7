"""What a visit needs: to be booked, consented, authorized, documented and checked, all on the day of the procedure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import Circumstances, Fault, chosen, done_of, faults, left_out, standing_answers
from tracker.domain.facts import Appointment, ChecklistItem, Device, Document, TrialDose
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.requirements.base import CLINICAL, COORDINATION, Claim, Requirement
from tracker.domain.pathway.requirements.person import age_on
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import AppointmentState, AuthorizationState, DeterminationKind, DeviceKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMade(Requirement):
    """A visit in a state: ``booked`` (or further), ``arrived`` (or further), or ``none`` that holds its place."""

    kind: ClassVar[str] = "appointment"
    is_deed: ClassVar[bool] = True
    purpose: str
    state: str = "booked"

    @property
    def key(self) -> str:
        return f"appointment.{self.purpose}"

    @property
    def claims(self) -> tuple[Claim, ...]:
        allowed = {"booked": ("booked", "arrived"), "arrived": ("arrived",), "none": ("none",)}[self.state]
        return (Claim.that(self.key, *allowed),)

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        visit = snapshot.visit(self.purpose)
        if self.state == "none":
            return (
                () if visit is None else (self.blocker("visit_stands", COORDINATION, "cancel", purpose=self.purpose),)
            )
        if visit is None:
            return (self.blocker("not_booked", COORDINATION, "book", purpose=self.purpose),)
        arrived = {AppointmentState.ARRIVED, AppointmentState.COMPLETED}
        if self.state == "arrived" and visit.state not in arrived:
            who = (Role.FRONT_DESK, Role.NURSE)
            return (self.blocker("not_arrived", who, "arrive", purpose=self.purpose, on=snapshot.day_of(self.purpose)),)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationGranted(Requirement):
    """A payer's authorization for the stage; with ``in_date_on = "procedure"`` also valid on that day."""

    kind: ClassVar[str] = "authorization"
    stage: str
    in_date_on: str = ""

    @property
    def key(self) -> str:
        return f"authorization.{self.stage}"

    @property
    def claims(self) -> tuple[Claim, ...]:
        return (Claim.that(self.key, *(("in_date",) if self.in_date_on else ("in_date", "granted"))),)

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        standing = snapshot.authorization(self.stage)
        if standing is None:
            return (self.blocker("authorization_missing", COORDINATION, "authorization", stage=self.stage),)
        granted = {AuthorizationState.GRANTED, AuthorizationState.NOT_REQUIRED}
        if standing.state not in granted:
            code = f"authorization_{standing.state}"
            return (self.blocker(code, COORDINATION, "authorization", stage=self.stage),)
        if standing.units is not None and self._used(snapshot, standing.authorization) >= standing.units:
            return (self.blocker("authorization_used_up", COORDINATION, "authorization", stage=self.stage),)
        return self._out_of_date(snapshot, standing.valid_from, standing.valid_to) if self.in_date_on else ()

    def _out_of_date(self, snapshot: Snapshot, start: date | None, end: date | None) -> tuple[Blocker, ...]:
        day = snapshot.day_of(self.stage)
        if day is None:
            return (self.blocker("no_date_yet", COORDINATION, "book", purpose=self.stage),)
        if (start or date.min) <= day <= (end or date.max):
            return ()
        params = {"stage": self.stage, "starts": start or "", "ends": end or "", "on": day}
        return (self.blocker("authorization_out_of_date", COORDINATION, "authorization", **params),)

    def _used(self, snapshot: Snapshot, authorization: int) -> int:
        """How often earlier attempts have used it: doses for a trial, implanted pumps for an implant."""
        if self.stage == "trial":
            doses = (dose for dose in snapshot.doses if dose.attempt < snapshot.trial_attempt)
            return sum(1 for dose in doses if dose.seq > authorization)
        now = {visit.appointment for visit in snapshot.visits(self.stage)}
        pumps = (device for device in snapshot.of(Device) if device.kind == DeviceKind.PUMP)
        return sum(1 for pump in pumps if pump.device > authorization and pump.appointment not in now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInDate(Requirement):
    """A document whose date is at most ``max_age_days`` before the procedure, and not after it."""

    kind: ClassVar[str] = "document"
    document: str
    max_age_days: int
    purpose: str = ""

    @property
    def key(self) -> str:
        return f"document.{self.document}"

    @property
    def asks_today(self) -> bool:
        return not self.purpose

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        found = [each for each in snapshot.of(Document) if each.kind == self.document]
        if not found:
            return (self.blocker("document_missing", CLINICAL, "document", document=self.document),)
        day = snapshot.day_of(self.purpose) if self.purpose else snapshot.calendar.today(at)
        if day is None:
            return (self.blocker("no_date_yet", COORDINATION, "book", purpose=self.purpose),)
        if any(timedelta(0) <= day - each.dated_on <= timedelta(days=self.max_age_days) for each in found):
            return ()
        newest = max(each.dated_on for each in found)
        params = {"document": self.document, "dated": newest, "on": day if self.purpose else ""}
        return (self.blocker("document_out_of_date", CLINICAL, "document", **params),)

    def turns_at(self, snapshot: Snapshot, at: datetime) -> datetime | None:
        if self.purpose:
            return None
        calendar, days = snapshot.calendar, timedelta(days=self.max_age_days + 1)
        dates = [each.dated_on for each in snapshot.of(Document) if each.kind == self.document]
        turns = (calendar.start_of(turn) for dated in dates for turn in (dated, dated + days))
        return min((turn for turn in turns if turn > at), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistDone(Requirement):
    """Every hard and soft item of a checklist that is asked of this patient, answered for the visit on its day, and
    nothing among the answers that speaks against going on. ``part = "before"``: the items before the act; ``all``: all
    of them, and what speaks against an answer after the act. ``rules`` is the whole list.

    An answer that names a consent counts for that one alone; one that names none was given before answers did.
    """

    kind: ClassVar[str] = "checklist"
    checklist: str
    purpose: str
    part: str
    rules: tuple[ChecklistItemRule, ...]

    @property
    def key(self) -> str:
        return f"checklist.{self.checklist}.{self.part}"

    @property
    def items(self) -> tuple[ChecklistItemRule, ...]:
        """The items that can be asked."""
        return tuple(rule for rule in self.rules if rule.stop != "note" and self.part in ("all", rule.part))

    def missing(self, snapshot: Snapshot, at: datetime) -> tuple[Blocker, ...]:
        return self.missing_of(snapshot.visit(self.purpose), snapshot)

    def missing_of(self, visit: Appointment | None, snapshot: Snapshot) -> tuple[Blocker, ...]:
        """What the checklist of one visit lacks."""
        left = [rule.label for rule in open_items(self.rules, visit, snapshot) if self.part in ("all", rule.part)]
        found = []
        if left:
            params = {"checklist": self.checklist, "part": self.part, "left": len(left), "first": left[0]}
            found.append(self.blocker("checklist_open", CLINICAL, "checklist", **params))
        # What was wrong before the act was said before it; of the act nobody can take it back.
        part = "after" if self.part == "all" else self.part
        judged = {rule.key for rule in self.rules if rule.part == part}
        for fault in faults_of(self.rules, visit, snapshot) if visit else ():
            if fault.item in judged:
                params = {"checklist": self.checklist, **dict(fault.params)}
                found.append(self.blocker(fault.code, CLINICAL, "checklist", **params))
        return tuple(found)


def open_items(
    rules: tuple[ChecklistItemRule, ...], visit: Appointment | None, snapshot: Snapshot
) -> list[ChecklistItemRule]:
    """The hard and soft items of a checklist that are asked of this patient and that nobody has answered for the visit,
    in order; of ``None``, a visit that is not booked, all that can be asked.
    """
    day = snapshot.calendar.today(visit.starts_at) if visit else None
    answers = standing_answers(snapshot.of(ChecklistItem), visit, snapshot.calendar) if visit else {}
    out = left_out(rules, circumstances(snapshot, answers, day))
    return [
        rule
        for rule in rules
        if rule.stop != "note"
        and rule.key not in out
        and (visit is None or rule.key not in answers or _is_of_another_consent(rule, visit, answers, snapshot))
    ]


def faults_of(rules: tuple[ChecklistItemRule, ...], visit: Appointment, snapshot: Snapshot) -> tuple[Fault, ...]:
    """What speaks against the answers that stand for a visit."""
    answers = standing_answers(snapshot.of(ChecklistItem), visit, snapshot.calendar)
    return faults(rules, done_of(answers), snapshot.calendar.today(visit.starts_at), snapshot.calendar)


def _is_of_another_consent(
    rule: ChecklistItemRule, visit: Appointment, answers: Mapping[str, ChecklistItem], snapshot: Snapshot
) -> bool:
    about = answers[rule.key].about_seq
    if not rule.names_consent or about is None:
        return False
    standing = snapshot.consent(visit.purpose)
    return standing is None or standing.seq != about


def act_left(rules: tuple[ChecklistItemRule, ...], visit: Appointment, snapshot: Snapshot) -> str:
    """The dose that what comes after it waits for: its words; empty once one was given or a trial catheter placed for
    the visit, or the trial was broken off. Lists that show no dose wait for none."""
    label = next((each.label for each in rules if each.record == "dose"), "")
    acts = {each.appointment for each in snapshot.of(TrialDose)} | {each.appointment for each in snapshot.of(Device)}
    aborted = snapshot.determination(DeterminationKind.TRIAL_ABORTED, attempt=snapshot.trial_attempt)
    return "" if visit.appointment in acts or snapshot.attempt_dose or aborted else label


def circumstances(snapshot: Snapshot, answers: Mapping[str, ChecklistItem], day: date | None) -> Circumstances:
    """What decides which items of a checklist are asked of this patient on that day; ``None``: no day is known."""
    return Circumstances(
        chosen=chosen(answers.values()),
        indication=snapshot.indication,
        sex=snapshot.sex,
        years=None if day is None else age_on(snapshot.birth_on, day),
    )
