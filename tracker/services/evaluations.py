"""The physician's evaluation, the documents it rests on, and the scores before any dose."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import Document, Evaluation
from tracker.domain.words import Condition, DocumentKind, Indication, Purpose, SpasticityOrigin, is_word
from tracker.services.attachments import Paper, keep_paper, name_paper
from tracker.services.case_file import open_case
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True)
class Findings:
    """What the physician found. ``None``: not answered, which blocks the next step but not the record."""

    indication: str
    condition: str
    spasticity_origin: str = ""
    diagnosis_code: str = ""
    oral_therapy_failed: bool | None = None
    off_label_reason: str = ""
    injured_on: date | None = None
    hypersensitivity: bool | None = None
    active_infection: bool | None = None
    anticoagulated: bool | None = None
    body_too_small: bool | None = None
    spinal_anomaly: bool | None = None
    contraindication_plan: str = ""
    goals: str = ""


def record_evaluation(work: Work, ref: CaseRef, findings: Findings, *, effective_at: datetime | None = None) -> Written:
    """Record the evaluation; a later one takes the place of an earlier one. The visit for it is over with it.

    :raises InvalidInput: for a word outside the vocabulary, or an injury in the future
    """
    file = open_case(work, ref, Permission.EVALUATE, effective_at=effective_at)
    problems: dict[str, str] = {}
    if not is_word(findings.indication, Indication):
        problems["indication"] = "Choose spasticity or pain."
    if not is_word(findings.condition, Condition):
        problems["condition"] = "Choose the condition from the list."
    if findings.spasticity_origin and not is_word(findings.spasticity_origin, SpasticityOrigin):
        problems["spasticity_origin"] = "Choose spinal or cerebral."
    if findings.injured_on and findings.injured_on > file.snapshot.calendar.today(work.now):
        problems["injured_on"] = "This date is in the future."
    if problems:
        raise InvalidInput(problems)
    values = {name: getattr(findings, name) for name in Findings.__dataclass_fields__}
    standing = file.snapshot.evaluation
    if standing is None:
        file.record(Evaluation, **values)
    else:
        file.change(standing, **values)
    file.case.indication = findings.indication
    file.end_visit(Purpose.EVALUATION)
    return file.finish("evaluation_recorded")


def record_document(
    work: Work,
    ref: CaseRef,
    *,
    kind: str,
    dated_on: date,
    title: str = "",
    reference: str = "",
    paper: Paper | None = None,
) -> Written:
    """Record where a paper is kept and its date, with its scan, if there is one.

    :raises InvalidInput: for an unknown kind or a date in the future
    """
    file = open_case(work, ref, Permission.CONSENT)
    problems: dict[str, str] = {}
    if not is_word(kind, DocumentKind):
        problems["kind"] = "Choose the kind of document."
    if dated_on > file.snapshot.calendar.today(work.now):
        problems["dated_on"] = "This date is in the future."
    if problems:
        raise InvalidInput(problems)
    attachment = name_paper(file, paper)
    file.record(Document, kind=kind, dated_on=dated_on, title=title, reference=reference, attachment=attachment)
    written = file.finish("document_recorded")
    keep_paper(file, paper)
    return written
