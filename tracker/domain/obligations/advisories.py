"""A manufacturer's advisory about a part that is in a patient: somebody says what was done about it."""

from collections.abc import Iterator

from tracker.domain.facts import Advisory
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.words import DeterminationKind


def advisories(view: View) -> Iterator[Obligation]:
    """One for each advisory, while the part is in and nobody has said what was done."""
    settled = {each.about_seq for each in view.snapshot.determinations(DeterminationKind.ADVISORY_SETTLED)}
    inside = {each.device for each in view.snapshot.devices_in_place}
    for advisory in view.snapshot.of(Advisory):
        if advisory.seq not in settled and advisory.device in inside:
            known_on = view.day(advisory.recorded_at)
            yield view.due(
                "advisory",
                f"advisory:{advisory.seq}",
                anchor_on=known_on,
                not_before=known_on,
                reason="advisory",
                params={"seq": advisory.seq, "number": advisory.number, "text": advisory.text},
            )
