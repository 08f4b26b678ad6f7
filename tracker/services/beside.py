"""The case of a pump and the reoperation beside it: opened together, and ended together.

Both are locked before either is written to, the pump's first, and only then the clinic's chain: so nobody who writes to
one of them waits for somebody who writes to the other.
"""

from datetime import date

from sqlalchemy import select

from tracker.domain.errors import NotFound
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.words import APPOINTMENT_TO_COME, AppointmentState, DeterminationKind, ReoperationEnd
from tracker.persistence.models import Case
from tracker.services.case_file import CaseFile, file_of
from tracker.services.refill_visits import cancel_after_death
from tracker.services.snapshots import load_snapshot
from tracker.services.trials import determine
from tracker.services.work import Written

PURPOSE = "reoperation"
_SAID = {
    ReoperationEnd.DEATH: "The patient has died.",
    ReoperationEnd.REMOVED: "The pump is out.",
    ReoperationEnd.TRANSFERRED: "Another clinic follows the pump.",
}


def pumps_case(file: CaseFile) -> CaseFile:
    """The file of the pump's case, written to in the same act. ``open_case`` has locked it already.

    :raises NotFound: where the case is no reoperation
    """
    if file.case.about_case_id is None:
        raise NotFound(file.case.public_id)
    loaded = load_snapshot(file.work.session, file.case.clinic_id, file.case.about_case_id, lock=True)
    return file_of(file.work, loaded, file.effective_at)


def reoperation_beside(file: CaseFile) -> CaseFile | None:
    """The open reoperation of a pump's case, locked; ``None`` if there is none. Ask before the case is finished."""
    return next(iter(_beside(file)), None)


def finish_with_beside(file: CaseFile, before: Snapshot, action: str, **detail: object) -> Written:
    """Finish the pump's case, and close the reoperation beside it where what was just written takes its ground away.
    With a death the visits of every reoperation go, also of one that is closed: its wound check was booked there.
    ``before``: the case before that was written."""
    why = _ended_by(before, file.snapshot)
    death = file.snapshot.determination(DeterminationKind.DEATH) if why == ReoperationEnd.DEATH else None
    beside = [] if why is None else _beside(file, with_closed=death is not None)
    written = file.finish(action, **detail)
    for each in beside:
        has_cancelled = death is not None and cancel_after_death(each, death.until_on or date.max)
        if each.case.is_open and why is not None:
            _end(each, why)
        elif has_cancelled:
            each.finish("visits_cancelled")
    return written


def _ended_by(before: Snapshot, after: Snapshot) -> ReoperationEnd | None:
    """What took the ground of a reoperation away between two states of the pump's case, if anything did."""
    transfer = after.determination(DeterminationKind.TRANSFER)
    if after.is_dead and not before.is_dead:
        return ReoperationEnd.DEATH
    if after.pump is None and before.pump is not None:
        return ReoperationEnd.REMOVED
    is_over = transfer is not None and transfer.value == "completed"
    return ReoperationEnd.TRANSFERRED if is_over else None


def _beside(file: CaseFile, *, with_closed: bool = False) -> list[CaseFile]:
    """The open reoperation of a pump's case, or all that it ever had, locked in the order of their ids."""
    case, session = file.case, file.work.session
    of_it = select(Case.id).where(Case.clinic_id == case.clinic_id, Case.about_case_id == case.id)
    of_it = of_it if with_closed else of_it.where(Case.is_open)
    ids = session.scalars(of_it.order_by(Case.id)).all()
    found = [load_snapshot(session, case.clinic_id, each, lock=True) for each in ids]
    return [file_of(file.work, loaded, file.effective_at) for loaded in found]


def _end(beside: CaseFile, why: ReoperationEnd) -> None:
    """Close the reoperation whose ground is gone, and give up what is booked for it. Its pump's case is finished."""
    for visit in beside.snapshot.visits(PURPOSE):
        if visit.state in APPOINTMENT_TO_COME:
            beside.change(visit, version=visit.version + 1, state=AppointmentState.CANCELLED, reason=_SAID[why])
    determine(beside, DeterminationKind.REOPERATION_ENDED, value=why, reason=_SAID[why], purpose=PURPOSE)
    beside.finish("reoperation_ended")
