"""One way to write to a case, and the one place that assigns its stage.

A use case opens the file (lock, version, role), records its facts, asks for a step if it wants one, and finishes:
automatic steps follow from the facts, one immutable event says all of it, the reconciler brings obligations,
reminders and blockers in line, and the access entry says who was here. All in the caller's transaction. The case is
locked first and the clinic's event chain last, just before the event is inserted. Whoever writes to a reoperation locks
the case of the pump before it: what is booked there changes what is due here, and so two people never wait for each
other.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam, insert, select, update

from tracker.domain.access import Permission
from tracker.domain.errors import AskedBack, InvalidInput, NotFound, NotPermitted, Question, Refused, StaleVersion
from tracker.domain.facts import Appointment, ChecklistItem, Correction, Determination, Fact, VisitMoment
from tracker.domain.milestones import reached_by
from tracker.domain.pathway.beside import NOT_BESIDE, is_of_reoperation
from tracker.domain.pathway.definition import Pathway, Transition
from tracker.domain.pathway.engine import automatic_step, offered
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import AppointmentState, DeterminationKind, MomentKind
from tracker.persistence.chain import append_event
from tracker.persistence.facts import insert_fact, supersede
from tracker.persistence.models import Case, StageVisit
from tracker.queries.snapshots import LoadedCase, Seen
from tracker.services.access_log import record_view
from tracker.services.checked_rooms import references
from tracker.services.named import person_problems
from tracker.services.reconcile import reconcile_loaded
from tracker.services.snapshots import load_snapshot
from tracker.services.stage_counts import Standing, move_count, standing
from tracker.services.work import CaseRef, Work, Written

F = TypeVar("F", bound=Fact)

_CASE = select(Case.id, Case.about_case_id).where(
    Case.clinic_id == bindparam("clinic"), Case.public_id == bindparam("public_id")
)
_LOCK = select(Case.id).where(Case.clinic_id == bindparam("clinic"), Case.id == bindparam("case")).with_for_update()
_IN_CASE = (StageVisit.clinic_id == bindparam("clinic"), StageVisit.case_id == bindparam("case"))
_STAY = select(StageVisit.number, StageVisit.entered_at).where(*_IN_CASE, StageVisit.left_at.is_(None))
_LEAVE = (
    update(StageVisit)
    .where(*_IN_CASE, StageVisit.number == bindparam("stay"))
    .values(left_at=bindparam("left"), duration_s=bindparam("lasted"))
)
_ENTER = insert(StageVisit)


@dataclass(slots=True)
class CaseFile:
    """One locked case while one use case writes to it. ``effective_at`` is when it happened; ``counted`` is where
    the stage counts have it, ``None`` for a case that begins or is closed."""

    work: Work
    case: Case
    snapshot: Snapshot
    pathway: Pathway
    effective_at: datetime
    counted: Standing | None
    written: list[Fact] = field(default_factory=list)
    moves: list[tuple[Transition, str]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def record(self, fact_class: type[F], /, **values: object) -> F:
        """Write a new fact: into the database and into the snapshot that the rules see.

        :raises InvalidInput: for a second person who does not work at the clinic
        """
        seq = self.next_seq()
        own = {each.name for each in fields(fact_class)}
        base: dict[str, object] = {
            "seq": seq,
            "effective_at": self.effective_at,
            "recorded_at": self.work.now,
            "recorded_by": self.work.actor.user_id,
        }
        if self.pathway.beside and not is_of_reoperation(fact_class, values.get("kind")):
            # It belongs to the case of the pump, and would be lost here.
            raise NotFound(fact_class.__name__)
        identity = fact_class.__name__.lower()
        if identity in own and identity not in values:
            values[identity] = seq
        return self._write(fact_class(**{**base, **values}))  # type: ignore[arg-type]  # each table's columns check them

    def change(self, old: F, **values: object) -> F:
        """Write the next version of a fact and take the old one out of what stands."""
        seq = self.next_seq()
        base: dict[str, object] = {
            "seq": seq,
            "effective_at": self.effective_at,
            "recorded_at": self.work.now,
            "recorded_by": self.work.actor.user_id,
        }
        changed = replace(old, **{**base, **values})  # type: ignore[arg-type]  # each table's columns check them
        self._supersede(old, seq)
        return self._write(changed)

    def strike(self, old: Fact, reason: str) -> Correction:
        """Take a fact out of what stands, with a reason. It stays in the history."""
        correction = self.record(Correction, corrected_seq=old.seq, reason=reason)
        self._supersede(old, correction.seq)
        return correction

    def ask(self, *questions: Question) -> None:
        """Ask back about something unusual. ``finish`` asks all at once, after everything that cannot be is said."""
        self.questions.extend(each for each in questions if each not in self.questions)

    @property
    def open_questions(self) -> list[Question]:
        """What is asked back and nobody has said yes to; nothing where nobody can be asked."""
        meant = self.work.meant
        return [] if meant is None else [each for each in self.questions if each.code not in meant]

    def end_visit(self, purpose: str, *, discharged: bool = False) -> None:
        """Mark the visit that the patient came to as over: what ends it says so, and nobody has to say it again.
        ``discharged``: the patient leaves with it."""
        for visit in self.snapshot.visits(purpose):
            if visit.state == AppointmentState.ARRIVED:
                self.change(visit, version=visit.version + 1, state=AppointmentState.COMPLETED, reason="")
                if discharged:
                    self.record(VisitMoment, appointment=visit.appointment, kind=MomentKind.DISCHARGED)

    def refer_to_checked_rooms(self) -> bool:
        """Write into the checklist of a patient who is here what was looked at in their room; whether there was any."""
        here = [each for each in self.snapshot.of(Appointment) if each.state == AppointmentState.ARRIVED]
        found = [
            reference
            for visit in here
            for reference in references(self.work.session, self.case.clinic_id, self.pathway, self.snapshot, visit)
        ]
        for old, values in found:
            if old is None:
                self.record(ChecklistItem, **values)
            else:
                self.change(old, **values)
        return bool(found)

    def next_seq(self) -> int:
        """The number of the next fact of this case."""
        self.case.last_seq += 1
        return self.case.last_seq

    def _write(self, fact: F) -> F:
        problems = person_problems(self.work, getattr(fact, "second_by", None))
        if problems:
            raise InvalidInput(problems)
        insert_fact(self.work.session, self.case.clinic_id, self.case.id, fact)
        self.snapshot = self.snapshot.with_fact(fact)
        self.written.append(fact)
        return fact

    def _supersede(self, old: Fact, by: int) -> None:
        supersede(self.work.session, self.case.clinic_id, self.case.id, type(old), old.seq, by)
        self.snapshot = self.snapshot.without(old.seq)

    def take(self, step: str, reason: str = "") -> None:
        """Take an offered step.

        :raises NotFound: if the stage has no such step
        :raises NotPermitted: if it is not for one of the actor's roles
        :raises InvalidInput: if it asks for a reason of its list
        :raises Refused: with everything that stands in the way
        """
        offer = offered(self.pathway, self.snapshot, self.work.now).named(step)
        if offer is None:
            raise NotFound(step)
        if not offer.may_be_taken_by(self.work.actor.roles):
            raise NotPermitted(step)
        if offer.transition.reasons and reason not in offer.transition.reasons:
            raise InvalidInput({"reason": "Choose a reason from the list."})
        if offer.blockers:
            raise Refused(offer.blockers)
        self._move(offer.transition, reason)

    def _move(self, edge: Transition, reason: str) -> None:
        """The one place where a case changes its stage."""
        if edge.visit_over:
            self.end_visit(edge.visit_over, discharged=edge.discharged)
        case, stage = self.case, self.pathway.stages[edge.target]
        case.trial_attempt += "trial" in edge.begins
        case.trial_series += "series" in edge.begins
        case.implant_attempt += "implant" in edge.begins
        case.milestones |= reached_by({stage.name})
        case.stage, case.phase, case.is_open = stage.name, stage.phase, stage.is_open
        case.closed_at = None if stage.is_open else self.work.now
        case.closing_reason = "" if stage.is_open else reason
        case.stage_entered_at = max(case.stage_entered_at, self.effective_at)
        if stage.owner is not None:
            case.owner_role = stage.owner
        self.snapshot = replace(
            self.snapshot,
            stage=stage.name,
            stage_entered_at=case.stage_entered_at,
            trial_attempt=case.trial_attempt,
            trial_series=case.trial_series,
            implant_attempt=case.implant_attempt,
        )
        self.moves.append((edge, reason))

    def finish(self, action: str, **detail: object) -> Written:
        """Take every automatic step the facts complete, then write the event and all that follows from it.

        :raises AskedBack: with everything unusual that nobody has said yes to
        """
        if self.open_questions:
            raise AskedBack(self.open_questions)
        if any(isinstance(fact, Appointment) for fact in self.written):
            # Whoever comes, or is moved to another room, refers to what was looked at there.
            self.refer_to_checked_rooms()
        passed = {self.case.stage} if not self.moves else set()
        while (edge := automatic_step(self.pathway, self.snapshot, self.work.now)) is not None:
            if edge.target in passed:
                raise AssertionError(f"automatic steps go round in a circle at {edge.target}")
            passed.add(edge.target)
            self._move(edge, "")
        self.case.version += 1
        session, case = self.work.session, self.case
        standing_now = LoadedCase(case, self.snapshot, self.pathway)
        reconcile_loaded(session, standing_now, now=self.work.now, ids=self.work.ids, cause=self._cause())
        move_count(session, case, self.counted)
        record_view(
            session, self.work.actor, self.work.ids, self.work.now,
            page=action, case_id=case.id, patient_id=case.patient_id,
        )  # fmt: skip
        event_seq = append_event(
            session,
            clinic_id=case.clinic_id,
            case_id=case.id,
            case_version=case.version,
            kind=action,
            actor_id=self.work.actor.user_id,
            effective_at=self.effective_at,
            recorded_at=self.work.now,
            body=self._body(detail),
        )
        self._visit_stages(event_seq)
        self._tell_the_pumps_case()
        stages = tuple(edge.target for edge, _ in self.moves)
        standing = frozenset(fact.seq for fact in self.snapshot.facts)
        return Written(case.public_id, case.version, event_seq, tuple(self.written), standing, stages)

    def _tell_the_pumps_case(self) -> None:
        """What a reoperation plans for the pump is due in another way there."""
        case = self.case
        if case.about_case_id is None:
            return
        self.work.session.flush()
        loaded = load_snapshot(self.work.session, case.clinic_id, case.about_case_id, lock=False)
        reconcile_loaded(
            self.work.session, loaded, now=self.work.now, ids=self.work.ids, cause=f"reoperation:{case.public_id}"
        )

    def _cause(self) -> str:
        """What the reconciler names as the reason of a closed obligation: rather what happened than the visit that is
        over or cancelled by it, and rather a new fact than the correction that made room for it."""
        happened = [f for f in self.written if not (is_of_visit(f) or isinstance(f, ChecklistItem))] or self.written
        facts = [fact for fact in happened if not isinstance(fact, Correction)] or happened
        return f"{type(facts[-1]).__name__.lower()}:{facts[-1].seq}" if facts else "stage"

    def _body(self, detail: dict[str, object]) -> dict[str, object]:
        facts = [
            {"fact": type(fact).__name__, **{each.name: getattr(fact, each.name) for each in fields(fact)}}
            for fact in self.written
        ]
        moves = [
            {"step": edge.name, "from": edge.source, "to": edge.target, "reason": why, "begins": sorted(edge.begins)}
            for edge, why in self.moves
        ]
        if self.questions:
            detail = {**detail, "asked_back": [each.code for each in self.questions]}
        second = self.work.second
        named = {getattr(fact, "second_by", None) for fact in self.written} | {detail.get("second_by")}
        if second is not None and second.user_id in named:
            detail = {**detail, "second_by_pin": second.user_id, "second_at": second.at}
        return {"facts": facts, "moves": moves, "detail": detail}

    def _visit_stages(self, event_seq: int) -> None:
        """End the current stay and begin the new one; a stage passed through in this event lasts no time."""
        entered = [edge.target for edge, _ in self.moves]
        if not entered and self.counted is not None:
            return
        session, case = self.work.session, self.case
        connection, mine = session.connection(), {"clinic": case.clinic_id, "case": case.id}
        number, entered_at = connection.execute(_STAY, mine).one_or_none() or (0, case.stage_entered_at)
        if not number:
            entered.insert(0, self.pathway.initial)
        if not entered:
            return
        at = max(case.stage_entered_at, entered_at)
        if number:
            left = {"left": at, "lasted": int((at - entered_at).total_seconds())}
            connection.execute(_LEAVE, {**mine, "stay": number, **left})
        visits: list[dict[str, object]] = [
            {
                "clinic_id": case.clinic_id,
                "case_id": case.id,
                "number": number + step,
                "stage": stage,
                "entered_at": at,
                "entered_seq": event_seq,
                "left_at": at,
                "duration_s": 0,
            }
            for step, stage in enumerate(entered, start=1)
        ]
        visits[-1].update(left_at=None, duration_s=None)
        connection.execute(_ENTER, visits)


def is_of_visit(fact: Fact) -> bool:
    """Whether a fact says when a visit is and nothing else."""
    is_time = isinstance(fact, Determination) and fact.kind == DeterminationKind.TIME_FINAL
    return is_time or isinstance(fact, Appointment)


def open_case(
    work: Work,
    ref: CaseRef,
    permission: Permission,
    *,
    effective_at: datetime | None = None,
    checks_version: bool = True,
) -> CaseFile:
    """Lock a case for writing. ``checks_version``: false only where the use case itself compares the very thing that
    it changes, so that people who work on different things of one case do not hinder each other.

    :raises NotPermitted: if the actor may not do this at all
    :raises NotFound: if the actor's clinic has no such case, or this belongs to the case that it stands beside
    :raises StaleVersion: if the form was made from an older version
    :raises InvalidInput: if it is said to have happened in the future
    """
    work.require(permission)
    happened_at = effective_at or work.now
    if happened_at > work.now:
        raise InvalidInput({"effective_at": "This time is in the future."})
    clinic_id, connection = work.actor.clinic_id, work.session.connection()
    case_id, about_case_id = _keys(work, ref)
    if about_case_id is not None:
        connection.execute(_LOCK, {"clinic": clinic_id, "case": about_case_id})
    if about_case_id is not None and permission in NOT_BESIDE:
        raise NotFound(ref.public_id)
    seen = None if ref.seen is None else Seen(ref.seen.head.version, ref.seen.snapshot)
    loaded = load_snapshot(work.session, clinic_id, case_id, lock=True, seen=seen)
    if checks_version and loaded.case.version != ref.version:
        raise StaleVersion(loaded.case.version)
    return file_of(work, loaded, happened_at)


def _keys(work: Work, ref: CaseRef) -> tuple[int, int | None]:
    """The ids of the case and of the one that it stands beside, which never change."""
    if ref.seen is not None:
        return ref.seen.head.case_id, ref.seen.head.about_case_id
    asked = {"clinic": work.actor.clinic_id, "public_id": ref.public_id}
    found = work.session.connection().execute(_CASE, asked).one_or_none()
    if found is None:
        raise NotFound(ref.public_id)
    return found.id, found.about_case_id


def file_of(work: Work, loaded: LoadedCase, happened_at: datetime) -> CaseFile:
    """The file of a case that is locked."""
    return CaseFile(work, loaded.case, loaded.snapshot, loaded.pathway, happened_at, standing(loaded.case))
