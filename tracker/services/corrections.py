"""Striking out a fact that was wrong. It stays in the history; whatever stood on it is blocked or due at once."""

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import (
    Appointment,
    Assessment,
    ChecklistItem,
    Correction,
    Device,
    Fact,
    Fill,
    Interrogation,
    Referral,
    TrialDose,
)
from tracker.services.case_file import open_case
from tracker.services.work import CaseRef, Work, Written

#: What only those who treat may strike out.
CLINICAL: tuple[type[Fact], ...] = (TrialDose, Assessment, ChecklistItem, Device, Fill, Interrogation)
#: A visit is put back by ``appointments.reinstate``; a referral is what was received.
NOT_HERE: tuple[type[Fact], ...] = (Appointment, Referral)


def permission_for(fact: Fact) -> Permission:
    """What somebody needs to strike out a fact of this kind."""
    return Permission.CORRECT_CLINICAL if isinstance(fact, CLINICAL) else Permission.CORRECT


def strike(work: Work, ref: CaseRef, *, seq: int, reason: str) -> Written:
    """Strike out a fact that stands, with a reason. The stage does not move back; moving is a step of its own.

    A device whose removal is struck out is in the patient again, and so is everything that is due for it.

    :raises NotFound: if no such fact stands
    :raises NotPermitted: for a clinical fact, if the actor does not treat, and for any other, if they do not coordinate
    :raises InvalidInput: without a reason
    """
    may_any = work.actor.may(Permission.CORRECT)
    file = open_case(work, ref, Permission.CORRECT if may_any else Permission.CORRECT_CLINICAL)
    fact = next((each for each in file.snapshot.facts if each.seq == seq and not isinstance(each, NOT_HERE)), None)
    if fact is None:
        raise NotFound(str(seq))
    work.require(permission_for(fact))
    if not reason.strip():
        raise InvalidInput({"reason": "Say what was wrong."})
    if isinstance(fact, Device) and fact.seq != fact.device:
        file.record(Correction, corrected_seq=fact.seq, reason=reason)
        file.change(fact, in_place=True, removed_on=None, tip_intact=None)
    else:
        file.strike(fact, reason)
    return file.finish("fact_corrected", seq=seq)
