"""An MRI of somebody with a pump: planned, decided on, and what was done before it."""

from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Scan
from tracker.domain.obligations.scans import BY_WORD
from tracker.queries.case_detail import OpenedCase
from tracker.services import scans
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.fields import CaseForm, DayField, NoteField, TextField
from tracker.web.cases.sentences import civil
from tracker.web.common.access import permission


class ScanForm(CaseForm):
    """When and where."""

    scan_on = DayField("Day of the MRI", [InputRequired("Give the day of the MRI.")])
    place = TextField("Where", description="Hospital or practice, with its number.")


class ScanDecisionForm(CaseForm):
    """What a physician decides."""

    reason = NoteField("Decision, and why", [InputRequired("Say what you decide, and why.")])


class ScanTaskForm(CaseForm):
    """What was done before the scan."""

    reason = NoteField(
        "What was done, and by whom", [InputRequired("Say what was done, and by whom.")],
        description="Also what was done in its place, and which physician knows.",
    )  # fmt: skip


def _known(case: OpenedCase, scan: Scan) -> list[tuple[str, str]]:
    pump = case.snapshot.pump
    model = (
        f"{pump.model}{', serial ' + pump.serial if pump.serial else ''}" if pump else "none is recorded as in place"
    )
    return [("MRI", f"{civil(scan.scan_on)}{', ' + scan.place if scan.place else ''}"), ("Pump", model)]


def _planned(case: OpenedCase, seq: int) -> Scan:
    scan = next((each for each in case.snapshot.of(Scan) if each.seq == seq), None)
    if scan is None:
        raise NotFound(str(seq))
    return scan


@blueprint.route(path("/scan"), methods=["GET", "POST"])
@permission(Permission.FOLLOW_UP)
def scan(public_id: str) -> ResponseReturnValue:
    """Record an MRI that is planned, or was done."""
    case, form = opened(public_id), ScanForm()
    act = Act(
        title="MRI planned",
        submit="Record the MRI",
        done="MRI",
        lede="Also one already done. Called off or moved: strike it out in the history, then record the new day.",
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: scans.plan_scan(work, ref, scan_on=form.scan_on.data, place=form.place.data),
    )


@blueprint.route(path("/scan/<seq:seq>/decide"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def decide_scan(public_id: str, seq: int) -> ResponseReturnValue:
    """Decide about an MRI that something speaks against."""
    case, form = opened(public_id), ScanDecisionForm()
    known = _known(case, _planned(case, seq))
    act = Act(title="Decision on an MRI", submit="Record the decision", done="decision on the MRI", known=known)
    return answer(
        case, form, act, lambda work, ref: scans.decide_scan(work, ref, scan_seq=seq, reason=form.reason.data)
    )


@blueprint.route(path("/scan/<seq:seq>/task/<task>"), methods=["GET", "POST"])
@permission(Permission.REFILL)
def scan_task(public_id: str, seq: int, task: str) -> ResponseReturnValue:
    """Record what was done before an MRI."""
    case, form = opened(public_id), ScanTaskForm()
    planned, asked = _planned(case, seq), case.pathway.scan_tasks.get(task)
    if asked is None or asked.done_by != BY_WORD:
        raise NotFound(task)
    act = Act(title=asked.label, submit="Record it", done="done before the MRI", known=_known(case, planned))
    return answer(
        case,
        form,
        act,
        lambda work, ref: scans.record_scan_task(work, ref, scan_seq=seq, task=task, reason=form.reason.data),
    )
