"""Moving a case along by hand, pausing it, giving it an owner, and what ends it."""

from datetime import date

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.obligations.steps import TRANSFER_ASKED
from tracker.domain.words import DeterminationKind
from tracker.services.beside import finish_with_beside
from tracker.services.case_file import CaseFile, open_case
from tracker.services.named import paper_problems, person_problems
from tracker.services.refill_visits import cancel_after_death
from tracker.services.trials import determine
from tracker.services.work import CaseRef, Work, Written


def take_step(work: Work, ref: CaseRef, *, step: str, reason: str = "") -> Written:
    """Take one of the offered steps: forward, closing or reopening. The pathway's file says for which roles.

    :raises NotFound: if the stage has no such step
    :raises NotPermitted: if it is not for one of the actor's roles
    :raises InvalidInput: if it asks for a reason of its list
    :raises Refused: with everything that stands in the way
    """
    file = open_case(work, ref, Permission.MOVE_CASE)
    file.take(step, reason)
    return file.finish("step_taken", step=step, reason=reason)


def hold(work: Work, ref: CaseRef, *, until_on: date, reason: str) -> Written:
    """Pause the stage's target until a review date. Device dates are never paused.

    :raises InvalidInput: for a review date that has passed or is more than half a year away, or without a reason
    """
    file = open_case(work, ref, Permission.HOLD)
    today = file.snapshot.calendar.today(work.now)
    problems: dict[str, str] = {}
    if until_on <= today:
        problems["until_on"] = "The review must be after today."
    elif (until_on - today).days > 183:
        problems["until_on"] = "Review it within half a year."
    if not reason.strip():
        problems["reason"] = "Say what is waited for."
    if problems:
        raise InvalidInput(problems)
    standing = file.snapshot.hold
    if standing is not None:
        file.change(standing, until_on=until_on, reason=reason)
    else:
        determine(file, DeterminationKind.HOLD, reason=reason, until_on=until_on)
    return file.finish("held")


def resume(work: Work, ref: CaseRef, *, reason: str) -> Written:
    """End a hold.

    :raises NotFound: if the case is not on hold
    """
    file = open_case(work, ref, Permission.HOLD)
    standing = file.snapshot.hold
    if standing is None:
        raise NotFound("hold")
    file.strike(standing, reason.strip() or "resumed")
    return file.finish("resumed")


def assign(work: Work, ref: CaseRef, *, user_id: int | None) -> Written:
    """Give the case to a person, or (``None``) back to the role that owns the stage.

    :raises InvalidInput: for somebody who does not work at this clinic
    """
    file = open_case(work, ref, Permission.ASSIGN)
    problems = person_problems(work, user_id, "owner")
    if problems:
        raise InvalidInput(problems)
    file.case.owner_user_id = user_id
    return file.finish("assigned", owner=user_id)


def record_death(
    work: Work, ref: CaseRef, *, died_on: date, source: str, second_by: int | None, document_seq: int | None = None
) -> Written:
    """Record that the patient died. Messages stop, the visits that are booked are cancelled and the case closes; with a
    pump in place it needs a second person or a document. Its correction brings everything back, and what is to book.

    :raises InvalidInput: for a date in the future, without a source, or without the second person or document
    """
    file = open_case(work, ref, Permission.CLOSE)
    problems = _ending_problems(file, second_by, document_seq) | paper_problems(file.snapshot, document_seq)
    if died_on > file.snapshot.calendar.today(work.now):
        problems["died_on"] = "This date is in the future."
    elif died_on < file.snapshot.birth_on:
        problems["died_on"] = "The patient was not born yet."
    if not source.strip():
        problems["source"] = "Who said so?"
    if problems:
        raise InvalidInput(problems)
    before = file.snapshot
    determine(
        file,
        DeterminationKind.DEATH,
        value="died",
        reason=source,
        until_on=died_on,
        about_seq=document_seq,
        second_by=second_by,
    )
    cancel_after_death(file, died_on)
    return finish_with_beside(file, before, "death_recorded")


def ask_transfer(work: Work, ref: CaseRef, *, to_clinic: str, until_on: date) -> Written:
    """Record that another clinic was asked to take the patient over. Everything stays due here until it has.

    :raises InvalidInput: without the clinic, or for a day that has passed
    """
    file = open_case(work, ref, Permission.CLOSE)
    problems: dict[str, str] = {}
    if not to_clinic.strip():
        problems["to_clinic"] = "Which clinic is asked?"
    if until_on < file.snapshot.calendar.today(work.now):
        problems["until_on"] = "This day has passed."
    if problems:
        raise InvalidInput(problems)
    determine(file, DeterminationKind.TRANSFER, value=TRANSFER_ASKED, reason=to_clinic.strip(), until_on=until_on)
    return file.finish("transfer_asked")


def record_transfer(
    work: Work, ref: CaseRef, *, to_clinic: str, second_by: int | None, document_seq: int | None = None
) -> Written:
    """Record that another clinic has taken the patient over: with a pump, that the first refill was done there.

    :raises InvalidInput: without the clinic, or without a second person
    """
    file = open_case(work, ref, Permission.CLOSE)
    problems = _ending_problems(file, second_by, None) | paper_problems(file.snapshot, document_seq)
    if not to_clinic.strip():
        problems["to_clinic"] = "Which clinic follows the patient now?"
    if second_by in (None, work.actor.user_id):
        problems["second_by"] = "A second person must confirm it."
    if problems:
        raise InvalidInput(problems)
    before = file.snapshot
    determine(
        file,
        DeterminationKind.TRANSFER,
        value="completed",
        reason=to_clinic,
        about_seq=document_seq,
        second_by=second_by,
    )
    return finish_with_beside(file, before, "transfer_completed")


def record_therapy_stopped(work: Work, ref: CaseRef, *, reason: str, second_by: int | None) -> Written:
    """Record that the therapy is stopped while the pump stays in. Its refill obligation stays too.

    :raises InvalidInput: without a reason or a second person
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    problems = {} if reason.strip() else {"reason": "Say why."}
    if second_by in (None, work.actor.user_id):
        problems["second_by"] = "A second person must confirm it."
    if problems:
        raise InvalidInput(problems)
    determine(file, DeterminationKind.THERAPY_STOPPED, value="yes", reason=reason, second_by=second_by)
    return file.finish("therapy_stopped")


def close_withdrawal_watch(work: Work, ref: CaseRef, *, reason: str) -> Written:
    """Record that nobody needs to watch for withdrawal any more after a pump was taken out.

    A catheter that stays in gives nothing: the watch ends all the same.

    :raises InvalidInput: while a pump is in place, or without a reason
    """
    file = open_case(work, ref, Permission.DECIDE_OUTCOME)
    if file.snapshot.pump is not None:
        raise InvalidInput({"reason": "A pump is still in the patient."})
    if not reason.strip():
        raise InvalidInput({"reason": "Say what was seen."})
    determine(file, DeterminationKind.WITHDRAWAL_WATCH_CLOSED, value="yes", reason=reason)
    return file.finish("withdrawal_watch_closed")


def _ending_problems(file: CaseFile, second_by: int | None, document_seq: int | None) -> dict[str, str]:
    if file.snapshot.pump is None or document_seq is not None or second_by not in (None, file.work.actor.user_id):
        return {}
    return {"second_by": "A pump is in place: a second person or a document must confirm it."}
