"""An MRI of somebody with a pump: planned, decided on where something is against it, and what was done before."""

from datetime import date, timedelta

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Scan
from tracker.domain.obligations.scans import BY_WORD
from tracker.domain.words import DeterminationKind
from tracker.services.case_file import CaseFile, open_case
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written

#: Nobody plans a scan further ahead; a later day is a slip of the pen.
LONGEST_AHEAD = timedelta(days=366)


def plan_scan(work: Work, ref: CaseRef, *, scan_on: date, place: str) -> Written:
    """Record an MRI of the pump in place, planned or already done. It is called off by striking it out.

    :raises InvalidInput: where no pump is in place, or for a day more than a year ahead or before the patient was born
    """
    file = open_case(work, ref, Permission.FOLLOW_UP)
    pump = file.snapshot.pump
    problems: dict[str, str] = {}
    if pump is None:
        problems["scan_on"] = "No pump is recorded as in place."
    elif scan_on > file.snapshot.calendar.today(work.now) + LONGEST_AHEAD:
        problems["scan_on"] = "This is more than a year away. Read the date again."
    elif scan_on < file.snapshot.birth_on:
        problems["scan_on"] = "The patient was not born yet."
    if problems or pump is None:
        raise InvalidInput(problems)
    file.record(Scan, device=pump.device, scan_on=scan_on, place=place.strip())
    return file.finish("scan_planned")


def decide_scan(work: Work, ref: CaseRef, *, scan_seq: int, reason: str) -> Written:
    """Record what a physician decides about a scan that something speaks against.

    :raises NotFound: if no such scan stands
    :raises InvalidInput: without words
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    _scan(file, scan_seq)
    if not reason.strip():
        raise InvalidInput({"reason": "Say what you decide, and why."})
    determine(file, DeterminationKind.SCAN_DECIDED, value="decided", reason=reason.strip(), about_seq=scan_seq)
    return file.finish("scan_decided")


def record_scan_task(work: Work, ref: CaseRef, *, scan_seq: int, task: str, reason: str) -> Written:
    """Record that what the file asks for before a scan was done, or what was done in its place.

    :raises NotFound: if no such scan stands, or the file knows no such task that a person's word ends
    :raises InvalidInput: without words
    """
    file = open_case(work, ref, Permission.REFILL)
    _scan(file, scan_seq)
    asked = file.pathway.scan_tasks.get(task)
    if asked is None or asked.done_by != BY_WORD:
        raise NotFound(task)
    if not reason.strip():
        raise InvalidInput({"reason": "Say what was done, and by whom."})
    determine(file, DeterminationKind.SCAN_TASK_DONE, value=task, reason=reason.strip(), about_seq=scan_seq)
    return file.finish("scan_task_done")


def _scan(file: CaseFile, seq: int) -> Scan:
    scan = next((each for each in file.snapshot.of(Scan) if each.seq == seq), None)
    if scan is None:
        raise NotFound(str(seq))
    return scan
