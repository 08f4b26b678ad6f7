"""What the variables of the pathway check mean of a concrete case, told without asking any requirement.

``test_abstraction`` holds the two together: whenever a requirement is met, what it claims is what is found here.
Numbers (ages, hours, windows) are left out on purpose: the check does not know them.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from tracker.domain.facts import (
    AdverseEvent,
    Assessment,
    Authorization,
    ChecklistItem,
    Determination,
    Device,
    Document,
    Fill,
    FollowUp,
    TrialDose,
)
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import DeterminationKind, DeviceKind, DocumentKind, Purpose


def valuation(snapshot: Snapshot, at: datetime, result_days: int) -> Mapping[str, str]:
    """The value of every variable that can be named, at the instant ``at``."""
    found = {
        "trial_result": _trial_result(snapshot, at, result_days),
        "minimum_interval": "yes",
        "devices_fit": "yes",
        "age": "yes",
        "evaluation": _yes(snapshot.evaluation),
        "contraindications": _yes(snapshot.evaluation),
        "dose_order": _yes(_latest(snapshot, "dose_order")),
        "refill_booked": _yes(snapshot.visits("refill") or _latest(snapshot, "refill_plan")),
    }
    found |= _of_follow_ups(snapshot)
    return found | _of_visits(snapshot) | _of_trials(snapshot) | _of_devices(snapshot) | _of_determinations(snapshot)


def _yes(whether: object) -> str:
    return "yes" if whether else "none"


def _latest(snapshot: Snapshot, kind: str, attempt: int | None = None) -> Determination | None:
    found = [d for d in snapshot.of(Determination) if d.kind == kind and attempt in (None, d.attempt)]
    return found[-1] if found else None


def _trial_result(snapshot: Snapshot, at: datetime, days: int) -> str:
    outcome = _latest(snapshot, "outcome")
    positive = outcome if outcome and outcome.value == "positive" else None
    day, ends = snapshot.day_of("implant"), date.max
    if positive:
        ends = snapshot.calendar.today(positive.effective_at) + timedelta(days=days)
    signed = [d for d in snapshot.of(Determination) if d.kind == "waiver" and d.value == "trial_result" and d.second_by]
    otherwise = _latest(snapshot, "earlier_benefit") or (signed and snapshot.indication == "pain")
    shown = otherwise or (positive and (day is None or day <= ends))
    stale = positive and (day or snapshot.calendar.today(at)) > ends
    return ("both" if stale else "yes") if shown else ("stale" if stale else "none")


def _of_visits(snapshot: Snapshot) -> dict[str, str]:
    found = {f"document.{kind}": _yes([d for d in snapshot.of(Document) if d.kind == kind]) for kind in DocumentKind}
    for purpose in Purpose:
        visit, day, consent = snapshot.visit(purpose), snapshot.day_of(purpose), snapshot.consent(purpose)
        arrived = visit is not None and visit.state in ("arrived", "completed")
        found[f"appointment.{purpose}"] = "none" if visit is None else "arrived" if arrived else "booked"
        signed = consent is not None and consent.state == "signed" and day is not None and consent.signed_on <= day
        found[f"consent.{purpose}"] = _yes(signed)
        found[f"authorization.{purpose}"] = _authorization(snapshot.authorization(purpose), day)
        items = [item for item in snapshot.of(ChecklistItem) if visit and item.appointment == visit.appointment]
        for part in ("before", "all", "after"):
            found[f"checklist.{purpose}.{part}"] = _yes(items)
    return found


def _authorization(standing: Authorization | None, day: date | None) -> str:
    if standing is None or standing.state not in ("granted", "not_required"):
        return "none"
    covers = day is not None and (standing.valid_from or date.min) <= day <= (standing.valid_to or date.max)
    return "in_date" if covers else "granted"


def _of_trials(snapshot: Snapshot) -> dict[str, str]:
    attempt, series = snapshot.trial_attempt, snapshot.trial_series
    doses = [d for d in snapshot.of(TrialDose) if (d.attempt, d.series) == (attempt, series)]
    outcome = _latest(snapshot, "outcome", attempt)
    scores = snapshot.of(Assessment)
    ended = _latest(snapshot, "observation_ended", attempt)
    return {
        "dose": _yes(doses),
        "observed": _yes(doses),
        "outcome": outcome.value if outcome else "none",
        "assessment.baseline": _yes([score for score in scores if score.occasion == "baseline"]),
        "adverse_events": _yes(
            not doses or len({each.event for each in snapshot.of(AdverseEvent) if each.dose_seq == doses[-1].seq}) > 6
        ),
        "assessment.after_dose": _yes(
            not doses or ended or [score for score in scores if score.dose_seq == doses[-1].seq]
        ),
    }


def _of_devices(snapshot: Snapshot) -> dict[str, str]:
    here = [device for device in snapshot.of(Device) if device.in_place]
    pumps = [device.device for device in here if device.kind == DeviceKind.PUMP]
    fills = [fill for fill in snapshot.of(Fill) if fill.device in pumps]
    trial = [device for device in snapshot.of(Device) if device.kind == DeviceKind.TRIAL_CATHETER]
    return {
        "device": "in" if here else "none",
        **{f"device.{kind}": "in" if any(d.kind == kind for d in here) else "out" for kind in DeviceKind},
        "catheter_out": _yes(trial and not any(device.in_place for device in trial)),
        "alarm_date": _yes([fill for fill in fills if fill.alarm_on]),
        "refill_done": _yes([fill for fill in fills if fill.kind in ("refill", "elsewhere")]),
    }


def _of_follow_ups(snapshot: Snapshot) -> dict[str, str]:
    """What is well: a wound that heals, sutures that are out."""
    well = {"wound_check": {"healing well"}, "sutures_out": {"out", "nothing to take out"}}
    done = [(each.rule, each.result) for each in snapshot.of(FollowUp)]
    return {f"follow_up.{rule}": _yes([1 for r, s in done if r == rule and s in good]) for rule, good in well.items()}


def _of_determinations(snapshot: Snapshot) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in DeterminationKind:
        attempts = {"": None, "@trial": snapshot.trial_attempt, "@implant": snapshot.implant_attempt, "@reoperation": 1}
        for suffix, attempt in attempts.items():
            latest = _latest(snapshot, kind, attempt)
            found[f"determined.{kind}{suffix}"] = (latest.value or "stands") if latest else "none"
            found[f"determined.{kind}{suffix}.second_person"] = _yes(latest and latest.second_by)
    return found
