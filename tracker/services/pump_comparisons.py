"""Holding the pumps against another list: tasks for what differs, and the record that it was done.

Looking writes nothing. What is written is worked out again from the list and the facts in the same transaction, so
that nobody records what was no longer so.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.pump_comparison import Comparison, Difference, Finding, Listed
from tracker.domain.words import Role
from tracker.persistence.models import Case, PumpComparison
from tracker.persistence.types import JsonObject
from tracker.queries.pump_comparisons import TASK, get_standings, hold_against, task_key, tasks_since
from tracker.services.clinic_events import tell_clinic
from tracker.services.staff_tasks import opening
from tracker.services.work import Work

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class PumpList:
    """The other list: what it is called, its bytes, and its rows."""

    name: str
    content: bytes
    rows: Sequence[Listed]

    @property
    def digest(self) -> str:
        """By which the same file is known again."""
        return hashlib.sha256(self.content).hexdigest()


class ComparedMeanwhile(Exception):
    """Somebody recorded a comparison after this one was begun: what is asked for may be asked for already.

    ``at``, ``by``: when and by whom; ``is_same_list``: whether it was the very same file.
    """

    def __init__(self, *, at: datetime, by: str, is_same_list: bool) -> None:
        super().__init__("compared meanwhile")
        self.at, self.by, self.is_same_list = at, by, is_same_list


def open_tasks(
    work: Work, compared: PumpList, *, round_id: int, reasons: Mapping[str, str], today: date, key: str = ""
) -> int:
    """Open a coordinator's task for one difference, or for every one that has neither a task nor one of ``reasons``;
    returns how many were opened. ``round_id``: the last comparison when the list was held against the pumps, 0 if none.

    :raises NotPermitted: for a role that does not compare pumps
    :raises ComparedMeanwhile: ``round_id`` is not the last comparison any more
    """
    work.require(Permission.COMPARE_PUMPS)
    _refuse_after_another(work, compared, round_id)
    found = hold_against(work.session, work.actor, compared.rows)
    left = found.differences if key else [each for each in found.differences if not reasons.get(each.key, "").strip()]
    known = tasks_since(work.session, work.actor, round_id)
    wanted = [each for each in left if each.key not in known and key in ("", each.key)]
    cases = _case_ids(work, wanted)
    for each in wanted:
        work.session.execute(
            opening(
                work.session,
                clinic_id=work.actor.clinic_id,
                case_id=cases.get(each.known.case) if each.known else None,
                kind=TASK,
                key=task_key(round_id, each.key),
                params=_params(each),
                owner=Role.COORDINATOR,
                due_on=today,
                now=work.now,
                ids=work.ids,
            )
        )
    if wanted:
        tell_clinic(work, "pump_list_tasks_opened", {"tasks": len(wanted), "digest": compared.digest})
    return len(wanted)


def record_comparison(work: Work, compared: PumpList, *, round_id: int, reasons: Mapping[str, str], note: str) -> None:
    """Record that the list was compared: for the month nothing is left open. ``round_id``: as for ``open_tasks``.

    :raises NotPermitted: for a role that does not compare pumps
    :raises ComparedMeanwhile: ``round_id`` is not the last comparison any more
    :raises InvalidInput: while a difference has neither a task nor a reason; the problems are named by their keys
    """
    work.require(Permission.COMPARE_PUMPS)
    _refuse_after_another(work, compared, round_id)
    found = hold_against(work.session, work.actor, compared.rows)
    tasks = tasks_since(work.session, work.actor, round_id)
    problems = _problems(found, tasks, reasons)
    if problems:
        raise InvalidInput(problems)
    counts: JsonObject = {finding.value: len(found.of(finding)) for finding in Finding}
    counts |= {"agreed": found.agreed, "tasks": sum(each.key in tasks for each in found.differences)}
    work.session.execute(
        insert(PumpComparison).values(
            clinic_id=work.actor.clinic_id,
            id=work.ids.row_id(work.now),
            compared_at=work.now,
            compared_by=work.actor.user_id,
            name=compared.name.strip()[:200] or "list",
            size_bytes=len(compared.content),
            digest=compared.digest,
            reasons={
                "said": [_said(each, said) for each in found.differences if (said := reasons.get(each.key, "").strip())]
            },
            note=note.strip()[:LONGEST_REASON],
            **counts,
        )
    )
    tell_clinic(work, "pump_list_compared", {**counts, "digest": compared.digest, "size_bytes": len(compared.content)})


def _refuse_after_another(work: Work, compared: PumpList, round_id: int) -> None:
    last = get_standings(work.session, work.actor.clinic_id)
    if last.last_at is not None and last.last_id != round_id:
        raise ComparedMeanwhile(at=last.last_at, by=last.last_by, is_same_list=last.last_digest == compared.digest)


def _problems(found: Comparison, tasks: Mapping[str, object], reasons: Mapping[str, str]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for each in found.differences:
        reason = reasons.get(each.key, "").strip()
        if each.key not in tasks and not reason:
            problems[each.key] = "Open a task, or say why none is needed."
        elif len(reason) > LONGEST_REASON:
            problems[each.key] = f"Use at most {LONGEST_REASON} characters."
    return problems


def _said(difference: Difference, reason: str) -> list[object]:
    case = difference.known.case if difference.known else ""
    return [difference.finding.value, case, difference.listed.row if difference.listed else 0, reason]


def _params(difference: Difference) -> JsonObject:
    """What the task needs to be done without the list at hand. Of somebody who is known here, only what differs."""
    params: JsonObject = {"finding": difference.finding.value}
    row = difference.listed
    if difference.finding is Finding.NOT_FOLLOWED:
        params["standing"] = difference.standing.value
    if row is not None:
        params["row"] = row.row
    if row is not None and difference.finding is not Finding.DIFFERENT:
        params |= {"serial": row.serial, "why": row.unreadable}
    if row is not None and difference.known is None:
        params |= {"mrn": row.mrn, "name": row.name, "born": row.born}
    params |= {each.what: f"{each.here or 'none'} here, {each.there} there" for each in difference.unlike}
    return {name: value for name, value in params.items() if value != ""}


def _case_ids(work: Work, differences: Sequence[Difference]) -> dict[str, int]:
    wanted = {each.known.case for each in differences if each.known and each.known.case}
    query = select(Case.public_id, Case.id).where(
        Case.clinic_id == work.actor.clinic_id, Case.public_id.in_(sorted(wanted))
    )
    return {row.public_id: row.id for row in work.session.execute(query)}
