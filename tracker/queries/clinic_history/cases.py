"""The cases of a history, their stays in stages, and what stood in their way."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, select

from tracker.domain.milestones import Milestone
from tracker.domain.reporting.columns import Blockers, Cases, Stays
from tracker.domain.words import DocumentKind
from tracker.pathways import catalogue
from tracker.persistence.models import BlockerInterval, Case, DocumentRow, EvaluationRow, ReferralRow, StageVisit
from tracker.queries.clinic_history.source import CLINIC, Source, facts, ordinal, part_of, seconds

ENTERED_IN_ERROR = "entered_in_error"
#: What a blocker is about, by the parameter that says it.
ABOUT = ("stage", "purpose", "document", "checklist", "what", "rule", "device")

_CASES = (
    select(
        Case.id, Case.about_case_id, Case.pathway, Case.pathway_version, Case.stage, Case.indication, Case.payer_id,
        Case.opened_at, Case.closed_at, Case.closing_reason, Case.milestones,
    )
    .where(Case.clinic_id == CLINIC, Case.stage != ENTERED_IN_ERROR)
    .order_by(Case.id)
)  # fmt: skip
_STAYS = (
    select(StageVisit.case_id, StageVisit.stage, StageVisit.entered_at, StageVisit.left_at)
    .where(StageVisit.clinic_id == CLINIC)
    .order_by(StageVisit.case_id, StageVisit.number)
)
_BLOCKERS = (
    select(
        BlockerInterval.case_id, BlockerInterval.code, BlockerInterval.params, BlockerInterval.clearable_by,
        BlockerInterval.transition, BlockerInterval.from_at, BlockerInterval.until_at,
        Case.pathway, Case.pathway_version,
    )
    .join(Case, and_(Case.clinic_id == BlockerInterval.clinic_id, Case.id == BlockerInterval.case_id))
    .where(BlockerInterval.clinic_id == CLINIC)
    .order_by(BlockerInterval.case_id, BlockerInterval.from_at, BlockerInterval.code, BlockerInterval.params_key)
)  # fmt: skip


def make_cases(source: Source) -> Cases:
    """The cases, and into the source where each stands."""
    rows = list(source.rows(_CASES))
    source.places = {row.id: place for place, row in enumerate(rows)}
    referrals = {row.case_id: row for row in source.of_cases(facts(ReferralRow, "received_on", "referred_by"))}
    conditions = {row.case_id: row.condition for row in source.of_cases(facts(EvaluationRow, "condition"))}
    letters: dict[int, int] = {}
    for row in source.of_cases(facts(DocumentRow, "dated_on").where(DocumentRow.kind == DocumentKind.REFERRER_LETTER)):
        letters[row.case_id] = max(ordinal(row.dated_on), letters.get(row.case_id, 0))
    return part_of(Cases, [_case(source, row, referrals.get(row.id), conditions, letters) for row in rows])


def _case(
    source: Source,
    row: Row[Any],
    referral: Row[Any] | None,
    conditions: Mapping[int, str],
    letters: Mapping[int, int],
) -> tuple[int, ...]:
    of_pump = row.about_case_id or row.id
    return (
        row.id,
        source.code(row.pathway),
        row.pathway_version,
        source.code(row.stage),
        source.code(row.indication),
        source.code(conditions.get(of_pump, "")),
        row.payer_id or 0,
        source.code(" ".join(referral.referred_by.split())) if referral else 0,
        ordinal(referral.received_on) if referral else source.day(row.opened_at),
        source.day(row.closed_at),
        source.code(row.closing_reason),
        source.places.get(row.about_case_id, -1),
        int(row.milestones & Milestone.TAKEN_OVER != 0),
        letters.get(row.id, 0),
    )


def make_stays(source: Source) -> Stays:
    """The stays, of each case in their order."""
    places, code, day = source.places, source.code, source.day
    return part_of(
        Stays,
        [
            (places[row.case_id], code(row.stage), day(row.entered_at), day(row.left_at))
            for row in source.of_cases(_STAYS)
        ],
    )


def make_blockers(source: Source) -> Blockers:
    """The intervals, of each case by their beginning."""
    return part_of(Blockers, [_blocker(source, row) for row in source.of_cases(_BLOCKERS)])


def _blocker(source: Source, row: Row[Any]) -> tuple[int, ...]:
    return (
        source.places[row.case_id],
        source.code(row.code),
        source.code(next((str(row.params[name]) for name in ABOUT if name in row.params), "")),
        source.code(row.clearable_by),
        source.code(_phases(row.pathway, row.pathway_version).get(row.transition, "")),
        seconds(row.from_at),
        seconds(row.until_at),
    )


@cache
def _phases(pathway: str, version: int) -> Mapping[str, str]:
    """The phase of the stages that wait for each step: usually it is the next one of its stage; where something rules
    that out, another one out of the same stage."""
    found = catalogue.load(pathway, version)
    usual = {stage.next: stage.phase for stage in found.stages.values() if stage.next}
    return {edge.name: found.stages[edge.source].phase for edge in reversed(found.transitions)} | usual
