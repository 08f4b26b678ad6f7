"""A manufacturer's advisory or recall: a to-do for each patient with such a part, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Advisory
from tracker.domain.words import DeterminationKind
from tracker.services.case_file import CaseFile, open_case
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True)
class Affected:
    """A part in a patient: the case, and the number of the device."""

    public_id: str
    device: int


def open_for_all(work: Work, affected: Sequence[Affected], *, number: str, text: str) -> int:
    """Record an advisory for every part that does not have it yet; returns for how many.

    :raises NotPermitted: for a role that does not trace devices
    :raises InvalidInput: without number and text, or with nobody affected
    """
    work.require(Permission.TRACE_DEVICES)
    problems = _problems(number, text)
    if not affected:
        problems["number"] = "No patient is found: nothing was opened."
    if problems:
        raise InvalidInput(problems)
    opened = 0
    for each in sorted(affected, key=lambda one: (one.public_id, one.device)):
        # Nobody looks at each case here, and so hinders nobody who does.
        file = open_case(work, CaseRef(each.public_id, 0), Permission.TRACE_DEVICES, checks_version=False)
        opened += _record(file, each.device, number, text) is not None
    return opened


def record_advisory(work: Work, ref: CaseRef, *, device: int, number: str, text: str) -> Written:
    """Record an advisory about one part.

    :raises NotFound: if no such part is in place
    :raises InvalidInput: without number or text, or where the part has it already
    """
    file = open_case(work, ref, Permission.TRACE_DEVICES)
    problems = _problems(number, text)
    if problems:
        raise InvalidInput(problems)
    written = _record(file, device, number, text)
    if written is None:
        raise InvalidInput({"number": "This part has the advisory already."})
    return written


def _record(file: CaseFile, device: int, number: str, text: str) -> Written | None:
    """Write it; ``None`` where the part has it already."""
    if all(part.device != device for part in file.snapshot.devices_in_place):
        raise NotFound(str(device))
    known = {(each.device, each.number.casefold()) for each in file.snapshot.of(Advisory)}
    if (device, number.strip().casefold()) in known:
        return None
    file.record(Advisory, device=device, number=number.strip(), text=text.strip())
    return file.finish("advisory_opened")


def settle_advisory(work: Work, ref: CaseRef, *, advisory_seq: int, reason: str) -> Written:
    """Record what was done for this patient about an advisory.

    :raises NotFound: if no such advisory stands
    :raises InvalidInput: without words
    """
    file = open_case(work, ref, Permission.REFILL)
    if all(each.seq != advisory_seq for each in file.snapshot.of(Advisory)):
        raise NotFound(str(advisory_seq))
    if not reason.strip():
        raise InvalidInput({"reason": "Say what was done."})
    determine(file, DeterminationKind.ADVISORY_SETTLED, value="done", reason=reason.strip(), about_seq=advisory_seq)
    return file.finish("advisory_settled")


def _problems(number: str, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not number.strip():
        found["number"] = "Which advisory is it?"
    if not text.strip():
        found["text"] = "Say what it asks for."
    return found
