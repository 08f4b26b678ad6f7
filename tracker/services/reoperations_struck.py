"""What was recorded of a reoperation, struck out: the devices in the pump's case stand again as before it.

Both cases change in one transaction. Were the reoperation struck out alone, the pump's case would go on saying that the
pump is out or is another one, and nobody would refill the pump that is really in.
"""

from collections.abc import Sequence

from tracker.domain.errors import InvalidInput
from tracker.domain.facts import Advisory, Correction, Determination, Device, Fact, Fill, Interrogation, PumpCall, Scan
from tracker.domain.words import DeterminationKind, DeviceKind, FillKind, ReoperationKind
from tracker.services.beside import pumps_case
from tracker.services.case_file import CaseFile


def is_operation(fact: Fact) -> bool:
    """Whether the fact says what was done in a reoperation."""
    return isinstance(fact, Determination) and fact.kind == DeterminationKind.REOPERATION_DONE


def is_replacement(fact: Fact) -> bool:
    """Whether the fact says that a pump was replaced: with it the new pump and its fill are struck out."""
    return isinstance(fact, Determination) and is_operation(fact) and fact.value == ReoperationKind.REPLACEMENT


def put_back(file: CaseFile, out: Device, reason: str) -> None:
    """Strike out that a device was taken out: it is in the patient again, and so is all that is due for it.

    :raises InvalidInput: for a pump while another one is recorded as in place
    """
    if out.kind == DeviceKind.PUMP and file.snapshot.pump not in (None, out):
        raise InvalidInput(
            {
                "reason": "Another pump is recorded as in place now. Strike that one out first; "
                "if it came in at a reoperation, strike out what was done there."
            }
        )
    file.record(Correction, corrected_seq=out.seq, reason=reason)
    file.change(out, in_place=True, removed_on=None, tip_intact=None)


def take_back(file: CaseFile, done: Fact, reason: str) -> None:
    """Put the devices of the pump's case back as they were before ``done``, and strike out what was put in and filled
    then. ``file``: the reoperation, not finished; the pump's case is finished here.

    :raises InvalidInput: where what was put in was taken out, filled or read since, or another pump is in place
    """
    pumps = pumps_case(file)
    placed = [each for each in pumps.snapshot.of(Device) if each.reoperation_id == file.case.id]
    # One act writes to both cases at one moment: nothing else joins the parts taken out to the reoperation.
    out = [each for each in pumps.snapshot.of(Device) if not each.in_place and _at_once(each, done)]
    if not placed and not out:
        return
    first = _fills_of(pumps, placed)
    _refuse_what_came_after(pumps, placed, first)
    for each in (*placed, *first):
        pumps.strike(each, reason)
    for each in out:
        put_back(pumps, each, reason)
    pumps.finish("fact_corrected", seq=done.seq, reoperation=file.case.public_id)


def _at_once(device: Device, done: Fact) -> bool:
    return (device.recorded_at, device.recorded_by) == (done.recorded_at, done.recorded_by)


def _fills_of(pumps: CaseFile, placed: Sequence[Device]) -> list[Fill]:
    """The first fills of what was put in: they are of the same act, even where the date was confirmed later."""
    new = {each.device for each in placed}
    return [each for each in pumps.snapshot.of(Fill) if each.device in new and each.kind == FillKind.IMPLANT]


def _refuse_what_came_after(pumps: CaseFile, placed: Sequence[Device], first: Sequence[Fill]) -> None:
    if any(not each.in_place for each in placed):
        raise InvalidInput(
            {
                "reason": "What was put in has been taken out since. In the case of the pump, strike out that removal "
                "first."
            }
        )
    new = {each.device for each in placed}
    kinds: tuple[type[Fill | Interrogation | Scan | Advisory | PumpCall], ...] = (
        Fill, Interrogation, Scan, Advisory, PumpCall,
    )  # fmt: skip
    later = [each for kind in kinds for each in pumps.snapshot.of(kind) if each.device in new and each not in first]
    if later:
        raise InvalidInput(
            {
                "reason": "The new pump has entries of its own since: a refill, a reading, an MRI, an advisory or a "
                "call. In the case of the pump, strike those out first."
            }
        )
