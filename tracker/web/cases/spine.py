"""The path of the case: the spine of the page, with what came of each phase."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.domain.facts import Device, Referral, TrialDose
from tracker.domain.obligations.refills import fill_bound
from tracker.domain.pathway.alarm_date import alarm_date
from tracker.domain.pathway.wording import OUTCOME_WORDS
from tracker.domain.words import DeterminationKind, DeviceKind, Outcome, Purpose
from tracker.queries.case_detail import OpenedCase
from tracker.web.cases.sentences import number, wall
from tracker.web.cases.words import REOPERATIONS, VISIT_STATES
from tracker.web.common.filters import on


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One phase on the spine of the page."""

    label: str
    state: str
    note: str


def path_steps(case: OpenedCase, today: date) -> tuple[PathStep, ...]:
    """The phases of the pathway: what is done, where the case stands, what is to come, and where it stopped."""
    phases = [name for name in case.pathway.phases if name != "closed"]
    phase = case.pathway.stages[case.snapshot.stage].phase
    at = phases.index(phase) if phase in phases else min(_reached(case), len(phases) - 1)
    is_done = case.snapshot.determination(DeterminationKind.REOPERATION_DONE) is not None
    states = []
    for position in range(len(phases)):
        if position < at:
            states.append("done")
        elif position == at:
            states.append("current" if case.head.is_open else "done" if is_done else "failed")
        else:
            states.append("todo")
    return tuple(
        PathStep(label=case.pathway.phases[name], state=state, note=_NOTES[name](case, today))
        for name, state in zip(phases, states, strict=True)
    )


def _reached(case: OpenedCase) -> int:
    """How far a closed case came."""
    snapshot = case.snapshot
    if case.pathway.beside:
        return 2 if snapshot.determination(DeterminationKind.REOPERATION_DONE) else 0
    if any(each.kind == DeviceKind.PUMP for each in snapshot.of(Device)):
        return 3
    if snapshot.standing_positive is not None:
        return 2
    return 1 if snapshot.of(TrialDose) or snapshot.determination(DeterminationKind.OUTCOME) else 0


def _referral_note(case: OpenedCase, today: date) -> str:
    referrals = case.snapshot.of(Referral)
    return on(referrals[-1].received_on, today) if referrals else ""


def _trial_note(case: OpenedCase, today: date) -> str:
    snapshot = case.snapshot
    outcome = snapshot.determination(DeterminationKind.OUTCOME, attempt=snapshot.trial_attempt)
    outcome = outcome or snapshot.standing_positive
    if outcome is not None:
        dose = next((each for each in reversed(snapshot.of(TrialDose)) if each.attempt == outcome.attempt), None)
        with_dose = f", {number(dose.dose_mcg)} mcg" if dose and outcome.value != Outcome.ABORTED else ""
        return f"{on(snapshot.calendar.today(outcome.effective_at), today)} · {OUTCOME_WORDS[outcome.value]}{with_dose}"
    return _booked_note(case, Purpose.TRIAL)


def _implant_note(case: OpenedCase, today: date) -> str:
    placed = [each for each in case.snapshot.of(Device) if each.kind == DeviceKind.PUMP and each.placed_on]
    if placed:
        return f"{on(placed[-1].placed_on, today)} · {placed[-1].model}"
    return _booked_note(case, Purpose.IMPLANT)


def _booked_note(case: OpenedCase, purpose: str) -> str:
    visit = case.snapshot.booked(purpose)
    return f"{VISIT_STATES[visit.state]} {wall(visit.wall)}" if visit else ""


def _refill_note(case: OpenedCase, today: date) -> str:
    pump = case.snapshot.pump
    standing = alarm_date(case.snapshot, pump.device) if pump else None
    if standing is None:
        return ""
    latest = fill_bound(case.pathway, standing).latest_on
    return "alarm date unknown" if latest is None else f"latest date {on(latest, today)}"


def _decision_note(case: OpenedCase, today: date) -> str:
    decided = case.snapshot.determination(DeterminationKind.REOPERATION)
    if decided is None:
        return ""
    day = on(case.snapshot.calendar.today(decided.effective_at), today)
    return f"{day} · {REOPERATIONS.get(decided.value, decided.value)}"


def _operation_note(case: OpenedCase, today: date) -> str:
    done = case.snapshot.determination(DeterminationKind.REOPERATION_DONE)
    if done is None:
        return _booked_note(case, Purpose.REOPERATION)
    day = on(case.snapshot.calendar.today(done.effective_at), today)
    return f"{day} · {REOPERATIONS.get(done.value, done.value)}"


#: What came of each phase.
_NOTES: Mapping[str, Callable[[OpenedCase, date], str]] = {
    "referral": _referral_note,
    "trial": _trial_note,
    "implant": _implant_note,
    "maintenance": _refill_note,
    "preparation": _decision_note,
    "operation": _operation_note,
    "recovery": lambda _case, _today: "",
}
