"""Striking out a fact that was wrong. It stays in the history; whatever stood on it is blocked or due at once."""

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import (
    Advisory,
    Appointment,
    Assessment,
    ChecklistItem,
    Determination,
    Device,
    DeviceLabel,
    Fact,
    Fill,
    Interrogation,
    PumpCall,
    Referral,
    Scan,
    TrialDose,
    VisitMoment,
)
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, DeviceKind
from tracker.services.beside import finish_with_beside
from tracker.services.case_file import CaseFile, open_case
from tracker.services.checklists import is_mended_without
from tracker.services.named import paper_problems, person_problems, reader_problems
from tracker.services.reoperations_struck import is_operation, is_replacement, put_back, take_back
from tracker.services.work import CaseRef, Work, Written

#: What only those who treat may strike out.
CLINICAL: tuple[type[Fact], ...] = (
    TrialDose, Assessment, ChecklistItem, Device, DeviceLabel, Fill, Interrogation, Scan, Advisory, VisitMoment,
)  # fmt: skip
#: What was missing when something was done all the same, and what a physician said of it.
DEVIATIONS = frozenset({DeterminationKind.DEVIATION, DeterminationKind.DEVIATION_REVIEWED})
#: A visit is put back by ``appointments.reinstate``; a referral is what was received.
NOT_HERE: tuple[type[Fact], ...] = (Appointment, Referral)


def permission_for(fact: Fact) -> Permission:
    """What somebody needs to strike out a fact of this kind. A pump call or a deviation nobody but a physician takes
    back: the physician's to-do would go with it."""
    is_deviation = isinstance(fact, Determination) and fact.kind in DEVIATIONS
    if isinstance(fact, PumpCall) or is_deviation:
        return Permission.DECIDE_OUTCOME
    is_clinical = isinstance(fact, CLINICAL) or is_operation(fact)
    return Permission.CORRECT_CLINICAL if is_clinical else Permission.CORRECT


def needs_second(snapshot: Snapshot, fact: Fact) -> bool:
    """Whether the refills of a pump hang on the fact: the pump itself, a replacement that brought it in, or the fill
    that its dates are counted from.

    Without the pump nobody asks for a refill any more, as after its removal; without the fill another date counts.
    """
    if isinstance(fact, Device):
        return fact.kind == DeviceKind.PUMP and fact.in_place and fact.seq == fact.device
    return is_replacement(fact) or (isinstance(fact, Fill) and snapshot.last_fill == fact)


def reader_of(pathway: Pathway, snapshot: Snapshot, fact: Fact) -> Permission | None:
    """What a second person at the same screen must be able to do themselves, where a rule of the day hangs on the fact.

    Without a dose nothing stops another one at once, and nobody is observed. Without an answer in a checklist a rule
    may be met that was not: it is struck out by two, as it would be changed by two.
    """
    if isinstance(fact, TrialDose):
        return Permission.GIVE_DOSE
    if isinstance(fact, ChecklistItem) and is_mended_without(pathway, snapshot, fact):
        return Permission.CHECKLIST
    return None


def strike(
    work: Work,
    ref: CaseRef,
    *,
    seq: int,
    reason: str,
    second_by: int | None = None,
    document_seq: int | None = None,
) -> Written:
    """Strike out a fact that stands, with a reason. The stage does not move back; moving is a step of its own.

    A device whose removal is struck out is in the patient again, and so is everything that is due for it. A pump or its
    last fill is struck out only where a second person or a document says so; a test dose, or an answer without which a
    rule is met, only where a second person confirms it with their own PIN. With what was done in a reoperation goes
    what that changed in the pump's case.

    :raises NotFound: if no such fact stands
    :raises NotPermitted: for a clinical fact, if the actor does not treat, and for any other, if they do not coordinate
    :raises InvalidInput: without a reason, without the second person or document, or where later entries stand on it
    """
    may_any = work.actor.may(Permission.CORRECT)
    file = open_case(work, ref, Permission.CORRECT if may_any else Permission.CORRECT_CLINICAL)
    fact = next((each for each in file.snapshot.facts if each.seq == seq and not isinstance(each, NOT_HERE)), None)
    if fact is None:
        raise NotFound(str(seq))
    work.require(permission_for(fact))
    problems = _second_problems(file, fact, second_by, document_seq)
    if not reason.strip():
        problems["reason"] = "Say what was wrong."
    if problems:
        raise InvalidInput(problems)
    before = file.snapshot
    if isinstance(fact, Device) and fact.kind == DeviceKind.PUMP and fact.reoperation_id and fact.in_place:
        # Without the old pump back in place nobody would refill what is really in the patient.
        raise InvalidInput({"reason": "This pump came in at a reoperation: strike out what was done there instead."})
    if isinstance(fact, Device) and fact.seq != fact.device:
        put_back(file, fact, reason)
    else:
        if is_operation(fact):
            take_back(file, fact, reason)
        file.strike(fact, reason)
    return finish_with_beside(file, before, "fact_corrected", seq=seq, second_by=second_by, document=document_seq)


def _second_problems(file: CaseFile, fact: Fact, second_by: int | None, document_seq: int | None) -> dict[str, str]:
    """A sentence unless everybody has confirmed who must, and everything is there that is said to say so."""
    is_alone = second_by in (None, file.work.actor.user_id)
    reader = reader_of(file.pathway, file.snapshot, fact)
    if reader is not None:
        if is_alone:
            what = (
                "The next test dose hangs on this entry" if isinstance(fact, TrialDose) else "A rule is not met by this"
            )
            return {"second_by": f"{what}: a second person must confirm that it is struck out."}
        return reader_problems(file.work, second_by, reader)
    problems = person_problems(file.work, second_by) | paper_problems(file.snapshot, document_seq)
    if needs_second(file.snapshot, fact) and document_seq is None and is_alone:
        problems["second_by"] = "Refills hang on this entry: a second person or a document must confirm it."
    return problems
