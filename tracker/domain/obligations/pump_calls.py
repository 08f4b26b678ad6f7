"""Calls about a pump: each is critical at once, until somebody has seen to the patient.

Nothing is read into what the caller said. The software knows no harmless call: one tone and two, drowsy or well, all
are a physician's at once (docs/hazards, 27). A call is over when the pump was read or filled after it,
when care elsewhere is documented, or when a physician has decided in words.
"""

from collections.abc import Iterator

from tracker.domain.facts import Document, Fill, Interrogation, PumpCall
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, FillKind

#: How a call was settled: by a paper of this number, or by a physician.
BY_DOCUMENT = "document:"
DECIDED = "decided"


def pump_calls(view: View) -> Iterator[Obligation]:
    """One for each call that nobody has seen to, wherever the case stands."""
    for call in open_calls(view.snapshot):
        yield view.due(
            "pump_call",
            f"pump_call:{call.seq}",
            anchor_on=view.day(call.effective_at),
            is_urgent=True,
            reason="pump_call",
            params={"seq": call.seq, "tone": call.tone, "caller": call.caller},
        )


def open_calls(snapshot: Snapshot) -> tuple[PumpCall, ...]:
    """The calls that nobody has seen to, the oldest first. As found at a take-over is no look at the pump."""
    fills = [each for each in snapshot.of(Fill) if each.kind != FillKind.TAKEN_OVER]
    looked_at = max((each.effective_at for each in (*snapshot.of(Interrogation), *fills)), default=None)
    settled = _settled(snapshot)
    return tuple(
        call
        for call in snapshot.of(PumpCall)
        if call.seq not in settled and (looked_at is None or looked_at <= call.effective_at)
    )


def _settled(snapshot: Snapshot) -> set[int | None]:
    """Calls settled in words. A paper that was struck out since settles nothing."""
    papers = {f"{BY_DOCUMENT}{each.seq}" for each in snapshot.of(Document)}
    found = snapshot.determinations(DeterminationKind.PUMP_CALL_SETTLED)
    return {each.about_seq for each in found if each.value == DECIDED or each.value in papers}
