"""What people decide about a case: the implant, a waiver, an earlier benefit, and how a deviation was reviewed."""

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Consent, Fill, Interrogation
from tracker.domain.pathway.waivers import waivable
from tracker.domain.words import ConsentState, DeterminationKind
from tracker.services.case_file import open_case
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written


def record_decision(work: Work, ref: CaseRef, *, decision: str, reason: str = "") -> Written:
    """Record whether the patient goes on to the implant.

    :raises InvalidInput: for anything but accepted or declined, or while no decision is asked
    """
    file = open_case(work, ref, Permission.RECORD_DECISION)
    if decision not in ("accepted", "declined"):
        raise InvalidInput({"decision": "Choose accepted or declined."})
    steps = {edge.name for edge in file.pathway.leaving(file.case.stage)}
    if "implant_accepted" not in steps:
        raise InvalidInput({"decision": "No decision is asked of this patient now."})
    if decision == "declined" and not reason.strip():
        raise InvalidInput({"reason": "Say why the patient declines."})
    determine(file, DeterminationKind.DECISION, value=decision, reason=reason)
    return file.finish("decision_recorded")


def waive(work: Work, ref: CaseRef, *, requirement: str, reason: str, second_by: int | None) -> Written:
    """Sign a waiver of a requirement that the pathway lets somebody waive.

    :raises InvalidInput: for a requirement that nobody may waive here, or without a reason and a second signature
    """
    file = open_case(work, ref, Permission.WAIVE)
    allowed = waivable(file.pathway, file.snapshot.indication, work.actor.roles)
    problems: dict[str, str] = {}
    if requirement not in allowed:
        problems["requirement"] = "This cannot be waived by you for this patient."
    if not reason.strip():
        problems["reason"] = "Say why."
    if second_by in (None, work.actor.user_id):
        problems["second_by"] = "A second person must sign."
    if problems:
        raise InvalidInput(problems)
    purpose = allowed[requirement] or "implant"
    determine(file, DeterminationKind.WAIVER, value=requirement, reason=reason, purpose=purpose, second_by=second_by)
    return file.finish("requirement_waived")


def document_earlier_benefit(work: Work, ref: CaseRef, *, finding: str) -> Written:
    """Record the physician's finding that intrathecal therapy has helped before (a pump from elsewhere, an old one).

    :raises InvalidInput: without the finding
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    if not finding.strip():
        raise InvalidInput({"finding": "Write down what shows the earlier benefit."})
    determine(file, DeterminationKind.EARLIER_BENEFIT, value="documented", reason=finding, purpose="implant")
    return file.finish("earlier_benefit_documented")


def review_deviation(work: Work, ref: CaseRef, *, seq: int, finding: str) -> Written:
    """Record a physician's review of something that was done against the plan, of a volume that differed, or what
    follows from a consent that the patient took back.

    :raises NotFound: if no such deviation, refill, reading or withdrawn consent stands
    :raises InvalidInput: without a finding
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    withdrawn = (each for each in file.snapshot.of(Consent) if each.state == ConsentState.WITHDRAWN)
    reviewed = (
        *file.snapshot.determinations(DeterminationKind.DEVIATION),
        *file.snapshot.of(Fill),
        *file.snapshot.of(Interrogation),
        *withdrawn,
    )
    if all(fact.seq != seq for fact in reviewed):
        raise NotFound(str(seq))
    if not finding.strip():
        raise InvalidInput({"finding": "Write down what follows from it."})
    is_consent = any(fact.seq == seq for fact in file.snapshot.of(Consent))
    value = "consent" if is_consent else "reviewed"
    determine(file, DeterminationKind.DEVIATION_REVIEWED, value=value, reason=finding, about_seq=seq)
    return file.finish("deviation_reviewed")
