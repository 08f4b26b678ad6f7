"""The trials of a history, its authorizations, its pumps with their fills, and what went wrong."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, select

from tracker.domain.reporting.columns import (
    Authorizations,
    Complications,
    Fills,
    Pumps,
    RefillsDue,
    Trials,
)
from tracker.domain.words import DeterminationKind, DeviceKind, DeviceOrigin, Purpose
from tracker.persistence.models import (
    AuthorizationRow,
    Case,
    DeterminationRow,
    DeviceRow,
    Event,
    FillRow,
    FollowUpRow,
    Obligation,
    StageVisit,
    TrialDoseRow,
)
from tracker.queries.clinic_history.source import CLINIC, Source, facts, ordinal, part_of

REFILL, TRANSFERRED = "refill", "transferred"
#: Stages that are entered for a reason which may be a complication.
TOLD_BY = ("device_review", "therapy_stopped", "device_removed", "implant_authorization")
#: Results of follow-ups that are one.
FOUND = {
    ("withdrawal_watch", "signs: being treated"): "withdrawal",
    ("wound_check", "concern: physician told"): "wound",
    ("wound_check", "CSF leak: physician told"): "CSF leak",
    ("implant_call", "CSF leak: physician told"): "CSF leak",
    ("reoperation_call", "CSF leak: physician told"): "CSF leak",
}
_DETERMINATIONS = facts(DeterminationRow, "kind", "value", "attempt", "effective_at")
_PUMP_VERSIONS = facts(
    DeviceRow, "device", "kind", "origin", "in_place", "placed_on", "removed_on", "effective_at", "superseded_by",
    versions=True,
)  # fmt: skip
_REFILLS = (
    select(
        Obligation.case_id, Obligation.device, Obligation.is_open, Obligation.planned_seq, Obligation.params,
    )
    .where(Obligation.clinic_id == CLINIC, Obligation.kind == REFILL)
    .order_by(Obligation.case_id, Obligation.opened_at, Obligation.id)
)  # fmt: skip
_REASONS = (
    select(StageVisit.case_id, StageVisit.stage, StageVisit.entered_at, Event.body)
    .join(Event, and_(Event.clinic_id == StageVisit.clinic_id, Event.seq == StageVisit.entered_seq))
    .where(StageVisit.clinic_id == CLINIC, StageVisit.stage.in_(TOLD_BY))
    .order_by(StageVisit.case_id, StageVisit.number)
)
_CLOSED = select(Case.id.label("case_id"), Case.stage).where(Case.clinic_id == CLINIC, Case.stage == TRANSFERRED)


class Determined:
    """What was determined, read once for all parts."""

    def __init__(self, source: Source) -> None:
        """Read it."""
        self._found: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in source.of_cases(_DETERMINATIONS):
            self._found[row.kind].append(row)

    def of(self, kind: DeterminationKind) -> list[Row[Any]]:
        """Those of a kind, of each case in the order of their writing."""
        return self._found[kind]


def make_trials(source: Source, determined: Determined, visits: Mapping[tuple[int, int], Row[Any]]) -> Trials:
    """One row for each attempt in which a dose was given or an outcome found. ``visits``: as they stand."""
    doses = {
        (row.case_id, row.attempt): row
        for row in source.of_cases(facts(TrialDoseRow, "attempt", "series", "appointment", "dose_mcg", "effective_at"))
    }
    outcomes = {(row.case_id, row.attempt): row for row in determined.of(DeterminationKind.OUTCOME)}
    came = {
        (row.case_id, row.attempt): row.clinician_id
        for row in visits.values()
        if row.purpose == Purpose.TRIAL and row.state in ("arrived", "completed")
    }
    rows = []
    for case_id, attempt in sorted(doses.keys() | outcomes.keys()):
        dose, outcome = doses.get((case_id, attempt)), outcomes.get((case_id, attempt))
        visit = visits.get((case_id, dose.appointment)) if dose else None
        clinician = visit.clinician_id if visit else came.get((case_id, attempt))
        rows.append(
            (
                source.places[case_id],
                attempt,
                dose.series if dose else 0,
                clinician or 0,
                int(dose.dose_mcg * 1000) if dose else 0,
                source.day(dose.effective_at) if dose else 0,
                source.code(outcome.value) if outcome else 0,
                source.day(outcome.effective_at) if outcome else 0,
            )
        )
    return part_of(Trials, rows)


def make_authorizations(source: Source) -> Authorizations:
    """Every version of those that stand."""
    columns = (
        "authorization", "stage", "payer_id", "state", "asked_on", "valid_to", "effective_at", "superseded_by",
    )  # fmt: skip
    versions: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in source.of_cases(facts(AuthorizationRow, *columns, versions=True)):
        versions[row.case_id, row.authorization].append(row)
    return part_of(
        Authorizations,
        [
            (
                source.places[row.case_id],
                row.authorization,
                source.code(row.stage),
                row.payer_id or 0,
                source.code(row.state),
                source.day(row.effective_at),
                ordinal(row.asked_on),
                ordinal(row.valid_to),
            )
            for rows in versions.values()
            if rows[-1].superseded_by is None
            for row in rows
        ],
    )


def make_pumps(source: Source, determined: Determined) -> Pumps:
    """Every pump that is or was in, and until when the clinic answered for it."""
    ends: dict[int, int] = {}
    handed_over = {row.case_id for row in source.of_cases(_CLOSED)}
    for row in determined.of(DeterminationKind.TRANSFER):
        if row.value == "completed" and row.case_id in handed_over:
            ends[row.case_id] = source.day(row.effective_at)
    for row in determined.of(DeterminationKind.DEATH):
        ends[row.case_id] = min(source.day(row.effective_at), ends.get(row.case_id, date.max.toordinal()))
    versions: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in source.of_cases(_PUMP_VERSIONS):
        if row.kind == DeviceKind.PUMP:
            versions[row.case_id, row.device].append(row)
    standing = [rows for rows in versions.values() if rows[-1].superseded_by is None]
    return part_of(Pumps, [_pump(source, rows, ends.get(rows[-1].case_id, 0)) for rows in standing])


def _pump(source: Source, rows: list[Row[Any]], case_ends: int) -> tuple[int, ...]:
    last = rows[-1]
    recorded = source.day(rows[0].effective_at)
    is_here_since_placed = last.origin != DeviceOrigin.ALREADY_IN and last.placed_on is not None
    removed = 0 if last.in_place else ordinal(last.removed_on) or source.day(last.effective_at)
    ends = [day for day in (removed, case_ends) if day]
    return (
        source.places[last.case_id],
        last.device,
        source.code(last.origin),
        ordinal(last.placed_on) if is_here_since_placed else recorded,
        removed,
        min(ends, default=0),
    )


def make_fills(source: Source) -> tuple[Fills, RefillsDue]:
    """Fills with the date that each had to keep, and what is open now."""
    latest: dict[tuple[int, int, str], int] = {}
    due: list[tuple[int, ...]] = []
    for row in source.of_cases(_REFILLS):
        latest_on = _day_in(row, "latest")
        latest[row.case_id, row.device, str(row.params.get("filled", ""))] = latest_on
        if row.is_open:
            filled_on = _day_in(row, "filled")
            interval = latest_on - filled_on if latest_on and filled_on else 0
            is_planned = int(row.planned_seq is not None)
            due.append((source.places[row.case_id], row.device, latest_on, is_planned, interval))
    return part_of(Fills, list(_fills(source, latest))), part_of(RefillsDue, due)


def _fills(source: Source, latest: Mapping[tuple[int, int, str], int]) -> Iterable[tuple[int, ...]]:
    rows = sorted(
        source.of_cases(facts(FillRow, "device", "kind", "effective_at")),
        key=lambda row: (row.case_id, row.device, row.effective_at, row.seq),
    )
    for (case_id, device), fills in groupby(rows, key=lambda row: (row.case_id, row.device)):
        before = 0
        for row in fills:
            filled_on = source.day(row.effective_at)
            met = latest.get((case_id, device, date.fromordinal(before).isoformat()), 0) if before else 0
            yield source.places[case_id], device, source.code(row.kind), filled_on, met
            before = filled_on


def _day_in(row: Row[Any], name: str) -> int:
    text = row.params.get(name)
    return date.fromisoformat(str(text)).toordinal() if text else 0


def make_complications(source: Source, determined: Determined, about: Mapping[int, int]) -> Complications:
    """Operations on a pump, reasons of steps, and what follow-ups found. ``about``: the pump's case of each
    reoperation, by places."""
    found: list[tuple[int, ...]] = []

    def add(case_id: int, kind: str, record: str, day: int) -> None:
        place = source.places[case_id]
        found.append((about.get(place, place), source.code(kind), source.code(record), day))

    for row in determined.of(DeterminationKind.REOPERATION_DONE):
        add(row.case_id, row.value, "reoperation", source.day(row.effective_at))
    for row in source.of_cases(_REASONS):
        if reason := _reason(row):
            add(row.case_id, reason, row.stage, source.day(row.entered_at))
    for row in source.of_cases(facts(FollowUpRow, "rule", "result", "effective_at")):
        if kind := FOUND.get((row.rule, row.result)):
            add(row.case_id, kind, "follow_up", source.day(row.effective_at))
    return part_of(Complications, sorted(found))


def _reason(row: Row[Any]) -> str:
    moves = json.loads(row.body)["body"]["moves"]
    return next((str(move["reason"]) for move in moves if move["to"] == row.stage and move["reason"]), "")
