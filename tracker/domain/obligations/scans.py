"""An MRI of somebody with a pump: what must be done before it, who decides first, and the pump read the same day after.

A scan's day is a civil date, so of the readings of that day only what they say tells before from after: one because of
the scan, one after a stop, or the second of the day comes after it. Where in doubt, the reading is asked for again
(a rotor that stalls in the magnet may not start again; a Prometra that is not empty may give all it holds:
docs/hazards, 19).
"""

from collections.abc import Iterator
from datetime import timedelta

from tracker.domain.facts import Device, Interrogation, Scan
from tracker.domain.obligations.obligation import Obligation, View
from tracker.domain.obligations.pump_calls import open_calls
from tracker.domain.obligations.refills import fill_bound
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.pathway.definition import ScanTask
from tracker.domain.words import DeterminationKind, InterrogationCause

#: How a task before a scan is done: by reading the pump, or by a person's word.
BY_READING, BY_WORD = "reading", "word"
_AFTER_A_SCAN = frozenset({InterrogationCause.MRI, InterrogationCause.STOPPED})
#: A reading so long before a scan still says how the pump went in, days.
READ_AHEAD = timedelta(days=7)


def scans(view: View) -> Iterator[Obligation]:
    """What each planned scan still asks for."""
    inside = {each.device: each for each in view.snapshot.devices_in_place}
    for scan in view.snapshot.of(Scan):
        pump = inside.get(scan.device)
        if pump is None:
            continue
        is_read = is_read_after(view, scan)
        yield from _tasks(view, scan, pump, is_read=is_read)
        if not is_read:
            yield from _decision(view, scan, pump)
            yield view.due(
                "scan_reading",
                f"scan:{scan.seq}",
                anchor_on=scan.scan_on,
                not_before=scan.scan_on,
                reason="scan_read_after",
                params={"on": scan.scan_on, "seq": scan.seq},
            )


def tasks_for(view: View, pump: Device) -> tuple[ScanTask, ...]:
    """What the file asks for before a scan of a pump of this make."""
    called = pump.model.casefold().replace(" ", "")
    return tuple(each for each in view.pathway.scan_tasks.values() if any(make in called for make in each.pumps))


def is_read_after(view: View, scan: Scan) -> bool:
    """Whether the pump was read after the scan."""
    readings = _readings(view, scan)
    of_day = [each for each in readings if view.day(each.effective_at) == scan.scan_on]
    later = any(view.day(each.effective_at) > scan.scan_on for each in readings)
    return later or len(of_day) > 1 or any(each.cause in _AFTER_A_SCAN for each in of_day)


def _readings(view: View, scan: Scan) -> list[Interrogation]:
    return [each for each in view.snapshot.of(Interrogation) if each.device == scan.device]


def _is_read_before(view: View, scan: Scan) -> bool:
    days = (view.day(each.effective_at) for each in _readings(view, scan))
    return any(scan.scan_on - READ_AHEAD <= day <= scan.scan_on for day in days)


def _tasks(view: View, scan: Scan, pump: Device, *, is_read: bool) -> Iterator[Obligation]:
    """What is not done yet. What only tells how the pump went in is moot once it was read after the scan."""
    words = view.snapshot.determinations(DeterminationKind.SCAN_TASK_DONE)
    done = {each.value for each in words if each.about_seq == scan.seq}
    for task in tasks_for(view, pump):
        by_reading = task.done_by == BY_READING
        if task.name in done or (by_reading and (is_read or _is_read_before(view, scan))):
            continue
        known_on = view.day(scan.recorded_at)
        yield view.due(
            "scan_task",
            f"scan:{scan.seq}:{task.name}",
            anchor_on=scan.scan_on,
            not_before=known_on,
            reason="scan_read_before" if by_reading else "scan_task",
            params={"on": scan.scan_on, "seq": scan.seq, "task": task.name, "label": task.label},
        )


def _decision(view: View, scan: Scan, pump: Device) -> Iterator[Obligation]:
    """Where something speaks against it a physician decides first, and again about what came up since."""
    grounds = dict(_grounds(view, scan, pump))
    decided = [
        each.seq for each in view.snapshot.determinations(DeterminationKind.SCAN_DECIDED) if each.about_seq == scan.seq
    ]
    if grounds and max(decided, default=0) < max(grounds.values()):
        known_on = view.day(scan.recorded_at)
        yield view.due(
            "scan_decision",
            f"scan:{scan.seq}",
            anchor_on=scan.scan_on,
            not_before=known_on,
            reason="scan_decision",
            params={"on": scan.scan_on, "seq": scan.seq, "why": " ".join(sorted(grounds))},
        )


def _grounds(view: View, scan: Scan, pump: Device) -> Iterator[tuple[str, int]]:
    """What speaks against the scan, each with the fact that says so."""
    standing = alarm_date(view.snapshot, pump.device)
    filled_at = standing.fill.effective_at if standing else None
    for call in open_calls(view.snapshot):
        yield "alarm", call.seq
    for reading in _readings(view, scan):
        if reading.cause == InterrogationCause.ALARM and (filled_at is None or reading.effective_at >= filled_at):
            yield "alarm", reading.seq
        if reading.replacement_indicated:
            yield "indicator", reading.seq
    latest_on = fill_bound(view.pathway, standing).latest_on if standing else None
    soon = timedelta(days=view.pathway.days("scan_refill_days"))
    if latest_on is None or latest_on <= scan.scan_on + soon:
        yield "refill", max(scan.seq, standing.stated_by.seq) if standing else scan.seq
    if not tasks_for(view, pump):
        yield "model", scan.seq
